import CPosix
import Glibc
import Messaging
import SystemTime
import TestSupport
import Testing

@testable import ZeroMQTransport

/// One after the other: the table of processes is the whole process's, and a thousand of one test push out those of another.
@Suite("A process that was cut waits before it comes again (I-SOCK-12)", .serialized)
struct PauseTests {
    /// Numbers that no process has.
    private static let first: Int32 = 1 << 24

    @Test("each time twice as long, up to a minute, and it is forgiven when it has behaved for a minute")
    func pauses() {
        let process = Self.first
        var now = 1_000
        for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            #expect(cposix_may_connect(process, now) == 1, "before \(pause)")
            cposix_strike(process, now)
            cposix_strike(process, now + 1)
            #expect(cposix_may_connect(process, now + pause - 1) == 0, "\(pause)")
            now += pause
        }
        #expect(cposix_may_connect(process + 1, now) == 1, "another process")
        now += 60_001
        cposix_strike(process, now)
        #expect(cposix_may_connect(process, now + 999) == 0 && cposix_may_connect(process, now + 1_000) == 1)
    }

    @Test("one that connects without end waits; one that comes again ten times a second does not")
    func floods() {
        let flood = Self.first + 10
        let now = 5_000
        #expect((0..<1_000).filter { _ in cposix_may_connect(flood, now) == 1 }.count == 128)
        #expect(cposix_may_connect(flood, now + 999) == 0 && cposix_may_connect(flood, now + 1_000) == 1)
        #expect((0..<1_000).allSatisfy { cposix_may_connect(flood + 1, now + 100 * $0) == 1 })
    }

    @Test("a thousand processes that were cut push nobody out for good, and nobody waits for what another did")
    func many() {
        let now = 1_000_000
        for number in 0..<1_000 { cposix_strike(Self.first + 100 + Int32(number), now + number) }
        #expect(cposix_may_connect(Self.first + 99, now + 1_000) == 1)
        #expect(cposix_may_connect(Self.first + 1_099, now + 1_000) == 0, "the last is remembered")
    }

    @Test("this process itself, and one that the system does not tell, never wait")
    func exempt() {
        for process in [getpid(), 0, -1] {
            for _ in 0..<300 { cposix_strike(process, 1) }
            #expect((0..<300).allSatisfy { _ in cposix_may_connect(process, 2) == 1 })
        }
    }
}

/// Speaks ZMTP 3.0 (RFC 23) byte by byte, so that it says what no library would.
private final class Stranger {
    private let descriptor: CInt

    init(_ path: String, _ kind: String = "\u{6}DEALER") throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        var greeting = [0xff] + Bytes(repeating: 0, count: 8) + [0x7f, 3, 0] + bytes("NULL")
        greeting += Bytes(repeating: 0, count: 64 - greeting.count)
        let ready = bytes("\u{5}READY\u{b}Socket-Type\0\0\0\(kind)")
        try #require(say(greeting + [4, UInt8(ready.count)] + ready) == 64 + 2 + ready.count)
        // What comes before the other side is ready would be a fault of the handshake.
        var heard: Bytes = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !heard.contains(bytes("READY")) {
            let count = recvfrom(descriptor, &buffer, buffer.count, 0, nil, nil)
            try #require(count > 0)
            heard += buffer.prefix(count)
        }
    }

    deinit { close(descriptor) }

    static func frame(_ count: Int, more: Bool) -> Bytes {
        let size = withUnsafeBytes(of: UInt64(count).bigEndian) { Bytes($0) }
        return [more ? 3 : 2] + size + Bytes(repeating: 0x20, count: count)
    }

    /// - Returns: how many bytes were taken before the other side ended the connection, or it waits.
    @discardableResult
    func say(_ bytes: Bytes) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress! + sent, bytes.count - sent,
                    CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0 { return sent }
            sent += count
        }
        return sent
    }

    var isEnded: Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &buffer)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN }
        }
    }

    /// poll(2): whether it is over by then.
    func ends(withinMilliseconds milliseconds: CInt = 10_000) -> Bool {
        while !isEnded {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, milliseconds) > 0 else { return false }
        }
        return true
    }

    private func read(_ descriptor: CInt, _ buffer: inout [UInt8]) -> Int {
        recvfrom(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT), nil, nil)
    }
}

