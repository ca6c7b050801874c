import Journal
import Node
import Orchestration
import Trading
import Wire
import Wording

/// Answers "why?" from the journal, for a decision, an order or a cycle.
///
///     let explanation = try Explain(reader).explanation(of: "42.NVDA")
///     for line in explanation?.lines ?? [] { print(line) }
package struct Explain {
    let records: RecordReader

    package init(_ journal: any JournalReader) { records = RecordReader(journal) }

    /// Records that were met on the way and could not be read: another version wrote them.
    package var unreadable: [UnreadableRecord] { records.unreadable }

    package struct Event: Encodable {
        package var sequence: Int64
        package var at: Timestamp
        package var record: Record
    }

    /// - Returns: nil when the journal knows nothing of that name, or nothing that can be read.
    /// - Throws: ``JournalError``.
    package func explanation(of id: String) throws -> Explanation? {
        var explanation = try readableExplanation(of: id)
        if !unreadable.isEmpty { explanation?.unreadable = unreadable }
        return explanation
    }

    private func readableExplanation(of id: String) throws -> Explanation? {
        if let cycle = Int64(id.hasPrefix("c") ? String(id.dropFirst()) : id) { return try explanation(ofCycle: cycle) }
        if let order = try orderExplanation(id) {
            let decision = try order.placedBy.flatMap { try decisionExplanation($0.text) }
            return Explanation(id: id, kind: .order, order: order, decisions: decision.map { [$0] } ?? [])
        }
        return try decisionExplanation(id).map { Explanation(id: id, kind: .decision, decisions: [$0]) }
    }

    /// The newest decisions, oldest first; also plans that the core made itself, such as its own stop: of these there is no
    /// decision, and the first of their actions stands for them.
    package func decisions(symbol: String?, since: Since?, last: Int) throws -> [Event] {
        let told = try toldDecisions(symbol: symbol, since: since, last: last)
        // Before the oldest that is shown there is nothing to add, unless all of them are shown.
        let first = told.count < last ? 0 : told.first?.sequence ?? 0
        return try (told + ownPlans(symbol: symbol, since: since, after: first))
            .sorted { $0.sequence < $1.sequence }.suffix(last)
    }

    /// The first action of each plan without a decision, of the newest actions.
    private func ownPlans(symbol: String?, since: Since?, after sequence: Int64) throws -> [Event] {
        let actions = try records.newest(
            type: "action", since: records.start(of: since), last: Self.actionsRead
        ) { record in
            guard case .action(let step) = record else { return false }
            return symbol == nil || step.symbol.text == symbol
        }.events
        var seen: Set<DecisionID> = []
        return try actions.filter { event in
            guard case .action(let step) = event.record, seen.insert(step.decision).inserted, step.number <= 1,
                event.sequence > sequence
            else { return false }
            return try !records.journal.entries(mentioning: "decision:\(step.decision)", limit: 50)
                .contains { $0.type == "decision" }
        }
    }

    private static let actionsRead = 1_000

    private func toldDecisions(symbol: String?, since: Since?, last: Int) throws -> [Event] {
        let journal = records.journal
        let from = try records.start(of: since)?.nanoseconds ?? .min
        let entries =
            try symbol.map {
                try journal.entries(mentioning: "symbol:\($0)", limit: RecordReader.limit, newestFirst: true)
            }
            ?? journal.entries(type: "decision", limit: last, newestFirst: true)
        return entries.filter { $0.type == "decision" && $0.at >= from }
            .prefix(last).reversed().compactMap(records.event)
    }

    private func explanation(ofCycle cycle: Int64) throws -> Explanation? {
        let events = try records.events(mentioning: "cycle:\(cycle)")
        guard !events.isEmpty else { return nil }
        var explanation = Explanation(id: "\(cycle)", kind: .cycle, decisions: [])
        for event in events {
            switch event.record {
            case .cycleStarted(let start): explanation.cycle = Explanation.Cycle(start, at: event.at)
            case .policiesAnswered(_, let heard): explanation.cycle?.policies = heard
            case .portfolio(let decision):
                explanation.cycle?.portfolio = decision.dispositions.map(Explanation.RecommendationFate.init)
            case .decision(let decision):
                if let decision = try decisionExplanation(decision.id.text) { explanation.decisions.append(decision) }
            case .dispositions, .action, .waiting, .order, .unprotected, .outcome, .discrepancy, .corporateAction,
                .cash, .correction, .tradingState,
                .swap,
                .alert:
                continue
            }
        }
        return explanation
    }
}

