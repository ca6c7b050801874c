extension Recommendation {
    /// In a few words for a person: `protect with a stop-limit at 186.23`.
    public var words: String {
        switch advice {
        case .protect(let stop): "protect with a \(stop.words)"
        case .resetStop(let stop): "reset the stop to a \(stop.words)"
        case .takePartial(let part): "take \(part.words) off (rung \(part.rung))"
        case .exit: "exit"
        case .reduceTo(let quantity): "hold \(quantity) at most"
        case .reduceToWeight(let weight): "hold \(weight.percent) of equity at most"
        case .reduceExposure(let exposure): exposure.words
        case .target(let target): "take profit \(target.words)"
        case .enter(let entry): "\(entry.side.rawValue) \(entry.sizeWords) with a \(entry.stop.words)"
        case .advise(let advisory): "let the others know: \(advisory.name) \(advisory.value)"
        case .hold: "hold"
        case .veto: "no new entry"
        case .release: "give up its target"
        }
    }
}

extension Distance {
    public var words: String {
        switch self {
        case .price(let amount): "$\(amount.text(minimumDecimals: 2))"
        case .percent(let share): share.percent
        case .atr(let multiple, let indicator): "\(multiple) \(indicator)"
        case .r(let multiple): "\(multiple) R"
        }
    }
}

extension StopAdvice {
    public var words: String {
        if let stopPrice {
            let stop = ProtectiveStop(stopPrice: stopPrice, limitPrice: limitPrice)
            return stop.words + (limitOffset.map { ", its limit \($0.percent) beyond" } ?? "")
        }
        let kind = limitOffset == nil ? "stop" : "stop-limit"
        let reference =
            switch from ?? .average {
            case .average: "the average price"
            case .highWater: "the best price"
            case .last: "the last price"
            }
        return "\(kind) \(distance?.words ?? "nowhere") from \(reference)"
    }
}

extension TargetAdvice {
    public var words: String {
        if let price { return "at \(price.text(minimumDecimals: 2))" }
        return "\(distance?.words ?? "nowhere") from the average price"
    }
}

extension PartialAdvice {
    public var words: String { fraction?.percent ?? quantity.map { "\($0) shares" } ?? "nothing" }
}

extension EntryAdvice {
    fileprivate var sizeWords: String {
        quantity.map { "\($0)" } ?? notional.map { "$\($0.words)" } ?? risk.map { "\($0.percent) of equity at risk" }
            ?? "nothing"
    }
}

extension ExposureAdvice {
    fileprivate var words: String {
        let scope = symbols.map { " in \($0.map(\.text).joined(separator: ", ")) together" } ?? ""
        return "hold \(grossWeight.percent) of equity at most\(scope), \(rule.rawValue.replacing("_", with: " "))"
    }
}

extension ProtectiveStop {
    public var words: String {
        guard let limitPrice else { return "stop at \(stopPrice.text(minimumDecimals: 2))" }
        return "stop-limit at \(stopPrice.text(minimumDecimals: 2)) (limit \(limitPrice.text(minimumDecimals: 2)))"
    }
}

extension PriorityClass {
    public var words: String {
        switch self {
        case .emergency: "emergency"
        case .protection: "protection"
        case .exit: "exit"
        case .partialProfit: "partial profit"
        case .riskReduction: "risk reduction"
        case .target: "target"
        case .entry: "entry"
        case .none: "no action"
        }
    }
}
