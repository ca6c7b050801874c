import JSON
import Messaging
import Orchestration
import Trading
import Wire

/// Plugins: hello to bye, heart-beats, and what happens when one is lost.
extension LiveNode {
    func handleHello(_ body: [UInt8], _ header: Header, _ peer: Peer, _ role: Role) {
        do {
            let hello = try codec.data(Hello.self, body)
            if let why = checkHello(hello, role, peer) { return reject(peer, header, why) }
            if parkStandbyBroker(hello, role) {
                // It waits as it should, and says so every second.
                return remotePeers.forget(peer)
            }
            if rejectRival(of: hello, header, peer, role) { return }
            welcome(hello, header, peer, role)
        } catch {
            reject(peer, header, "hello: \(error)")
        }
    }

    private func checkHello(_ hello: Hello, _ role: Role, _ peer: Peer) -> String? {
        guard hello.role == role else {
            return "this is the \(role.rawValue) socket, and it says that it is a \(hello.role.rawValue)"
        }
        guard hello.speaks.major == ProtocolVersion.major else {
            return "it speaks protocol \(hello.speaks.major).\(hello.speaks.minor), the core \(ProtocolVersion.text)"
        }
        guard hello.speaks.minor >= 0 else { return "there is no minor version \(hello.speaks.minor)" }
        guard let spec = configuration.spec(hello.name, role) else {
            return "the configuration names no \(role.rawValue) \"\(hello.name)\""
        }
        // Or the core would go on counting on the first.
        if let other = sessions[peer], other.name != hello.name {
            return "this connection is \(other.name)'s, and it says that it is \(hello.name)"
        }
        if let why = checkKey(of: hello, spec, peer) { return why }
        guard !processes.isStopped(hello.name) else { return "a person has stopped \"\(hello.name)\"" }
        guard
            spec.program == nil
                || processes.admits(hello.token, from: transport.process(of: peer), as: hello.name)
        else {
            return "\"\(hello.name)\" is started by the core, and this is not the process that it started"
        }
        return nil
    }

    private func reject(_ peer: Peer, _ header: Header, _ why: String) {
        logThrottled("a plugin was refused: \(why)")
        do {
            let answer = Header(type: .refused, id: "0", session: "", epoch: epoch, seq: 1, re: header.id)
            if let failure = sendRaw(answer, try codec.encode(Fault(reason: why)), to: peer).failure {
                observer.log("core", failure)
            }
        } catch {
            observer.log("core", "a refusal cannot be written: \(error)")
        }
    }

    private func welcome(_ hello: Hello, _ header: Header, _ peer: Peer, _ role: Role) {
        if let old = sessions.session(hello.name, role) {
            sessionEnded(old.peer, "it said hello again", mayRestart: false)
            if old.peer != peer { cut(old.peer) }
        }
        remotePeers.forget(peer)
        statistics.saidHello(hello.name, version: hello.version.foreign(atMost: SpokenLimits.figure))
        let session = sessions.open(
            hello, role, peer, epoch: epoch, firstSequence: header.seq, now: clock.monotonicMilliseconds)
        guard admitHello(session) else { return }
        transport.raiseBound(of: peer)
        send(
            .welcome,
            Welcome(
                session: session.id, account: configuration.core.account,
                settings: configuration.spec(hello.name, role)?.settings ?? .object([]),
                heartbeatMilliseconds: options.heartbeatMilliseconds, lockstep: options.lockstep,
                stateDirectory: options.stateDirectory, core: identity(for: role),
                takesOver: takesOver(hello.name, role)),
            to: peer, re: header.id)
    }

