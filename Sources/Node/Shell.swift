import Journal
import Messaging
import Orchestration
import Supervision
import Trading
import Wire

/// The shell around the core: takes what arrives, makes it inputs, and performs what the core wants.
///
/// Invariants:
/// 1. One thread. Whatever arrives goes through ``enqueue(_:at:)``, the journal and the core; nothing else changes state.
/// 2. Effects are performed after ``Node/commit()`` and never before.
/// 3. A plugin can end nobody's cycle but its own: every wait has a deadline.
package final class Shell {
    let node: Node
    let transport: any Transport
    let clock: any Clock
    let observer: any RunObserver
    /// What is in force: a reload changes figures, plugins and their settings in it.
    var options: ShellOptions
    let configuration: (any ConfigurationSource)?
    var configurationDueMilliseconds: Int64
    let codec = MessageCodec()
    /// Of every message; another one from a start, or a swap of the broker, on.
    var epoch: Int64 { node.core.state.epoch }
    /// Gives a role's endpoint to the plugins that the shell starts.
    let endpoint: (Role) -> String

    var sessions: [Peer: PluginSession] = [:]
    /// When the first of them is to be looked at.
    var sessionsDueMilliseconds = Int64.max
    /// Connections from other hosts without a session.
    var unauthenticatedPeers: [Peer: UnauthenticatedPeer] = [:]
    var keysDueMilliseconds = Int64.min
    var throttledLog: (dueMilliseconds: Int64, suppressed: Int) = (.min, 0)
    /// When a person is told again that a key is used by two hosts.
    var rivalsDueMilliseconds: [PluginName: Int64] = [:]
    var children: [PluginName: PluginChild] = [:]
    /// Plugins that a person has stopped.
    var stopped: Set<PluginName> = []
    var pluginFigures: [PluginName: PluginFigures] = [:]
    /// What each plugin that had a session may still say.
    var rateLimiters: [PluginSession.Sender: RateLimiter] = [:]
    /// When the policies of this cycle were asked.
    var askedNanoseconds: [PluginName: Int64] = [:]
    var queue: [(input: Input, at: Timestamp)] = []
    /// Market data that the broker gets as soon as it is durable here.
    var forwards: [[UInt8]] = []
    var evaluation: EvaluationRound?
    /// When the inputs of this turn began to be taken.
    var batchStartedNanoseconds: Int64 = 0
    /// When the cycle that is under way fell due, before its snapshot was made; nil between cycles.
    var cycleStartedNanoseconds: Int64?
    /// Messages to the broker that it has not finished with.
    var brokerWork: [String: Int64] = [:]
    /// Questions among them, with the core's number.
    var brokerQueries: [String: Int64] = [:]
    /// For crash tests: order commands that were sent, and the message whose answer is not lived to see.
    var ordersSent: Int64 = 0
    var fatalMessage: String?
    /// Commands that wait until the broker has finished with others; first in, first out.
    var brokerBacklog: [BrokerCommand] = []
    /// Lockstep: the broker is lost, and until then the tape waits for it to come back.
    var brokerAwaitedUntilMilliseconds: Int64?
    var scheduler: CycleScheduler
    var wakeAt: Timestamp?
    var realTime: RealTime
    var end: RunEnd?
    /// The adapter that was asked to leave, and the person who waits for the swap's end.
    var departure: Departure?
    var swapClient: SwapClient?
    /// Adapters that have said hello and do not trade.
    var waitingBrokers: Set<PluginName> = []
    var sessionCount = 0
    let cyclesAtStart: Int64
    package internal(set) var figures = RunFigures()
    private var stopSignal: () -> Int32?
    private var signalDescriptor: CInt

    /// - Parameters:
    ///   - configuration: where the configuration is read again; nil when it never is.
    ///   - signals: a descriptor that becomes readable when a signal came, and how to ask which one.
    package init(
        node: Node, transport: any Transport, clock: any Clock, observer: any RunObserver, options: ShellOptions,
        configuration: (any ConfigurationSource)? = nil, endpoint: @escaping (Role) -> String,
        signals: (descriptor: CInt, next: () -> Int32?)
    ) {
        self.node = node
        self.transport = transport
        self.clock = clock
        self.observer = observer
        self.options = options
        self.configuration = configuration
        configurationDueMilliseconds = clock.monotonicMilliseconds + ShellLimits.configurationMilliseconds
        self.endpoint = endpoint
        cyclesAtStart = node.core.state.cycle.number
        realTime = RealTime(clock, notBefore: node.core.state.now)
        scheduler = CycleScheduler(
            lockstep: options.lockstep, now: clock.monotonicMilliseconds, startMilliseconds: options.startMilliseconds)
        signalDescriptor = signals.descriptor
        stopSignal = signals.next
    }

    /// Runs until the cycles are done, the tape ends, or a signal comes. Leaves no child behind.
    /// - Throws: ``JournalError``: nothing was sent that is not durable; what protects rests at the broker.
    package func run() throws -> RunEnd {
        defer { endChildren() }
        enqueue(.started(Start(epoch: epoch + 1, configuration: options.core)))
        try turn()
        startChildren()
        while true {
            try wait()
            try turn()
            if let end, queue.isEmpty { return try stop(end) }
        }
    }

    /// One turn: all that is queued becomes durable together, then is performed.
    private func turn() throws {
        if isHeldByBroker { return runScheduler() }
        repeat {
            let batch = queue
            queue = []
            batchStartedNanoseconds = clock.monotonicNanoseconds
            for item in batch { try node.handle(item.input, at: item.at) }
            let outgoing = try node.commit()
            if let entry = options.dieAfterEntry, node.head.sequence >= entry { ChildProcess.dieAtOnce() }
            if let stage = options.dieInSwap, node.core.state.swap?.stage.rawValue == stage { ChildProcess.dieAtOnce() }
            forwardMarket()
            for effect in outgoing { perform(effect) }
            measureCycle(decided: batch.contains { $0.input.isAnswers })
            finishEvaluationIfDone()
        } while !queue.isEmpty
        runScheduler()
    }

    /// In lockstep the broker's reports to one message are one turn, however the transport cut them up.
    private var isHeldByBroker: Bool { options.lockstep && !brokerWork.isEmpty && end == nil }

    private func measureCycle(decided: Bool) {
        guard decided, let start = cycleStartedNanoseconds else { return }
        figures.took((clock.monotonicNanoseconds - start) / 1_000)
        cycleStartedNanoseconds = nil
    }

    private func wait() throws {
        let now = clock.monotonicMilliseconds
        let milliseconds = queue.isEmpty || isHeldByBroker ? max(0, min(nextDeadline - now, 1_000)) : 0
        let outputs = children.keys.sorted().compactMap { children[$0]?.process?.outputDescriptor }
        let arrivals = try transport.wait(
            milliseconds: Int(milliseconds), descriptors: [signalDescriptor] + outputs)
        if let signal = stopSignal() { handle(signal) }
        for notice in arrivals.notices { report(notice) }
        for refused in arrivals.refused { refuse(refused.peer, refused.why) }
        for message in arrivals.messages { receive(message.frames, from: message.peer) }
        pollHosts()
        pollChildren()
        pollSessions()
        pollDeparture()
        pollBrokerWork()
        checkBudget()
        if end == nil { pollConfiguration() }
    }

    private func handle(_ signal: Int32) {
        guard signal == ShellSignals.hangup else { return end = end ?? .signal(signal) }
        _ = reload(why: "asked by SIGHUP")
    }

    func enqueue(_ input: Input) {
        let time = coreTime
        if let span = realTime.consumeJump() { queue.append((.clockJumped(by: span), time)) }
        queue.append((input, time))
    }

    /// The time that goes with an input: the tape's in lockstep, else the real one.
    var coreTime: Timestamp { options.lockstep ? scheduler.tapeTime ?? node.core.state.now : realTime.now(clock) }

    private var nextDeadline: Int64 {
        var earliest = clock.monotonicMilliseconds + 1_000
        // The next period waits for the cycle that is under way.
        if let due = evaluation?.deadlineMilliseconds ?? scheduler.nextDueMilliseconds(options) {
            earliest = min(earliest, due)
        }
        for child in children.values { earliest = min(earliest, child.restartAtMilliseconds ?? .max) }
        if !options.lockstep, let wakeAt {
            earliest = min(earliest, clock.monotonicMilliseconds + max(0, (wakeAt - coreTime).wholeMilliseconds + 1))
        }
        return earliest
    }

    /// A last word to everybody, then the journal's state.
    private func stop(_ end: RunEnd) throws -> RunEnd {
        enqueue(.stopping(why: end.description))
        for item in queue { try node.handle(item.input, at: item.at) }
        queue = []
        for effect in try node.commit() { if case .record = effect { perform(effect) } }
        leaveSwapClient()
        drainPlugins()
        try node.saveSnapshot()
        return end
    }
}

extension Shell {
    /// The core's state, for whoever reports.
    package var state: CoreState { node.core.state }
}
