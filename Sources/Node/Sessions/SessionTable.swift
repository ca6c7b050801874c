import Messaging
import Orchestration
import Trading
import Wire

/// The sessions of all plugins: who has one, what it has said and may still say, and when it is to be looked at.
///
/// Its verbs return what is to be done; the loop sends, logs and makes inputs.
struct SessionTable {
    private var sessions: [Peer: PluginSession] = [:]
    /// What each plugin that had a session may still say.
    private var rateLimiters: [PluginSession.Sender: RateLimiter] = [:]
    /// When the first session is to be looked at.
    private var dueMilliseconds = Int64.max
    private var opened = 0
    private let heartbeatMilliseconds: Int64

    init(heartbeatMilliseconds: Int64) { self.heartbeatMilliseconds = heartbeatMilliseconds }

    // MARK: - Who is there

    subscript(peer: Peer) -> PluginSession? { sessions[peer] }

    func session(_ name: PluginName, _ role: Role) -> PluginSession? {
        sessions.values.first { $0.name == name && $0.role == role }
    }

    func session(_ name: PluginName) -> PluginSession? { sessions.values.first { $0.name == name } }

    func ready(_ name: PluginName, _ role: Role) -> PluginSession? {
        sessions.values.first { $0.name == name && $0.role == role && $0.phase == .ready }
    }

    /// The one adapter, or the provider that moves the tape.
    func ready(_ role: Role) -> PluginSession? { sessions.values.first { $0.role == role && $0.phase == .ready } }

    /// In the order of their ids.
    var all: [PluginSession] { sessions.values.sorted { $0.id < $1.id } }
    var count: Int { sessions.count }
    var rateLimiterCount: Int { rateLimiters.count }
    var pendingSettingsCount: Int { sessions.values.reduce(0) { $0 + $1.pendingSettings.count } }

    // MARK: - From hello to the end

    mutating func open(
        _ hello: Hello, _ role: Role, _ peer: Peer, epoch: Int64, firstSequence: Int64, now: Int64
    ) -> PluginSession {
        opened += 1
        var session = PluginSession(
            name: hello.name, role: role, speaksMinor: hello.speaks.minor, peer: peer, id: "s\(epoch).\(opened)",
            firstSequence: firstSequence, now: now, heartbeat: heartbeatMilliseconds)
        if let rateLimiter = rateLimiters[session.sender] { session.rateLimiter = rateLimiter }
        sessions[peer] = session
        dueMilliseconds = min(dueMilliseconds, session.nextHeartbeatMilliseconds)
        return session
    }

    /// Of a plugin that works inside this process.
    mutating func openHosted(_ spec: PluginSpec, _ peer: Peer, now: Int64) -> PluginSession {
        opened += 1
        var session = PluginSession(
            name: spec.name, role: spec.role, speaksMinor: ProtocolVersion.minor, peer: peer, id: "hosted.\(opened)",
            firstSequence: 0, now: now, heartbeat: heartbeatMilliseconds)
        session.isHosted = true
        sessions[peer] = session
        return session
    }

    mutating func becomeReady(_ peer: Peer, _ ready: Ready) {
        sessions[peer]?.phase = .ready
        sessions[peer]?.capabilities = ready.capabilities
        sessions[peer]?.needs = ready.needs
        sessions[peer]?.hasHistory = ready.history != nil
    }

    mutating func changeNeeds(_ peer: Peer, _ needs: PolicyNeeds?) { sessions[peer]?.needs = needs }

    /// It was asked to leave, and is given until then.
    mutating func leave(_ peer: Peer, byMilliseconds: Int64) {
        sessions[peer]?.leavesByMilliseconds = byMilliseconds
        dueMilliseconds = min(dueMilliseconds, byMilliseconds)
    }

    /// - Returns: the session that was; nil without one.
    mutating func end(_ peer: Peer) -> PluginSession? {
        guard let session = sessions.removeValue(forKey: peer) else { return nil }
        // Or hello after hello, or bye, would be a flood that nobody counts.
        rateLimiters[session.sender] = session.rateLimiter
        return session
    }

