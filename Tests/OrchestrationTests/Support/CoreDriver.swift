import Foundation
import Orchestration
import Trading

/// Feeds the core, performs its effects against the venue, and checks after every input what must always hold: P1 (at
/// the venue), P2 (one command in flight for a symbol), and that a second core fed the same does the same.
package struct CoreDriver {
    package private(set) var core = Orchestrator()
    private var shadow = Orchestrator()
    package var venue: FakeVenue
    package private(set) var now: Timestamp
    package private(set) var inputs: [(input: Input, at: Timestamp)] = []
    package private(set) var effects: [Effect] = []
    /// The venue's messages on their way to the core.
    package var inbox: [Input] = []
    /// What policies say to a snapshot.
    package var policies: (PortfolioSnapshot) -> [PolicyAnswer] = { _ in [] }
    package var violations: [String] = []
    /// Words of the venue arrive at once; off, ``deliver()`` brings them one by one.
    package var delivers = true
    /// How often the whole state is compared with the second core's.
    package var comparesStateEvery = 1
    /// After so many inputs the second core is made of the first one's state as it is written down; 0: never.
    package var readsStateEvery = 0
    private var flight = InFlightCommands()

    package init(venue: FakeVenue = FakeVenue(), at time: Timestamp = Timestamp(seconds: 1_781_100_000)) {
        self.venue = venue
        now = time
        self.venue.now = time
    }

    // MARK: - Feeding

    /// One input, its effects performed, nothing else delivered.
    package mutating func feed(_ input: Input) {
        inputs.append((input, now))
        flight.settle(input)
        let wanted = core.handle(input, at: now)
        if shadow.handle(input, at: now) != wanted { violations.append("P11: effects differ at input \(inputs.count)") }
        if inputs.count % comparesStateEvery == 0, shadow.state != core.state {
            violations.append("P11: states differ at input \(inputs.count)")
        }
        if readsStateEvery > 0, inputs.count % readsStateEvery == 0 { readState() }
        effects += wanted
        for case .record(.alert(let alert)) in wanted where alert.level == .emergency && alert.kind == nil {
            violations.append("an emergency without a kind: \(alert.reason)")
        }
        if violations.isEmpty { tell(input, wanted) }
        for effect in wanted { perform(effect) }
        violations += venue.violations.dropFirst(seenViolations)
        seenViolations = venue.violations.count
    }
    private var seenViolations = 0

    private mutating func readState() {
        do {
            let written = try JSONEncoder().encode(core.state)
            shadow = Orchestrator(try JSONDecoder().decode(CoreState.self, from: written))
        } catch { violations.append("P11: the state cannot be read: \(error)") }
    }

    private var story: [String] = []

    private mutating func tell(_ input: Input, _ wanted: [Effect]) {
        let seconds = (now.nanoseconds / 1_000_000_000) % 10_000
        switch input {
        case .execution(let report): story.append("\(seconds) < \(report.clientOrderID) \(report.event)")
        case .orderAnswer(let answer, _):
            story.append(
                "\(seconds) < answer \(answer.clientOrderID) \(answer.order.map { "\($0.status)" } ?? "never had it")")
        case .brokerState: story.append("\(seconds) < broker state")
        case .market, .evaluated: break
        default: story.append("\(seconds) < \(String(describing: input).prefix(60))")
        }
        for case .command(let approved) in wanted {
            story.append("\(seconds) > \(String(describing: approved.command).prefix(150))")
        }
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .evaluate(let cycle, let asked, _, let snapshot):
            let answers = policies(snapshot).filter { asked.contains($0.policy) }
            inbox.append(.evaluated(cycle: cycle, answers: answers.sorted { $0.policy < $1.policy }))
        case .command(let approved):
            if let why = flight.depart(approved.command, core.state, at: now) { violations.append(why) }
            let answers = isConnected ? venue.execute(approved.command).map { $0.answering(approved.number) } : []
            if answers.isEmpty { flight.loseQuestion(approved.command) }
            inbox += answers
        case .configure, .dismissBroker, .engageBroker, .wake, .record: break
        }
    }
    package private(set) var isConnected = false

    /// Brings the oldest message that is under way.
    package mutating func deliver() {
        guard !inbox.isEmpty else { return }
        feed(inbox.removeFirst())
    }

    /// Brings everything that is under way, and what follows from it.
    package mutating func settle() {
        var count = 0
        while !inbox.isEmpty {
            deliver()
            count += 1
            guard count < 2_000 else {
                violations.append("it does not come to rest: \(inbox.prefix(3))")
                inbox = []
                return
            }
        }
    }

    package mutating func send(_ input: Input) {
        feed(input)
        if delivers { settle() }
    }

    /// Time passes; the core is woken when it asked to be.
    package mutating func wait(_ span: TimeSpan) {
        now = now + span
        venue.now = now
        send(.wake)
    }

    package mutating func pass(_ span: TimeSpan) {
        now = now + span
        venue.now = now
    }

    // MARK: - Situations

    package mutating func start(
        _ names: [PluginName] = ["stop-loss"], isObserving: Bool = false,
        _ change: (inout CoreConfiguration) -> Void = { _ in }
    ) {
        var configuration = CoreConfiguration(account: "test", policies: names)
        change(&configuration)
        send(.started(Start(epoch: core.state.epoch + 1, configuration: configuration, isObserving: isObserving)))
        for name in names { send(.policyReady(name: name)) }
    }

    package mutating func connect(as name: PluginName = "broker") {
        isConnected = true
        send(.brokerReady(name: name, capabilities: venue.capabilities))
    }

    package mutating func disconnect(_ name: PluginName = "broker") {
        isConnected = false
        inbox.removeAll { input in
            switch input {
            case .execution, .orderAnswer, .brokerState: true
            default: false
            }
        }
        send(.brokerGone(name: name, why: "the test"))
    }

    package mutating func cycle() {
        pass(core.state.configuration.cyclePeriod)
        send(.cycleDue)
    }

    /// A quote at the venue and at the core.
    package mutating func quote(_ symbol: Symbol, _ bid: Price, _ ask: Price, last: Price? = nil) {
        let reports = venue.trade(symbol, bid, ask)
        feed(.market(MarketUpdate(at: now, quotes: [Quote(symbol: symbol, bid: bid, ask: ask, last: last, at: now)])))
        inbox += reports
        if delivers { settle() }
    }

    /// The venue does something by itself.
    package mutating func venueDoes(_ act: (inout FakeVenue) -> [Input]) {
        inbox += act(&venue)
        if delivers { settle() }
    }

    // MARK: - Looking

    package var state: CoreState { core.state }
    package func position(_ symbol: Symbol) -> PositionRecord? { core.state.portfolio.positions[symbol] }
    package func working(_ symbol: Symbol) -> [Order] { core.state.portfolio.orders.working(symbol) }
    package func plan(_ symbol: Symbol) -> PositionPlan? { core.state.plans[symbol] }

    package var records: [Record] {
        effects.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }
    package var alerts: [Alert] { records.compactMap { if case .alert(let alert) = $0 { alert } else { nil } } }
    package var alertReasons: [AlertReason] { alerts.map(\.reason) }
    package func alertReasons(_ level: Alert.Level) -> [AlertReason] {
        alerts.filter { $0.level == level }.map(\.reason)
    }
    package func alertReasons(of kind: Alert.Kind) -> [AlertReason] { alertReasons.filter { $0.kind == kind } }
    /// Why the risk gate refused, each time that it was reported.
    package var gateRefusals: [GateRefusal] { alertReasons.compactMap(\.gateRefusal) }
    package var actions: [ActionSummary] {
        records.compactMap { if case .action(let step) = $0 { step.action } else { nil } }
    }
    package var outcomes: [Outcome] {
        records.compactMap { if case .outcome(let outcome) = $0 { outcome } else { nil } }
    }
    package var decisions: [Decision] {
        records.compactMap { if case .decision(let decision) = $0 { decision } else { nil } }
    }
    package var portfolioDecisions: [PortfolioDecision] {
        records.compactMap { if case .portfolio(let decision) = $0 { decision } else { nil } }
    }
    package var unprotected: [UnprotectedTime] {
        records.compactMap { if case .unprotected(let time) = $0 { time } else { nil } }
    }
    /// Commands other than questions.
    package var orders: [OrderCommand] { commands.filter { $0.symbolIDs != nil } }
    package var commands: [OrderCommand] {
        effects.compactMap { if case .command(let approved) = $0 { approved.command } else { nil } }
    }
    package var submissions: [OrderSubmission] {
        commands.compactMap { if case .submit(let submission) = $0 { submission } else { nil } }
    }

    /// The last inputs, commands and violations, for a person who looks for the cause of a failure.
    package func trail(_ count: Int) -> String { story.suffix(count).joined(separator: "\n") }

    /// Replays everything into a fresh core; says where it differs.
    package func replayDifference() -> String? {
        var fresh = Orchestrator()
        var all: [Effect] = []
        for item in inputs { all += fresh.handle(item.input, at: item.at) }
        if all != effects { return "the effects of a replay differ" }
        return fresh.state == core.state ? nil : "the state of a replay differs"
    }
}

