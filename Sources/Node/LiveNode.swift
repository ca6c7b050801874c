import Journal
import Messaging
import Orchestration
import Trading
import Wire

/// The loop around the core: takes what arrives, makes it inputs, and performs what the core wants.
///
/// It routes. What must be remembered from one message to the next has one owner below, whose state is private and whose
/// verbs say what is to be done.
///
/// Invariants:
/// 1. One thread. Whatever arrives goes through ``enqueue(_:)``, the journal and the core; nothing else changes state.
/// 2. Effects are performed after ``Node/commit()`` and never before.
/// 3. A plugin can end nobody's cycle but its own: every wait has a deadline.
package final class LiveNode {
    // What it stands on.
    let node: Node
    let transport: any Transport
    let clock: any Clock
    let observer: any RunObserver
    let options: LiveNodeOptions
    let codec = MessageCodec()
    let cyclesAtStart: Int64
    private let signals: (descriptor: CInt, next: () -> Int32?)

    // Who remembers what.
    var inputs: InputQueue
    var sessions: SessionTable
    var remotePeers = RemotePeers()
    var processes: ProcessTable
    var broker: BrokerChannel
    var control = ControlServer()
    var configuration: ConfigurationWatcher
    var scheduler: CycleScheduler
    var cycle = CurrentCycle()
    var history = HistoryRequests()
    var hosted: HostedPlugins
    var statistics = PluginStatistics()
    /// Rows of updates that were told to be left out, by plugin and symbol; and troubles of the journal.
    var told = ToldOnce()
    /// Since when the loop is at work and does not listen.
    private var busySinceMilliseconds: Int64
    #if DEBUG
        var faults: FaultPoints
    #endif
    package internal(set) var figures = RunFigures()
    /// Why the run is to end; the first reason stays.
    private(set) var end: RunEnd?

    /// - Parameters:
    ///   - source: where the configuration is read again; nil when it never is.
    ///   - endpoint: of a role, for the plugins that the loop starts.
    ///   - signals: a descriptor that becomes readable when a signal came, and how to ask which one.
    package init(
        node: Node, transport: any Transport, clock: any Clock, observer: any RunObserver, options: LiveNodeOptions,
        configuration source: (any ConfigurationSource)? = nil, endpoint: @escaping (Role) -> String,
        signals: (descriptor: CInt, next: () -> Int32?)
    ) {
        self.node = node
        self.transport = transport
        self.clock = clock
        self.observer = observer
        self.options = options
        self.signals = signals
        broker = BrokerChannel(lineage: options.lineage)
        hosted = HostedPlugins(options.hosted)
        precondition(hosted.isEmpty || options.lockstep, "hosted plugins know no time but the tape's")
        cyclesAtStart = node.core.state.cycle.number
        let now = clock.monotonicMilliseconds
        busySinceMilliseconds = now
        inputs = InputQueue(clock, notBefore: node.core.state.now)
        sessions = SessionTable(heartbeatMilliseconds: options.heartbeatMilliseconds)
        configuration = ConfigurationWatcher(options, source, now: now)
        scheduler = CycleScheduler(
            lockstep: options.lockstep, now: now, startMilliseconds: options.startMilliseconds)
        processes = ProcessTable(environment: options.environment, childrenBefore: options.childrenBefore) {
            [codec] spec, token in
            try codec.encode(Launch(endpoint: endpoint(spec.role), name: spec.name, token: token))
        }
        #if DEBUG
            faults = options.faults
        #endif
    }

    /// The core's state.
    package var state: CoreState { node.core.state }
    /// Of every message; another one from a start, or a swap of the broker, on.
    var epoch: Int64 { state.epoch }

    /// Runs until the cycles are done, the tape ends, or a signal comes. Leaves no child behind.
    /// - Throws: ``JournalError``: nothing was sent that is not durable; what protects rests at the broker.
    package func run() throws -> RunEnd {
        defer { endProcesses() }
        enqueue(
            .started(
                Start(epoch: epoch + 1, configuration: configuration.core, isObserving: options.isObserving)))
        if let who = options.haltedBy {
            enqueue(.control(Control(command: .halt, who: who, why: "started with --halted")))
        }
        try turn()
        startChildren()
        while true {
            try wait()
            try turn()
            if let end, inputs.isEmpty { return try stop(end) }
        }
    }

    func finish(_ why: RunEnd) { end = end ?? why }

    /// The one way into the core, and so into the journal.
    func enqueue(_ input: Input) { inputs.append(input.bounded, tapeTime: tapeTime, clock) }

    /// In lockstep the time is the tape's; nil: it is the real one.
    private var tapeTime: Timestamp? { options.lockstep ? scheduler.tapeTime ?? state.now : nil }

    /// One turn: all that is queued becomes durable together, then is performed.
    private func turn() throws {
        if isHeldByBroker { return runScheduler() }
        repeat {
            let batch = inputs.takeAll()
            cycle.turnBegins(nowNanoseconds: clock.monotonicNanoseconds)
            for item in batch { try node.handle(item.input, at: item.at) }
            let outgoing = try node.commit()
            tellJournalTroubles()
            #if DEBUG
                faults.committed(entry: node.head.sequence, swapStage: state.swap?.stage.rawValue)
            #endif
            forwardMarket()
            // Commands leave before anything is told about them.
            for effect in outgoing where !effect.isRecord { perform(effect) }
            for effect in outgoing where effect.isRecord { perform(effect) }
            if batch.contains(where: { $0.input.isAnswers }) { measureCycle() }
            finishEvaluationIfDone()
        } while !inputs.isEmpty
        runScheduler()
    }

    private func tellJournalTroubles() {
        for why in node.takeTroubles() {
            observer.log("core", why)
            guard told.insert(LoopLimits.journalSubject, atMost: LoopLimits.leftOutRows) else { continue }
            enqueue(.pluginNotice(plugin: PositionPlan.core, what: why))
        }
    }

    /// In lockstep the broker's reports to one message are one turn, however the transport cut them up.
    private var isHeldByBroker: Bool { options.lockstep && !broker.isIdle && end == nil }

    private func measureCycle() {
        guard let microseconds = cycle.decided(nowNanoseconds: clock.monotonicNanoseconds) else { return }
        figures.cycleTook(microseconds: microseconds)
    }

    private func wait() throws {
        if passesWait { return }
        noteBusyTime()
        let milliseconds = inputs.isEmpty || isHeldByBroker ? min(millisecondsUntilDue, 1_000) : 0
        let arrivals = try transport.wait(
            milliseconds: Int(milliseconds), descriptors: [signals.descriptor] + processes.outputDescriptors)
        busySinceMilliseconds = clock.monotonicMilliseconds
        if let signal = signals.next() { handle(signal) }
        for notice in arrivals.notices { report(notice) }
        for refused in arrivals.refused { refuse(refused.peer, refused.why) }
        for ended in arrivals.ended { connectionEnded(ended.peer, ended.why) }
        for message in arrivals.messages { receive(message.frames, from: message.peer) }
        pollRemotePeers()
        pollProcesses()
        noteBusyTime()
        pollSessions()
        pollDeparture()
        pollBrokerWork()
        pollBudget()
        if end == nil { pollConfiguration() }
    }

    /// Where every plugin is hosted, nothing arrives that a turn waits for.
    private var passesWait: Bool {
        guard !hosted.isEmpty, !inputs.isEmpty, end == nil,
            configuration.plugins.allSatisfy({ hosted.contains($0.name) })
        else { return false }
        return hosted.passesWait(now: clock.monotonicMilliseconds)
    }

    /// Who is silent is judged by time in which the loop listened.
    private func noteBusyTime() {
        let now = clock.monotonicMilliseconds
        let busy = now - busySinceMilliseconds
        guard busy > LoopLimits.busyMilliseconds else { return }
        sessions.coreWasBusy(for: busy, now: now)
        busySinceMilliseconds = now
    }

    private func handle(_ signal: Int32) {
        guard signal == SignalNumber.hangup else { return finish(.signal(signal)) }
        _ = reload(why: "asked by SIGHUP")
    }

    /// How long a wait may last until something is due, 0 or more.
    private var millisecondsUntilDue: Int64 {
        let now = clock.monotonicMilliseconds
        // The next period waits for the cycle that is under way.
        let cycleDue =
            cycle.deadlineMilliseconds
            ?? scheduler.nextDueMilliseconds(paceMilliseconds: options.paceMilliseconds)
        let due = min(cycleDue ?? .max, processes.nextRestartMilliseconds, now + 1_000)
        let wake = options.lockstep ? nil : inputs.millisecondsUntilWake(clock)
        return max(0, min(due - now, wake ?? .max))
    }

    /// The last messages to everybody, then the journal's state.
    private func stop(_ end: RunEnd) throws -> RunEnd {
        enqueue(.stopping(why: end.description))
        for item in inputs.takeAll() { try node.handle(item.input, at: item.at) }
        for effect in try node.commit() { if case .record = effect { perform(effect) } }
        leaveSwapClient()
        drainPlugins()
        try node.saveSnapshot()
        return end
    }
}
