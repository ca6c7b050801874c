import Journal
import Node
import Orchestration
import Trading

/// Answers "why did nothing happen?" to a symbol, from the journal alone.
///
/// 1. What policies said stands in the journal for every cycle (`evaluated`). What became of it is recorded when it is
///    news, and stands until the next record: so every cycle of the window is answered for.
/// 2. What stands in the way now is read from the recovered state; what stood in the way before, from the records.
/// 3. If something did happen, that is said first.
package struct WhyNot {
    let records: RecordReader
    /// Cycles that one question reads at most; the newest.
    static let cycleLimit = 5_000

    package init(_ journal: any JournalReader) { records = RecordReader(journal) }

    /// - Throws: ``JournalError``, and ``RecoveryError`` for an entry that cannot be read.
    package func answer(_ symbol: Symbol, since: Since = .anHour) throws -> Answer {
        let recovered = try Recovery.rebuild(from: records.journal)
        let state = recovered.core.state
        let window = try window(since, end: state.now)
        var facts = Facts(symbol: symbol, window: window, state: state)
        try read(&facts)
        var answer = Answer(symbol: symbol, from: window.from, to: window.to, cycles: facts.cycles.count)
        answer.isCut = facts.cycles.count == Self.cycleLimit
        answer.happened = facts.happened
        answer.standing = Answer.Standing(symbol, state)
        answer.lastDecision = facts.lastDecision.flatMap(Answer.LastDecision.init)
        answer.reasons = Reasons(facts).all
        answer.doubt = recovered.doubt
        answer.unreadable = records.unreadable.isEmpty ? nil : records.unreadable
        return answer
    }

    // MARK: - The window

    struct Window {
        var from: Timestamp
        var to: Timestamp
        var sequences: ClosedRange<Int64>
        /// Entries before the window.
        var before: ClosedRange<Int64> { 0...(sequences.lowerBound - 1) }
    }

    private func window(_ since: Since, end: Timestamp) throws -> Window {
        let head = try records.journal.head.sequence
        let from = since.start(before: end)
        let low = try records.firstSequence(since: from)
        return Window(from: from, to: end, sequences: low...max(low, head))
    }
}

// MARK: - What was read

extension WhyNot {
    /// What the journal says of the symbol and its surroundings in the window.
    struct Facts {
        let symbol: Symbol
        let window: Window
        let state: CoreState
        var cycles: [Cycle] = []
        /// The records of the symbol, oldest first.
        var events: [Explain.Event] = []
        /// The newest decision of the symbol before the window.
        var decisionBefore: Explain.Event?
        /// What the newest record before the window has on the advice on the symbol: a decision, or dispositions alone.
        var dispositionsBefore: Explain.Event?
        /// What the symbol's plan waited for when the window began.
        var waitingBefore: Explain.Event?
        /// The refusal that stands at the end of the journal, when it is older than the window.
        var refusalBefore: Explain.Event?
        /// Trading states: the one that stood when the window began, and those of the window.
        var tradingStates: [Explain.Event] = []
        /// The broker's comings and goings, likewise.
        var brokerTurns: [BrokerTurn] = []
        /// Steps of swaps of the broker, likewise.
        var swaps: [Explain.Event] = []
        var happened: [Answer.Happened] = []
        /// The decision that made the plan as it is, when no step has followed it.
        var idleDecision: Explain.Event?
        var isKnown = false

        var lastDecision: Explain.Event? {
            events.last { if case .decision = $0.record { true } else { false } } ?? decisionBefore
        }
    }

    /// One cycle, as far as the symbol is concerned.
    struct Cycle {
        var number: Int64
        var at: Timestamp
        var asked: [PluginName] = []
        var missing: [PluginName] = []
        /// Asked, and without an answer in time; why.
        var late: [(policy: PluginName, why: String)] = []
        var said: [PolicyAdvice] = []
        var isAnswered = false
    }

    struct BrokerTurn {
        var at: Timestamp
        /// It began the journal.
        var isFirstEntry = false
        /// Nil when it connected.
        var why: String?
        var words: String
    }

    private func read(_ facts: inout Facts) throws {
        let key = "symbol:\(facts.symbol)"
        facts.events = try records.events(mentioning: key, in: facts.window.sequences)
        facts.decisionBefore = try records.last(mentioning: key, in: facts.window.before) {
            if case .decision = $0 { true } else { false }
        }
        facts.dispositionsBefore = try records.last(mentioning: key, in: facts.window.before) {
            switch $0 {
            case .decision, .dispositions: true
            default: false
            }
        }
        facts.waitingBefore = try records.last(mentioning: key, in: facts.window.before) {
            if case .waiting = $0 { true } else { false }
        }
        let reasons = facts.state.holds.reportedReasons(of: facts.symbol)
        if !reasons.isEmpty {
            facts.refusalBefore = try records.last(mentioning: key, in: facts.window.before) { record in
                guard case .alert(let alert) = record else { return false }
                return reasons.contains { $0.isReported(by: alert) }
            }
        }
        facts.cycles = try cycles(facts.symbol, facts.window)
        facts.tradingStates = try standing(type: "trading_state", facts.window).compactMap(records.event)
        facts.swaps = try standing(type: "swap", facts.window).compactMap(records.event)
        facts.brokerTurns = try brokerTurns(facts.window)
        facts.happened = try happened(facts.events)
        facts.idleDecision = try idleDecision(facts)
        facts.isKnown =
            try !facts.events.isEmpty || facts.cycles.contains { !$0.said.isEmpty }
            || !records.journal.entries(mentioning: key, limit: 1).isEmpty
    }

