import CPosix
import Glibc
import Messaging

/// Calls on a descriptor of an ipc connection that libzmq owns. It may be another one by now, so each is checked before it is cut.
enum LocalConnection {
    /// The process at the other end when it connected (SO_PEERCRED of unix(7)); nil for no local connection.
    static func process(of descriptor: CInt) -> Int32? {
        let process = cposix_peer_process(descriptor)
        return process > 0 ? process : nil
    }

    /// Ends a connection (`shutdown`), if it is one that was accepted at this path.
    static func cut(_ descriptor: CInt, path: String) {
        guard localPath(of: descriptor) == path else { return }
        // ENOTCONN: it has ended by itself.
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
    }

    private static func localPath(of descriptor: CInt) -> String? {
        var name = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0, name.sun_family == sa_family_t(AF_UNIX) else { return nil }
        return withUnsafeBytes(of: name.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// The ipc connections of the hub: how many there are, whose they are, and which must go (I-SOCK-10).
struct LocalConnections {
    private struct Address: Hashable {
        let socket: String
        let id: PeerID
    }

    private struct Known {
        let descriptor: CInt
        let process: Int32?
    }

    private var table = ConnectionTable()
    private var known: [Address: Known] = [:]
    private var addresses: [CInt: Address] = [:]
    private let paths: [String: String]

    /// - Parameter paths: of the sockets, by name.
    init(paths: [String: String]) { self.paths = paths }

    private static func bounds(of socket: String) -> ConnectionTable.Bounds {
        switch socket {
        // A person must come through, whoever else has opened connections and holds them; and so must whoever looks on.
        case "control":
            ConnectionTable.Bounds(
                all: Limits.controlConnections, unheard: Limits.unheardLocalConnections, oldestGoes: true)
        case ZeroMQHub.telemetryName:
            ConnectionTable.Bounds(all: Limits.telemetryConnections, unheard: .max, oldestGoes: true)
        default:
            ConnectionTable.Bounds(all: Limits.localConnections, unheard: Limits.unheardLocalConnections)
        }
    }

    mutating func handle(_ event: ConnectionEvent, of socket: String, atMilliseconds now: Int64) {
        switch event {
        case .accepted(let descriptor):
            forget(descriptor)
            for surplus in table.accepted(
                descriptor, on: socket, by: LocalConnection.process(of: descriptor), atMilliseconds: now,
                within: Self.bounds(of: socket))
            {
                cut(surplus, socket)
            }
            // Who looks on says nothing.
            if socket == ZeroMQHub.telemetryName { table.heard(descriptor) }
        case .disconnected(let descriptor):
            table.closed(descriptor)
            forget(descriptor)
        case .handshakeSucceeded, .refused, .other: break
        }
    }

    /// A message came by it.
    mutating func heard(_ id: PeerID, on socket: String, _ descriptor: CInt?) {
        guard let descriptor else { return }
        table.heard(descriptor)
        let address = Address(socket: socket, id: id)
        guard known[address]?.descriptor != descriptor else { return }
        known[address] = Known(descriptor: descriptor, process: LocalConnection.process(of: descriptor))
        addresses[descriptor] = address
    }

    mutating func cutOverdue(atMilliseconds now: Int64) {
        for descriptor in table.overdue(atMilliseconds: now) {
            for path in paths.values { LocalConnection.cut(descriptor, path: path) }
        }
    }

    func process(of id: PeerID, on socket: String) -> Int32? { known[Address(socket: socket, id: id)]?.process }

    func descriptor(of id: PeerID, on socket: String) -> CInt? { known[Address(socket: socket, id: id)]?.descriptor }

    /// - Parameter isHeld: its process has said too much, and waits before it comes again.
    func cut(_ id: PeerID, on socket: String, isHeld: Bool) {
        guard let connection = known[Address(socket: socket, id: id)] else { return }
        if isHeld, let process = connection.process { ConnectionMeter.hold(process) }
        cut(connection.descriptor, socket)
    }

    /// It has a session: as much may be under way as its role needs.
    func raiseBound(of id: PeerID, on socket: String) {
        guard let connection = known[Address(socket: socket, id: id)],
            LocalConnection.process(of: connection.descriptor) == connection.process
        else { return }
        ConnectionMeter.allow(connection.descriptor, bytes: ConnectionMeter.bytes(from: socket))
    }

    /// - Returns: whose connection this was; nil when nobody has been heard by it.
    func peer(of cut: ConnectionMeter.Cut) -> Peer? {
        guard let address = addresses[cut.descriptor], known[address]?.process == cut.process else { return nil }
        return Peer(socket: address.socket, id: address.id)
    }

    private func cut(_ descriptor: CInt, _ socket: String) {
        if let path = paths[socket] { LocalConnection.cut(descriptor, path: path) }
    }

    private mutating func forget(_ descriptor: CInt) {
        if let address = addresses.removeValue(forKey: descriptor) { known[address] = nil }
    }
}
