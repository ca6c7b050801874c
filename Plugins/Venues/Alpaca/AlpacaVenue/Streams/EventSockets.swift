import AlpacaAPI
import Trading

/// Responses that go on as streams of server-sent events.
struct EventSockets: Sendable {
    /// What a response follows.
    struct Follower: Equatable, Sendable {
        let kind: EventKind
        let query: Alpaca.EventQuery
    }

    private var followers: [Int64: (account: Int, follower: Follower)] = [:]
    private var outbox: [VenueFrame] = []
    var faults: EventFaults

    init(_ configuration: VenueConfiguration) {
        faults = EventFaults(configuration.faults, seed: configuration.seed &+ 5_000)
    }

    var count: Int { followers.count }

    mutating func open(_ socket: Int64, _ follower: Follower, account: Int) { followers[socket] = (account, follower) }

    mutating func close(_ socket: Int64) {
        followers[socket] = nil
        faults.close(socket)
    }

    mutating func takeFrames() -> [VenueFrame] {
        defer { outbox = [] }
        return outbox
    }

    /// What was held back and is due; streams that have come to their end.
    mutating func advance(to time: Timestamp) {
        outbox += faults.release(by: time)
        for (socket, entry) in followers.sorted(by: { $0.key < $1.key }) where entry.follower.query.isOver(at: time) {
            outbox.append(VenueFrame(socket: socket, bytes: [], isBinary: false, closes: true))
            close(socket)
        }
    }

    mutating func tell(_ row: EventLog.Row, account: Int, at time: Timestamp) {
        for (socket, entry) in followers.sorted(by: { $0.key < $1.key }) {
            guard entry.account == account, entry.follower.kind == row.kind else { continue }
            let frame = VenueFrame(socket: socket, bytes: row.bytes, isBinary: false)
            outbox += faults.pass(frame, isCancel: false, at: time)
        }
    }
}