    // MARK: - What is said

    /// Takes a message of so many bytes off what its sender may say.
    /// - Returns: what it was too much of, or nil.
    mutating func consume(messages: Int64 = 1, bytes: Int, of peer: Peer, now: Int64) -> String? {
        sessions[peer]?.rateLimiter.consume(messages: messages, bytes: bytes, atMilliseconds: now)
    }

    /// - Returns: its sender, and which messages before it are missing; nil for one that belongs to no session.
    mutating func received(_ header: Header, from peer: Peer, now: Int64) -> (session: PluginSession, gap: String?)? {
        guard var session = sessions[peer], session.id == header.session else { return nil }
        let gap = session.gap(before: header.seq)
        session.lastHeardMilliseconds = now
        sessions[peer] = session
        return (session, gap)
    }

    /// The header of the next message to a session; nil without one.
    mutating func header(
        _ type: MessageType, to peer: Peer, epoch: Int64, cycle: Int64? = nil, re: String? = nil, budget: Int64? = nil
    ) -> Header? {
        sessions[peer]?.header(type, epoch: epoch, cycle: cycle, re: re, budget: budget)
    }

    mutating func settingsSent(_ pending: PendingSettings, to peer: Peer) {
        sessions[peer]?.pendingSettings.append(pending)
    }

    /// - Parameter re: of the message that brought them.
    /// - Returns: the settings that are answered; nil when the message answers none.
    mutating func settingsAnswered(_ re: String?, by peer: Peer) -> PendingSettings? {
        guard let pending = sessions[peer]?.pendingSettings.first(where: { $0.id == re }) else { return nil }
        sessions[peer]?.pendingSettings.removeAll { $0.id == re }
        return pending
    }

    // MARK: - Time

    enum Action {
        case heartbeat(Peer)
        /// Nothing came from it for so long: it hangs.
        case hung(PluginSession, silentMilliseconds: Int64)
        /// It has not left in the time that it was given.
        case overstayed(PluginSession)
    }

    /// Heart-beats go out; who is silent for three of them is lost.
    mutating func poll(now: Int64) -> [Action] {
        // Mostly nobody is due: this is looked at with every wait.
        guard now >= dueMilliseconds else { return [] }
        let patience = 3 * heartbeatMilliseconds + LoopLimits.graceMilliseconds
        dueMilliseconds = .max
        var actions: [Action] = []
        for session in all where !session.isHosted {
            let silent = now - session.lastHeardMilliseconds
            var next = session.nextHeartbeatMilliseconds
            if silent > patience {
                actions.append(.hung(session, silentMilliseconds: silent))
                continue
            } else if let leavesBy = session.leavesByMilliseconds, now >= leavesBy {
                actions.append(.overstayed(session))
                continue
            } else if now >= next {
                next = now + heartbeatMilliseconds
                sessions[session.peer]?.nextHeartbeatMilliseconds = next
                actions.append(.heartbeat(session.peer))
            }
            // A plugin that sends something meanwhile is due later, never earlier.
            let silence = session.lastHeardMilliseconds + patience + 1
            dueMilliseconds = min(dueMilliseconds, next, silence, session.leavesByMilliseconds ?? .max)
        }
        return actions
    }

    /// While the core itself was at work for so long it has not listened, and that counts against nobody.
    mutating func coreWasBusy(for milliseconds: Int64, now: Int64) {
        guard milliseconds > 0 else { return }
        for peer in sessions.keys {
            guard let heard = sessions[peer]?.lastHeardMilliseconds else { continue }
            sessions[peer]?.lastHeardMilliseconds = min(now, heard + milliseconds)
        }
    }

    /// Sessions that owe an answer to new settings for too long, and for how long.
    func overdueSettings(now: Int64) -> [(session: PluginSession, waitedMilliseconds: Int64)] {
        all.compactMap { session in
            guard let pending = session.pendingSettings.first else { return nil }
            let waited = now - pending.sinceMilliseconds
            return waited > LoopLimits.settingsMilliseconds ? (session, waited) : nil
        }
    }
}
