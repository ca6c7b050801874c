import Glibc
import Messaging
import SystemTime

/// Tries to get in at our own listener as an unauthenticated peer, in the two ways that have let unauthenticated peers in before.
///
/// It counts only when the listener itself has said no: silence proves nothing.
struct ListenerSelfTest {
    let endpoint: Endpoint
    let serverKey: PublicKey

    /// - Throws: ``MessagingError/unsafeToListen(_:)``.
    func prove(_ probe: KeyPair) throws(MessagingError) {
        try proveUnknownKey(probe)
        try provePlain()
    }

    /// A random key, with the right key of the server: the handler must answer 400.
    private func proveUnknownKey(_ probe: KeyPair) throws(MessagingError) {
        let context = try ZeroMQContext()
        var options = SocketOptions()
        options.security = .curveClient(probe, server: serverKey)
        let socket = try ZeroMQSocket(.dealer, in: context, options: options)
        let monitor = try SocketMonitor(socket, name: "proof", in: context)
        try socket.connect(try target())
        var poller = ZeroMQPoller()
        let token = poller.add(monitor.pair)
        defer { poller.remove(token) }
        let deadline = monotonicMilliseconds() + Int64(Limits.proofMilliseconds)
        while monotonicMilliseconds() < deadline {
            _ = try poller.poll(timeoutMilliseconds: 50)
            while let event = try monitor.next() {
                switch event {
                case .refused(400): return
                case .handshakeSucceeded:
                    throw unsafe("it lets a peer with a random key in; do not use this libzmq for tcp")
                case .refused, .accepted, .disconnected, .other: continue
                }
            }
        }
        throw unsafe("that it refuses a random key could not be seen within \(Limits.proofMilliseconds) ms")
    }

    /// ZMTP 3.0 with the mechanism NULL, by hand, since libzmq's own client would give up by itself. A core with CURVE hangs
    /// up when it reads our greeting; one without goes on, and says READY.
    ///
    /// Word by word, as a client does: all at once makes even a socket without CURVE hang up, and would prove nothing.
    func provePlain() throws(MessagingError) {
        let descriptor = try dial()
        defer { close(descriptor) }
        let deadline = monotonicMilliseconds() + Int64(Limits.proofMilliseconds)
        let signature: Bytes = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F]
        let greeting = [3, 0] + Bytes("NULL".utf8) + Bytes(repeating: 0, count: 48)
        let property = Bytes("Socket-Type".utf8)
        let ready =
            [5] + Bytes("READY".utf8) + [UInt8(property.count)] + property + [0, 0, 0, 6] + Bytes("DEALER".utf8)
        var heard = 0
        for (words, enough) in [
            (signature, signature.count), (greeting, Self.greetingBytes),
            ([4, UInt8(ready.count)] + ready, Self.greetingBytes + 1),
        ] {
            _ = words.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            switch listen(descriptor, until: deadline, enough: enough, &heard) {
            case .heardEnough: continue
            case .hungUp: return
            case .silent:
                throw unsafe(
                    "that it refuses a peer without CURVE could not be seen within \(Limits.proofMilliseconds) ms")
            }
        }
        throw unsafe("it talks to a peer without CURVE")
    }

    private static let greetingBytes = 64

    private enum Listening { case heardEnough, hungUp, silent }

    /// Until so many bytes have come in all, or the other side hangs up.
    private func listen(
        _ descriptor: CInt, until deadline: Int64, enough: Int, _ heard: inout Int
    ) -> Listening {
        var buffer = Bytes(repeating: 0, count: 512)
        while heard < enough {
            let left = deadline - monotonicMilliseconds()
            var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&item, 1, CInt(left)) > 0 else { return .silent }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A reset is a hanging up too.
            guard count > 0 else { return .hungUp }
            heard += count
        }
        return .heardEnough
    }

    private func dial() throws(MessagingError) -> CInt {
        let endpoint = try target()
        let address = endpoint.text.dropFirst("tcp://".count)
        let colon = address.lastIndex(of: ":") ?? address.endIndex
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(String(host), "\(endpoint.port ?? 0)", &hints, &found) == 0, let found else {
            throw unsafe("its own address cannot be dialed to prove that it refuses unauthenticated peers")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(
            found.pointee.ai_family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            throw MessagingError(code: code, call: "connect", subject: .endpoint(endpoint))
        }
        return descriptor
    }

    /// Where we reach ourselves.
    private func target() throws(MessagingError) -> Endpoint {
        let port = endpoint.port ?? 0
        for any in ["tcp://0.0.0.0:", "tcp://*:"] where endpoint.text.hasPrefix(any) {
            return try Endpoint.parse("tcp://127.0.0.1:\(port)")
        }
        return endpoint.text.hasPrefix("tcp://[::]:") ? try Endpoint.parse("tcp://[::1]:\(port)") : endpoint
    }

    private func unsafe(_ why: String) -> MessagingError { .unsafeToListen("\(endpoint): \(why)") }
}
