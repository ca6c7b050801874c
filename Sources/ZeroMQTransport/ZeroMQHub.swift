import CPosix
import Messaging
import SystemTime

/// The core's sockets: one ROUTER for each role, and a PUB for whoever watches, all in one guarded directory.
///
/// - I-SOCK-10: Connections without a session are bounded, on ipc as on tcp, and descriptors are left for the core itself.
/// - I-SOCK-11, I-SOCK-12: see ``ConnectionMeter``.
/// - I-SOCK-9: Used by one thread only, the one that made it. `@unchecked Sendable` is not needed and not claimed.
package final class ZeroMQHub: Transport {
    private let context: ZeroMQContext
    private let directory: IPCDirectory
    /// Of the control socket, so that nobody who is given the plugins' sockets has it too.
    private let controlDirectory: IPCDirectory
    private var connections: LocalConnections
    private var monitors: [Monitor] = []
    private var overdueMilliseconds: Int64 = 0
    private let routers: Routers
    private let telemetry: ZeroMQSocket
    /// Where other hosts come in; nil: they do not.
    private let listener: RemoteListener?
    private var remoteTokens: [(token: PollToken, socket: RemoteListener.RemoteSocket)] = []
    private var poller = ZeroMQPoller()
    private var tokens: [(token: PollToken, socket: String)] = []
    /// Messages taken from one socket in one wait, so that a flood on one does not starve the others.
    private static let messagesPerWait = 256

    private struct Routers: ~Copyable {
        let policy: ZeroMQSocket
        let broker: ZeroMQSocket
        let provider: ZeroMQSocket
        let control: ZeroMQSocket
    }

    private final class Monitor {
        let socket: String
        let monitor: SocketMonitor
        let meter: ConnectionMeter
        init(_ socket: String, _ monitor: consuming SocketMonitor, _ meter: ConnectionMeter) {
            self.socket = socket
            self.monitor = monitor
            self.meter = meter
        }
    }

    static let telemetryName = "telemetry"
    package static let socketNames = ["policy", "broker", "provider", "control"]

    /// Binds everything in a directory that this process alone holds.
    /// - Parameters:
    ///   - path: absolute.
    ///   - control: of the control socket; nil: a folder beside it, see ``controlDirectory(beside:)``.
    ///   - listener: for plugins on other hosts.
    /// - Throws: ``MessagingError``: the directory is held by another core, is not ours, or its path is too long.
    package init(directory path: String, listener: RemoteListener? = nil) throws(MessagingError) {
        self.listener = listener
        _ = try DescriptorLimit.raise()
        directory = try IPCDirectory(path)
        controlDirectory = try IPCDirectory(Self.controlDirectory(beside: path))
        let paths = try Self.paths(directory, controlDirectory)
        connections = LocalConnections(paths: paths)
        // Before anybody can connect.
        var meters: [String: ConnectionMeter] = [:]
        for (name, path) in paths { meters[name] = try ConnectionMeter(path: path, first: Self.firstBytes(of: name)) }
        // What a stranger has announced and not sent is given back when it is cut.
        cposix_return_large_memory()
        context = try ZeroMQContext()
        var options = SocketOptions()
        options.sendHighWaterMark = Messaging.Limits.messagesPerPeer
        options.receiveHighWaterMark = Messaging.Limits.messagesFromPlugin
        // What waits is memory: who may say little has little room (I-BOUND-5).
        var policies = options
        policies.sendHighWaterMark = Messaging.Limits.messagesToPolicy
        policies.receiveHighWaterMark = Messaging.Limits.messagesFromPolicy
        var people = options
        people.maximumMessageBytes = Messaging.Limits.controlMessageBytes
        routers = Routers(
            policy: try Self.bind("policy", directory, context, policies),
            broker: try Self.bind("broker", directory, context, options),
            provider: try Self.bind("provider", directory, context, options),
            control: try Self.bind("control", controlDirectory, context, people))
        telemetry = try ZeroMQSocket(.pub, in: context)
        try telemetry.bind(try directory.endpoint(named: Self.telemetryName))
        tokens = [
            (poller.add(routers.policy), "policy"), (poller.add(routers.broker), "broker"),
            (poller.add(routers.provider), "provider"), (poller.add(routers.control), "control"),
        ]
        try watch(meters)
        for socket in listener?.sockets ?? [] { remoteTokens.append((poller.add(socket.socket), socket)) }
    }

    /// `/path/to/control` for `/path/to/sockets`.
    package static func controlDirectory(beside path: String) -> String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return "\(path[..<end])/control"
    }

    private static func paths(
        _ directory: borrowing IPCDirectory, _ control: borrowing IPCDirectory
    ) throws(MessagingError) -> [String: String] {
        var paths: [String: String] = [:]
        for name in socketNames + [telemetryName] {
            paths[name] = "\(name == "control" ? control.path : directory.path)/\(name)"
        }
        return paths
    }

    /// From here on each connection is known; nobody can have come before, for nobody was told where.
    private func watch(_ meters: [String: ConnectionMeter]) throws(MessagingError) {
        func add(_ socket: borrowing ZeroMQSocket, _ name: String) throws(MessagingError) {
            guard let meter = meters[name] else { preconditionFailure("a socket without a meter") }
            let monitor = Monitor(name, try SocketMonitor(socket, name: "hub.\(name)", in: context), meter)
            _ = poller.add(monitor.monitor.pair)
            monitors.append(monitor)
        }
        try add(routers.policy, "policy")
        try add(routers.broker, "broker")
        try add(routers.provider, "provider")
        try add(routers.control, "control")
        try add(telemetry, Self.telemetryName)
    }

    private static func firstBytes(of socket: String) -> Int {
        socket == telemetryName ? Messaging.Limits.bytesFromWatcher : Messaging.Limits.bytesBeforeSession
    }

    private func lookAtConnections(_ arrivals: inout Arrivals) throws(MessagingError) {
        let now = monotonicMilliseconds()
        for monitor in monitors {
            // Whose it was is known until its end is.
            for cut in monitor.meter.cuts() { arrivals.ended.append((connections.peer(of: cut), cut.words)) }
            while let event = try monitor.monitor.next() {
                connections.handle(event, of: monitor.socket, atMilliseconds: now)
            }
        }
        guard now >= overdueMilliseconds else { return }
        overdueMilliseconds = now + 500
        connections.cutOverdue(atMilliseconds: now)
    }

    private static func bind(
        _ name: String, _ directory: borrowing IPCDirectory, _ context: borrowing ZeroMQContext,
        _ options: SocketOptions
    ) throws(MessagingError) -> ZeroMQSocket {
        let socket = try ZeroMQSocket(.router, in: context, options: options)
        try socket.bind(try directory.endpoint(named: name))
        return socket
    }

    package func endpoint(_ socket: String) throws(MessagingError) -> String {
        try (socket == "control" ? controlDirectory.endpoint(named: socket) : directory.endpoint(named: socket)).text
    }

    package func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) {
        if peer.key != nil {
            guard let listener else { throw .peerUnknown(peer.id) }
            return try listener.send(frames, to: peer)
        }
        switch peer.socket {
        case "policy": try routers.policy.send(to: peer.id, frames)
        case "broker": try routers.broker.send(to: peer.id, frames)
        case "provider": try routers.provider.send(to: peer.id, frames)
        case "control": try routers.control.send(to: peer.id, frames)
        default: throw .peerUnknown(peer.id)
        }
    }

    package func publish(_ frames: [Bytes]) throws(MessagingError) { try telemetry.send(frames) }

    package func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals {
        let watched = descriptors.map { (token: poller.add(fileDescriptor: $0), descriptor: $0) }
        defer { for entry in watched { poller.remove(entry.token) } }
        let ready = Set(try poller.poll(timeoutMilliseconds: milliseconds))
        var arrivals = Arrivals()
        try lookAtConnections(&arrivals)
        arrivals.descriptors = watched.filter { ready.contains($0.token) }.map(\.descriptor)
        for entry in tokens where ready.contains(entry.token) { try drain(entry.socket, into: &arrivals) }
        for entry in remoteTokens where ready.contains(entry.token) {
            try listener?.receive(from: entry.socket, atMost: Self.messagesPerWait, into: &arrivals)
        }
        if let listener {
            arrivals.notices = listener.drainNotices()
            arrivals.ended += listener.drainCuts()
        }
        return arrivals
    }

    package func cut(_ peer: Peer, holdMilliseconds: Int) {
        guard peer.key == nil else { return listener?.cut(peer, holdMilliseconds: holdMilliseconds) ?? () }
        connections.cut(peer.id, on: peer.socket, isHeld: holdMilliseconds > 0)
    }

    package func raiseBound(of peer: Peer) {
        guard peer.key == nil else { return listener?.raiseBound(of: peer) ?? () }
        connections.raiseBound(of: peer.id, on: peer.socket)
    }

    package func process(of peer: Peer) -> Int32? {
        peer.key == nil ? connections.process(of: peer.id, on: peer.socket) : nil
    }

    package func address(of peer: Peer) -> String? { listener?.address(of: peer) }

    private func drain(_ socket: String, into arrivals: inout Arrivals) throws(MessagingError) {
        var bytes = 0
        for _ in 0..<Self.messagesPerWait where bytes < Messaging.Limits.bytesPerWait {
            do throws(MessagingError) {
                guard let message = try receive(socket) else { return }
                connections.heard(message.peer, on: socket, message.origin.descriptor)
                if let descriptor = message.origin.descriptor {
                    ConnectionMeter.taken(descriptor, frames: message.frames)
                }
                bytes += message.frames.reduce(0) { $0 + $1.count }
                arrivals.messages.append((Peer(socket: socket, id: message.peer), message.frames))
            } catch {
                switch error {
                case .messageTooLarge(let excess, let peer):
                    // It was taken, and thrown away.
                    if let peer, let descriptor = connections.descriptor(of: peer, on: socket) {
                        ConnectionMeter.taken(descriptor, excess)
                    }
                    arrivals.refused.append((peer.map { Peer(socket: socket, id: $0) }, "\(error)"))
                case .wouldBlock, .peerUnknown, .addressInUse, .permission, .invalidEndpoint, .unsafeToListen, .closed,
                    .system:
                    throw error
                }
            }
        }
    }

    private func receive(_ socket: String) throws(MessagingError) -> (peer: PeerID, frames: [Bytes], origin: Origin)? {
        switch socket {
        case "policy": try routers.policy.receiveWithOrigin()
        case "broker": try routers.broker.receiveWithOrigin()
        case "provider": try routers.provider.receiveWithOrigin()
        default: try routers.control.receiveWithOrigin()
        }
    }
}