extension Input {
    /// An answer names its question.
    package func answering(_ number: Int64) -> Input {
        switch self {
        case .orderAnswer(let answer, _): .orderAnswer(answer: answer, query: number)
        case .brokerState(let state, _): .brokerState(state: state, query: number)
        default: self
        }
    }
}

extension OrderCommand {
    /// The orders that a command changes; nil for a question.
    package var symbolIDs: [ClientOrderID]? {
        switch self {
        case .submit(let submission): submission.orders.map(\.clientOrderID)
        case .cancel(let id): [id]
        case .replace(let replacement): [replacement.clientOrderID]
        case .query, .reconcile: nil
        }
    }
}

/// Which command of each symbol has not been answered: P2, seen from outside.
struct InFlightCommands {
    private var clock = 0
    /// After this long without an answer what the order cannot sell is protected (I-DOUBT-1).
    private static let doubtLimit = TimeSpan.seconds(60)
    private var commands: [Symbol: Sent] = [:]
    private typealias Sent = (at: Int, ids: Set<ClientOrderID>, isSubmit: Bool, time: Timestamp)
    private var queries: [ClientOrderID: [Int]] = [:]
    private var reconciles: [Int] = []

    /// A command leaves. Returns the violation that this is, if it is one.
    mutating func depart(_ command: OrderCommand, _ state: CoreState, at time: Timestamp) -> String? {
        clock += 1
        switch command {
        case .query(let id): queries[id, default: []].append(clock)
        case .reconcile: reconciles.append(clock)
        case .submit, .cancel, .replace:
            guard let ids = command.symbolIDs, let first = ids.first, let order = state.portfolio.orders[first] else {
                return "P2: a command on an order that is not in the books: \(command)"
            }
            let isSubmit = if case .submit = command { true } else { false }
            defer { commands[order.symbol] = (clock, Set(ids), isSubmit, time) }
            if let other = commands[order.symbol], time < other.time + Self.doubtLimit {
                return "P2: \(command) left while \(other.ids.sorted()) was unanswered"
            }
        }
        return nil
    }

