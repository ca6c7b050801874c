import Orchestration
import Trading
import Wire

/// Starting together, cycling, and moving the tape.
extension Shell {
    /// Called when the queue is empty.
    func keepPace() {
        guard end == nil else { return }
        wakeCore()
        switch pace.stage {
        case .barrier(let until):
            guard areAllReady || clock.monotonicMilliseconds >= until else { return }
            pace.barrierFell()
            if options.lockstep { return advanceTape() }
            openToPlugins()
        case .firstUpdate:
            if pace.tapeTime != nil || pace.hasTapeEnded { return openToPlugins() }
            if !pace.awaitsProvider { advanceTape() }
        case .running: options.lockstep ? keepLockstep() : keepRealTime()
        }
    }

    private var areAllReady: Bool {
        options.plugins.allSatisfy { spec in
            !isEngaged(spec)
                || sessions.values.contains { $0.name == spec.name && $0.role == spec.role && $0.phase == .ready }
        }
    }

    /// The core hears of every plugin that is ready, in a fixed order: providers, policies, the broker last.
    private func openToPlugins() {
        pace.open(now: clock.monotonicMilliseconds, period: options.core.cyclePeriod.wholeMilliseconds)
        func rank(_ role: Role) -> Int {
            switch role {
            case .provider: 0
            case .policy: 1
            case .broker: 2
            case .control: 3
            }
        }
        let ordered = sessions.values.sorted { (rank($0.role), $0.name) < (rank($1.role), $1.name) }
        for session in ordered { announce(session.peer) }
        // The update that opened the way came before the broker was known.
        for spec in options.plugins where isEngaged(spec) && readyPeer(spec.name, spec.role) == nil {
            observer.log("core", "\(spec.name) is not ready; the start goes on without it")
        }
    }

    /// In lockstep time passes with the tape, and every input of it wakes.
    private func wakeCore() {
        guard !options.lockstep, let wakeAt, wakeAt <= coreTime else { return }
        self.wakeAt = nil
        enqueue(.wake)
    }

    private func keepRealTime() {
        let now = clock.monotonicMilliseconds
        if pace.hasTapeEnded, options.endsWithTape, gathering == nil, brokerWork.isEmpty { return finish(.tapeEnded) }
        guard gathering == nil, pace.takePeriod(now: now, period: options.core.cyclePeriod.wholeMilliseconds) else {
            return
        }
        if isEnough { return finish(.cyclesDone) }
        enqueue(.cycleDue)
    }

    private func keepLockstep() {
        let now = clock.monotonicMilliseconds
        checkBrokerIsAlive(now)
        guard gathering == nil, brokerWork.isEmpty, !pace.awaitsProvider, !awaitsBroker(now) else { return }
        if pace.takeCycle() { return enqueue(.cycleDue) }
        if isEnough { return finish(.cyclesDone) }
        if pace.hasTapeEnded { return finish(.tapeEnded) }
        guard !pace.isPaused(now: now) || options.paceMilliseconds == 0 else { return }
        pace.waitUntil(now + options.paceMilliseconds)
        advanceTape()
    }

    private var isEnough: Bool {
        guard let most = options.maximumCycles else { return false }
        return node.core.state.cycle.number >= cyclesAtStart + most
    }

    private func finish(_ why: RunEnd) { end = end ?? why }

    /// A broker that never finishes would stop the tape for ever.
    private func checkBrokerIsAlive(_ now: Int64) {
        guard let oldest = brokerWork.values.min(), now - oldest > ShellSignals.lockstepPatienceMilliseconds,
            let peer = brokerPeer
        else { return }
        lose(peer, "it did not finish a command within \(now - oldest) ms", mayRestart: true)
    }

    /// A tape that ran on would leave the venue behind, and a run could end with a plan half done.
    private func awaitsBroker(_ now: Int64) -> Bool { brokerAwaitedUntilMilliseconds.map { now < $0 } ?? false }

    private func advanceTape() {
        guard let session = sessions.values.first(where: { $0.role == .provider && $0.phase == .ready }) else {
            return finish(.providerLost("no provider is connected"))
        }
        pace.askedProvider()
        if let why = send(.advance, body: Array("{}".utf8), to: session.peer).failure { finish(.providerLost(why)) }
    }

    // MARK: - Gathering

    /// The cycle ends on time: who has not answered is missing from it, and said to be.
    func checkBudget() {
        guard var gathering, clock.monotonicMilliseconds >= gathering.deadlineMilliseconds else { return }
        for policy in gathering.late { pluginFigures[policy, default: PluginFigures()].missed += 1 }
        gathering.failAllWaiting(
            "no answer within \(gathering.deadlineMilliseconds - gathering.startedMilliseconds) ms")
        self.gathering = gathering
    }

    func finishGatheringIfDone() {
        guard let gathering, gathering.isComplete else { return }
        // In lockstep the broker's words come first, so that the order of processes' answers reaches nobody.
        if options.lockstep, !brokerWork.isEmpty { return }
        self.gathering = nil
        enqueue(gathering.input)
    }
}
