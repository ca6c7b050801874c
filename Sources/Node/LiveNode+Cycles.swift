import Orchestration
import Trading
import Wire

/// Starting together, cycling, and moving the tape.
extension LiveNode {
    /// Called when the queue is empty.
    func runScheduler() {
        guard end == nil else { return }
        if !options.lockstep, inputs.consumeDueWake(clock) { enqueue(.wake) }
        switch scheduler.stage {
        case .barrier(let until):
            guard areAllReady || clock.monotonicMilliseconds >= until else { return }
            askForHistory()
            if let until = history.dueMilliseconds { return scheduler.awaitHistory(until: until) }
            begin()
        case .history:
            if !history.isAwaited(now: clock.monotonicMilliseconds) { begin() }
        case .firstUpdate:
            if scheduler.tapeTime != nil || scheduler.hasTapeEnded { return openToPlugins() }
            if !scheduler.awaitsProvider { advanceTape() }
        case .running: options.lockstep ? scheduleLockstep() : scheduleRealTime()
        }
    }

    private func begin() {
        scheduler.endBarrier()
        options.lockstep ? advanceTape() : openToPlugins()
    }

    /// Once in a run: what policies need, of each provider that says that it can.
    private func askForHistory() {
        let policies = sessions.all.filter { $0.role == .policy && $0.phase == .ready }
        let wanted = MarketSeries.bars(for: PolicyNeeds.union(policies.compactMap(\.needs)))
        let providers = sessions.all.filter { $0.role == .provider && $0.phase == .ready && $0.hasHistory }
        for provider in providers.sorted(by: { $0.name < $1.name }) {
            for need in wanted { ask(provider, HistoryRequest(period: need.period, count: need.count)) }
        }
    }

    private func ask(_ provider: PluginSession, _ request: HistoryRequest) {
        if askHosted(provider, request) { return }
        let now = clock.monotonicMilliseconds
        do {
            switch send(.history, body: try codec.encode(request), to: provider.peer) {
            case .sent(let id): history.asked(provider.name, request, as: id, now: now)
            case .failed(let why): observer.log(provider.name.text, "it could not be asked for history: \(why)")
            }
        } catch {
            observer.log("core", "a request for history cannot be written: \(error)")
        }
    }

    private var areAllReady: Bool {
        configuration.plugins.allSatisfy {
            !isEngaged($0) || sessions.ready($0.name, $0.role) != nil || processes.isLeftOut($0.name)
        }
    }

    /// Every plugin that is ready becomes an input of the core, in a fixed order: providers, policies, the broker last.
    private func openToPlugins() {
        scheduler.open(now: clock.monotonicMilliseconds, period: configuration.core.cyclePeriod.wholeMilliseconds)
        func rank(_ role: Role) -> Int {
            switch role {
            case .provider: 0
            case .policy: 1
            case .broker: 2
            case .control: 3
            }
        }
        let ordered = sessions.all.sorted { (rank($0.role), $0.name) < (rank($1.role), $1.name) }
        for session in ordered where session.role != .broker { announce(session.peer) }
        for input in history.take() { enqueue(input) }
        for session in ordered where session.role == .broker { announce(session.peer) }
        for input in hosted.takeEarly() { enqueue(input) }
        // The update that opened the way came before the broker was known.
        for spec in configuration.plugins where isEngaged(spec) && sessions.ready(spec.name, spec.role) == nil {
            observer.log("core", "\(spec.name) is not ready; the start goes on without it")
        }
    }

    private func scheduleRealTime() {
        let now = clock.monotonicMilliseconds
        if scheduler.hasTapeEnded, options.endsWithTape, !cycle.isUnderWay, broker.isIdle { return finish(.tapeEnded) }
        let period = configuration.core.cyclePeriod.wholeMilliseconds
        guard !cycle.isUnderWay, scheduler.consumeDuePeriod(now: now, period: period) else { return }
        if isEnough { return finish(.cyclesDone) }
        enqueue(.cycleDue)
    }

    private func scheduleLockstep() {
        let now = clock.monotonicMilliseconds
        checkBrokerIsAlive(now)
        guard !cycle.isUnderWay, broker.isIdle, !scheduler.awaitsProvider, !broker.isAwaited(now: now) else { return }
        if scheduler.consumeDueCycle() { return enqueue(.cycleDue) }
        if isEnough { return finish(.cyclesDone) }
        if scheduler.hasTapeEnded { return finish(.tapeEnded) }
        guard !scheduler.isBeforeNextCycle(now: now) || options.paceMilliseconds == 0 else { return }
        scheduler.waitUntil(now + options.paceMilliseconds)
        advanceTape()
    }

    private var isEnough: Bool {
        guard let most = options.maximumCycles else { return false }
        return state.cycle.number >= cyclesAtStart + most
    }

    /// A broker that never finishes would stop the tape for ever.
    private func checkBrokerIsAlive(_ now: Int64) {
        guard let oldest = broker.oldestMilliseconds(now: now), oldest > LoopLimits.lockstepPatienceMilliseconds,
            let session = sessions.ready(.broker)
        else { return }
        sessionEnded(session.peer, "it did not finish a command within \(oldest) ms", mayRestart: true)
    }

    private func advanceTape() {
        guard let session = sessions.ready(.provider) else {
            return finish(.providerLost("no provider is connected"))
        }
        scheduler.providerAsked()
        if advanceHosted(session) { return }
        if let why = send(.advance, body: Array("{}".utf8), to: session.peer).failure { finish(.providerLost(why)) }
    }

    // MARK: - The round of answers

    func pollBudget() {
        for policy in cycle.endOverdue(now: clock.monotonicMilliseconds) { statistics.missedCycle(policy) }
    }

    func finishEvaluationIfDone() {
        // In lockstep the broker's reports come first, so that the order of processes' answers reaches nobody.
        guard !(options.lockstep && !(broker.isIdle && inputs.isEmpty)), let answers = cycle.consumeAnswers() else {
            return
        }
        enqueue(answers)
    }
}
