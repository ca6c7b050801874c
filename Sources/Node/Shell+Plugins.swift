import Messaging
import Orchestration
import Supervision
import Trading
import Wire

/// Plugins: hello to bye, heart-beats, and what happens when one is lost.
extension Shell {
    func handleHello(_ body: [UInt8], _ header: Header, _ peer: Peer, _ role: Role) {
        do {
            let hello = try codec.data(Hello.self, body)
            if let why = refusal(of: hello, role, peer) { return reject(peer, header, why) }
            if parkStandbyBroker(hello, role) || rejectRival(of: hello, header, peer, role) { return }
            welcome(hello, header, peer, role)
        } catch {
            reject(peer, header, "hello: \(error)")
        }
    }

    private func refusal(of hello: Hello, _ role: Role, _ peer: Peer) -> String? {
        guard hello.role == role else {
            return "this is the \(role.rawValue) socket, and it says that it is a \(hello.role.rawValue)"
        }
        guard hello.speaks.major == ProtocolVersion.major else {
            return "it speaks protocol \(hello.speaks.major).\(hello.speaks.minor), the core \(ProtocolVersion.text)"
        }
        guard hello.speaks.minor >= 0 else { return "there is no minor version \(hello.speaks.minor)" }
        guard let spec = options.plugins.first(where: { $0.name == hello.name && $0.role == role }) else {
            return "the configuration names no \(role.rawValue) \"\(hello.name)\""
        }
        // Or the core would go on counting on the first.
        if let other = sessions[peer], other.name != hello.name {
            return "this connection is \(other.name)'s, and it says that it is \(hello.name)"
        }
        if let why = keyRefusal(of: hello, spec, peer) { return why }
        guard !stopped.contains(hello.name) else { return "a person has stopped \"\(hello.name)\"" }
        guard spec.program == nil || hello.token == children[hello.name]?.token else {
            return "\"\(hello.name)\" is started by the core, and this is not the process that it started"
        }
        return nil
    }

    private func reject(_ peer: Peer, _ header: Header, _ why: String) {
        observer.log("core", "a plugin was refused: \(why)")
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
        if let old = sessions.first(where: { $0.value.name == hello.name && $0.value.role == role }) {
            endSession(old.key, "it said hello again", mayRestart: false)
            if old.key != peer { cut(old.key) }
        }
        unauthenticatedPeers[peer] = nil
        sessionCount += 1
        pluginFigures[hello.name, default: PluginFigures()].version = hello.version
        let now = clock.monotonicMilliseconds
        var session = PluginSession(
            name: hello.name, role: role, speaksMinor: hello.speaks.minor, peer: peer, id: "s\(epoch).\(sessionCount)",
            firstSequence: header.seq,
            now: now, heartbeat: options.heartbeatMilliseconds)
        if let rateLimiter = rateLimiters[session.sender] { session.rateLimiter = rateLimiter }
        sessions[peer] = session
        sessionsDueMilliseconds = min(sessionsDueMilliseconds, session.nextHeartbeatMilliseconds)
        let settings = options.plugins.first { $0.name == hello.name && $0.role == role }?.settings ?? .object([])
        send(
            .welcome,
            Welcome(
                session: session.id, account: options.core.account, settings: settings,
                heartbeatMilliseconds: options.heartbeatMilliseconds, lockstep: options.lockstep,
                stateDirectory: options.stateDirectory), to: peer, re: header.id)
    }

    func becomeReady(_ session: PluginSession, _ ready: Ready) {
        if let why = session.role == .broker ? Self.defect(ready) : ready.needs?.defect {
            sendError(session.peer, why, re: nil)
            failBroker(session.name, why)
            return enqueue(.protocolViolation(plugin: session.name, why: why))
        }
        sessions[session.peer]?.phase = .ready
        sessions[session.peer]?.capabilities = ready.capabilities
        sessions[session.peer]?.needs = ready.needs
        if scheduler.isOpen { announce(session.peer) }
    }

    /// Other settings may need other things.
    func changeNeeds(of session: PluginSession, _ ready: Ready) {
        guard session.role == .policy, ready.needs != session.needs, ready.needs?.defect == nil else { return }
        sessions[session.peer]?.needs = ready.needs
        if scheduler.isOpen { announce(session.peer) }
    }

    private static func defect(_ ready: Ready) -> String? {
        guard let capabilities = ready.capabilities else { return "a broker declares its capabilities in ready" }
        return capabilities.defect.map { "its capabilities cannot be used: \($0)" }
    }

    /// The core hears of a plugin: at once, or when the start's barrier falls, in a fixed order.
    func announce(_ peer: Peer) {
        guard let session = sessions[peer], session.phase == .ready else { return }
        switch session.role {
        case .policy: enqueue(.policyReady(name: session.name, needs: session.needs))
        case .provider: enqueue(.providerReady(name: session.name))
        case .broker:
            guard let capabilities = session.capabilities else { return }
            brokerAwaitedUntilMilliseconds = nil
            enqueue(.brokerReady(name: session.name, capabilities: capabilities))
        case .control: break
        }
    }

