import CPosix
import Messaging

/// Where plugins on other hosts come in: one ROUTER with CURVE for each role that the configuration lets in, in a context
/// of its own, so that what unauthenticated peers do there holds up nobody on this host.
///
/// - I-LSN-4: Fail closed: CURVE, the domain's enforcement and the handler are all there before the first bind, and
///   ``prove()`` has seen unauthenticated peers refused, or there is no listener.
/// - I-LSN-5: A message without a proven key is thrown away.
/// - I-LSN-6: No message of a connection that was cut is taken.
package final class RemoteListener {
    private let context: ZeroMQContext
    private let authenticator: CurveAuthenticator
    private let thread: OwnedThread
    let sockets: [RemoteSocket]
    private let publicKey: PublicKey
    private var connections: [Address: Connection] = [:]
    private var addresses: [CInt: Address] = [:]

    private struct Address: Hashable {
        var socket: String
        var id: PeerID
    }

    private struct Connection {
        var descriptor: CInt?
        var end: Bytes?
        var key: PublicKey?
        var isCut = false
    }

    final class RemoteSocket {
        let name: String
        let socket: ZeroMQSocket
        let endpoint: Endpoint
        let meter: ConnectionMeter
        init(
            _ name: String, _ socket: consuming ZeroMQSocket, _ endpoint: Endpoint, _ meter: ConnectionMeter
        ) {
            self.name = name
            self.socket = socket
            self.endpoint = endpoint
            self.meter = meter
        }
    }

    /// Binds, and proves that unauthenticated peers are refused.
    /// - Parameters:
    ///   - endpoints: by role; tcp.
    ///   - keys: the core's own.
    ///   - authority: who is let in.
    /// - Throws: ``MessagingError``: an address that is in use or none, and ``MessagingError/unsafeToListen(_:)``.
    package convenience init(
        endpoints: [(role: String, endpoint: Endpoint)], keys: KeyPair, authority: any KeyAuthority
    ) throws(MessagingError) {
        try self.init(endpoints: endpoints, keys: keys, authority: authority, weakness: .none)
        try prove()
    }

    /// What a test leaves out, to see that the proof notices.
    enum Weakness { case none, noCurve }

    init(
        endpoints: [(role: String, endpoint: Endpoint)], keys: KeyPair, authority: any KeyAuthority, weakness: Weakness
    ) throws(MessagingError) {
        try TCPConnection.raiseDescriptorLimit()
        // What a stranger has announced and not sent is given back when it is cut.
        cposix_return_large_memory()
        let context = try ZeroMQContext()
        let authenticator = CurveAuthenticator(keys: authority)
        let authenticatorSockets = try AuthenticatorSockets(context, authenticator)
        var sockets: [RemoteSocket] = []
        for (role, endpoint) in endpoints {
            precondition(endpoint.transport == .tcp, "ipc needs no keys")
            let socket = try ZeroMQSocket(.router, in: context, options: Self.options(role, keys, weakness))
            try authenticatorSockets.watch(socket, named: role, context)
            // Before anybody can connect, where the port is known.
            var meter = try Self.meter(endpoint)
            try socket.bind(endpoint)
            let bound = try socket.lastEndpoint()
            if let port = bound.port { authenticator.listens(role, at: port) }
            if meter == nil { meter = try Self.meter(bound) }
            guard let meter else {
                throw .unsafeToListen("the address \(bound) has no port")
            }
            sockets.append(RemoteSocket(role, socket, bound, meter))
        }
        thread = try OwnedThread { authenticatorSockets.run() }
        self.sockets = sockets
        self.authenticator = authenticator
        self.context = context
        publicKey = keys.publicKey
    }

    /// The thread ends with the context, and is waited for.
    deinit { context.handle.shutDown() }

    /// - Returns: nil while the system is to choose the port.
    private static func meter(_ endpoint: Endpoint) throws(MessagingError) -> ConnectionMeter? {
        guard let port = endpoint.port, port > 0 else { return nil }
        return try ConnectionMeter(port: port, first: Limits.handshakeBytes)
    }

    private static func options(_ role: String, _ keys: KeyPair, _ weakness: Weakness) -> SocketOptions {
        var options = SocketOptions()
        options.sendHighWaterMark = Limits.messagesPerRemotePeer
        options.receiveHighWaterMark = role == "policy" ? Limits.messagesFromPolicy : Limits.messagesFromPlugin
        options.heartbeat = .tcp
        options.kernelReceiveBytes = Limits.remoteReceiveBytes
        options.security = weakness == .noCurve ? .none : .curveServer(keys, domain: role)
        return options
    }

    /// Role and address, with the port that the system chose.
    package var endpoints: [(role: String, endpoint: Endpoint)] { sockets.map { ($0.name, $0.endpoint) } }

    /// Shows that an unauthenticated peer with a random key and one without CURVE are refused, at every socket.
    /// - Throws: ``MessagingError/unsafeToListen(_:)``.
    func prove() throws(MessagingError) {
        for socket in sockets {
            let probe = try KeyPair.make()
            authenticator.expect(probe: probe.publicKey)
            try ListenerSelfTest(endpoint: socket.endpoint, serverKey: publicKey).prove(probe)
        }
        authenticator.forgetProbes()
    }

    /// Connections that were ended since too much was under way by them.
    func drainCuts() -> [(peer: Peer?, why: String)] {
        sockets.flatMap { socket in
            socket.meter.cuts().map { cut in (peer(of: cut), cut.words) }
        }
    }

    private func peer(of cut: ConnectionMeter.Cut) -> Peer? {
        guard let address = addresses[cut.descriptor], let connection = connections[address], let key = connection.key
        else { return nil }
        return Peer(socket: address.socket, route: .remote(key), id: address.id)
    }

    /// See ``Transport/raiseBound(of:)``.
    func raiseBound(of peer: Peer) {
        guard let connection = connections[Address(socket: peer.socket, id: peer.id)],
            let descriptor = connection.descriptor, TCPConnection.peer(of: descriptor) == connection.end
        else { return }
        ConnectionMeter.allow(descriptor, bytes: ConnectionMeter.bytes(from: peer.socket))
    }

    func drainNotices() -> [ListenerNotice] { authenticator.drainNotices() }

    // MARK: - Messages

    func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) {
        guard let socket = sockets.first(where: { $0.name == peer.socket }),
            connections[Address(socket: peer.socket, id: peer.id)]?.isCut != true
        else {
            throw .peerUnknown(peer.id)
        }
        try socket.socket.send(to: peer.id, frames)
    }

    /// Everything that waits at a socket, so many messages at most.
    func receive(from socket: RemoteSocket, atMost most: Int, into arrivals: inout Arrivals) throws(MessagingError) {
        var bytes = 0
        for _ in 0..<most where bytes < Limits.bytesPerWait {
            do throws(MessagingError) {
                guard let message = try socket.socket.receiveWithOrigin() else { return }
                bytes += message.frames.reduce(0) { $0 + $1.count }
                accept(message, socket.name, &arrivals)
            } catch {
                switch error {
                case .messageTooLarge: arrivals.refused.append((nil, "\(error) (\(socket.name) socket on tcp)"))
                case .wouldBlock, .peerUnknown, .addressInUse, .permission, .invalidEndpoint, .unsafeToListen, .closed,
                    .system:
                    throw error
                }
            }
        }
    }

    private func accept(
        _ message: (peer: PeerID, frames: [Bytes], origin: Origin), _ socket: String, _ arrivals: inout Arrivals
    ) {
        let address = Address(socket: socket, id: message.peer)
        guard connections[address]?.isCut != true else { return }
        // One that the sender chose can come twice, and could be somebody else's.
        guard message.peer.bytes.first == 0 else {
            if let descriptor = message.origin.descriptor, let port = authenticator.port(of: socket) {
                TCPConnection.cut(descriptor, port: port)
            }
            return arrivals.refused.append(
                (nil, "a plugin on tcp chose the routing id \(message.peer) and was cut: it must leave that to libzmq"))
        }
        guard let key = message.origin.userID.flatMap(PublicKey.init(text:)) else {
            return arrivals.refused.append((nil, "a message on tcp without a proven key was thrown away"))
        }
        remember(address, message.origin.descriptor, key)
        if let descriptor = message.origin.descriptor {
            ConnectionMeter.taken(descriptor, frames: message.frames)
        }
        arrivals.messages.append((Peer(socket: socket, route: .remote(key), id: message.peer), message.frames))
    }

    private func remember(_ address: Address, _ descriptor: CInt?, _ key: PublicKey) {
        guard let descriptor else { return }
        authenticator.heard(descriptor)
        guard connections[address] == nil else { return }
        // The system has given the number to another connection: the one before it is over.
        if let before = addresses[descriptor] { connections[before] = nil }
        addresses[descriptor] = address
        connections[address] = Connection(
            descriptor: descriptor, end: TCPConnection.peer(of: descriptor), key: key)
        ConnectionMeter.allow(descriptor, bytes: Limits.bytesBeforeSession)
    }

    func address(of peer: Peer) -> String? {
        let end = connections[Address(socket: peer.socket, id: peer.id)]?.end
        return peer.key == nil ? nil : end.flatMap(TCPConnection.address)
    }

    func cut(_ peer: Peer, holdMilliseconds: Int) {
        guard let key = peer.key else { return }
        if holdMilliseconds > 0 { authenticator.hold(key, milliseconds: holdMilliseconds) }
        let address = Address(socket: peer.socket, id: peer.id)
        guard let connection = connections[address] else { return }
        connections[address]?.isCut = true
        guard let descriptor = connection.descriptor, let port = authenticator.port(of: peer.socket) else { return }
        TCPConnection.cut(descriptor, port: port, peer: connection.end)
    }
}

extension Heartbeat {
    /// Finds a cable that was pulled: tcp alone notices it after many minutes.
    package static let tcp = Heartbeat(
        intervalMilliseconds: Limits.tcpHeartbeatMilliseconds, timeoutMilliseconds: Limits.tcpSilenceMilliseconds)
}
