import Messaging
import Orchestration
import Trading
import Wire
import Wording

/// Performing what the core wants, once it is durable.
extension LiveNode {
    func perform(_ effect: Outgoing) {
        switch effect {
        case .evaluate(let cycle, let policies, let budget, let snapshot, let whole):
            askPolicies(policies, cycle, budget, SnapshotParts(snapshot, whole))
        case .command(let command, let number, let body):
            broker.append(BrokerCommand(command: command, number: number, body: body))
            sendWaitingCommands()
        case .configure(let change): configure(change)
        case .dismissBroker(let name): dismiss(name)
        case .engageBroker(let name): engage(name)
        case .wake(let time): inputs.wake(at: time)
        case .record(let record, let body):
            observer.observe(record, state: state)
            publish(record, body)
            if case .swap(let progress) = record { answerSwap(progress) }
        }
    }

    private func askPolicies(
        _ policies: [PluginName], _ number: Int64, _ budget: TimeSpan, _ snapshot: SnapshotParts
    ) {
        var snapshot = snapshot
        let milliseconds = budget.wholeMilliseconds
        cycle.begin(number, policies, budget: milliseconds, now: clock.monotonicMilliseconds)
        for policy in policies {
            cycle.ask(policy, nowNanoseconds: clock.monotonicNanoseconds)
            guard let session = sessions.ready(policy, .policy) else {
                cycle.fail(policy, "not connected")
                continue
            }
            if askHosted(session, number, snapshot.snapshot) { continue }
            do {
                let body = try snapshot.bytes(for: session.needs ?? PolicyNeeds(), codec)
                let sent = send(.evaluate, body: body, to: session.peer, cycle: number, budget: milliseconds)
                if let why = sent.failure { cycle.fail(policy, why) }
            } catch {
                cycle.fail(policy, "its snapshot cannot be written: \(error)")
            }
        }
    }

    // MARK: - To the broker

    /// What has a place goes to the adapter, or comes back as not sent: then it has certainly not left.
    private func sendWaitingCommands() {
        while let command = broker.next() { sendNow(command) }
    }

    private func sendNow(_ command: BrokerCommand) {
        guard let session = sessions.ready(.broker) else {
            return enqueue(.commandNotSent(command: command.command, why: "no broker is connected"))
        }
        if handHosted(command, session) { return }
        do {
            sendNow(command, try command.body ?? codec.encode(command.command), session)
        } catch {
            enqueue(.commandNotSent(command: command.command, why: "it cannot be written: \(error)"))
        }
    }

    private func sendNow(_ command: BrokerCommand, _ body: [UInt8], _ session: PluginSession) {
        switch send(.command, body: body, to: session.peer, cycle: state.cycle.number) {
        case .sent(let id):
            broker.sent(command, as: id, now: clock.monotonicMilliseconds)
            #if DEBUG
                if !command.command.isQuery { faults.orderSent(id) }
            #endif
        case .failed(let why): enqueue(.commandNotSent(command: command.command, why: why))
        }
    }

    /// The broker has finished with a message: what waits may go.
    func finishBrokerWork(_ id: String) {
        broker.finished(id)
        sendWaitingCommands()
    }

    func pollBrokerWork() {
        guard !options.lockstep, !broker.isIdle else { return }
        broker.expire(now: clock.monotonicMilliseconds)
        sendWaitingCommands()
    }

    /// A simulated venue trades on the market that we see; it is given it before any command that follows from it.
    func forwardMarket() {
        let updates = broker.takeMarket()
        guard !updates.isEmpty, let session = sessions.ready(.broker), session.capabilities?.wantsMarketData == true
        else { return }
        for update in updates {
            if forwardHosted(update.update, session) { continue }
            do {
                let body = try update.body(inMinor: session.speaksMinor, codec)
                guard case .sent(let id) = send(.market, body: body, to: session.peer) else { continue }
                broker.sentMarket(as: id, now: clock.monotonicMilliseconds)
            } catch {
                observer.log("core", "an update cannot be written for \(session.name): \(error)")
            }
        }
    }

    private func publish(_ record: Record, _ body: [UInt8]?) {
        guard options.publishesRecords else { return }
        do {
            let header = Header(
                type: .record, id: "\(node.head.sequence)", session: "telemetry", epoch: epoch, seq: node.head.sequence,
                cycle: state.cycle.number)
            try transport.publish([
                Array(record.typeName.utf8), try codec.encode(header),
                Telemetry.body(of: record, try body ?? codec.encode(record)),
            ])
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
        let header = sessions.header(type, to: peer, epoch: epoch, cycle: cycle, re: re, budget: budget)
        guard let header else { return .failed("not connected") }
        if hosted.contains(peer) { return .sent(id: header.id) }
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
}
