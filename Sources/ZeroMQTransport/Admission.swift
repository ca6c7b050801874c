import Messaging

/// One question of libzmq: may this key in? (RFC 27/ZAP 1.0)
struct AdmissionRequest: Equatable {
    var id: Bytes
    /// The role's name: each socket has its own.
    var domain: String
    /// Of the host that asks, without a port.
    var address: String
    /// Nil for another mechanism than CURVE, or a key that is none.
    var key: PublicKey?

    /// Nil for what is no request: `"", version, id, domain, address, routing id, mechanism, key`.
    init?(_ frames: [Bytes]) {
        guard frames.count >= 7, frames[0].isEmpty, frames[1] == Bytes("1.0".utf8) else { return nil }
        id = frames[2]
        domain = String(decoding: frames[3], as: UTF8.self)
        address = String(decoding: frames[4], as: UTF8.self)
        guard frames.count == 8, frames[6] == Bytes("CURVE".utf8) else { return }
        key = PublicKey(frames[7])
    }
}

/// Decides who is let in: pure but for the list of keys that it asks.
///
/// - I-LSN-1: A key that is not in the list, or that connects to the socket of another role, is refused.
/// - I-LSN-2: A key that shakes hands too often, or was cut for a flood, waits.
/// - I-LSN-3: Reports about unauthenticated peers are bounded, whatever those do.
struct Admission {
    private let keys: any KeyAuthority
    private var handshakes: [PublicKey: [Int64]] = [:]
    private var heldUntil: [PublicKey: Int64] = [:]
    private var suppressed: (count: Int, nextMilliseconds: Int64) = (0, .min)
    private var crowdNextMilliseconds: Int64 = .min
    /// Keys of the self-test; they are refused like any other, and not reported.
    var probes: Set<PublicKey> = []
    private(set) var notices: [ListenerNotice] = []
    private static let noticeMilliseconds: Int64 = 60_000

    init(keys: any KeyAuthority) { self.keys = keys }

    /// - Returns: the key's owner, or nil: refused.
    mutating func decide(_ request: AdmissionRequest, atMilliseconds now: Int64) -> KeyOwner? {
        guard let key = request.key, let owner = keys.owner(of: key) else {
            if let key = request.key, probes.contains(key) { return nil }
            noteUnauthenticated(request, now)
            return nil
        }
        guard owner.role == request.domain else {
            notice(
                owner,
                "the key of \(owner) knocked at the \(request.domain) socket from \(request.address) and was refused")
            return nil
        }
        if let until = heldUntil[key] {
            guard now >= until else { return nil }
            heldUntil[key] = nil
        }
        let recent = (handshakes[key] ?? []).filter { now - $0 < Int64(Limits.handshakeWindowMilliseconds) } + [now]
        handshakes[key] = recent
        guard recent.count <= Limits.handshakesPerKey else {
            hold(key, untilMilliseconds: now + Int64(Limits.handshakeWindowMilliseconds))
            notice(
                owner,
                "the key of \(owner) shook hands \(recent.count) times within \(Limits.handshakeWindowMilliseconds / 1_000) s, the last from \(request.address); it must wait"
            )
            return nil
        }
        return owner
    }

    mutating func hold(_ key: PublicKey, untilMilliseconds: Int64) {
        handshakes[key] = nil
        heldUntil[key] = untilMilliseconds
    }

    mutating func drainNotices() -> [ListenerNotice] {
        defer { notices = [] }
        return notices
    }

    /// So many connections have said nothing that the oldest of them were cut.
    /// - Parameter address: of the newest.
    mutating func crowded(_ socket: String, address: String?, atMilliseconds now: Int64) {
        guard now >= crowdNextMilliseconds else { return }
        crowdNextMilliseconds = now + Self.noticeMilliseconds
        notice(
            nil,
            "more than \(Limits.unheardConnections) connections to the \(socket) socket have said nothing, the newest is from \(address ?? "?"); as long as there are so many, the oldest are cut"
        )
    }

    private mutating func noteUnauthenticated(_ request: AdmissionRequest, _ now: Int64) {
        suppressed.count += 1
        guard now >= suppressed.nextMilliseconds else { return }
        let who = request.key.map { "with the unknown key \($0)" } ?? "without a key"
        let more = suppressed.count > 1 ? ", and \(suppressed.count - 1) others since the last word" : ""
        notice(
            nil,
            "an unauthenticated peer \(who) from \(request.address) was refused at the \(request.domain) socket\(more)")
        suppressed = (0, now + Self.noticeMilliseconds)
    }

    private mutating func notice(_ owner: KeyOwner?, _ words: String) {
        guard notices.count < Limits.waitingNotices else { return }
        notices.append(ListenerNotice(owner: owner, words: words))
    }
}
