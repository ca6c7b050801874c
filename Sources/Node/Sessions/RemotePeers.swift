import Messaging
import Trading
import Wire

/// Connections that have no session, those from other hosts and those of this one, and when keys and rivals are looked at.
struct RemotePeers {
    private struct Unauthenticated {
        let sinceMilliseconds: Int64
        var messages = 0
    }

    private var unauthenticated: [Peer: Unauthenticated] = [:]
    private var keysDueMilliseconds = Int64.min
    /// When an alert says again that a key is used by two hosts.
    private var rivalsDueMilliseconds: [PluginName: Int64] = [:]

    enum Admission: Equatable {
        case admitted
        /// It was cut, and what still comes of it is thrown away.
        case discarded
        /// It has said so many things and no hello: it is to be cut.
        case excessive(messages: Int)
    }

    var count: Int { unauthenticated.count }

    /// A message of a connection without a session.
    mutating func admit(_ peer: Peer, now: Int64) -> Admission {
        // A person has no session, and each command is a connection.
        guard peer.socket != Role.control.rawValue else { return .admitted }
        let known = unauthenticated[peer]?.messages ?? 0
        unauthenticated[peer, default: Unauthenticated(sinceMilliseconds: now)].messages += 1
        guard known != LoopLimits.unauthenticatedMessages else { return .excessive(messages: known) }
        return known < LoopLimits.unauthenticatedMessages ? .admitted : .discarded
    }

    func isFirstMessage(of peer: Peer) -> Bool { unauthenticated[peer]?.messages == 1 }

    /// It has a session, or is cut.
    mutating func forget(_ peer: Peer) { unauthenticated[peer] = nil }

    /// It has no session any more; it may say hello again, soon.
    mutating func sessionEnded(_ peer: Peer, now: Int64) {
        unauthenticated[peer] = Unauthenticated(sinceMilliseconds: now)
    }

    // MARK: - Time

    /// Takes the look at the list of keys that is due.
    mutating func consumeKeyCheck(now: Int64) -> Bool {
        guard now >= keysDueMilliseconds else { return false }
        keysDueMilliseconds = now + LoopLimits.keysMilliseconds
        return true
    }

    /// Takes the report of a second host with the key of this plugin that is due.
    mutating func consumeRivalReport(_ name: PluginName, now: Int64) -> Bool {
        guard now >= rivalsDueMilliseconds[name] ?? .min else { return false }
        rivalsDueMilliseconds[name] = now + LoopLimits.rivalMilliseconds
        return true
    }

    /// Those whose key is in no list, sorted.
    func withoutOwner(_ keys: any KeyAuthority) -> [Peer] {
        sorted(unauthenticated.keys.filter { peer in peer.key.map { keys.owner(of: $0) == nil } ?? false })
    }

    /// Those that have had their time to say hello, sorted.
    func withoutHello(now: Int64) -> [Peer] {
        let most = LoopLimits.unauthenticatedMilliseconds
        return sorted(unauthenticated.filter { now - $0.value.sinceMilliseconds > most }.map(\.key))
    }

    private func sorted(_ peers: [Peer]) -> [Peer] { peers.sorted { $0.id.description < $1.id.description } }
}
