import Messaging
import Orchestration
import Trading
import Wire

/// One broker adapter gives way to another: processes and sessions. What may be done when is decided by the core, see
/// `Orchestrator+Swap.swift`.
///
/// Invariants:
/// 1. One adapter at a time is started, welcomed and listened to: the one that the core has chosen, and not while it is leaving.
/// 2. The next one is started when the process of the one before it has ended, by itself or by force.
extension LiveNode {
    /// Whether a plugin is to run: every one but the adapters that do not trade.
    func isEngaged(_ spec: PluginSpec) -> Bool {
        guard spec.role == .broker, let chosen = state.chosenBroker else { return true }
        return spec.name == chosen && !broker.isLeaving(spec.name)
    }

    /// An adapter that is started elsewhere says hello every second until it is answered, and it is when it may trade.
    func parkStandbyBroker(_ hello: Hello, _ role: Role) -> Bool {
        guard let spec = configuration.spec(hello.name, role), !isEngaged(spec) else { return false }
        if broker.standBy(hello.name) {
            observer.log("core", "the broker \(hello.name) is there, and waits until it is swapped in")
        }
        return true
    }

    // MARK: - What the core wants

    func dismiss(_ name: PluginName) {
        broker.dismiss(name, untilMilliseconds: clock.monotonicMilliseconds + options.drainMilliseconds)
        if let spec = configuration.spec(name, .broker) { requestStop(spec, "another adapter is to trade") }
        pollDeparture()
    }

    func engage(_ name: PluginName) {
        broker.engage(name)
        guard let spec = configuration.spec(name, .broker) else {
            failBroker(name, "the configuration does not name it")
            return
        }
        if !processes.contains(name) { startChild(spec) }
    }

    /// Looks whether the adapter that was asked to leave is gone.
    func pollDeparture() {
        guard let (name, isOver) = broker.pendingDeparture(now: clock.monotonicMilliseconds) else { return }
        if let session = sessions.session(name, .broker) {
            // One that was started elsewhere cannot be killed; it has no session any more, and the next epoch fences it.
            guard !processes.contains(name), isOver else { return }
            sessionEnded(session.peer, "it did not leave within \(options.drainMilliseconds) ms", mayRestart: false)
        }
        guard !processes.contains(name) else { return }
        broker.reportDeparture()
        enqueue(.brokerLeft(name: name))
    }

    /// The adapter that a swap waits for cannot be had; at any other time it is started again as ever.
    /// - Returns: whether a swap waits for it.
    @discardableResult
    func failBroker(_ name: PluginName, _ why: String) -> Bool {
        guard let swap = state.swap, swap.stage == .joining, swap.to == name, end == nil else { return false }
        enqueue(.brokerFailed(name: name, why: why))
        return true
    }

    // MARK: - Who asked

    /// - Returns: why nothing is begun; nil when the answer comes with the end of the swap.
    func beginSwap(to name: PluginName, _ request: ControlRequest, _ client: ControlServer.Client) -> ControlReply? {
        if let why = refusal(ofSwapTo: name.text) { return ControlReply(accepted: false, message: why) }
        control.awaitSwap(client)
        enqueue(.swapBroker(SwapRequest(to: name, who: request.who, why: request.why)))
        return nil
    }

    private func refusal(ofSwapTo name: String) -> String? {
        let brokers = state.configuration.brokers.map(\.text)
        guard brokers.contains(name) else {
            let meant = Typo.meant(by: name, in: brokers).map { "; did you mean \"\($0)\"?" } ?? ""
            return
                "the configuration names no broker \"\(name)\"\(meant); it names \(brokers.joined(separator: ", ")), and `standby_brokers` takes more"
        }
        if let swap = state.swap {
            return
                "\(swap.from) is being swapped for \(swap.to) (\(swap.stage.rawValue)), asked for by \(swap.who); wait for its end"
        }
        if control.isSwapAwaited { return "another swap was asked for in the same moment; wait for its end" }
        if name == state.chosenBroker?.text { return "\(name) trades already" }
        if options.lockstep {
            return "a lockstep run has one broker: its venue moves with the tape; swap in real time (`clock: real`)"
        }
        return scheduler.isOpen ? nil : "the core is still starting; try again in a moment"
    }

    func answerSwap(_ progress: SwapProgress) {
        guard progress.step.isLast, let client = control.swapEnded() else { return }
        sendReply(ControlReply(accepted: progress.step == .done, message: progress.words), to: client)
    }

    /// The core stops: what becomes of the swap is seen at the next start.
    func leaveSwapClient() {
        guard let client = control.swapEnded() else { return }
        let words = "the core stops in the middle of the swap; the next start goes on with it or takes it back"
        sendReply(ControlReply(accepted: false, message: words), to: client)
    }
}