    /// The connection is over; the core is told if it knew of it.
    func endSession(_ peer: Peer, _ why: String, mayRestart: Bool) {
        guard let session = sessions.removeValue(forKey: peer) else { return }
        // Or hello after hello, or bye, would be a flood that nobody counts.
        rateLimiters[session.sender] = session.rateLimiter
        markUnauthenticated(peer)
        if session.phase != .starting, scheduler.isOpen {
            switch session.role {
            case .policy: enqueue(.policyGone(name: session.name, why: why))
            case .provider: enqueue(.providerGone(name: session.name, why: why))
            case .broker: enqueue(.brokerGone(name: session.name, why: why))
            case .control: break
            }
        }
        if !session.pendingSettings.isEmpty {
            enqueue(.settingsAnswered(plugin: session.name, refusal: "it was lost before it answered: \(why)"))
        }
        evaluation?.fail(session.name, why)
        if session.role == .broker {
            dropBrokerWork(why)
            brokerAwaitedUntilMilliseconds = clock.monotonicMilliseconds + ShellSignals.lockstepPatienceMilliseconds
        }
        if session.role == .provider, options.lockstep, scheduler.isOpen, !scheduler.hasTapeEnded {
            end = end ?? .providerLost(why)
        }
        if mayRestart, let process = children[session.name]?.process {
            children[session.name]?.killedBecause = why
            process.signal(ShellSignals.kill)
        }
    }

    /// Heart-beats go out; who is silent for three of them is lost.
    func pollSessions() {
        let now = clock.monotonicMilliseconds
        let patience = 3 * options.heartbeatMilliseconds + ShellSignals.graceMilliseconds
        // Mostly nobody is due: this is looked at with every wait.
        guard now >= sessionsDueMilliseconds else { return }
        for (peer, session) in sessions.sorted(by: { $0.value.id < $1.value.id }) {
            if now - session.lastHeardMilliseconds > patience {
                observer.log(
                    session.name.text, "silent for \(now - session.lastHeardMilliseconds) ms; it is taken for hung")
                endSession(peer, "it was silent for \(now - session.lastHeardMilliseconds) ms", mayRestart: true)
            } else if let leavesBy = session.leavesByMilliseconds, now >= leavesBy {
                endSession(peer, "it did not leave within \(options.drainMilliseconds) ms", mayRestart: false)
            } else if now >= session.nextHeartbeatMilliseconds {
                sessions[peer]?.nextHeartbeatMilliseconds = now + options.heartbeatMilliseconds
                send(.heartbeat, Empty(), to: peer)
            }
        }
        // Who is heard from meanwhile is due later, never earlier.
        sessionsDueMilliseconds =
            sessions.values.map {
                min(
                    $0.nextHeartbeatMilliseconds, $0.lastHeardMilliseconds + patience + 1,
                    $0.leavesByMilliseconds ?? .max)
            }.min() ?? .max
    }

    /// A stop: everybody is asked to finish, and given a limited time for it.
    func drainPlugins() {
        for peer in sessions.values.sorted(by: { $0.id < $1.id }).map(\.peer) {
            send(.drain, Fault(reason: "the core stops"), to: peer)
        }
        let deadline = clock.monotonicMilliseconds + options.drainMilliseconds
        while clock.monotonicMilliseconds < deadline {
            pollOutputs()
            let alive = children.values.contains { $0.process != nil && $0.process?.poll() == nil }
            // Who was started elsewhere has no process here that ends: its bye is waited for, or a packet that was lost on
            // the way would end with the core instead of being sent again.
            let isAwaited = sessions.values.contains { $0.role != .control && children[$0.name]?.process == nil }
            guard alive || isAwaited else { return }
            do {
                let outputs = children.values.compactMap {
                    $0.process?.poll() == nil ? $0.process?.outputDescriptor : nil
                }
                let arrivals = try transport.wait(milliseconds: 20, descriptors: outputs)
                for message in arrivals.messages {
                    guard let header = headerOrNil(message.frames), header.type == .bye else { continue }
                    sessions[message.peer] = nil
                }
            } catch {
                return observer.log("core", "the drain was cut short: \(error)")
            }
        }
    }

    private func headerOrNil(_ frames: [Bytes]) -> Header? {
        do { return try codec.header(frames) } catch { return nil }
    }
}

enum ShellSignals {
    static let hangup: Int32 = 1
    static let kill: Int32 = 9
    static let terminate: Int32 = 15
    /// A busy machine is no dead plugin.
    static let graceMilliseconds: Int64 = 2_000
    /// How long a simulated broker may work on one message, and how long the tape waits for one that was lost.
    static let lockstepPatienceMilliseconds: Int64 = 20_000
}
