import Messaging
import Orchestration
import Trading
import Wire

/// Plugins on other hosts: whose key speaks, for how long it may, and how much anybody may say.
///
/// Invariants:
/// 1. A key speaks for its one role and its one name, and for nothing else.
/// 2. A connection from another host either has a session, or is cut within ``ShellLimits/unauthenticatedMilliseconds``.
/// 3. A session is taken over from no other host as long as it is alive: whoever has stolen a key waits, and a person is told.
/// 4. A key that is not in the list any more has no connection after ``ShellLimits/keysMilliseconds``.
extension Shell {
    func report(_ notice: ListenerNotice) {
        observer.log("core", notice.words)
        enqueue(.pluginNotice(plugin: PluginName(unchecked: notice.owner?.name ?? "stranger"), what: notice.words))
    }

    /// Why a hello does not fit the key that it came with, or nil.
    func keyRefusal(of hello: Hello, _ spec: PluginSpec, _ peer: Peer) -> String? {
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
    /// itself, that has lost its connection; from another one it may be a thief, and must wait until the session is over.
    func rejectRival(of hello: Hello, _ header: Header, _ peer: Peer, _ role: Role) -> Bool {
        guard let key = peer.key,
            let holder = sessions.first(where: { $0.value.name == hello.name && $0.value.role == role })?.key,
            holder.key == key, let theirs = transport.address(of: holder), let address = transport.address(of: peer),
            theirs != address
        else { return false }
        let owner = "\(role.rawValue) \(hello.name)"
        let what = "the key of \(owner) is used from \(address), while \(theirs) has the session and keeps it"
        if unauthenticatedPeers[peer]?.messages == 1 { sendError(peer, what, re: header.id) }
        let now = clock.monotonicMilliseconds
        guard now >= rivalsDueMilliseconds[hello.name] ?? .min else { return true }
        rivalsDueMilliseconds[hello.name] = now + ShellLimits.rivalMilliseconds
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
        guard var session = sessions[peer] else { return admitUnauthenticated(peer, now) }
        // In lockstep everybody answers as fast as the tape is read, and no money is at stake.
        guard !options.lockstep else { return true }
        let bytes = frames.reduce(0) { $0 + $1.count }
        let excess = session.rateLimiter.consume(bytes: bytes, atMilliseconds: now)
        sessions[peer] = session
        guard let excess else { return true }
        let hold = ShellLimits.floodMilliseconds
        let why = "it floods the core (\(excess))" + (peer.key == nil ? "" : "; its key must wait \(hold / 1_000) s")
        enqueue(.protocolViolation(plugin: session.name, why: why))
        observer.log(session.name.text, why)
        endSession(peer, why, mayRestart: true)
        cut(peer, holdMilliseconds: hold)
        return false
    }

    private func admitUnauthenticated(_ peer: Peer, _ now: Int64) -> Bool {
        guard peer.key != nil else { return true }
        let known = unauthenticatedPeers[peer]?.messages ?? 0
        unauthenticatedPeers[peer, default: UnauthenticatedPeer(sinceMilliseconds: now)].messages += 1
        guard known == ShellLimits.unauthenticatedMessages else { return known < ShellLimits.unauthenticatedMessages }
        cutUnauthenticated(peer, "it said \(known) things and no hello")
        return false
    }

    private func cutUnauthenticated(_ peer: Peer, _ why: String) {
        let owner = peer.key.flatMap { options.keys?.owner(of: $0) }
        observer.log("core", "a connection of \(owner?.description ?? "an unknown key") was cut: \(why)")
        cut(peer)
    }

    /// Nothing is heard of it any more; for so long its key is not let in.
    func cut(_ peer: Peer, holdMilliseconds: Int64 = 0) {
        unauthenticatedPeers[peer] = nil
        transport.cut(peer, holdMilliseconds: Int(holdMilliseconds))
    }

    /// A connection without a session any more; it may say hello again, soon.
    func markUnauthenticated(_ peer: Peer) {
        guard peer.key != nil else { return }
        unauthenticatedPeers[peer] = UnauthenticatedPeer(sinceMilliseconds: clock.monotonicMilliseconds)
    }

    /// Cuts who has lost its key, and who has said no hello in time.
    func pollHosts() {
        let now = clock.monotonicMilliseconds
        guard let keys = options.keys, now >= keysDueMilliseconds else { return }
        keysDueMilliseconds = now + ShellLimits.keysMilliseconds
        for (peer, session) in sessions.sorted(by: { $0.value.id < $1.value.id }) {
            guard let key = peer.key else { continue }
            let owner = keys.owner(of: key)
            guard owner != KeyOwner(role: session.role.rawValue, name: session.name.text) else { continue }
            let why = keys.trouble ?? "its key has been revoked"
            observer.log("core", "\(session.name) is cut: \(why)")
            endSession(peer, why, mayRestart: false)
            cut(peer)
        }
        let outcasts = unauthenticatedPeers.keys.filter { $0.key.flatMap(keys.owner(of:)) == nil }
        for peer in outcasts.sorted(by: { $0.id.description < $1.id.description }) {
            let why = keys.trouble ?? "its key has been revoked"
            let words = "a connection from \(transport.address(of: peer) ?? "?") was cut: \(why)"
            enqueue(.pluginNotice(plugin: PluginName(unchecked: "stranger"), what: words))
            cutUnauthenticated(peer, why)
        }
        let late = unauthenticatedPeers.filter {
            now - $0.value.sinceMilliseconds > ShellLimits.unauthenticatedMilliseconds
        }
        for peer in late.keys.sorted(by: { $0.id.description < $1.id.description }) {
            cutUnauthenticated(peer, "no hello within \(ShellLimits.unauthenticatedMilliseconds) ms")
        }
    }
}

/// A connection from another host that has no session.
struct UnauthenticatedPeer {
    var sinceMilliseconds: Int64
    var messages = 0

