import CZeroMQ
import Glibc
import Messaging
import TestSupport
import Testing

@testable import ZeroMQTransport

@Suite("limits and endings", .blocking, .timeLimit(.minutes(1)))
struct LimitTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func limited(_ maximum: Int) -> SocketOptions {
        var options = SocketOptions()
        options.maximumMessageBytes = maximum
        return options
    }

    @Test("a frame over the router's limit never arrives, and others are still served")
    func frameTooLarge() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context, options: limited(1_000))
        try router.bind(directory.ipc())
        let rude = try ZeroMQSocket(.dealer, in: context)
        let polite = try ZeroMQSocket(.dealer, in: context)
        try rude.connect(directory.ipc())
        try wait(for: .writable, rude)
        try rude.send([[1]])
        let rudePeer = try nextFromPeer(router).peer
        try rude.send([Bytes(repeating: 1, count: 1_001)])
        // The connection is cut, so its routing id is gone some time later.
        try waitUntilUnknown(rudePeer, to: router)
        try polite.connect(directory.ipc())
        try wait(for: .writable, polite)
        try polite.send([Bytes(repeating: 2, count: 1_000)])
        let frames = try nextFromPeer(router).frames
        #expect(frames == [Bytes(repeating: 2, count: 1_000)])
    }

    @Test("frames that are too large together are refused with the sender, and the next message is whole")
    func sumTooLarge() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context, options: limited(1_000))
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[0]])
        let peer = try nextFromPeer(router).peer
        try dealer.send([Bytes(repeating: 1, count: 600), Bytes(repeating: 1, count: 401), [9]])
        try dealer.send([[3], [4]])
        try wait(router)
        let error = try failure { _ = try router.receiveFromPeer() }
        let frames = try nextFromPeer(router).frames
        #expect(error == .messageTooLarge(.bytes(1_002, allowed: 1_000), from: peer))
        #expect(frames == [[3], [4]])
    }

    @Test("too many frames are refused with the sender, and the next message is whole", arguments: [9, 500])
    func tooManyFrames(count: Int) throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        try dealer.send([[0]])
        let peer = try nextFromPeer(router).peer
        sendUnchecked([Bytes](repeating: [1], count: count), on: dealer)
        try dealer.send([[3], [4]])
        try wait(router)
        let error = try failure { _ = try router.receiveFromPeer() }
        let frames = try nextFromPeer(router).frames
        #expect(error == .messageTooLarge(.frames(count), from: peer))
        #expect(frames == [[3], [4]])
    }

    @Test("our own send keeps the limits, and eight frames are fine")
    func ownLimits() throws {
        let context = try ZeroMQContext()
        let one = try ZeroMQSocket(.pair, in: context, options: limited(1_000))
        let two = try ZeroMQSocket(.pair, in: context)
        try one.bind(Endpoint.parse("inproc://limits"))
        try two.connect(Endpoint.parse("inproc://limits"))
        let many = try failure { try one.send([Bytes](repeating: [], count: 9)) }
        let large = try failure { try one.send([[1], Bytes(repeating: 1, count: 1_000)]) }
        try one.send([Bytes](repeating: [1], count: 8))
        let frames = try next(two)
        #expect(many == .messageTooLarge(.frames(9), from: nil))
        #expect(large == .messageTooLarge(.bytes(1_001, allowed: 1_000), from: nil))
        #expect(frames.count == 8)
    }

    @Test("closing while a peer is connected and messages wait does not hang")
    func closeIsPrompt() throws {
        let start = ContinuousClock.now
        let context = try ZeroMQContext()
        let other = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: other)
        try router.bind(directory.ipc())
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        for _ in 0..<50 { try dealer.send([Bytes(repeating: 1, count: 100_000)]) }
        router.close()
        context.close()
        dealer.close()
        other.close()
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("a drain delivers what was queued")
    func drain() throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        try router.bind(directory.ipc())
        let other = try ZeroMQContext()
        let dealer = try ZeroMQSocket(.dealer, in: other)
        try dealer.connect(directory.ipc())
        try wait(for: .writable, dealer)
        for index in 0..<200 { try dealer.send([[UInt8(index)], Bytes(repeating: 1, count: 20_000)]) }
        try dealer.drain(milliseconds: 5_000)
        other.close()
        for index in 0..<200 {
            let frames = try nextFromPeer(router).frames
            #expect(frames[0] == [UInt8(index)])
        }
    }

    @Test("a socket of a closed context answers closed and can be closed")
    func closedContext() throws {
        let context = try ZeroMQContext()
        let dealer = try ZeroMQSocket(.dealer, in: context)
        context.close()
        var poller = ZeroMQPoller()
        let token = poller.add(dealer)
        let sending = try failure { try dealer.send([[1]]) }
        let receiving = try failure { _ = try dealer.receive() }
        let polling = try failure { _ = try poller.poll(timeoutMilliseconds: 0) }
        poller.remove(token)
        var draining: MessagingError?
        do { try dealer.drain() } catch { draining = error }
        #expect([sending, receiving, polling, draining] == [.closed, .closed, .closed, .closed])
    }

    @Test("an option that libzmq refuses leaves nothing open")
    func refusedOption() throws {
        let context = try ZeroMQContext()
        var options = SocketOptions()
        options.heartbeat = Heartbeat(intervalMilliseconds: 1, timeoutMilliseconds: .max)
        let error = try failure { _ = try ZeroMQSocket(.dealer, in: context, options: options) }
        context.close()
        guard case .system(code: EINVAL, let call) = error else { throw error }
        #expect(call.hasPrefix("zmq_setsockopt(HEARTBEAT_TIMEOUT)"))
    }

    @Test("tcp tells the port that it got, and refuses it to a second socket", arguments: ["127.0.0.1", "[::1]"])
    func tcp(host: String) throws {
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        let second = try ZeroMQSocket(.router, in: context)
        let dealer = try ZeroMQSocket(.dealer, in: context)
        try router.bind(Endpoint.parse("tcp://\(host):0"))
        let endpoint = try router.lastEndpoint()
        let error = try failure { try second.bind(endpoint) }
        try dealer.connect(endpoint)
        try wait(for: .writable, dealer)
        #expect(endpoint.text.hasPrefix("tcp://\(host):") && !endpoint.text.hasSuffix(":0"))
        #expect(error == .addressInUse("\(endpoint) is in use"))
    }

    @Test("every errno has one meaning per subject")
    func translation() throws {
        let endpoint = try Endpoint.parse("ipc:///none")
        let peer = PeerID(fromTransport: [1])
        #expect(MessagingError(code: EAGAIN, call: "zmq_send") == .wouldBlock)
        #expect(MessagingError(code: EHOSTUNREACH, call: "zmq_send", subject: .peer(peer)) == .peerUnknown(peer))
        #expect(MessagingError(code: ETERM, call: "zmq_poll") == .closed)
        guard case .invalidEndpoint = MessagingError(code: EINVAL, call: "zmq_bind", subject: .endpoint(endpoint)),
            case .permission = MessagingError(code: EACCES, call: "zmq_bind", subject: .endpoint(endpoint))
        else { throw TooLate() }
        let other = MessagingError(code: ENOENT, call: "zmq_bind", subject: .endpoint(endpoint))
        #expect(other == .system(code: ENOENT, call: "zmq_bind on ipc:///none (No such file or directory)"))
    }
}