    private func idleDecision(_ facts: Facts) throws -> Explain.Event? {
        guard let event = facts.lastDecision, case .decision(let decision) = event.record,
            facts.state.plans[facts.symbol]?.id == decision.id, decision.plan.id == decision.id,
            !decision.intended.isEmpty
        else { return nil }
        let step = try records.last(mentioning: "decision:\(decision.id)", in: event.sequence...Int64.max) {
            if case .action = $0 { true } else { false }
        }
        return step == nil ? event : nil
    }

    /// The entries of a type in the window, and the one that stood when it began.
    private func standing(type: String, _ window: Window) throws -> [JournalEntry] {
        let before = try records.journal.entries(
            EntryQuery(.type(type), in: window.before, limit: 1, newestFirst: true))
        let inside = try records.journal.entries(
            EntryQuery(.type(type), in: window.sequences, limit: RecordReader.limit, newestFirst: true))
        return before + inside.reversed()
    }

    private func brokerTurns(_ window: Window) throws -> [BrokerTurn] {
        let entries = try ["broker_ready", "broker_gone", "started"].flatMap { try standing(type: $0, window) }
        let first = try firstInput()
        return entries.sorted { $0.sequence < $1.sequence }.map { entry in
            let at = Timestamp(nanoseconds: entry.at)
            let input = records.input(entry)
            if case .brokerReady(let name, _) = input { return BrokerTurn(at: at, why: nil, words: "\(name)") }
            if case .brokerGone(let name, let why) = input {
                return BrokerTurn(at: at, why: why, words: "the broker \(name) was gone")
            }
            return BrokerTurn(
                at: at, isFirstEntry: entry.sequence == first, why: "the core had just started",
                words: "no broker was connected")
        }
    }

    /// Before it there is the number of the journal's format at most.
    private func firstInput() throws -> Int64? {
        try records.journal.entries(from: 1, limit: 2).first { $0.kind == .input }?.sequence
    }

    private func cycles(_ symbol: Symbol, _ window: Window) throws -> [Cycle] {
        var cycles: [Int64: Cycle] = [:]
        let starts = try records.journal.entries(
            EntryQuery(.type("cycle_started"), in: window.sequences, limit: Self.cycleLimit, newestFirst: true))
        for event in starts.compactMap(records.event) {
            guard case .cycleStarted(let start) = event.record else { continue }
            cycles[start.cycle] = Cycle(
                number: start.cycle, at: event.at, asked: start.asked, missing: start.missing)
        }
        try forEachAnswer(window) { number, answers in
            guard var cycle = cycles[number] else { return }
            cycle.isAnswered = true
            for answer in answers {
                if let why = answer.failure { cycle.late.append((answer.policy, why)) }
                for recommendation in answer.recommendations where recommendation.concerns(symbol) {
                    cycle.said.append(PolicyAdvice(policy: answer.policy, recommendation: recommendation))
                }
            }
            cycles[number] = cycle
        }
        return cycles.values.sorted { $0.number < $1.number }
    }

    /// In batches, newest first, so that a long window does not stand in memory as a whole.
    private func forEachAnswer(_ window: Window, _ body: (Int64, [PolicyAnswer]) -> Void) throws {
        var upper = window.sequences.upperBound
        var left = Self.cycleLimit
        while left > 0, upper >= window.sequences.lowerBound {
            let entries = try records.journal.entries(
                EntryQuery(
                    .type("evaluated"), in: window.sequences.lowerBound...upper, limit: min(left, 200),
                    newestFirst: true))
            for entry in entries {
                if case .evaluated(let cycle, let answers) = records.input(entry) { body(cycle, answers) }
            }
            guard let oldest = entries.last else { return }
            upper = oldest.sequence - 1
            left -= entries.count
        }
    }
}

extension Recommendation {
    /// It concerns the symbol, forbids every entry, or bounds an exposure of which the symbol is a part.
    fileprivate func concerns(_ wanted: Symbol) -> Bool {
        switch advice {
        case .veto: symbol == nil || symbol == wanted
        case .reduceExposure(let wish): symbol == nil && wish.symbols?.contains(wanted) ?? true
        case .protect, .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .target, .enter, .advise, .hold,
            .release:
            symbol == wanted
        }
    }
}
