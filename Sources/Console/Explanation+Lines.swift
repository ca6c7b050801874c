import Orchestration
import Trading
import Wording

/// The explanation for a person: read in half a minute.
extension Explain.Explanation {
    package var lines: [String] {
        var lines: [String] = []
        if let cycle {
            lines += cycle.lines
            if decisions.isEmpty { lines.append("  No decision was news: what stood before stands on.") }
        }
        if let order { lines += order.explanation }
        for decision in decisions {
            if !lines.isEmpty { lines.append("") }
            lines += decision.lines
        }
        return lines.map(\.onOneLine)
    }
}

extension Explain.Explanation.Cycle {
    fileprivate var lines: [String] {
        let words = policies.map { heard in
            "\(heard.policy) " + (heard.failure.map { "MISSING (\($0))" } ?? "\(heard.recommendations)")
        }
        var lines = [
            "Cycle \(number) began at \(at.words) (\(trigger)): \(Presenter.count(positions, "position")), \(Presenter.count(openOrders, "open order")), equity \(equity.dollars).",
            "  Recommendations: \(words.isEmpty ? "no policy was asked" : words.joined(separator: ", ")).",
        ]
        if !missing.isEmpty {
            lines.append("  Not connected: \(missing.map(\.text).joined(separator: ", ")).")
        }
        if !portfolio.isEmpty { lines.append("  The portfolio as a whole") }
        for fate in portfolio { lines += fate.lines(portfolio.map(\.policy.text.count).max() ?? 0) }
        return lines
    }
}

extension Explain.Explanation.DecisionExplanation {
    fileprivate var lines: [String] {
        var lines = ["Decision \(id), \(at.words): \(headline ?? "a plan of the core itself")."]
        if let symbol, let facts { lines.append("  \(facts.words(symbol)).") }
        lines += recommendationLines
        if steps.isEmpty, !intended.isEmpty {
            lines.append("  Planned, and no step was taken: \(intended.joined(separator: "; ")).")
        } else if steps.isEmpty {
            lines.append("  Steps: none; what stands fits already.")
        } else {
            lines.append("  Steps")
            for step in steps { lines += step.lines(beside: at) }
        }
        lines += endLines
        return lines
    }

    private var recommendationLines: [String] {
        let width = recommendations.map(\.policy.text.count).max() ?? 0
        var lines: [String] = []
        var heading = ""
        for fate in recommendations {
            if fate.outcome.rawValue != heading {
                heading = fate.outcome.rawValue
                lines.append("  \(heading.capitalizedFirst)")
            }
            lines += fate.lines(width)
        }
        return lines
    }

    /// What stood in its way, and how it ended. Of many alike the first few: `--json` has all.
    private var endLines: [String] {
        var lines: [String] = []
        if !obstacles.isEmpty { lines.append("  In its way") }
        for told in obstacles.prefix(5) {
            let name = told.alert.map { " [\($0)]" } ?? ""
            lines.append("    \(told.at.clock(beside: at))  \(told.words)\(name)")
        }
        if obstacles.count > 5 { lines.append("    ... and \(obstacles.count - 5) more (--json)") }
        for outcome in outcomes { lines.append("  Outcome  \(outcome.at.clock(beside: at))  \(outcome.words)") }
        // What is over within a second is the moment between two orders.
        for span in unprotected where span.lasted >= .seconds(1) {
            lines.append("  Without a working stop for \(span.lasted): \(span.endedBy.words)")
        }
        return lines
    }
}

extension DecisionFacts {
    /// `NVDA: 287 shares at 184.8644, market 189.07, open profit $1,207.01 (+2.50 R), 42 % of equity`.
    fileprivate func words(_ symbol: Symbol) -> String {
        var words = quantity.isZero ? "\(symbol): nothing held" : "\(symbol): \(quantity) shares"
        if let averagePrice { words += " at \(averagePrice)" }
        if let price { words += ", market \(price.text(minimumDecimals: 2))" }
        if let profit { words += ", open profit \(profit.dollars)" }
        if let profitInR { words += " (\(profitInR.signed) R)" }
        if let weight { words += ", \(weight.percent) of equity" }
        return words
    }
}

extension Explain.Explanation.RecommendationFate {
    /// One line for what was said; a second where something prevailed over it.
    fileprivate func lines(_ width: Int) -> [String] {
        let name = policy.text.padded(width)
        let said = "    \(name)  \(advice): \(reason)"
        guard outcome != .taken else { return ["\(said) -> \(why)"] }
        let prevailed = by.flatMap { $0 == policy ? nil : "\(outcome.rawValue) by \($0)" } ?? outcome.rawValue
        return [said, "    \(String(repeating: " ", count: width))  -> \(prevailed): \(why)"]
    }
}

extension Explain.Explanation.Step {
    fileprivate func lines(beside start: Timestamp) -> [String] {
        ["    \(at.clock(beside: start))  \(number). \(words) (\(why))"]
            + orders.map { "                 -> \($0.fate(beside: at))" }
    }
}

extension Explain.Explanation.OrderExplanation {
    /// What became of it, in one line.
    fileprivate func fate(beside start: Timestamp) -> String {
        guard let last = words.last else { return "\(id): no word of the broker" }
        let fills = words.filter(\.isFill)
        var parts = fills.prefix(3).map { $0.words + time($0, start) }
        if fills.count > 3 { parts.append("and \(fills.count - 3) more fills") }
        if !last.isFill { parts.append("\(last.fate)\(time(last, start))") }
        let by = changedBy.map { " (by decision \($0))" } ?? ""
        return parts.joined(separator: "; ") + by + "  [\(id)]"
    }

    private func time(_ word: Entry, _ start: Timestamp) -> String {
        word.at == start ? "" : " at \(word.at.clock(beside: start))"
    }

    /// Its whole life, for the question about the order itself.
    fileprivate var explanation: [String] {
        let start = words.first?.at ?? Timestamp(nanoseconds: 0)
        let by = placedBy.map { "placed by decision \($0)" } ?? "found at the broker"
        let changed = changedBy.map { ", changed by decision \($0)" } ?? ""
        var lines = ["Order \(id), \(start.words): \(by)\(changed)."]
        for word in words.prefix(20) { lines.append("    \(word.at.clock(beside: start))  \(word.fate)") }
        if words.count > 20 { lines.append("    ... and \(words.count - 20) more (--json)") }
        return lines
    }
}

extension Explain.Explanation.OrderExplanation.Entry {
    fileprivate var isFill: Bool { event == .fill || event == .partialFill }

    fileprivate var fate: String {
        guard let event else { return words }
        return switch event {
        case .fill, .partialFill: words
        case .new, .accepted, .held: "\(event == .new ? "working" : event.rawValue): \(words)"
        case .canceled: "canceled, confirmed: \(words)"
        case .restated: "order amended: \(words)"
        case .timedOut, .notFound, .cancelRequested, .pendingCancel, .cancelRejected, .expired,
            .replaceRequested, .pendingReplace, .replaceRejected, .replaced, .rejected, .suspended, .stopped,
            .calculated, .doneForDay:
            "\(event.rawValue.spaced): \(words)"
        }
    }
}
