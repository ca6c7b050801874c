import AlpacaAPI
import Foundation
import TestSupport
import Testing

@testable import AlpacaTransport

@Suite("a WebSocket", .blocking, .timeLimit(.minutes(1)))
struct SocketTests {
    private let server: TestServer
    private let address: WebAddress
    private let client: Client

    init() throws {
        server = try TestServer()
        address = try WebAddress("http://127.0.0.1:\(server.port)")
        client = try Client()
    }

    private func say(_ words: String, asText isText: Bool = true, to tag: Int64) {
        client.transport.send(Array(words.utf8), asText: isText, to: tag)
    }

    @Test("text and bytes, in one frame or several, and the longest ones come whole")
    func messages() throws {
        let tag = try client.open("/ws", at: address)
        #expect(try client.wait(tag) { _ in true } == .opened(tag))
        #expect(try client.message(tag) == "welcome")
        say("hello", to: tag)
        #expect(try client.wait(tag) { _ in true } == .message(tag, Array("hello".utf8), isText: true))
        say("bytes", asText: false, to: tag)
        #expect(try client.wait(tag) { _ in true } == .message(tag, Array("bytes".utf8), isText: false))
        say("parts", to: tag)
        #expect(try client.message(tag) == "one two")
        #expect(try client.message(tag) == "pong ?", "a ping within a message is answered")
        say("large", to: tag)
        #expect(try client.message(tag).utf8.count == 3_000_000)
        let long = String(repeating: "y", count: 2_000_000)
        say(long, to: tag)
        #expect(try client.message(tag) == long)
    }

    @Test("a ping is answered")
    func ping() throws {
        let tag = try client.open("/ws", at: address)
        _ = try client.message(tag)
        client.transport.ping(tag)
        #expect(try client.wait(tag) { $0 == .pong(tag) } == .pong(tag))
    }

    @Test("the end is told once, by whomever it comes", arguments: ["end", "cut", "bad"])
    func ends(_ words: String) throws {
        let tag = try client.open("/ws", at: address)
        _ = try client.message(tag)
        say(words, to: tag)
        guard case .ended(let why) = try client.closing(tag) else { throw Failure(text: words) }
        #expect(words != "end" || why == "the server has closed it with 4000: go away")
        #expect(client.transport.tags.isEmpty)
        client.transport.ping(tag)
        _ = try client.response(WebRequest(.get, "/", at: address))
        #expect(client.events == [.opened(tag)])
    }

    @Test("a message is no longer than the limit")
    func tooLong() throws {
        let tag = try client.open("/ws", at: address, most: 1_000_000)
        _ = try client.message(tag)
        say("large", to: tag)
        guard case .ended = try client.closing(tag) else { throw Failure(text: "too long") }
    }

    @Test("who is no WebSocket, or proves it not, is none", arguments: ["/ws/wrong", "/ws/refused"])
    func refused(_ path: String) throws {
        let tag = try client.open(path, at: address)
        guard case .notSent(let why) = try client.closing(tag) else { throw Failure(text: path) }
        #expect(path == "/ws/wrong" || why == "it was answered with status 406")
    }

    @Test("it is open within the limit, or not at all")
    func deadline() throws {
        let tag = client.tag()
        // A listener that nobody accepts from.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        try #require(listen(listener, 1) == 0)
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        var request = WebRequest(
            .get, "/ws", at: try WebAddress("http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))"))
        request.limits.totalMilliseconds = 200
        client.transport.openSocket(request, tag: tag)
        #expect(try client.closing(tag) == .notSent("there was no answer in time"))
    }

    @Test("it goes on beside requests, and when it is closed here nothing more is told")
    func beside() throws {
        let tag = try client.open("/ws", at: address)
        _ = try client.message(tag)
        for number in 0..<20 {
            say("\(number)", to: tag)
            #expect(try client.response(WebRequest(.get, "/v2/clock", at: address)).status == 200)
            #expect(try client.message(tag) == "\(number)")
        }
        client.transport.cancel(tag)
        #expect(client.transport.tags.isEmpty)
        #expect(try client.response(WebRequest(.get, "/v2/clock", at: address)).status == 200)
        #expect(client.events == [.opened(tag)])
    }
}

@Suite("frames of a WebSocket")
struct FrameTests {
    /// What a server would send.
    private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] { [first, UInt8(payload.count)] + payload }

    @Test("whatever the parts in which the bytes come, the messages are the same")
    func parts() throws {
        let bytes =
            frame(0x01, [0x61]) + frame(0x89, [1, 2]) + frame(0x00, [0x62]) + frame(0x80, [0x63]) + frame(0x82, [0xFF])
            + frame(0x8A, []) + frame(0x88, [0x03, 0xE8, 0x78])
        let expected: [WebSocketFrames.Item] = [
            .ping([1, 2]), .message([0x61, 0x62, 0x63], isText: true), .message([0xFF], isText: false), .pong,
            .close(code: 1_000, words: "x"),
        ]
        for size in 1...bytes.count {
            var frames = WebSocketFrames(most: 100)
            var items: [WebSocketFrames.Item] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                items += try frames.append(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(items == expected)
        }
    }

    @Test(
        "what a server must not send is a fault",
        arguments: [
            ([0xC1, 0x00], .reservedBits), ([0x81, 0x81, 0, 0, 0, 0, 0], .masked), ([0x83, 0x00], .unknownOpcode(3)),
            ([0x09, 0x00], .control), ([0x89, 126, 0, 126], .control), ([0x80, 0x00], .continuation),
            ([0x01, 0x00, 0x81, 0x00], .continuation), ([0x81, 0x01, 0xFF], .invalidUTF8),
            ([0x88, 0x01, 0x03], .control),
            ([0x82, 126, 0x00, 101], .tooLong), ([0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0], .tooLong),
            ([0x02, 60] + [UInt8](repeating: 0, count: 60) + [0x80, 60] + [UInt8](repeating: 0, count: 60), .tooLong),
        ] as [([UInt8], WebSocketFrames.Fault)])
    func faults(_ bytes: [UInt8], _ fault: WebSocketFrames.Fault) {
        var frames = WebSocketFrames(most: 100)
        #expect(throws: fault) { try frames.append(bytes) }
    }

    @Test("what goes out is masked, with the length in the shortest form", arguments: [0, 125, 126, 65_535, 65_536])
    func outgoing(_ count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = WebSocketFrames.frame(.binary, payload, mask: 0x0102_0304)
        let head = count < 126 ? 2 : count < 65_536 ? 4 : 10
        #expect(bytes[0] == 0x82 && bytes[1] & 0x80 != 0)
        #expect(Array(bytes[head..<(head + 4)]) == [1, 2, 3, 4])
        #expect(bytes[(head + 4)...].enumerated().map { $1 ^ UInt8($0 & 3 + 1) } == payload)
    }
}
