import AlpacaAPI
import Trading

/// Which server-sent events.
enum EventKind: Sendable {
    /// `/v2/events/trades`: what `/stream` tells.
    case trades
    /// `/v2beta1/events/activities`: executions and what else was booked.
    case activities
}

/// What an account's streams have told, to be told again from a cursor on.
struct EventLog: Sendable {
    /// One event as it is sent.
    struct Row: Sendable {
        let kind: EventKind
        let id: String
        let at: Timestamp
        let data: [UInt8]

        /// https://html.spec.whatwg.org/multipage/server-sent-events.html
        var bytes: [UInt8] { Array("id: \(id)\nevent: message\ndata: ".utf8) + data + Array("\n\n".utf8) }
    }

    /// By time.
    private(set) var rows: [Row] = []

    mutating func append(_ update: Alpaca.TradeUpdate) {
        append(.trades, update.eventID?.text ?? "", update.at, Alpaca.encode(update))
    }

    mutating func append(_ event: Alpaca.ActivityEvent) {
        append(.activities, event.eventID.text, event.at, Alpaca.encode(event))
    }

    private mutating func append(_ kind: EventKind, _ id: String, _ at: Timestamp?, _ data: [UInt8]) {
        rows.append(Row(kind: kind, id: id, at: at ?? Timestamp(nanoseconds: 0), data: data))
        if rows.count > VenueLimits.events { rows.removeFirst(VenueLimits.events / 10) }
    }

    /// What a query asks of the past; nothing where it has no beginning.
    func past(_ kind: EventKind, _ query: Alpaca.EventQuery) -> [Row] {
        guard query.since != nil || query.sinceID != nil else { return [] }
        return rows.filter { row in
            guard row.kind == kind else { return false }
            if let since = query.since, row.at < since { return false }
            if let id = query.sinceID, row.id == id.text || row.at.nanoseconds / 1_000_000 < id.milliseconds {
                return false
            }
            return !query.isOver(at: row.at)
        }
    }
}

extension Alpaca.EventQuery {
    /// Whether what happens at `time` lies behind its end.
    func isOver(at time: Timestamp) -> Bool {
        if let until, time > until { return true }
        if let untilID, time.nanoseconds / 1_000_000 > untilID.milliseconds { return true }
        return false
    }
}
