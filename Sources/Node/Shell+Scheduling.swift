import Orchestration
import Trading
import Wire

/// Starting together, cycling, and moving the tape.
extension Shell {
    /// Called when the queue is empty.
    func runScheduler() {
        guard end == nil else { return }
        wakeCore()
        switch scheduler.stage {
        case .barrier(let until):
            guard areAllReady || clock.monotonicMilliseconds >= until else { return }
            scheduler.endBarrier()
            if options.lockstep { return advanceTape() }
            openToPlugins()
        case .firstUpdate:
            if scheduler.tapeTime != nil || scheduler.hasTapeEnded { return openToPlugins() }
            if !scheduler.awaitsProvider { advanceTape() }
        case .running: options.lockstep ? scheduleLockstep() : scheduleRealTime()
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
        scheduler.open(now: clock.monotonicMilliseconds, period: options.core.cyclePeriod.wholeMilliseconds)
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

    private func scheduleRealTime() {
        let now = clock.monotonicMilliseconds
        if scheduler.hasTapeEnded, options.endsWithTape, evaluation == nil, brokerWork.isEmpty {
            return finish(.tapeEnded)
        }
        guard evaluation == nil,
            scheduler.consumeDuePeriod(now: now, period: options.core.cyclePeriod.wholeMilliseconds)
        else {
            return
        }
        if isEnough { return finish(.cyclesDone) }
        enqueue(.cycleDue)
    }

    private func scheduleLockstep() {
        let now = clock.monotonicMilliseconds
        checkBrokerIsAlive(now)
        guard evaluation == nil, brokerWork.isEmpty, !scheduler.awaitsProvider, !awaitsBroker(now) else { return }
        if scheduler.consumeDueCycle() { return enqueue(.cycleDue) }
        if isEnough { return finish(.cyclesDone) }
        if scheduler.hasTapeEnded { return finish(.tapeEnded) }
        guard !scheduler.isBeforeNextCycle(now: now) || options.paceMilliseconds == 0 else { return }
        scheduler.waitUntil(now + options.paceMilliseconds)
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
        endSession(peer, "it did not finish a command within \(now - oldest) ms", mayRestart: true)
    }

    /// A tape that ran on would leave the venue behind, and a run could end with a plan half done.
    private func awaitsBroker(_ now: Int64) -> Bool { brokerAwaitedUntilMilliseconds.map { now < $0 } ?? false }

    private func advanceTape() {
        guard let session = sessions.values.first(where: { $0.role == .provider && $0.phase == .ready }) else {
            return finish(.providerLost("no provider is connected"))
        }
        scheduler.providerAsked()
        if let why = send(.advance, body: Array("{}".utf8), to: session.peer).failure { finish(.providerLost(why)) }
    }

    // MARK: - Gathering

    /// The cycle ends on time: who has not answered is missing from it, and said to be.
    func checkBudget() {
        guard var evaluation, clock.monotonicMilliseconds >= evaluation.deadlineMilliseconds else { return }
        for policy in evaluation.late { pluginFigures[policy, default: PluginFigures()].missed += 1 }
        evaluation.failAllWaiting(
            "no answer within \(evaluation.deadlineMilliseconds - evaluation.startedMilliseconds) ms")
        self.evaluation = evaluation
    }

    func finishEvaluationIfDone() {
        guard let evaluation, evaluation.isComplete else { return }
        // In lockstep the broker's reports come first, so that the order of processes' answers reaches nobody.
        if options.lockstep, !brokerWork.isEmpty { return }
        self.evaluation = nil
        enqueue(evaluation.input)
    }
}
