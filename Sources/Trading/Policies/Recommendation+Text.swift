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