    init(sinceMilliseconds: Int64) { self.sinceMilliseconds = sinceMilliseconds }
}

/// How much one plugin may still say: two token buckets, of messages and of bytes. Pure.
struct RateLimiter {
    /// What a role may say at once, and in a second for ever.
    struct Rate: Equatable {
        var messages: Int64
        var messagesPerSecond: Int64
        var bytes: Int64
        var bytesPerSecond: Int64

        init(for role: Role) {
            switch role {
            // An answer to a cycle, heart-beats, nothing else.
            case .policy, .control: self.init(1_000, 100, megabytes: 64, 8)
            // Every quote may be a message of its own.
            case .provider: self.init(20_000, 5_000, megabytes: 64, 32)
            // Ten thousand orders that are all executed at once are no flood.
            case .broker: self.init(50_000, 5_000, megabytes: 256, 32)
            }
        }

        private init(_ messages: Int64, _ messagesPerSecond: Int64, megabytes: Int64, _ megabytesPerSecond: Int64) {
            self.messages = messages
            self.messagesPerSecond = messagesPerSecond
            bytes = megabytes << 20
            bytesPerSecond = megabytesPerSecond << 20
        }
    }

    private let rate: Rate
    /// In thousandths, so that a millisecond's share is whole.
    private var messages: Int64
    private var bytes: Int64
    private var lastMilliseconds: Int64

    init(for role: Role, atMilliseconds now: Int64) {
        rate = Rate(for: role)
        messages = rate.messages * 1_000
        bytes = rate.bytes * 1_000
        lastMilliseconds = now
    }

    /// - Returns: nil when it may; else what it was too much of.
    mutating func consume(bytes count: Int, atMilliseconds now: Int64) -> String? {
        // A bucket that is full after an hour's silence is full after a minute's.
        let passed = min(max(0, now - lastMilliseconds), 60_000)
        lastMilliseconds = max(now, lastMilliseconds)
        messages = min(rate.messages * 1_000, messages + passed * rate.messagesPerSecond) - 1_000
        bytes = min(rate.bytes * 1_000, bytes + passed * rate.bytesPerSecond) - Int64(count) * 1_000
        guard messages >= 0 else {
            return "more than \(rate.messages) messages, and then \(rate.messagesPerSecond) a second"
        }
        guard bytes >= 0 else {
            return "more than \(rate.bytes >> 20) MiB, and then \(rate.bytesPerSecond >> 20) MiB a second"
        }
        return nil
    }
}
