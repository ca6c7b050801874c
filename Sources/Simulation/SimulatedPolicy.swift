import Messaging
import SeededRandom
import Trading
import Wire

/// A policy: sensible, contradicting or malicious. It sees what the venue sees, answers in its time or does not.
final class SimulatedPolicy: SimulatedPlugin {
    enum Character: String, CaseIterable {
        /// A stop for everything, trailing.
        case guardian = "stop-loss"
        /// A target for everything.
        case target = "take-profit"
        /// Partial exits and reductions now and then.
        case trimmer = "partial-profit"
        /// Opens what is flat.
        case entrant = "entries"
        /// Anything at all, with any figures.
        case chaos
    }

    private let character: Character
    let venue: Venue
    private let faults: FaultInjector
    let scenario: Scenario
    var random: SplitMix64
    /// For the advice of the second edition, so that they leave the others as they are.
    var words: SplitMix64
    /// The best price since a stop is trailed, so that a guardian never loosens.
    private var stops: [Symbol: Price] = [:]
    private var rung = 0
    /// The last cycle in which it fails.
    private var silentUntil: Int64 = 0
    /// What it has said, and in which cycle.
    var onAdvice: (Recommendations, Int64) -> Void = { _, _ in }
    /// Recommends what stands, and nothing new.
    var isCalm = false

    init(_ character: Character, _ world: World, _ venue: Venue, _ faults: FaultInjector, _ scenario: Scenario) {
        self.character = character
        self.venue = venue
        self.faults = faults
        self.scenario = scenario
        random = SplitMix64(seed: scenario.seed, name: character.rawValue)
        words = SplitMix64(seed: scenario.seed, name: character.rawValue + " words")
        super.init(PluginName(unchecked: character.rawValue), .policy, world)
    }

    override func handle(_ header: Header, _ body: Bytes) throws {
        guard header.type == .evaluate, let cycle = header.cycle else { return }
        if isSilent(in: cycle) { return }
        if faults.hits(.malicious, 10) { return misbehave(header, cycle) }
        var delay = random.between(1, 40) * World.millisecond
        if faults.hits(.messageDelay, 10) { delay = faults.between(.messageDelay, 100, 3_000) * World.millisecond }
        let advice = Recommendations(scenario.symbols.flatMap(advice(on:)) + adviceOnAll())
        world.after(delay) { [weak self] in
            guard let self, isConnected else { return }
            onAdvice(advice, cycle)
            send(.recommendations, advice, re: header.id, cycle: cycle)
        }
    }

    /// Its process lives, and its code fails for some cycles.
    private func isSilent(in cycle: Int64) -> Bool {
        guard scenario.isSixthEdition, character == .guardian else { return false }
        if cycle > silentUntil, faults.hits(.silentGuard, 20) {
            silentUntil = cycle + faults.between(.silentGuard, 0, 5)
        }
        return cycle <= silentUntil && faults.isStorm
    }

    private func misbehave(_ header: Header, _ cycle: Int64) {
        switch faults.between(.malicious, 0, 5) {
        case 0: break
        case 1: sendRaw(.recommendations, Array("{\"recommendations\":[{".utf8), re: header.id, cycle: cycle)
        case 2: send(.recommendations, Recommendations([]), re: header.id, cycle: cycle + 1)
        case 3: send(.execution, lie())
        case 4:
            let flood = (0..<50).flatMap { _ in scenario.symbols.map(wild) }
            onAdvice(Recommendations(flood), cycle)
            send(.recommendations, Recommendations(flood), re: header.id, cycle: cycle)
        default:
            onAdvice(Recommendations([]), cycle)
            for _ in 0..<3 { send(.recommendations, Recommendations([]), re: header.id, cycle: cycle) }
        }
    }

    /// The end of an order that rests, or a fill of it, reported by a plugin that is no broker.
    private func lie() -> ExecutionReport {
        let symbol = faults.pick(.malicious, scenario.symbols)
        let resting = venue.resting(symbol).first?.order
        var report = ExecutionReport(
            clientOrderID: resting?.id ?? ClientOrderID(unchecked: "lie"), event: .canceled, cumulativeQuantity: .zero,
            at: world.time)
        guard let resting, let price = venue.prices[symbol], faults.between(.malicious, 0, 1) == 1 else {
            return report
        }
        report.event = .fill
        report.executionID = ExecutionID(unchecked: "lie")
        (report.price, report.averagePrice) = (price, price)
        (report.quantity, report.cumulativeQuantity) = (resting.leavesQuantity, resting.terms.quantity)
        return report
    }

    // MARK: - Advice

    private func advice(on symbol: Symbol) -> [Recommendation] {
        guard let price = venue.prices[symbol], !venue.dark.contains(symbol) else { return [] }
        let held = venue.held(symbol)
        switch character {
        case .guardian:
            guard !held.isZero else { return [] }
            let stop = protect(symbol, price, isLong: held.isPositive)
            return [usesWords ? says(symbol, protectByDistance(symbol), .high) : stop]
        case .target:
            guard !held.isZero else { return [] }
            if usesWords { return [says(symbol, .target(TargetAdvice(distance: targetDistance)))] }
            return [says(symbol, .target(price: target(symbol, isLong: held.isPositive)))]
        case .trimmer: return held.isZero || isCalm ? [] : trim(symbol, held)
        case .entrant:
            guard held.isZero, !isCalm, random.chance(permille: 100) else { return [] }
            return [usesWords ? enterByRisk(symbol, price) : enter(symbol, price)]
        case .chaos:
            guard !isCalm, random.chance(permille: 120) else { return [] }
            return [usesWords && words.chance(permille: 500) ? wildWords(symbol) : wild(symbol)]
        }
    }