    /// A question that will have no answer, so that a later answer is not taken for its.
    mutating func loseQuestion(_ command: OrderCommand) {
        switch command {
        case .query(let id): queries[id]?.removeLast()
        case .reconcile: reconciles.removeLast()
        case .submit, .cancel, .replace: return
        }
    }

    /// The messages that answer a command.
    mutating func settle(_ input: Input) {
        switch input {
        case .execution(let report): settle(report)
        case .orderAnswer(let answer, _):
            // An order that is over has no request under way any more, whenever it was asked about.
            if answer.order?.isWorking == false { forget { $0.ids.contains(answer.clientOrderID) } }
            guard let asked = queries[answer.clientOrderID]?.first else { return }
            queries[answer.clientOrderID]?.removeFirst()
            forget { $0.ids.contains(answer.clientOrderID) && $0.at < asked }
        case .brokerState:
            guard let asked = reconciles.first else { return }
            reconciles.removeFirst()
            forget { $0.at < asked }
        case .commandNotSent(let command, _): if let ids = command.symbolIDs { forget { $0.ids == Set(ids) } }
        case .brokerGone, .brokerReady, .started:
            self = InFlightCommands()
        case .policyReady, .policyGone, .providerReady, .providerGone, .cycleDue, .evaluated, .market, .history,
            .historyMissing, .control, .asked,
            .wake,
            .messageGap, .clockJumped, .protocolViolation, .pluginNotice, .configured, .misconfigured, .brokerError,
            .settingsAnswered, .pluginManaged,
            .stopping, .cashMovement, .executionCorrection,
            .swapBroker, .brokerLeft, .brokerFailed, .brokerFenced, .brokerFreed:
            return
        }
    }

    private mutating func settle(_ report: ExecutionReport) {
        switch report.event {
        case .accepted, .new, .held: forget { $0.isSubmit && $0.ids.contains(report.clientOrderID) }
        case .canceled, .cancelRejected, .replaceRejected, .restated, .rejected, .expired, .replaced, .fill:
            forget { $0.ids.contains(report.clientOrderID) }
        case .partialFill: forget { $0.isSubmit && $0.ids.contains(report.clientOrderID) }
        case .cancelRequested, .pendingCancel, .replaceRequested, .pendingReplace, .suspended, .stopped, .calculated,
            .doneForDay, .timedOut, .notFound:
            return
        }
    }

    private mutating func forget(_ isAnswered: (Sent) -> Bool) {
        for (symbol, command) in commands where isAnswered(command) { commands[symbol] = nil }
    }
}
