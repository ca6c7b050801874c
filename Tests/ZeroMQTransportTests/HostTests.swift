import CZeroMQ
import Glibc
import Messaging
import SystemTime
import TestSupport
import Testing

@testable import ZeroMQTransport

@Suite("who comes in from other hosts", .blocking, .serialized, .timeLimit(.minutes(1)))
struct HostTests {
    @Test("an allowed key is heard, known by its key, and answered")
    func allowed() throws {
        let house = try House()
        let plugin = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
        try plugin.say("hello")
        let (peer, frames) = try house.message()
        #expect(peer.socket == "policy" && peer.key == house.own.publicKey)
        #expect(house.hub.address(of: peer) == "127.0.0.1")
        #expect(house.hub.address(of: Peer(socket: "policy", id: peer.id)) == nil, "of this host")
        #expect(frames == [bytes("hello"), bytes("body")])
        try house.hub.send([bytes("welcome")], to: peer)
        #expect(try plugin.hear() == [bytes("welcome")])
    }

    @Test("an unknown key is refused, and the first one is reported")
    func stranger() throws {
        let house = try House()
        let stranger = try KeyPair.make()
        let dialer = try Dialer(house.endpoint(), .curveClient(stranger, server: house.server.publicKey))
        #expect(try dialer.end == .refused(400))
        let notices = try house.arrivals { !$0.notices.isEmpty }.notices
        #expect(notices.map(\.owner) == [nil])
        #expect(notices[0].words.contains("\(stranger.publicKey) from 127.0.0.1 was refused"))
        #expect(try house.hearsNothing())
    }

    @Test("without CURVE nobody is heard")
    func plain() throws {
        let house = try House()
        let dialer = try Dialer(house.endpoint(), .none)
        _ = try dialer.event { if case .disconnected = $0 { true } else { false } }
        #expect(try house.hearsNothing())
    }

    @Test("whoever has not the core's secret key is not spoken to")
    func wrongServer() throws {
        let house = try House()
        let dialer = try Dialer(house.endpoint(), .curveClient(house.own, server: try KeyPair.make().publicKey))
        _ = try dialer.event { if case .disconnected = $0 { true } else { false } }
        #expect(try house.hearsNothing())
    }

    @Test("a policy's key does not get in as a broker, and that is told under its name")
    func otherRole() throws {
        let house = try House()
        let dialer = try Dialer(house.endpoint("broker"), .curveClient(house.own, server: house.server.publicKey))
        #expect(try dialer.end == .refused(400))
        let notice = try #require(try house.arrivals { !$0.notices.isEmpty }.notices.first)
        #expect(notice.owner == KeyOwner(role: "policy", name: "p"))
        #expect(notice.words.contains("the key of policy p knocked at the broker socket from 127.0.0.1"))
    }

    @Test(
        "a connection that is cut says nothing more, comes back by another handshake, and not when its key is revoked")
    func cut() throws {
        let house = try House()
        let plugin = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
        try plugin.say("one")
        let first = try house.message().peer
        #expect(try plugin.end == .handshakeSucceeded)
        house.hub.cut(first, holdMilliseconds: 0)
        _ = try plugin.event { if case .disconnected = $0 { true } else { false } }
        #expect(throws: MessagingError.peerUnknown(first.id)) { try house.hub.send([[1]], to: first) }
        #expect(try plugin.end == .handshakeSucceeded)
        try plugin.say("two")
        let (second, frames) = try house.message()
        #expect(second.id != first.id && frames[0] == bytes("two"))
        house.allowed.revoke(house.own.publicKey)
        house.hub.cut(second, holdMilliseconds: 0)
        #expect(try plugin.end == .refused(400))
        #expect(try house.hearsNothing())
    }

    @Test("a plugin that chooses its routing id is cut and not heard: it could be somebody else's")
    func ownRoutingID() throws {
        let house = try House()
        let security = SocketSecurity.curveClient(house.own, server: house.server.publicKey)
        let plugin = try Dialer(house.endpoint(), security, routingID: PeerID(bytes("broker")))
        try plugin.say("hello")
        let refused = try house.arrivals { !$0.refused.isEmpty || !$0.messages.isEmpty }
        #expect(refused.messages.isEmpty && refused.refused[0].why.contains("must leave that to libzmq"))
        _ = try plugin.event { if case .disconnected = $0 { true } else { false } }
    }

