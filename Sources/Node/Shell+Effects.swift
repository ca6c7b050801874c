import Messaging
import Orchestration
import Trading
import Wire

/// Performing what the core wants, once it is durable.
extension Shell {
    func perform(_ effect: Outgoing) {
        switch effect {
        case .evaluate(let cycle, let policies, let budget, let snapshot, let whole):
            askPolicies(policies, cycle, budget, SnapshotParts(snapshot, whole))
        case .command(let command, let number, let body): send(BrokerCommand(command, number, body))
        case .configure(let change): configure(change)
        case .dismissBroker(let name): dismiss(name)
        case .engageBroker(let name): engage(name)
        case .wake(let time): wakeAt = time
        case .record(let record, let body):
            observer.observe(record, state: node.core.state)
            publish(record, body)
            if case .swap(let told) = record { answerSwap(told) }
        }
    }

    private func askPolicies(_ policies: [PluginName], _ cycle: Int64, _ budget: TimeSpan, _ snapshot: SnapshotParts) {
        var snapshot = snapshot
        cycleStartedNanoseconds = batchStartedNanoseconds
        let now = clock.monotonicMilliseconds
        let milliseconds = budget.wholeMilliseconds
        var evaluation = EvaluationRound(cycle: cycle, policies: policies, now: now, budget: milliseconds)
        askedNanoseconds = [:]
        for policy in policies {
            askedNanoseconds[policy] = clock.monotonicNanoseconds
            guard let peer = readyPeer(policy, .policy) else {
                evaluation.fail(policy, "not connected")
                continue
            }
            do {
                let body = try snapshot.bytes(for: sessions[peer]?.needs ?? PolicyNeeds(), codec)
                if let why = send(.evaluate, body: body, to: peer, cycle: cycle, budget: milliseconds).failure {
                    evaluation.fail(policy, why)
                }
            } catch {
                evaluation.fail(policy, "its snapshot cannot be written: \(error)")
            }
        }
        self.evaluation = evaluation
    }

    /// A command goes to the adapter, or comes back as undelivered: then it has certainly not left. So many are under
    /// way at once and no more; the others wait in their order.
    private func send(_ command: BrokerCommand) {
        guard brokerBacklog.isEmpty, brokerWork.count < ShellLimits.commandsUnderWay else {
            return brokerBacklog.append(command)
        }
        sendNow(command)
    }

    /// The broker has finished with a message: what waits may go.
    func finishBrokerWork(_ id: String) {
        brokerWork[id] = nil
        brokerQueries[id] = nil
        while !brokerBacklog.isEmpty, brokerWork.count < ShellLimits.commandsUnderWay {
            sendNow(brokerBacklog.removeFirst())
        }
    }

    /// The word that the broker has finished can be lost: a place is not kept for ever. What became of the command is
    /// the core's to find out.
    func pollBrokerWork() {
        guard !options.lockstep, !brokerWork.isEmpty else { return }
        let now = clock.monotonicMilliseconds
        let lost = brokerWork.filter { now - $0.value > ShellLimits.commandMilliseconds }.keys.sorted()
        for id in lost { finishBrokerWork(id) }
    }

    /// The broker is gone: what waited for it has not left.
    func dropBrokerWork(_ why: String) {
        brokerWork = [:]
        brokerQueries = [:]
        for waiting in brokerBacklog { enqueue(.commandNotSent(command: waiting.command, why: why)) }
        brokerBacklog = []
    }

    private func sendNow(_ waiting: BrokerCommand) {
        guard let peer = brokerPeer else {
            return enqueue(.commandNotSent(command: waiting.command, why: "no broker is connected"))
        }
        switch send(.command, body: waiting.body, to: peer, cycle: node.core.state.cycle.number) {
        case .sent(let id):
            brokerWork[id] = clock.monotonicMilliseconds
            if waiting.command.isQuery { brokerQueries[id] = waiting.number } else { countOrder(id) }
        case .failed(let why): enqueue(.commandNotSent(command: waiting.command, why: why))
        }
    }

    private func countOrder(_ id: String) {
        ordersSent += 1
        if ordersSent == options.dieBeforeAnswer { fatalMessage = id }
    }

    /// A simulated venue trades on the market that we see; it is given it before any command that follows from it.
    func forwardMarket() {
        guard !forwards.isEmpty else { return }
        defer { forwards = [] }
        guard let peer = brokerPeer, sessions[peer]?.capabilities?.wantsMarketData == true else { return }
        for body in forwards {
            if case .sent(let id) = send(.market, body: body, to: peer) { brokerWork[id] = clock.monotonicMilliseconds }
        }
    }

    private func publish(_ record: Record, _ body: [UInt8]) {
        do {
            let header = Header(
                type: .record, id: "\(node.head.sequence)", session: "telemetry", epoch: epoch, seq: node.head.sequence,
                cycle: node.core.state.cycle.number)
            try transport.publish([Array(record.typeName.utf8), try codec.encode(header), body])
        } catch {
            observer.log("core", "a record was not published: \(error)")
        }
    }

    // MARK: - Sending

    enum Sent {
        case sent(id: String)
        case failed(String)
        var failure: String? {
            if case .failed(let why) = self { return why }
            return nil
        }
    }

    @discardableResult
    func send(
        _ type: MessageType, body: [UInt8], to peer: Peer, cycle: Int64? = nil, re: String? = nil, budget: Int64? = nil
    ) -> Sent {
        guard var session = sessions[peer] else { return .failed("not connected") }
        let header = session.header(type, epoch: epoch, cycle: cycle, re: re, budget: budget)
        sessions[peer] = session
        return sendRaw(header, body, to: peer)
    }

    func sendRaw(_ header: Header, _ body: [UInt8], to peer: Peer) -> Sent {
        do {
            try transport.send([try codec.encode(header), body], to: peer)
            return .sent(id: header.id)
        } catch {
            return .failed("\(error)")
        }
    }

    func send(_ type: MessageType, _ body: some Encodable, to peer: Peer, re: String? = nil, cycle: Int64? = nil) {
        do {
            let sent = send(type, body: try codec.encode(body), to: peer, cycle: cycle, re: re)
            if let why = sent.failure { observer.log("core", "\(type.rawValue) was not sent: \(why)") }
        } catch {
            observer.log("core", "\(type.rawValue) cannot be written: \(error)")
        }
    }

    func readyPeer(_ name: PluginName, _ role: Role) -> Peer? {
        sessions.first { $0.value.name == name && $0.value.role == role && $0.value.phase == .ready }?.key
    }

    var brokerPeer: Peer? {
        sessions.first { $0.value.role == .broker && $0.value.phase == .ready }?.key
    }
}