    /// What concerns the portfolio.
    private func adviceOnAll() -> [Recommendation] {
        guard usesWords, !isCalm else { return [] }
        switch character {
        case .trimmer: return words.chance(permille: 60) ? [reduceExposure()] : []
        case .chaos: return words.chance(permille: 60) ? [wildWords(nil)] : []
        case .guardian, .target, .entrant: return []
        }
    }

    func says(_ symbol: Symbol?, _ advice: Advice, _ urgency: Urgency = .medium) -> Recommendation {
        Recommendation(symbol: symbol, advice: advice, urgency: urgency, reason: "\(character.rawValue) wants it")
    }

    private func protect(_ symbol: Symbol, _ price: Price, isLong: Bool) -> Recommendation {
        let distance = 1_000 + Int64(scenario.symbols.firstIndex(of: symbol) ?? 0) * 500
        let units = price.units / 100_000 * (isLong ? 100_000 - distance : 100_000 + distance)
        var stop = cents(Price(units: units))
        if let before = stops[symbol], isCalm || (isLong ? before > stop : before < stop),
            isLong == (before < price)
        {
            stop = before
        }
        stops[symbol] = stop
        let usesLimit = scenario.usesStopLimits
        let limit = cents(Price(units: stop.units / 1_000 * (isLong ? 995 : 1_005)))
        return says(symbol, .protect(ProtectiveStop(stopPrice: stop, limitPrice: usesLimit ? limit : nil)), .high)
    }

    private func target(_ symbol: Symbol, isLong: Bool) -> Price {
        let average = venue.averages[symbol] ?? .one
        return cents(Price(units: average.units / 100 * (isLong ? 106 : 94)))
    }

    private func trim(_ symbol: Symbol, _ held: Quantity) -> [Recommendation] {
        guard random.chance(permille: 80) else { return [] }
        rung += 1
        switch random.below(4) {
        case 0: return [says(symbol, .reduceTo(quantity: Quantity(units: Int64(held.units.magnitude) / 2)))]
        case 1: return [says(symbol, .exit, random.chance(permille: 300) ? .emergency : .high)]
        case 2 where usesWords:
            let shares = Quantity(units: max(1, Int64(held.units.magnitude) / words.between(1, 6)))
            return [says(symbol, .takePartial(PartialAdvice(quantity: shares, rung: "r\(rung)")))]
        default:
            let fraction = Ratio(units: random.between(1, 9) * Ratio.scale / 10)
            return [says(symbol, .takePartial(fraction: fraction, rung: "r\(rung)"))]
        }
    }

    private func enter(_ symbol: Symbol, _ price: Price) -> Recommendation {
        let side: Side = scenario.allowsShort && random.chance(permille: 400) ? .sell : .buy
        let isLong = side == .buy
        stops[symbol] = nil
        let stop = cents(Price(units: price.units / 100 * (isLong ? 98 : 102)))
        let target = random.chance(permille: 600) ? cents(Price(units: price.units / 100 * (isLong ? 105 : 95))) : nil
        let limit =
            random.chance(permille: 300) ? cents(Price(units: price.units / 1_000 * (isLong ? 999 : 1_001))) : nil
        let quantity = Quantity(shares: random.between(1, 200))
        return says(
            symbol,
            .enter(
                Entry(
                    side: side, quantity: quantity, limitPrice: limit, stop: ProtectiveStop(stopPrice: stop),
                    target: target)))
    }

    /// Anything that can be written down.
    private func wild(_ symbol: Symbol) -> Recommendation {
        let prices: [Int64] = [
            0, -1, 1, 100, Price.scale, 50 * Price.scale, 100 * Price.scale, 1_000 * Price.scale, .max,
        ]
        let sizes: [Int64] = [0, -1, 1, Quantity.scale, 10 * Quantity.scale, 100 * Quantity.scale, .max]
        let price = Price(units: random.pick(prices))
        let near = cents(Price(units: (venue.prices[symbol] ?? .one).units / 1_000 * random.between(900, 1_100)))
        let any = random.chance(permille: 500) ? near : price
        let size = Quantity(units: random.pick(sizes))
        let ratio = Ratio(units: random.pick([0, -1, 1, Ratio.scale / 2, Ratio.scale, .max]))
        let limit = random.chance(permille: 300) ? random.chance(permille: 500) ? near : price : nil
        let stop = ProtectiveStop(stopPrice: any, limitPrice: limit)
        let advice: Advice
        switch random.below(11) {
        case 0: advice = .protect(stop)
        case 1: advice = .resetStop(stop)
        case 2: advice = .takePartial(fraction: ratio, rung: "w\(random.below(20))")
        case 3: advice = .exit
        case 4: advice = .reduceTo(quantity: size)
        case 5: advice = .reduceToWeight(weight: ratio)
        case 6: advice = .target(price: any)
        case 7: advice = .enter(Entry(side: .buy, quantity: size, limitPrice: limit, stop: stop, target: any))
        case 8: advice = .enter(Entry(side: .sell, quantity: size, limitPrice: limit, stop: stop))
        case 9: advice = .release
        default: advice = .veto
        }
        let until =
            random.chance(permille: 100) ? Timestamp(nanoseconds: random.pick([0, world.time.nanoseconds, .max])) : nil
        return Recommendation(
            symbol: symbol, advice: advice, urgency: random.pick(Urgency.allCases), reason: "chaos", validUntil: until)
    }

    func cents(_ price: Price) -> Price {
        Price(units: max(1, price.units / (Price.scale / 100)) * (Price.scale / 100))
    }
}