    @Test("a key that is held is not let in before its time is up")
    func hold() throws {
        let house = try House()
        let plugin = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
        try plugin.say("one")
        let peer = try house.message().peer
        #expect(try plugin.end == .handshakeSucceeded)
        house.hub.cut(peer, holdMilliseconds: 500)
        #expect(try plugin.end == .refused(400))
        // A socket of libzmq that was refused does not try again.
        let deadline = Deadline()
        var end = ConnectionEvent.other
        while end != .handshakeSucceeded, !deadline.isOver {
            end = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey)).end
        }
        #expect(end == .handshakeSucceeded)
    }

    @Test("a peer that floods is cut in the midst of it: its queue is thrown away and its connection ends")
    func cutWhileFlooding() throws {
        let house = try House()
        let plugin = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
        try plugin.say("one")
        #expect(try plugin.end == .handshakeSucceeded)
        let peer = try house.message().peer
        house.hub.raiseBound(of: peer)
        // Until nothing more goes: every queue on the way is full, and the core's thread reads no more.
        var sent = 0
        while true {
            do { try plugin.socket.send([Bytes(repeating: 1, count: 50_000)]) } catch MessagingError.wouldBlock {
                break
            }
            sent += 1
        }
        _ = try house.message()
        house.hub.cut(peer, holdMilliseconds: 60_000)
        #expect(try house.hearsNothing(), "of \(sent) messages none is heard after the cut")
        #expect(try plugin.end == .refused(400))
    }

    @Test("hundreds of silent connections are cut, use up no descriptors, and keep nobody out")
    func connectionFlood() throws {
        let house = try House()
        let before = try openDescriptors()
        var silent: [CInt] = []
        defer { for descriptor in silent { close(descriptor) } }
        for _ in 0..<500 { silent.append(try connected(to: house.endpoint())) }
        let told = try house.arrivals { !$0.notices.isEmpty }.notices
        #expect(told.count == 1 && told[0].words.contains("to the policy socket have said nothing"), "\(told)")
        #expect(told[0].words.contains("the newest is from 127.0.0.1"))
        let plugin = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
        try plugin.say("hello")
        #expect(try house.message().frames[0] == bytes("hello"))
        // Ours are 500; the core keeps at most so many without a message, and those that are being closed. At once: in a few
        // seconds they would be gone for want of a handshake.
        let most = before + silent.count + Limits.unheardConnections + 20
        let end = monotonicMilliseconds() + Int64(Limits.handshakeMilliseconds) / 2
        while try openDescriptors() > most, monotonicMilliseconds() < end {
            _ = try house.hub.wait(milliseconds: 20, descriptors: [])
        }
        #expect(try openDescriptors() <= most)
    }

    @Test("a key that shakes hands again and again must wait, and that is told")
    func handshakeFlood() throws {
        let house = try House()
        var dialers: [Dialer] = []
        for number in 0...Limits.handshakesPerKey {
            let dialer = try Dialer(house.endpoint(), .curveClient(house.own, server: house.server.publicKey))
            dialers.append(dialer)
            guard number < Limits.handshakesPerKey else { break }
            // Too many at once that say nothing would be cut for that.
            #expect(try dialer.end == .handshakeSucceeded)
            try dialer.say("hello")
            _ = try house.message()
        }
        let notice = try #require(try house.arrivals { !$0.notices.isEmpty }.notices.first)
        #expect(notice.words.contains("the key of policy p shook hands \(Limits.handshakesPerKey + 1) times"))
    }

    @Test("a listener that lets unauthenticated peers in does not open", arguments: [RemoteListener.Weakness.noCurve])
    func proof(weakness: RemoteListener.Weakness) throws {
        let any = try Endpoint.parse("tcp://127.0.0.1:0", .curve)
        let listener = try RemoteListener(
            endpoints: [("policy", any)], keys: KeyPair.make(), authority: Allowed(), weakness: weakness)
        let error = try failure { try listener.prove() }
        guard case .unsafeToListen = error else { throw error }
    }

    @Test("a listener that talks without CURVE is found by the second attempt alone")
    func plainProof() throws {
        let any = try Endpoint.parse("tcp://127.0.0.1:0", .curve)
        let keys = try KeyPair.make()
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        try router.bind(any)
        let proof = ListenerSelfTest(endpoint: try router.lastEndpoint(), serverKey: keys.publicKey)
        let error = try failure { try proof.provePlain() }
        #expect(error.description.contains("talks to a peer without CURVE"))
    }

    @Test("a handler that lets everybody in keeps the core from starting")
    func allIn() throws {
        let any = try Endpoint.parse("tcp://127.0.0.1:0", .curve)
        let error = try failure {
            _ = try RemoteListener(
                endpoints: [("policy", any)], keys: KeyPair.make(), authority: Allowed(letsAllIn: true))
        }
        #expect(error.description.contains("lets a peer with a random key in"))
    }

    @Test("a socket without keys neither binds nor dials off this host")
    func noKeys() throws {
        let context = try ZeroMQContext()
        let socket = try ZeroMQSocket(.dealer, in: context)
        for text in ["tcp://*:5555", "tcp://10.0.0.1:5555"] {
            let endpoint = try Endpoint.parse(text, .curve)
            #expect(try failure { try socket.bind(endpoint) }.description.contains("no CURVE keys"))
            #expect(try failure { try socket.connect(endpoint) }.description.contains("no CURVE keys"))
        }
    }

    private func openDescriptors() throws -> Int {
        let directory = try #require(opendir("/proc/self/fd"))
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    private func connected(to endpoint: Endpoint) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = try #require(endpoint.port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }
}

