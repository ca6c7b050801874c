import Messaging
import Synchronization
import SystemTime
import Testing

@testable import ZeroMQTransport

/// A list of keys in memory.
final class Allowed: KeyAuthority {
    private let owners = Mutex<[PublicKey: KeyOwner]>([:])
    /// Lets everybody in: a broken handler.
    private let letsAllIn: Bool

    init(letsAllIn: Bool = false) { self.letsAllIn = letsAllIn }

    func owner(of key: PublicKey) -> KeyOwner? {
        owners.withLock { $0[key] } ?? (letsAllIn ? KeyOwner(role: "policy", name: "anybody") : nil)
    }
    var trouble: String? { nil }

    func allow(_ key: PublicKey, _ role: String = "policy", _ name: String = "p") {
        owners.withLock { $0[key] = KeyOwner(role: role, name: name) }
    }
    func revoke(_ key: PublicKey) { owners.withLock { $0[key] = nil } }
}

/// A core's sockets with listeners on loopback for policies and brokers, and keys for who wants in.
final class House {
    let directory: TemporaryDirectory
    let allowed = Allowed()
    let server: KeyPair
    let own: KeyPair
    let hub: ZeroMQHub
    let listener: RemoteListener

    init() throws {
        directory = try TemporaryDirectory()
        server = try KeyPair.make()
        own = try KeyPair.make()
        let any = try Endpoint.parse("tcp://127.0.0.1:0", .curve)
        listener = try RemoteListener(endpoints: [("policy", any), ("broker", any)], keys: server, authority: allowed)
        hub = try ZeroMQHub(directory: directory.path + "/sockets", listener: listener)
        allowed.allow(own.publicKey)
    }

    func endpoint(_ role: String = "policy") throws -> Endpoint {
        try #require(listener.endpoints.first { $0.role == role }?.endpoint)
    }

    /// Waits for a message, a notice or whatever else is wanted.
    func arrivals(_ isWanted: (Arrivals) -> Bool) throws -> Arrivals {
        let deadline = Deadline()
        while true {
            let arrivals = try hub.wait(milliseconds: 50, descriptors: [])
            if isWanted(arrivals) { return arrivals }
            if deadline.isOver { throw TooLate() }
        }
    }

    func message() throws -> (peer: Peer, frames: [Bytes]) {
        try #require(try arrivals { !$0.messages.isEmpty }.messages.first)
    }

    /// Looks for so long, and sees nothing.
    func hearsNothing(milliseconds: Int = 300) throws -> Bool {
        let end = monotonicMilliseconds() + Int64(milliseconds)
        while monotonicMilliseconds() < end {
            if try !hub.wait(milliseconds: 20, descriptors: []).messages.isEmpty { return false }
        }
        return true
    }
}

/// Somebody who dials, with an eye on what becomes of its connection.
final class Dialer {
    let context: ZeroMQContext
    let socket: ZeroMQSocket
    let monitor: SocketMonitor

    init(_ endpoint: Endpoint, _ security: SocketSecurity, routingID: PeerID? = nil) throws {
        context = try ZeroMQContext()
        var options = SocketOptions()
        options.security = security
        options.routingID = routingID
        options.reconnectMilliseconds = 20
        options.maximumReconnectMilliseconds = 50
        socket = try ZeroMQSocket(.dealer, in: context, options: options)
        monitor = try SocketMonitor(socket, name: "dialer", in: context)
        try socket.connect(endpoint)
    }

    /// Waits for one of these events.
    func event(_ isWanted: (ConnectionEvent) -> Bool) throws -> ConnectionEvent {
        var poller = ZeroMQPoller()
        let token = poller.add(monitor.pair)
        defer { poller.remove(token) }
        let deadline = Deadline()
        while !deadline.isOver {
            _ = try poller.poll(timeoutMilliseconds: 50)
            while let event = try monitor.next() { if isWanted(event) { return event } }
        }
        throw TooLate()
    }

    var end: ConnectionEvent {
        get throws {
            try event {
                switch $0 {
                case .handshakeSucceeded, .refused: true
                case .accepted, .disconnected, .other: false
                }
            }
        }
    }

    func say(_ text: String) throws {
        try wait(for: .writable, socket)
        try socket.send([bytes(text), bytes("body")])
    }

    func hear() throws -> [Bytes] { try next(socket) }
}
