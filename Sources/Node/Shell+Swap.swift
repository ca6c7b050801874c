import Messaging
import Orchestration
import Trading
import Wire

/// One broker adapter gives way to another: processes and sessions. What may be done when is decided by the core, see
/// `Orchestrator+Swap.swift`.
///
/// Invariants:
/// 1. One adapter is started, welcomed and heard at a time: the one that the core has chosen, and not while it is leaving.
/// 2. The next one is started when the process of the one before it has ended, by itself or by force.
extension Shell {
    /// Whether a plugin is to run: every one but the adapters that do not trade.
    func isEngaged(_ spec: PluginSpec) -> Bool {
        guard spec.role == .broker, let chosen = node.core.state.chosenBroker else { return true }
        return spec.name == chosen && departure?.name != spec.name
    }

    /// An adapter that is started elsewhere says hello every second until it is answered, and it is when it may trade.
    func parkStandbyBroker(_ hello: Hello, _ role: Role) -> Bool {
        guard let spec = options.plugins.first(where: { $0.name == hello.name && $0.role == role }),
            !isEngaged(spec)
        else { return false }
        if waitingBrokers.insert(hello.name).inserted {
            observer.log("core", "the broker \(hello.name) is there, and waits until it is swapped in")
        }
        return true
    }

    // MARK: - What the core wants

    func dismiss(_ name: PluginName) {
        let until = clock.monotonicMilliseconds + options.drainMilliseconds
        departure = Departure(name: name, untilMilliseconds: until)
        if let spec = options.plugins.first(where: { $0.name == name && $0.role == .broker }) {
            requestStop(spec, "another adapter is to trade")
        }
        pollDeparture()
    }

    func engage(_ name: PluginName) {
        departure = nil
        waitingBrokers.remove(name)
        guard let spec = options.plugins.first(where: { $0.name == name && $0.role == .broker }) else {
            failBroker(name, "the configuration does not name it")
            return
        }
        if children[name] == nil { startChild(spec) }
    }

    /// Looks whether the adapter that was asked to leave is gone.
    func pollDeparture() {
        guard let departure, !departure.isReported else { return }
        let isOver = clock.monotonicMilliseconds >= departure.untilMilliseconds
        if let peer = brokerSession(departure.name) {
            // One that was started elsewhere cannot be killed; it has no session any more, and the next epoch fences it.
            guard children[departure.name] == nil, isOver else { return }
            endSession(peer, "it did not leave within \(options.drainMilliseconds) ms", mayRestart: false)
        }
        guard children[departure.name] == nil else { return }
        self.departure?.isReported = true
        enqueue(.brokerLeft(name: departure.name))
    }

    private func brokerSession(_ name: PluginName) -> Peer? {
        sessions.first { $0.value.name == name && $0.value.role == .broker }?.key
    }

    /// The adapter that a swap waits for cannot be had; at any other time it is started again as ever.
    /// - Returns: whether a swap waits for it.
    @discardableResult
    func failBroker(_ name: PluginName, _ why: String) -> Bool {
        guard let swap = node.core.state.swap, swap.stage == .joining, swap.to == name, end == nil else { return false }
        enqueue(.brokerFailed(name: name, why: why))
        return true
    }

    // MARK: - Who asked

    /// - Returns: why nothing is begun; nil when the answer comes with the end of the swap.
    func beginSwap(_ request: ControlRequest, _ client: SwapClient) -> ControlReply? {
        if let why = refusal(of: request) { return ControlReply(accepted: false, message: why) }
        swapClient = client
        if let name = request.plugin {
            enqueue(.swapBroker(SwapRequest(to: name, who: request.who, why: request.why)))
        }
        return nil
    }

    private func refusal(of request: ControlRequest) -> String? {
        let state = node.core.state
        let brokers = state.configuration.brokers.map(\.text)
        guard let name = request.plugin?.text, brokers.contains(name) else {
            let name = request.plugin?.text ?? ""
            let meant = Typo.meant(by: name, in: brokers).map { "; did you mean \"\($0)\"?" } ?? ""
            return
                "the configuration names no broker \"\(name)\"\(meant); it names \(brokers.joined(separator: ", ")), and `standby_brokers` takes more"
        }
        if let swap = state.swap {
            return
                "\(swap.from) is being swapped for \(swap.to) (\(swap.stage.rawValue)), asked for by \(swap.who); wait for its end"
        }
        if swapClient != nil { return "another swap was asked for in the same moment; wait for its end" }
        if name == state.chosenBroker?.text { return "\(name) trades already" }
        if options.lockstep {
            return "a lockstep run has one broker: its venue moves with the tape; swap in real time (`clock: real`)"
        }
        return scheduler.isOpen ? nil : "the core is still starting; try again in a moment"
    }

    func answerSwap(_ told: SwapProgress) {
        guard told.step.isLast, let client = swapClient else { return }
        swapClient = nil
        sendReply(ControlReply(accepted: told.step == .done, message: told.words), to: client.peer, re: client.message)
    }

    /// The core stops: what becomes of the swap is seen at the next start.
    func leaveSwapClient() {
        guard let client = swapClient else { return }
        swapClient = nil
        let words = "the core stops in the middle of the swap; the next start goes on with it or takes it back"
        sendReply(ControlReply(accepted: false, message: words), to: client.peer, re: client.message)
    }
}

/// An adapter on its way out.
struct Departure {
    let name: PluginName
    /// Then it is killed, or its session ended.
    let untilMilliseconds: Int64
    /// The core has been told that it is gone.
    var isReported = false
}

/// Who waits for the end of a swap.
struct SwapClient {
    let peer: Peer
    /// Of the question.
    let message: String
}
