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

extension Ratio {
    /// As a percentage with at most one decimal: 0.42 is `42 %`.
    public var percent: String {
        let tenths = Rounding.halfAwayFromZero.quotient(Int128(units) * 1_000, Int128(Ratio.scale))
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10) %" : "\(sign)\(size / 10).\(size % 10) %"
    }

    /// As a percentage with at most two decimals: 0.0305 is `3.05 %`.
    package var precisePercent: String {
        let hundredths = Rounding.halfAwayFromZero.quotient(Int128(units) * 10_000, Int128(Ratio.scale))
        guard hundredths % 10 != 0 else { return percent }
        let size = hundredths.magnitude
        let fraction = size % 100
        return "\(hundredths < 0 ? "-" : "")\(size / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
    }

    /// With two decimals and its sign: `+2.50`.
    public var signed: String {
        let hundredths = Rounding.halfAwayFromZero.quotient(Int128(units) * 100, Int128(Ratio.scale))
        let size = hundredths.magnitude
        let fraction = size % 100
        return "\(hundredths < 0 ? "-" : "+")\(size / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Money {
    /// Dollars and cents with separators: `1,207.01`; rounded half away from zero.
    public var words: String {
        let cents = Rounding.halfAwayFromZero.quotient(Int128(units) * 100, Int128(Money.scale))
        let size = cents.magnitude
        var whole = String(size / 100)
        var grouped = ""
        while whole.utf8.count > 3 {
            grouped = "," + whole.suffix(3) + grouped
            whole.removeLast(3)
        }
        let fraction = size % 100
        return "\(cents < 0 ? "-" : "")\(whole)\(grouped).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// A realized figure: `profit of $602.83`, `loss of $651.00`.
    package var profitWords: String {
        let words = words
        return isNegative ? "loss of $\(words.drop { $0 == "-" })" : "profit of $\(words)"
    }
}

extension Recommendation {
    /// All of it in one line, by which equals are put in order: what `String(describing:)` gives, without asking the
    /// runtime for every field, since a policy may send thousands.
    public var text: String {
        "Recommendation(symbol: \(optional(symbol)), advice: \(advice.text), urgency: Trading.Urgency.\(urgency.rawValue), "
            + "reason: \(reason.debugDescription), evidence: \(evidenceText), confidence: \(optional(confidence)), "
            + "validUntil: \(optional(validUntil)))"
    }

    private var evidenceText: String {
        guard let evidence else { return "nil" }
        let items = evidence.map {
            "Trading.Evidence(name: \($0.name.debugDescription), value: \($0.value.debugDescription))"
        }
        return "Optional([\(items.joined(separator: ", "))])"
    }
}

extension Advice {
    fileprivate var text: String {
        let inner =
            switch self {
            case .protect(let stop): "protect(\(stop.text))"
            case .resetStop(let stop): "resetStop(\(stop.text))"
            case .takePartial(let part):
                "takePartial(\(optional(part.fraction)) \(optional(part.quantity)) \(part.rung.debugDescription))"
            case .exit: "exit"
            case .reduceTo(let quantity): "reduceTo(\(quantity))"
            case .reduceToWeight(let weight): "reduceToWeight(\(weight))"
            case .reduceExposure(let exposure):
                "reduceExposure(\(exposure.grossWeight) \(exposure.rule.rawValue) \(exposure.symbols.map { $0.map(\.text).joined(separator: " ") } ?? "all"))"
            case .target(let target): "target(\(target.text))"
            case .enter(let entry): "enter(\(entry.text))"
            case .advise(let advisory): "advise(\(advisory.name.debugDescription) \(advisory.value))"
            case .hold: "hold"
            case .veto: "veto"
            case .release: "release"
            }
        return inner
    }
}

extension Distance {
    fileprivate var text: String {
        switch self {
        case .price(let amount): "price \(amount)"
        case .percent(let share): "percent \(share)"
        case .atr(let multiple, let indicator): "atr \(multiple) \(indicator)"
        case .r(let multiple): "r \(multiple)"
        }
    }
}

extension StopAdvice {
    fileprivate var text: String {
        "\(optional(stopPrice)) \(optional(limitPrice)) \(distance?.text ?? "nil") \(from?.rawValue ?? "nil") \(optional(limitOffset))"
    }
}

extension TargetAdvice {
    fileprivate var text: String { "\(optional(price)) \(distance?.text ?? "nil")" }
}

extension EntryAdvice {
    fileprivate var text: String {
        "\(side.rawValue) \(optional(quantity)) \(optional(notional)) \(optional(risk)) \(optional(limitPrice)) "
            + "(\(stop.text)) \(optional(target)) \(targetDistance?.text ?? "nil")"
    }
}

private func optional(_ value: (some CustomStringConvertible)?) -> String { value.map { "Optional(\($0))" } ?? "nil" }
