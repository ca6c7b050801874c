import Journal
import Node
import Orchestration
import Trading
import Wire

/// Answers "why?" from the journal: the story of a cycle, a decision or an order.
package struct Explain {
    private let journal: any JournalReader
    private let decoder = WireDecoder()
    /// Entries that one question reads at most.
    private static let limit = 10_000

    package init(_ journal: any JournalReader) { self.journal = journal }

    package struct Event: Encodable {
        package var sequence: Int64
        package var at: Timestamp
        package var record: Record
    }

    package struct Story: Encodable {
        package var id: String
        package var kind: String
        package var events: [Event]
    }

    /// - Returns: nil when the journal knows nothing of that name.
    package func story(of id: String) throws -> Story? {
        let text = id.hasPrefix("c") ? String(id.dropFirst()) : id
        if let cycle = Int64(text) { return try story(id, "cycle", try cycleEvents(cycle)) }
        let orderEvents = try events(mentioning: "order:\(id)")
        if !orderEvents.isEmpty {
            let decisions = orderEvents.compactMap { event -> DecisionID? in
                if case .step(let step) = event.record { return step.decision }
                return nil
            }
            var all = orderEvents
            for decision in Set(decisions) { all += try decisionEvents(decision.text) }
            return try story(id, "order", all)
        }
        return try story(id, "decision", try decisionEvents(id))
    }

    private func story(_ id: String, _ kind: String, _ events: [Event]) throws -> Story? {
        guard !events.isEmpty else { return nil }
        var seen: Set<Int64> = []
        let unique = events.sorted { $0.sequence < $1.sequence }.filter { seen.insert($0.sequence).inserted }
        return Story(id: id, kind: kind, events: unique)
    }

    private func cycleEvents(_ cycle: Int64) throws -> [Event] {
        var all = try events(mentioning: "cycle:\(cycle)")
        for event in all {
            if case .decision(let decision) = event.record { all += try decisionEvents(decision.id.text) }
        }
        return all
    }

    /// The decision, its steps, what became of their orders, and its outcome.
    private func decisionEvents(_ id: String) throws -> [Event] {
        var all = try events(mentioning: "decision:\(id)")
        guard let first = all.first?.sequence else { return [] }
        var orders: Set<ClientOrderID> = []
        var symbol: Symbol?
        for event in all {
            if case .step(let step) = event.record { orders.formUnion(step.orders) }
            if case .decision(let decision) = event.record { symbol = decision.symbol }
        }
        for order in orders { all += try events(mentioning: "order:\(order)").filter { $0.sequence >= first } }
        let last = all.map(\.sequence).max() ?? first
        if let symbol {
            all += try events(mentioning: "symbol:\(symbol)").filter { event in
                guard (first...(last + 2)).contains(event.sequence) else { return false }
                if case .unprotected = event.record { return true }
                return false
            }
        }
        return all
    }

    private func events(mentioning key: String) throws -> [Event] {
        try journal.entries(mentioning: key, limit: Self.limit, newestFirst: false).compactMap(event)
    }

    private func event(_ entry: JournalEntry) throws -> Event? {
        guard entry.kind == .effect, RecordReading.isRecord(entry.type) else { return nil }
        return Event(
            sequence: entry.sequence, at: Timestamp(nanoseconds: entry.at),
            record: try decoder.decode(Record.self, from: entry.body, unknownFields: .ignore))
    }

    /// The newest decisions, oldest first.
    package func decisions(symbol: String?, since: Timestamp?, last: Int) throws -> [Event] {
        let entries =
            try symbol.map { try journal.entries(mentioning: "symbol:\($0)", limit: Self.limit, newestFirst: true) }
            ?? journal.entries(type: "decision", limit: last, newestFirst: true)
        return try entries.filter { $0.type == "decision" && $0.at >= since?.nanoseconds ?? .min }
            .prefix(last).reversed().compactMap(event)
    }
}

// MARK: - For a person

extension Explain.Story {
    package var lines: [String] {
        var lines: [String] = []
        for event in events { lines += Self.tell(event) }
        return lines
    }

    private static func tell(_ event: Explain.Event) -> [String] {
        let time = event.at.description
        switch event.record {
        case .cycleStarted(let start):
            return [
                "\(time)  Cycle \(start.cycle) began (\(start.trigger)): \(Presenter.count(start.positions, "position")), \(Presenter.count(start.openOrders, "open order")), equity $\(start.equity.words)."
            ]
        case .policiesHeard(_, let heard):
            let words = heard.map { "\($0.policy): \($0.failure.map { "missing, \($0)" } ?? "\($0.recommendations)")" }
            return ["\(time)  Policies were asked; recommendations: \(words.joined(separator: "; "))."]
        case .decision(let decision): return decision.story.map { "\(time)  \($0)" }
        case .portfolio(let decision): return decision.dispositions.story.map { "\(time)  \($0)" }
        case .step(let step): return ["\(time)  Step \(step.number): \(step.words), because \(step.why)."]
        case .order(let change):
            return ["\(time)    \(change.order) \(change.event.rawValue.replacing("_", with: " ")): \(change.words)."]
        case .unprotected(let span):
            return ["\(time)  \(span.symbol) had been without a working stop for \(span.lasted): \(span.endedBy)."]
        case .outcome(let outcome):
            return [
                "\(time)  Outcome: \(outcome.words), $\(outcome.lockedIn.words) locked in, \(outcome.remaining) shares left."
            ]
        case .difference(let difference):
            return [
                "\(time)  Broker and books differed: \(difference.kind.rawValue.replacing("_", with: " ")), ours \(difference.ours), the broker's \(difference.brokers): \(difference.done)."
            ]
        case .corporateAction(_, let words): return ["\(time)  Corporate action: \(words)."]
        case .tradingState(let state, let who, let why):
            return ["\(time)  Trading became \(state.rawValue), by \(who): \(why)."]
        case .alert(let alert): return ["\(time)  \(alert.level.rawValue.capitalizedFirst): \(alert.text)."]
        }
    }
}

extension Decision {
    /// Facts, verdict, and the fate of each recommendation.
    package var story: [String] {
        var facts = "\(symbol): \(self.facts.quantity) shares"
        if let average = self.facts.averagePrice { facts += " at \(average)" }
        if let price = self.facts.price { facts += ", market \(price.text(minimumDecimals: 2))" }
        if let profit = self.facts.profit { facts += ", open profit $\(profit.words)" }
        if let inR = self.facts.profitInR { facts += " (\(inR.signed) R)" }
        if let weight = self.facts.weight { facts += ", \(weight.percent) of equity" }
        var lines = ["Decision \(id): \(headline).", "  \(facts)."]
        lines += dispositions.story
        if !intended.isEmpty {
            lines.append("  Plan: " + intended.enumerated().map { "(\($0 + 1)) \($1)" }.joined(separator: "; ") + ".")
        }
        return lines
    }
}

extension [Disposition] {
    /// What each policy recommended, and its fate.
    var story: [String] {
        flatMap { item in
            let by = item.by.map { " by \($0)" } ?? ""
            return [
                "  \(item.policy) recommended to \(item.recommendation.words) (\(item.recommendation.urgency.rawValue)): \(item.recommendation.reason)",
                "    -> \(item.outcome.rawValue)\(by): \(item.why).",
            ]
        }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
