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
        /// Of too many in all the oldest goes, and not the one that has come.
        var oldestGoes = false
    }

    private struct Connection {
        var socket: String
        var acceptedMilliseconds: Int64
        var isHeard = false
        var isCut = false
        /// Of acceptance: the oldest goes first.
        var number: Int
    }

    private var connections: [CInt: Connection] = [:]
    private var accepted = 0

    /// - Returns: what is to be cut: the oldest without a message, when there are too many on this socket.
    mutating func accepted(
        _ descriptor: CInt, on socket: String, atMilliseconds now: Int64, within bounds: Bounds = Bounds()
    ) -> [CInt] {
        accepted += 1
        connections[descriptor] = Connection(socket: socket, acceptedMilliseconds: now, number: accepted)
        let open = connections.filter { $0.value.socket == socket && !$0.value.isCut }
        let oldest = open.sorted { $0.value.number < $1.value.number }
        guard open.count <= bounds.all else { return markCut([bounds.oldestGoes ? oldest[0].key : descriptor]) }
        let unheard = oldest.filter { !$0.value.isHeard }
        guard unheard.count > bounds.unheard else { return [] }
        return markCut(unheard.prefix(unheard.count - bounds.unheard).map(\.key))
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