// MARK: - One decision

extension Explain {
    /// The decision, its steps with what became of their orders, its outcome, and what stood in its way.
    private func decisionExplanation(_ id: String) throws -> Explanation.DecisionExplanation? {
        let own = try records.events(mentioning: "decision:\(id)")
        guard let first = own.first else { return nil }
        var explanation = Explanation.DecisionExplanation(id: id, at: first.at)
        for event in own {
            switch event.record {
            case .decision(let decision): explanation.apply(decision, at: event.at)
            case .action(let step):
                explanation.symbol = step.symbol
                explanation.steps.append(try actionExplanation(step, event))
            case .outcome(let outcome): explanation.outcomes.append(Explanation.Note(at: event.at, outcome))
            case .waiting(let waiting):
                explanation.symbol = waiting.symbol
                if let why = waiting.why { explanation.obstacles.append(Explanation.Note(at: event.at, why.words)) }
            case .cycleStarted, .policiesAnswered, .portfolio, .dispositions, .order, .unprotected, .discrepancy,
                .corporateAction, .cash, .correction,
                .tradingState, .swap, .alert:
                continue
            }
        }
        try addWhatHappenedMeanwhile(&explanation, from: first.sequence)
        return explanation
    }

    private func actionExplanation(_ step: ActionTaken, _ event: Event) throws -> Explanation.Step {
        Explanation.Step(
            sequence: event.sequence, number: step.number, at: event.at, words: step.action.words, why: step.why.words,
            orders: try step.orders.map { try orderExplanation($0, after: event.sequence, besides: step.decision) })
    }

    /// Alerts on the symbol, and its time without a stop, until the next decision changes the plan.
    private func addWhatHappenedMeanwhile(_ explanation: inout Explanation.DecisionExplanation, from first: Int64)
        throws
    {
        guard let symbol = explanation.symbol else { return }
        for event in try records.events(mentioning: "symbol:\(symbol)", in: first...Int64.max) {
            switch event.record {
            case .decision(let other):
                if other.plan.id == other.id, other.id.text != explanation.id { return }
            case .unprotected(let span):
                if span.decision?.text == explanation.id { explanation.unprotected.append(span) }
            case .alert(let alert):
                explanation.obstacles.append(Explanation.Note(at: event.at, alert.text, alert: alert.name))
            case .cycleStarted, .policiesAnswered, .portfolio, .dispositions, .action, .waiting, .order, .outcome,
                .discrepancy,
                .corporateAction, .cash, .correction,
                .tradingState, .swap:
                continue
            }
        }
    }
}

// MARK: - One order

extension Explain {
    /// The whole life of an order; nil when the journal has none of that name.
    private func orderExplanation(_ id: String) throws -> Explanation.OrderExplanation? {
        let events = try records.events(mentioning: "order:\(id)")
        guard !events.isEmpty else { return nil }
        return Explanation.OrderExplanation(ClientOrderID(unchecked: id), events, besides: nil)
    }

    /// What became of an order after a step on it.
    private func orderExplanation(
        _ id: ClientOrderID, after sequence: Int64, besides decision: DecisionID
    ) throws -> Explanation.OrderExplanation {
        Explanation.OrderExplanation(
            id, try records.events(mentioning: "order:\(id)", in: (sequence + 1)...Int64.max), besides: decision)
    }
}
