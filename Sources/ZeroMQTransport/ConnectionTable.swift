import Messaging

/// The connections of the core, from accept(2) on: which of them have never said anything, and must go. Pure.
///
/// libzmq accepts without a limit, and spins when there are no more descriptors. So the number of those who have not
/// proven anything is bounded here; the number of those who have is bounded by the keys that are allowed.
struct ConnectionTable {
    /// How many of one socket, in all and of those that have never said anything.
    struct Bounds {
        var all = Int.max
        var unheard = Limits.unheardConnections
        /// Of too many in all it is not the one that has come which goes: it is the oldest of the process that holds the most.
        var oldestGoes = false
    }

    private struct Connection {
        var socket: String
        /// The process at the other end, where the system tells.
        var process: Int32?
        var acceptedMilliseconds: Int64
        var isHeard = false
        var isCut = false
        /// Of acceptance: the oldest goes first.
        var number: Int
    }

    private var connections: [CInt: Connection] = [:]
    private var accepted = 0

    /// - Parameter process: at the other end; nil: nobody knows.
    /// - Returns: what is to be cut, when there are too many on this socket. It is of the process that holds the most, so that one
    ///   that opens connections without end displaces its own, and not a person's.
    mutating func accepted(
        _ descriptor: CInt, on socket: String, by process: Int32? = nil, atMilliseconds now: Int64,
        within bounds: Bounds = Bounds()
    ) -> [CInt] {
        accepted += 1
        connections[descriptor] = Connection(
            socket: socket, process: process, acceptedMilliseconds: now, number: accepted)
        let open = connections.filter { $0.value.socket == socket && !$0.value.isCut }
        guard open.count <= bounds.all else {
            return markCut([bounds.oldestGoes ? Self.first(of: open) : descriptor])
        }
        let unheard = open.filter { !$0.value.isHeard }
        return unheard.count > bounds.unheard ? markCut([Self.first(of: unheard)]) : []
    }

    /// Which of these goes first: of the process that holds the most, one that has said nothing before one that has, the oldest first.
    private static func first(of open: [CInt: Connection]) -> CInt {
        var held: [Int32?: Int] = [:]
        for connection in open.values { held[connection.process, default: 0] += 1 }
        let rank = { (connection: Connection) in
            (-(held[connection.process] ?? 0), connection.isHeard ? 1 : 0, connection.number)
        }
        guard let first = open.min(by: { rank($0.value) < rank($1.value) }) else {
            preconditionFailure("too many connections, and none is open")
        }
        return first.key
    }

    /// Those that have never said anything, in order.
    var unheard: [CInt] { connections.filter { !$0.value.isHeard && !$0.value.isCut }.keys.sorted() }

    /// They are cut, whatever else.
    mutating func cut(_ descriptors: [CInt]) { _ = markCut(descriptors) }

    mutating func closed(_ descriptor: CInt) { connections[descriptor] = nil }

    /// A message came by it, and a message comes only after a handshake.
    mutating func heard(_ descriptor: CInt) { connections[descriptor]?.isHeard = true }

    /// - Returns: what is to be cut: it has been silent since it was accepted.
    mutating func overdue(atMilliseconds now: Int64) -> [CInt] {
        let late = connections.filter {
            !$0.value.isHeard && !$0.value.isCut
                && now - $0.value.acceptedMilliseconds > Int64(Limits.unheardMilliseconds)
        }
        return markCut(late.keys.sorted())
    }

    private mutating func markCut(_ descriptors: [CInt]) -> [CInt] {
        for descriptor in descriptors { connections[descriptor]?.isCut = true }
        return descriptors
    }

    var count: Int { connections.count }
}
