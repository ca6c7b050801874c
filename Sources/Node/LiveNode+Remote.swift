import Messaging
import Orchestration
import Trading
import Wire

/// Plugins on other hosts: whose key it is, for how long it is allowed, and how much it may send.
///
/// Invariants:
/// 1. A key stands for its one role and its one name, and for nothing else.
/// 2. A connection from another host either has a session, or is cut within ``LoopLimits/unauthenticatedMilliseconds``.
/// 3. No other host takes over a session that is alive: a stolen key does not get in meanwhile, and is reported.
/// 4. A key that is not in the list any more has no connection after ``LoopLimits/keysMilliseconds``.
extension LiveNode {
    func report(_ notice: ListenerNotice) {
        observer.log("core", notice.words)
        enqueue(
            .pluginNotice(plugin: PluginName(unchecked: notice.owner?.name ?? "unauthenticated"), what: notice.words))
    }

    /// Tells the core of a key that says hello as somebody else.
    /// - Returns: why a hello does not fit the key that it came with, or nil.
    func checkKey(of hello: Hello, _ spec: PluginSpec, _ peer: Peer) -> String? {
        guard let key = peer.key else { return nil }
        guard let owner = options.keys?.owner(of: key) else { return "its key is not allowed (any more)" }
        guard owner == KeyOwner(role: spec.role.rawValue, name: spec.name.text) else {
            let why = "the key of \(owner) said hello as \(spec.role.rawValue) \(hello.name)"
            enqueue(.protocolViolation(plugin: PluginName(unchecked: owner.name), why: why))
            return "\(why); one key has one role and one name"
        }
        guard spec.program == nil else { return "\"\(spec.name)\" is started by the core, on this host" }
        return nil
    }

    /// Whether a hello comes with the key of a session that is alive, from another host. From the same host it is the plugin
    /// itself, that has lost its connection; from another one it may be a stolen key, and must wait until the session is over.
    func rejectRival(of hello: Hello, _ header: Header, _ peer: Peer, _ role: Role) -> Bool {
        guard let key = peer.key,
            let holder = sessions.session(hello.name, role)?.peer,
            holder.key == key, let theirs = transport.address(of: holder), let address = transport.address(of: peer),
            theirs != address
        else { return false }
        let owner = "\(role.rawValue) \(hello.name)"
        let what = "the key of \(owner) is used from \(address), while \(theirs) has the session and keeps it"
        if remotePeers.isFirstMessage(of: peer) { sendError(peer, what, re: header.id) }
        guard remotePeers.consumeRivalReport(hello.name, now: clock.monotonicMilliseconds) else { return true }
        observer.log("core", what)
        enqueue(
            .pluginNotice(
                plugin: hello.name,
                what: "\(what). If both are not yours it is stolen: `bigbrother keys revoke \(owner)`"))
        return true
    }

    /// Looks at every message before it is read: how much its sender may say, and for how long without a session.
    /// - Returns: false: it is thrown away.
    func admit(_ frames: [Bytes], from peer: Peer) -> Bool {
        let now = clock.monotonicMilliseconds
        guard let session = sessions[peer] else { return admitUnauthenticated(frames, peer, now) }
        // In lockstep everybody answers as fast as the tape is read, and no money is at stake.
        guard !options.lockstep else { return true }
        let bytes = frames.reduce(0) { $0 + $1.count }
        guard let excess = sessions.consume(bytes: bytes, of: peer, now: now) else { return true }
        endFlood(session, excess)
        return false
    }

    /// Each new session is journaled, so that a hello counts for more than one message.
    /// - Returns: false: its session is over again.
    func admitHello(_ session: PluginSession) -> Bool {
        guard !options.lockstep else { return true }
        let excess = sessions.consume(
            messages: LoopLimits.messagesForHello, bytes: 0, of: session.peer, now: clock.monotonicMilliseconds)
        guard let excess else { return true }
        endFlood(session, excess)
        return false
    }

    private func endFlood(_ session: PluginSession, _ excess: String) {
        let peer = session.peer
        let hold = LoopLimits.floodMilliseconds
        let why = "it floods the core (\(excess))" + (peer.key == nil ? "" : "; its key must wait \(hold / 1_000) s")
        reportCut(of: session.name, why)
        sessionEnded(peer, why, mayRestart: true)
        cut(peer, holdMilliseconds: hold)
    }

    /// The transport has ended a connection by which more came than might (I-SOCK-11).
    func connectionEnded(_ peer: Peer?, _ why: String) {
        guard let peer, let session = sessions[peer] else {
            return logThrottled("a connection without a session was cut: \(why)")
        }
        endFlood(session, why)
    }

    /// A hello is short. Whoever sends more without one is cut at once: what it has under way would be read, and thrown away,
    /// for as long as it goes on, and the others would wait meanwhile (I-BOUND-5).
    private func admitUnauthenticated(_ frames: [Bytes], _ peer: Peer, _ now: Int64) -> Bool {
        let bytes = frames.reduce(0) { $0 + $1.count }
        guard bytes <= SpokenLimits.messageBytesBeforeHello else {
            cutUnauthenticated(
                peer, "it sent \(bytes) bytes and no hello", holdMilliseconds: LoopLimits.excessMilliseconds)
            return false
        }
        switch remotePeers.admit(peer, now: now) {
        case .admitted: return true
        case .discarded: return false
        case .excessive(let messages):
            cutUnauthenticated(
                peer, "it said \(messages) things and no hello", holdMilliseconds: LoopLimits.excessMilliseconds)
            return false
        }
    }

    private func cutUnauthenticated(_ peer: Peer, _ why: String, holdMilliseconds: Int64 = 0) {
        let owner = peer.key.flatMap { options.keys?.owner(of: $0) }
        let whose = owner?.description ?? (peer.key == nil ? "this host" : "an unknown key")
        if let line = told.line("a connection of \(whose) was cut: \(why)", now: clock.monotonicMilliseconds) {
            observer.log("core", line)
        }
        cut(peer, holdMilliseconds: holdMilliseconds)
    }

    /// Nothing of it is taken any more; for so long its key is not let in.
    func cut(_ peer: Peer, holdMilliseconds: Int64 = 0) {
        remotePeers.forget(peer)
        transport.cut(peer, holdMilliseconds: Int(holdMilliseconds))
    }

    /// Cuts who has lost its key, and who has said no hello in time.
    func pollRemotePeers() {
        let now = clock.monotonicMilliseconds
        guard remotePeers.consumeKeyCheck(now: now) else { return }
        for peer in remotePeers.withoutHello(now: now) {
            cutUnauthenticated(peer, "no hello within \(LoopLimits.unauthenticatedMilliseconds) ms")
        }
        guard let keys = options.keys else { return }
        var why: String { keys.trouble ?? "its key has been revoked" }
        for session in sessions.all {
            guard let key = session.peer.key else { continue }
            let owner = KeyOwner(role: session.role.rawValue, name: session.name.text)
            guard keys.owner(of: key) != owner else { continue }
            let why = why
            observer.log("core", "\(session.name) is cut: \(why)")
            sessionEnded(session.peer, why, mayRestart: false)
            cut(session.peer)
        }
        for peer in remotePeers.withoutOwner(keys) {
            let why = why
            let words = "a connection from \(transport.address(of: peer) ?? "?") was cut: \(why)"
            enqueue(.pluginNotice(plugin: PluginName(unchecked: "unauthenticated"), what: words))
            cutUnauthenticated(peer, why)
        }
    }
}