@Suite("admission of peers")
struct AdmissionTests {
    private let allowed = Allowed()
    private let key: PublicKey

    init() throws {
        key = try KeyPair.make().publicKey
        allowed.allow(key)
    }

    private func request(_ key: PublicKey?, domain: String = "policy", mechanism: String = "CURVE") throws
        -> AdmissionRequest
    {
        var frames = [[], bytes("1.0"), bytes("1"), bytes(domain), bytes("10.0.0.9"), [], bytes(mechanism)]
        if let key { frames.append(key.bytes) }
        return try #require(AdmissionRequest(frames))
    }

    @Test("only a key that is allowed, with CURVE, at the socket of its role")
    func decisions() throws {
        var admission = Admission(keys: allowed)
        #expect(admission.decide(try request(key), atMilliseconds: 0) == KeyOwner(role: "policy", name: "p"))
        #expect(admission.decide(try request(key, domain: "broker"), atMilliseconds: 0) == nil)
        #expect(admission.decide(try request(key, domain: ""), atMilliseconds: 0) == nil)
        #expect(admission.decide(try request(key, mechanism: "PLAIN"), atMilliseconds: 0) == nil)
        #expect(admission.decide(try request(nil, mechanism: "NULL"), atMilliseconds: 0) == nil)
        #expect(admission.decide(try request(try KeyPair.make().publicKey), atMilliseconds: 0) == nil)
    }

    @Test("what is no request is none", arguments: [0, 3, 6])
    func noRequest(count: Int) {
        let frames = [[], bytes("1.0"), bytes("1"), bytes("policy"), bytes("10.0.0.9"), [], bytes("CURVE")]
        #expect(AdmissionRequest(Array(frames.prefix(count))) == nil)
        #expect(AdmissionRequest([[], bytes("2.0")] + frames.dropFirst(2)) == nil)
    }

    @Test("a thousand unauthenticated peers are one notice in a minute")
    func strangers() throws {
        var admission = Admission(keys: allowed)
        for _ in 0..<1_000 { _ = admission.decide(try request(try KeyPair.make().publicKey), atMilliseconds: 5) }
        #expect(admission.drainNotices().count == 1)
        _ = admission.decide(try request(nil), atMilliseconds: 60_006)
        let words = admission.drainNotices().map(\.words)
        #expect(words.count == 1 && words[0].contains("and 999 others"), "\(words)")
    }

    @Test("handshakes are counted for each key and forgotten in time")
    func handshakes() throws {
        var admission = Admission(keys: allowed)
        for time in 0..<100 {
            #expect(admission.decide(try request(key), atMilliseconds: Int64(time) * 1_000) != nil)
        }
        for _ in 0..<Limits.handshakesPerKey { _ = admission.decide(try request(key), atMilliseconds: 200_000) }
        #expect(admission.decide(try request(key), atMilliseconds: 200_000) == nil)
        #expect(admission.decide(try request(key), atMilliseconds: 209_999) == nil)
        #expect(admission.decide(try request(key), atMilliseconds: 210_000) != nil)
    }

    @Test("of silent connections the oldest goes, of one socket; those that spoke stay")
    func connections() {
        var table = ConnectionTable()
        for number in 0..<CInt(Limits.unheardConnections) {
            #expect(table.accepted(number, on: "policy", atMilliseconds: 0).isEmpty)
        }
        #expect(table.accepted(1_000, on: "broker", atMilliseconds: 0).isEmpty)
        table.heard(0)
        #expect(table.accepted(1_001, on: "policy", atMilliseconds: 1).isEmpty)
        #expect(table.accepted(1_002, on: "policy", atMilliseconds: 1) == [1])
        table.closed(1)
        table.closed(2)
        #expect(table.accepted(1_003, on: "policy", atMilliseconds: 1).isEmpty)
        let late = table.overdue(atMilliseconds: Int64(Limits.unheardMilliseconds) + 1)
        #expect(late == Array(3..<CInt(Limits.unheardConnections)) + [1_000])
        #expect(table.overdue(atMilliseconds: Int64(Limits.unheardMilliseconds) + 1).isEmpty, "each is cut once")
    }
}