    func becomeReady(_ session: PluginSession, _ ready: Ready) {
        if let why = session.role == .broker ? Self.defect(ready) : defect(of: ready.needs, by: session) {
            sendError(session.peer, why, re: nil)
            if !failBroker(session.name, why), session.role == .policy, !scheduler.isOpen {
                return leaveOutAtStart(session, because: "it needs what cannot be given: \(why)", else: why)
            }
            return reportViolation(by: session.name, why)
        }
        guard !refuseFenced(session, ready) else { return }
        if session.role == .broker { broker.obeys(session.name) }
        sessions.becomeReady(session.peer, ready)
        processes.takeIn(session.name)
        if scheduler.isOpen { announce(session.peer) }
    }

    /// Other settings may need other things.
    func changeNeeds(of session: PluginSession, _ ready: Ready) {
        guard session.role == .policy, ready.needs != session.needs, defect(of: ready.needs, by: session) == nil
        else { return }
        sessions.changeNeeds(session.peer, ready.needs)
        if scheduler.isOpen { announce(session.peer) }
    }

    /// By itself, and with what the others at work need (I-BOUND-6).
    func defect(of needs: PolicyNeeds?, by session: PluginSession) -> String? {
        guard let needs else { return nil }
        let others = sessions.all.filter { $0.role == .policy && $0.name != session.name }.compactMap(\.needs)
        return needs.defect ?? PolicyNeeds.defectOfSum(others + [needs])
    }

    private static func defect(_ ready: Ready) -> String? {
        guard let capabilities = ready.capabilities else { return "a broker declares its capabilities in ready" }
        return capabilities.defect.map { "its capabilities cannot be used: \($0)" }
    }

    /// A plugin becomes an input of the core: at once, or when the wait at the start is over, in a fixed order.
    func announce(_ peer: Peer) {
        guard let session = sessions[peer], session.phase == .ready else { return }
        switch session.role {
        case .policy: enqueue(.policyReady(name: session.name, needs: session.needs))
        case .provider: enqueue(.providerReady(name: session.name))
        case .broker:
            guard let capabilities = session.capabilities else { return }
            broker.sessionReady()
            enqueue(.brokerReady(name: session.name, capabilities: capabilities))
        case .control: break
        }
    }

    /// The connection is over; an input of the core, if its beginning was one.
    func sessionEnded(_ peer: Peer, _ why: String, mayRestart: Bool) {
        guard let session = sessions.end(peer) else { return }
        let now = clock.monotonicMilliseconds
        remotePeers.sessionEnded(peer, now: now)
        if session.phase != .starting, scheduler.isOpen { announceEnd(of: session, why) }
        if !session.pendingSettings.isEmpty {
            enqueue(.settingsAnswered(plugin: session.name, refusal: "it was lost before it answered: \(why)"))
        }
        cycle.fail(session.name, why)
        history.fail(session.name, why)
        if session.role == .broker {
            for command in broker.sessionEnded(now: now) {
                enqueue(.commandNotSent(command: command.command, why: why))
            }
        }
        if session.role == .provider, options.lockstep, scheduler.isOpen, !scheduler.hasTapeEnded {
            finish(.providerLost(why))
        }
        if mayRestart { processes.kill(session.name, because: why) }
    }

    private func announceEnd(of session: PluginSession, _ why: String) {
        switch session.role {
        case .policy: enqueue(.policyGone(name: session.name, why: why))
        case .provider: enqueue(.providerGone(name: session.name, why: why))
        case .broker: enqueue(.brokerGone(name: session.name, why: why))
        case .control: break
        }
    }

    func pollSessions() {
        for action in sessions.poll(now: clock.monotonicMilliseconds) {
            switch action {
            case .heartbeat(let peer): send(.heartbeat, Empty(), to: peer)
            case .hung(let session, let milliseconds):
                observer.log(session.name.text, "silent for \(milliseconds) ms; it is taken for hung")
                sessionEnded(session.peer, "it was silent for \(milliseconds) ms", mayRestart: true)
            case .overstayed(let session):
                let why = "it did not leave within \(options.drainMilliseconds) ms"
                sessionEnded(session.peer, why, mayRestart: false)
            }
        }
    }
}
