extension Recommendation {
    /// In a few words for a person: `protect with a stop-limit at 186.23`.
    package var words: String {
        switch advice {
        case .protect(let stop): "protect with a \(stop.words)"
        case .resetStop(let stop): "reset the stop to a \(stop.words)"
        case .takePartial(let fraction, let rung): "take \(fraction.percent) off (rung \(rung))"
        case .exit: "exit"
        case .reduceTo(let quantity): "hold \(quantity) at most"
        case .reduceToWeight(let weight): "hold \(weight.percent) of equity at most"
        case .target(let price): "take profit at \(price.text(minimumDecimals: 2))"
        case .enter(let entry):
            "\(entry.side.rawValue) \(entry.quantity) with a \(entry.stop.words)"
        case .hold: "hold"
        case .veto: "no new entry"
        case .release: "give up its target"
        }
    }
}

extension ProtectiveStop {
    package var words: String {
        guard let limitPrice else { return "stop at \(stopPrice.text(minimumDecimals: 2))" }
        return "stop-limit at \(stopPrice.text(minimumDecimals: 2)) (limit \(limitPrice.text(minimumDecimals: 2)))"
    }
}

extension Ratio {
    /// As a percentage with at most one decimal: 0.42 is `42 %`.
    package var percent: String {
        let tenths = Rounding.halfAwayFromZero.quotient(Int128(units) * 1_000, Int128(Ratio.scale))
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10) %" : "\(sign)\(size / 10).\(size % 10) %"
    }

    /// With two decimals and its sign: `+2.50`.
    package var signed: String {
        let hundredths = Rounding.halfAwayFromZero.quotient(Int128(units) * 100, Int128(Ratio.scale))
        let size = hundredths.magnitude
        let fraction = size % 100
        return "\(hundredths < 0 ? "-" : "+")\(size / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Money {
    /// Dollars and cents with separators: `1,207.01`; rounded half away from zero.
    package var words: String {
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
}

extension Recommendation {
    /// All of it in one line, by which equals are put in order: what `String(describing:)` gives, without asking the
    /// runtime for every field, since a policy may send thousands.
    package var text: String {
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
            case .takePartial(let fraction, let rung):
                "takePartial(fraction: \(fraction), rung: \(rung.debugDescription))"
            case .exit: "exit"
            case .reduceTo(let quantity): "reduceTo(quantity: \(quantity))"
            case .reduceToWeight(let weight): "reduceToWeight(weight: \(weight))"
            case .target(let price): "target(price: \(price))"
            case .enter(let entry): "enter(\(entry.text))"
            case .hold: "hold"
            case .veto: "veto"
            case .release: "release"
            }
        return "Trading.Advice.\(inner)"
    }
}

extension ProtectiveStop {
    fileprivate var text: String {
        "Trading.ProtectiveStop(stopPrice: \(stopPrice), limitPrice: \(optional(limitPrice)))"
    }
}

extension Entry {
    fileprivate var text: String {
        "Trading.Entry(side: Trading.Side.\(side.rawValue), quantity: \(quantity), limitPrice: \(optional(limitPrice)), "
            + "stop: \(stop.text), target: \(optional(target)))"
    }
}

private func optional(_ value: (some CustomStringConvertible)?) -> String { value.map { "Optional(\($0))" } ?? "nil" }
