import Messaging
import Testing

@Suite("the transport's vocabulary")
struct MessagingTests {
    @Test(
        "an allowed endpoint keeps its text",
        arguments: [
            ("ipc:///run/bigbrother/policies.sock", Endpoint.Transport.ipc),
            ("ipc:///" + String(repeating: "a", count: 106), .ipc),
            ("inproc://test", .inproc),
            ("tcp://127.0.0.1:5555", .tcp),
            ("tcp://127.0.0.1:0", .tcp),
            ("tcp://[::1]:65535", .tcp),
        ])
    func allowed(text: String, transport: Endpoint.Transport) throws {
        let endpoint = try Endpoint.parse(text)
        #expect(endpoint.description == text)
        #expect(endpoint.transport == transport)
    }

    @Test(
        "a forbidden endpoint is refused with the reason",
        arguments: [
            ("tcp://0.0.0.0:5555", "CURVE"), ("tcp://*:5555", "CURVE"), ("tcp://localhost:5555", "CURVE"),
            ("tcp://192.168.1.7:5555", "CURVE"), ("tcp://127.0.0.2:5555", "CURVE"), ("tcp://[::]:5555", "CURVE"),
            ("tcp://[::1]evil:5555", "CURVE"), ("tcp://eth0;127.0.0.1:5555", "CURVE"),
            ("tcp://127.0.0.1.example.com:1", "CURVE"), ("tcp://127.0.0.1", "needs a port"),
            ("tcp://127.0.0.1:", "a number"), ("tcp://127.0.0.1:65536", "a number"),
            ("tcp://127.0.0.1:+80", "a number"),
            ("tcp://127.0.0.1:*", "a number"), ("tcp://127.0.0.1:080", "a number"),
            ("ipc://relative", "absolute"), ("ipc://@abstract", "absolute"), ("ipc://*", "absolute"),
            ("ipc:///run/", "absolute"), ("ipc:///" + String(repeating: "a", count: 107), "108 bytes where 107"),
            ("ipc:///run/\u{E9}" + String(repeating: "a", count: 101), "108 bytes where 107"),
            ("inproc://", "inproc name"), ("udp://127.0.0.1:1", "expected ipc://"), ("", "expected ipc://"),
            ("ipc:///a b", "blank"), ("ipc:///a\u{0}b", "control"), ("IPC:///a", "expected ipc://"),
        ])
    func forbidden(text: String, reason: String) throws {
        let error = try #require(throws: MessagingError.self) { try Endpoint.parse(text) }
        guard case .invalidEndpoint(let words) = error else { throw error }
        #expect(words.contains(reason))
    }

    @Test(
        "with CURVE any host may be named, and nothing but a host",
        arguments: [
            ("tcp://*:5555", true), ("tcp://0.0.0.0:5555", true), ("tcp://10.1.2.3:5555", true),
            ("tcp://[fd00::1]:5555", true), ("tcp://core.example.com:5555", true), ("tcp://127.0.0.1:5555", false),
            ("tcp://[::1]:0", false), ("ipc:///a", false),
        ])
    func curve(text: String, needsCURVE: Bool) throws {
        let endpoint = try Endpoint.parse(text, .curve)
        #expect(endpoint.needsCURVE == needsCURVE && endpoint.text == text)
    }

    @Test(
        "CURVE excuses no address that is none",
        arguments: [
            "tcp://eth0;10.0.0.1:5555", "tcp://:5555", "tcp://[10.0.0.1]:5555", "tcp://[fd00::1:5555", "tcp://a/b:1",
            "tcp://10.0.0.1", "tcp://10.0.0.1:99999", "tcp://-a:1",
        ])
    func curveForbidden(text: String) {
        #expect(throws: MessagingError.self) { try Endpoint.parse(text, .curve) }
    }

    @Test("a peer id is 1 to 255 bytes that do not start with 0, and reads as hexadecimal")
    func peerID() throws {
        #expect(PeerID([]) == nil)
        #expect(PeerID([0, 1]) == nil)
        #expect(PeerID(Bytes(repeating: 1, count: 256)) == nil)
        #expect(PeerID(Bytes(repeating: 1, count: 255)) != nil)
        #expect(try #require(PeerID([0x0A, 0, 0xFF])).description == "0a00ff")
        #expect(PeerID(fromTransport: [0, 1, 2, 3, 4]).description == "0001020304")
    }

    @Test("every error says what happened and what to do, in one sentence")
    func descriptions() {
        let peer = PeerID(fromTransport: [7])
        let errors: [MessagingError] = [
            .wouldBlock, .peerUnknown(peer), .messageTooLarge(.frames(9), from: peer),
            .messageTooLarge(.bytes(2, allowed: 1), from: nil), .addressInUse("a"), .permission("b"),
            .invalidEndpoint("c"), .unsafeToListen("d"), .closed, .system(code: 5, call: "zmq_poll"),
        ]
        for error in errors { #expect(error.description.contains(": ") && !error.description.contains("\n")) }
        #expect(errors[2].description.contains("9 frames where 8 are allowed"))
        #expect(errors[9].description == "zmq_poll failed with errno 5: stop and report this")
    }
}
