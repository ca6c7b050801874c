import Trading

/// The second edition: levels by distance, sizes by risk and value, and what concerns the portfolio.
extension SimulatedPolicy {
    var usesWords: Bool { scenario.isSecondEdition }

    /// The same distance in every cycle: the core trails it, or a last price that moves makes it move.
    func protectByDistance(_ symbol: Symbol) -> Advice {
        let number = Int64(scenario.symbols.firstIndex(of: symbol) ?? 0)
        let percent = Ratio(units: (10 + number * 5) * Ratio.scale / 1_000)
        let distance: Distance = number == 3 ? .price(Price(units: Price.scale)) : .percent(percent)
        let from: PriceReference = isCalm ? .average : number == 1 ? .last : number == 2 ? .average : .highWater
        let offset = scenario.usesStopLimits ? Ratio(units: Ratio.scale / 200) : nil
        return .protect(StopAdvice(distance: distance, from: from, limitOffset: offset))
    }

    var targetDistance: Distance {
        scenario.seed % 2 == 0 ? .r(Ratio(units: 2 * Ratio.scale)) : .percent(Ratio(units: 6 * Ratio.scale / 100))
    }

    func enterByRisk(_ symbol: Symbol, _ price: Price) -> Recommendation {
        let side: Side = scenario.allowsShort && words.chance(permille: 400) ? .sell : .buy
        let stop = StopAdvice(distance: .percent(Ratio(units: Ratio.scale / 50)))
        let limit =
            words.chance(permille: 300) ? cents(Price(units: price.units / 1_000 * (side == .buy ? 999 : 1_001))) : nil
        let distance: Distance? =
            words.chance(permille: 600) ? .r(Ratio(units: words.between(1, 4) * Ratio.scale)) : nil
        let byRisk = words.chance(permille: 500)
        return says(
            symbol,
            .enter(
                EntryAdvice(
                    side: side, notional: byRisk ? nil : Money(units: words.between(100, 20_000) * Money.scale),
                    risk: byRisk ? Ratio(units: words.between(1, 20)) : nil, limitPrice: limit, stop: stop,
                    targetDistance: distance)))
    }

    func reduceExposure() -> Recommendation {
        let all = scenario.symbols
        let some = words.chance(permille: 300) ? Array(all.prefix(Int(words.between(1, Int64(all.count))))) : nil
        return says(
            nil,
            .reduceExposure(
                ExposureAdvice(
                    grossWeight: Ratio(units: words.between(0, 10_000)),
                    rule: words.pick(ExposureAdvice.Rule.allCases), symbols: some)))
    }

    /// Anything that the messages of minor 1 can express.
    func wildWords(_ symbol: Symbol?) -> Recommendation {
        let ratios: [Int64] = [0, -1, 1, Ratio.scale / 100, Ratio.scale / 2, Ratio.scale, 5 * Ratio.scale, .max, .min]
        let ratio = Ratio(units: words.pick(ratios))
        let stop = StopAdvice(
            stopPrice: words.chance(permille: 150) ? Price(units: words.pick(ratios)) : nil, limitPrice: nil,
            distance: words.chance(permille: 900) ? wildDistance(ratio) : nil,
            from: words.pick(PriceReference.allCases),
            limitOffset: words.chance(permille: 300) ? Ratio(units: words.pick(ratios)) : nil)
        let advice: Advice
        switch words.below(9) {
        case 0: advice = .protect(stop)
        case 1: advice = .resetStop(stop)
        case 2: advice = .takePartial(PartialAdvice(quantity: Quantity(units: words.pick(ratios)), rung: "v"))
        case 3: advice = .target(TargetAdvice(distance: wildDistance(ratio)))
        case 4:
            let entry = EntryAdvice(
                side: words.chance(permille: 500) ? .buy : .sell, notional: Money(units: words.pick(ratios)),
                risk: words.chance(permille: 300) ? ratio : nil, stop: stop, targetDistance: wildDistance(ratio))
            advice = .enter(entry)
        case 5:
            advice = .advise(AdvisoryAdvice(name: words.chance(permille: 500) ? "stop_scale" : "regime", value: ratio))
        case 6:
            let none: [Symbol]? = words.chance(permille: 300) ? [Symbol(unchecked: "NONE")] : nil
            advice = .reduceExposure(
                ExposureAdvice(grossWeight: ratio, rule: words.pick(ExposureAdvice.Rule.allCases), symbols: none))
        case 7: advice = .veto
        default: advice = .hold
        }
        return says(symbol, advice, words.pick(Urgency.allCases))
    }

    private static let atr: Indicator = {
        do { return try Indicator(.atr, 14, .seconds(60)) } catch { preconditionFailure("\(error)") }
    }()

    private func wildDistance(_ ratio: Ratio) -> Distance {
        switch words.below(4) {
        case 0: .price(Price(units: ratio.units))
        case 1: .percent(ratio)
        case 2: .atr(multiple: ratio, indicator: Self.atr)
        default: .r(ratio)
        }
    }
}
