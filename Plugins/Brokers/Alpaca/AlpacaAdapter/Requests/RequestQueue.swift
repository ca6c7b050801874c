import AlpacaAPI
import Trading

/// Which request leaves next: so many a minute as the account has, orders before look-ups before lists. It has no socket and no
/// clock.
///
///     queue.append(request, as: .order, at: now)
///     for request in queue.take(at: now) { ... is sent ... }
///     queue.answered(status, headers, at: now)
///
/// - I-AA-7: No more requests leave in a minute than the account has, less those that others have spent by the venue's word, and none
///   while it says that there were too many.
/// - I-AA-8: An order that could not leave within ten seconds is not sent: what it was for may not be wanted any more.
package struct RequestQueue<Request: Sendable>: Sendable {
    package enum Urgency: Int, Sendable, CaseIterable {
        case order, lookUp, list
    }

    private struct Waiting: Sendable {
        let request: Request
        let since: Timestamp
    }

    /// Requests that the account has in a minute.
    private var limit: Int64
    private var waiting: [Urgency: [Waiting]] = [:]
    /// When requests left in the last minute, oldest first.
    private var sent: [Timestamp] = []
    /// Spent by others with the same account, until then.
    private var others: (count: Int64, until: Timestamp)?
    private var blockedUntil: Timestamp?
    private var refusals: Int64 = 0
    private var underWay: Int64 = 0

    /// - Parameter requestsPerMinute: until the venue says another number.
    package init(requestsPerMinute limit: Int64) { self.limit = max(1, limit) }

    package var count: Int { waiting.values.reduce(0) { $0 + $1.count } }
    package var requestsPerMinute: Int64 { limit }

    package mutating func append(_ request: Request, as urgency: Urgency, at time: Timestamp) {
        waiting[urgency, default: []].append(Waiting(request: request, since: time))
    }

    // MARK: - What leaves

    /// What leaves now, in this order.
    package mutating func take(at time: Timestamp) -> [Request] {
        if let until = blockedUntil {
            guard until <= time else { return [] }
            blockedUntil = nil
        }
        var requests: [Request] = []
        for urgency in Urgency.allCases {
            while waiting[urgency]?.isEmpty == false, underWay < Limits.underWay(urgency),
                available(at: time) > Limits.kept(from: urgency), let next = waiting[urgency]?.removeFirst()
            {
                requests.append(next.request)
                sent.append(time)
                underWay += 1
            }
        }
        return requests
    }

    /// Orders that have waited too long: nothing is done for them.
    package mutating func takeOverdue(at time: Timestamp) -> [Request] {
        let overdue = (waiting[.order] ?? []).filter { $0.since + Limits.patience <= time }
        waiting[.order]?.removeAll { $0.since + Limits.patience <= time }
        return overdue.map(\.request)
    }

    private mutating func available(at time: Timestamp) -> Int64 {
        sent.removeAll { $0 + Limits.minute <= time || $0 > time + Limits.minute }
        if let until = others?.until, until <= time { others = nil }
        return limit - Int64(sent.count) - (others?.count ?? 0)
    }

    /// When ``take(at:)`` or ``takeOverdue(at:)`` may have something to do; nil while nothing waits.
    package var nextDue: Timestamp? {
        guard count > 0 else { return nil }
        let overdue = waiting[.order]?.first.map { $0.since + Limits.patience }
        let room = [blockedUntil, sent.first.map { $0 + Limits.minute }].compactMap { $0 }
        return ([overdue].compactMap { $0 } + room).min()
    }

    // MARK: - What the venue says

    /// Every request that left ends with this or with ``lost()``.
    package mutating func answered(_ status: Int, _ headers: [Alpaca.Header], at time: Timestamp) {
        underWay = max(0, underWay - 1)
        do throws(Alpaca.DecodingError) {
            if let rate = try Alpaca.RateLimit(headers) { note(rate, at: time) }
        } catch {
            // A header that cannot be read says nothing.
        }
        guard status == 429 else {
            refusals = 0
            return
        }
        refusals = min(refusals + 1, 6)
        let wait = Self.seconds(headers) ?? 1 << (refusals - 1)
        let until = time + .seconds(min(max(wait, 1), Limits.longestPause))
        blockedUntil = max(blockedUntil ?? until, until)
    }

    /// There was no answer.
    package mutating func lost() { underWay = max(0, underWay - 1) }

    private mutating func note(_ rate: Alpaca.RateLimit, at time: Timestamp) {
        if let most = rate.limit, most > 0 { limit = most }
        guard let remaining = rate.remaining else { return }
        others = nil
        let hidden = available(at: time) - remaining
        // The figure is older than what has left since.
        guard hidden > underWay else { return }
        let end = time + Limits.minute
        others = (hidden, min(max(rate.reset ?? end, time), end))
    }

    private static func seconds(_ headers: [Alpaca.Header]) -> Int64? {
        headers.first { $0.name.lowercased() == "retry-after" }.flatMap { Int64($0.value) }
    }

    private enum Limits {
        static var minute: TimeSpan { .seconds(60) }
        static var patience: TimeSpan { .seconds(10) }
        static var longestPause: Int64 { 30 }

        /// Requests of the minute that are left for more urgent ones.
        static func kept(from urgency: Urgency) -> Int64 {
            switch urgency {
            case .order: 0
            case .lookUp: 5
            case .list: 15
            }
        }

        static func underWay(_ urgency: Urgency) -> Int64 {
            switch urgency {
            case .order: 8
            case .lookUp: 6
            case .list: 4
            }
        }
    }
}
