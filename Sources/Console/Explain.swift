import Journal
import Node
import Orchestration
import Trading
import Wire

/// Answers "why?" from the journal: the story of a decision, an order or a cycle.
///
///     let story = try Explain(reader).story(of: "42.NVDA")
///     for line in story?.lines ?? [] { print(line) }
package struct Explain {
    let records: RecordReader

    package init(_ journal: any JournalReader) { records = RecordReader(journal) }

    package struct Event: Encodable {
        package var sequence: Int64
        package var at: Timestamp
        package var record: Record
    }

    /// - Returns: nil when the journal knows nothing of that name.
    /// - Throws: ``JournalError``, and what decoding an entry throws.
    package func story(of id: String) throws -> Story? {
        if let cycle = Int64(id.hasPrefix("c") ? String(id.dropFirst()) : id) { return try story(ofCycle: cycle) }
        if let order = try orderStory(id) {
            let decision = try order.placedBy.flatMap { try decisionStory($0.text) }
            return Story(id: id, kind: .order, order: order, decisions: decision.map { [$0] } ?? [])
        }
        return try decisionStory(id).map { Story(id: id, kind: .decision, decisions: [$0]) }
    }

    /// The newest decisions, oldest first.
    package func decisions(symbol: String?, since: Timestamp?, last: Int) throws -> [Event] {
        let journal = records.journal
        let entries =
            try symbol.map {
                try journal.entries(mentioning: "symbol:\($0)", limit: RecordReader.limit, newestFirst: true)
            }
            ?? journal.entries(type: "decision", limit: last, newestFirst: true)
        return try entries.filter { $0.type == "decision" && $0.at >= since?.nanoseconds ?? .min }
            .prefix(last).reversed().compactMap(records.event)
    }

    private func story(ofCycle cycle: Int64) throws -> Story? {
        let events = try records.events(mentioning: "cycle:\(cycle)")
        guard !events.isEmpty else { return nil }
        var story = Story(id: "\(cycle)", kind: .cycle, decisions: [])
        for event in events {
            switch event.record {
            case .cycleStarted(let start): story.cycle = Story.Cycle(start, at: event.at)
            case .policiesHeard(_, let heard): story.cycle?.policies = heard
            case .portfolio(let decision): story.cycle?.portfolio = decision.dispositions.map(Story.Fate.init)
            case .decision(let decision):
                if let decision = try decisionStory(decision.id.text) { story.decisions.append(decision) }
            case .step, .waiting, .order, .unprotected, .outcome, .difference, .corporateAction, .tradingState, .swap,
                .alert:
                continue
            }
        }
        return story
    }
}

// MARK: - One decision

extension Explain {
    /// The decision, its steps with what became of their orders, its outcome, and what stood in its way.
    private func decisionStory(_ id: String) throws -> Story.DecisionStory? {
        let own = try records.events(mentioning: "decision:\(id)")
        guard let first = own.first else { return nil }
        var story = Story.DecisionStory(id: id, at: first.at)
        for event in own {
            switch event.record {
            case .decision(let decision): story.take(decision, at: event.at)
            case .step(let step):
                story.symbol = step.symbol
                story.steps.append(try stepStory(step, event))
            case .outcome(let outcome): story.outcomes.append(Story.Told(at: event.at, outcome))
            case .waiting(let waiting):
                story.symbol = waiting.symbol
                if let why = waiting.why { story.obstacles.append(Story.Told(at: event.at, why)) }
            case .cycleStarted, .policiesHeard, .portfolio, .order, .unprotected, .difference, .corporateAction,
                .tradingState, .swap, .alert:
                continue
            }
        }
        try addWhatHappenedMeanwhile(&story, from: first.sequence)
        return story
    }

    private func stepStory(_ step: StepTaken, _ event: Event) throws -> Story.Step {
        Story.Step(
            sequence: event.sequence, number: step.number, at: event.at, words: step.words, why: step.why,
            orders: try step.orders.map { try orderStory($0, after: event.sequence, besides: step.decision) })
    }

    /// Alerts on the symbol, and its time without a stop, until the next decision changes the plan.
    private func addWhatHappenedMeanwhile(_ story: inout Story.DecisionStory, from first: Int64) throws {
        guard let symbol = story.symbol else { return }
        for event in try records.events(mentioning: "symbol:\(symbol)", in: first...Int64.max) {
            switch event.record {
            case .decision(let other):
                if other.plan.id == other.id, other.id.text != story.id { return }
            case .unprotected(let span):
                if span.decision?.text == story.id { story.unprotected.append(span) }
            case .alert(let alert): story.obstacles.append(Story.Told(at: event.at, alert.text))
            case .cycleStarted, .policiesHeard, .portfolio, .step, .waiting, .order, .outcome, .difference,
                .corporateAction,
                .tradingState, .swap:
                continue
            }
        }
    }
}

// MARK: - One order

extension Explain {
    /// The whole life of an order; nil when the journal has none of that name.
    private func orderStory(_ id: String) throws -> Story.OrderStory? {
        let events = try records.events(mentioning: "order:\(id)")
        guard !events.isEmpty else { return nil }
        return Story.OrderStory(ClientOrderID(unchecked: id), events, besides: nil)
    }

    /// What became of an order after a step on it.
    private func orderStory(
        _ id: ClientOrderID, after sequence: Int64, besides decision: DecisionID
    ) throws -> Story.OrderStory {
        Story.OrderStory(
            id, try records.events(mentioning: "order:\(id)", in: (sequence + 1)...Int64.max), besides: decision)
    }
}