@Suite("What is under way by one connection has a bound in bytes (I-SOCK-11)", .blocking, .timeLimit(.minutes(1)))
struct ConnectionMeterTests {
    let directory: TemporaryDirectory
    let hub: ZeroMQHub
    init() throws {
        directory = try TemporaryDirectory()
        hub = try ZeroMQHub(directory: directory.path + "/sockets")
    }

    private func stranger(_ socket: String = "policy") throws -> Stranger {
        try Stranger("\(directory.path)/sockets/\(socket)")
    }

    /// Says so much of this as it can, until it is over, and the core looks meanwhile.
    /// - Returns: all that the core was given.
    private func say(_ stranger: Stranger, _ bytes: Bytes, takes: Bool = true, until isOver: (Arrivals) -> Bool) throws
        -> Arrivals
    {
        var (all, rest) = (Arrivals(), bytes[...])
        let deadline = Deadline()
        while !isOver(all) {
            rest = rest.dropFirst(stranger.say(Bytes(rest)))
            let arrivals = try hub.wait(milliseconds: 5, descriptors: [])
            all.messages += arrivals.messages
            all.ended += arrivals.ended
            if deadline.isOver { throw TooLate() }
        }
        return all
    }

    @Test("without a session 272 KiB in one message come, and the connection lives; 16 KiB more, and it is ended")
    func border() throws {
        let polite = try stranger()
        let message = Stranger.frame(16 << 10, more: true) + Stranger.frame(256 << 10, more: false)
        let taken = try say(polite, message) { !$0.messages.isEmpty }
        #expect(taken.messages[0].frames.map(\.count) == [16 << 10, 256 << 10] && taken.ended.isEmpty)
        let again = try say(polite, message) { !$0.messages.isEmpty }
        #expect(again.messages.count == 1 && !polite.isEnded, "what was taken is not counted any more")
        let rude = try stranger()
        let all = try say(rude, Stranger.frame(16 << 10, more: true) + Stranger.frame(15 << 20, more: false)) {
            !$0.ended.isEmpty
        }
        #expect(all.messages.isEmpty && all.ended[0].peer == nil && all.ended[0].why.contains("288 KiB"))
        #expect(rude.ends())
    }

    @Test("a message without an end is ended at the same bound, which no number of messages would stop")
    func endless() throws {
        let rude = try stranger()
        var endless: Bytes = []
        for _ in 0..<100 { endless += Stranger.frame(4 << 10, more: true) }
        let all = try say(rude, endless) {
            !$0.ended.isEmpty
        }
        #expect(all.messages.isEmpty && rude.ends())
    }

    @Test(
        "a plugin with a session may have as much under way as its role needs, and no more",
        arguments: [("policy", 7, 9)])
    func session(role: String, fitting: Int, excessive: Int) throws {
        let plugin = try stranger(role)
        let first = try say(plugin, Stranger.frame(100, more: true) + Stranger.frame(100, more: false)) {
            !$0.messages.isEmpty
        }
        hub.raiseBound(of: first.messages[0].peer)
        let whole = try say(plugin, Stranger.frame(9, more: true) + Stranger.frame(fitting << 20, more: false)) {
            !$0.messages.isEmpty
        }
        #expect(whole.messages[0].frames[1].count == fitting << 20 && whole.ended.isEmpty)
        var endless: Bytes = []
        for _ in 0..<excessive + 2 { endless += Stranger.frame(1 << 20, more: true) }
        let all = try say(plugin, endless) { !$0.ended.isEmpty }
        #expect(all.ended[0].peer == first.messages[0].peer, "it is told whose it was")
        #expect(all.messages.isEmpty && plugin.ends())
    }

    @Test("a connection that takes another's number begins anew, and a file that does is not counted")
    func numbers() throws {
        for _ in 0..<20 {
            let rude = try stranger()
            _ = try say(rude, Stranger.frame(1 << 20, more: false)) { !$0.ended.isEmpty }
        }
        let polite = try stranger()
        let taken = try say(polite, Stranger.frame(16 << 10, more: true) + Stranger.frame(256 << 10, more: false)) {
            !$0.messages.isEmpty
        }
        #expect(taken.messages.count == 1 && !polite.isEnded)
    }
}
