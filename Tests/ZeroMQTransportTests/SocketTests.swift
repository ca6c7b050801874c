import CZeroMQ
import Glibc
import Messaging
import TestSupport
import Testing

@testable import ZeroMQTransport

// What must not compile, and so cannot be tested here (tried by hand with Swift 6.3.1): `let b = a` followed by a use
// of `a`, a use after `a.close()`, a socket in an Array, and a use here after a detached task took the socket.

@Suite("sockets", .blocking, .timeLimit(.minutes(1)))
struct SocketTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test("a router and a dealer exchange multipart messages over ipc")
    func roundTrip() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        let sent: [Bytes] = [bytes("hello"), [], Bytes(repeating: 7, count: 70_000)]
        try dealer.send(sent)
        let (peer, frames) = try nextFromPeer(router)
        #expect(frames == sent)
        #expect(peer.bytes.count == 5)
        try router.send(to: peer, frames)
        let back = try next(dealer)
        let nothing = try dealer.receive()
        let nobody = try router.receiveFromPeer()
        #expect(back == sent)
        #expect(nothing == nil)
        #expect(nobody == nil)
    }

    @Test("a dealer may choose its routing id")
    func routingID() throws {
        let context = try ZeroMQContext()
        let name = try #require(PeerID(bytes("policy-1")))
        var options = SocketOptions()
        options.routingID = name
        options.heartbeat = Heartbeat(intervalMilliseconds: 1_000, timeoutMilliseconds: 3_000)
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context, options: options)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[1]])
        let peer = try nextFromPeer(router).peer
        #expect(peer == name)
    }

    @Test("a router refuses a peer that it does not know, and the next message is whole")
    func unknownPeer() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[1]])
        let peer = try nextFromPeer(router).peer
        let stranger = try #require(PeerID(bytes("nobody")))
        let error = try failure { try router.send(to: stranger, [[2], [3], [4]]) }
        try router.send(to: peer, [[5], [6]])
        let frames = try next(dealer)
        #expect(error == .peerUnknown(stranger))
        #expect(frames == [[5], [6]])
    }

    @Test("a peer that left becomes unknown")
    func peerThatLeft() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[1]])
        let peer = try nextFromPeer(router).peer
        dealer.close()
        try waitUntilUnknown(peer, to: router)
    }

    @Test("a router with a full queue refuses at once, and delivers what it accepted, whole and in order")
    func fullRouter() throws {
        let context = try ZeroMQContext()
        var options = SocketOptions()
        options.sendHighWaterMark = 5
        options.receiveHighWaterMark = 5
        let router = try ZeroMQSocket(.router, in: context, options: options)
        let dealer = try ZeroMQSocket(.dealer, in: context, options: options)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[1]])
        let peer = try nextFromPeer(router).peer
        var accepted = 0
        var error: MessagingError?
        while error == nil, accepted < 1_000 {
            let body = Bytes(repeating: UInt8(accepted % 251), count: 100_000)
            do { try router.send(to: peer, [body, body]) } catch let found { error = found }
            if error == nil { accepted += 1 }
        }
        #expect(error == .wouldBlock)
        for index in 0..<accepted {
            let frames = try next(dealer)
            #expect(frames.count == 2 && frames.allSatisfy { $0.count == 100_000 && $0[0] == UInt8(index % 251) })
        }
        let rest = try dealer.receive()
        #expect(rest == nil)
    }

    @Test("a dealer without a peer refuses at once")
    func lonelyDealer() throws {
        let context = try ZeroMQContext()
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try dealer.connect(directory.ipc())
        let error = try failure { try dealer.send([[1], [2]]) }
        #expect(error == .wouldBlock)
    }

    // Waits for the router only: a refusal with an empty queue would stop it (see sendFirstFrame).
    @Test("10,000 messages arrive in order")
    func order() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        var sent = 0
        var received = 0
        while received < 10_000 {
            while sent < 10_000 {
                do { try dealer.send([bytes("\(sent)")]) } catch .wouldBlock { break }
                sent += 1
            }
            try wait(router)
            while let (_, frames) = try router.receiveFromPeer() {
                guard frames == [bytes("\(received)")] else { throw TooLate() }
                received += 1
            }
        }
        #expect(received == 10_000)
    }

    @Test("a sub gets what it subscribed to and nothing else")
    func publish() throws {
        let context = try ZeroMQContext()
        var options = SocketOptions()
        options.subscriptions = [bytes("cycle.")]
        let pub = try ZeroMQSocket(.pub, in: context)
        let sub = try ZeroMQSocket(.sub, in: context, options: options)
        try pub.bind(directory.ipc())
        try sub.connect(directory.ipc())
        var poller = ZeroMQPoller()
        _ = poller.add(sub)
        let deadline = Deadline()
        repeat {
            try pub.send([bytes("order.1"), [1]])
            try pub.send([bytes("cycle.1"), [2]])
        } while try poller.poll(timeoutMilliseconds: 10).isEmpty && !deadline.isOver
        let frames = try next(sub)
        #expect(frames == [bytes("cycle.1"), [2]])
    }
}
