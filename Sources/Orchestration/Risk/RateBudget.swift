import Trading

/// What may leave in a minute, and who comes first when it is short.
///
/// Two buckets, and a command must find room in both: `orders` is the configured limit, and counts submissions and
/// replacements; `requests` is what the broker takes, and counts everything that reaches it, questions too. So the
/// smaller of both holds, and questions never use up what a person allowed for orders.
package struct RateBudget: Sendable, Hashable, Codable {
    private(set) var orders = TokenBucket(capacity: 200)
    /// Nil while the broker declares no `orders_per_minute`.
    private(set) var requests: TokenBucket?

    /// Who may use how much of the buckets, the most urgent first.
    package enum Precedence: Int, Sendable, Hashable, Codable, CaseIterable, Comparable {
        /// A whole exit, a stop that is missing, fewer exits than are on offer too many: to the last token.
        case exit
        /// A question whose answer a position without its stop waits for: it leaves what that stop costs.
        case protectiveQuestion
        /// It takes away what protects, to put something else in its place: it leaves room for what must follow, and for
        /// every other rearrangement under way, so that none is left half done; at most one half, so that nobody below
        /// can keep it waiting.
        case cancel
        /// A part that is sold, or a stop or target that moves while it rests: down to a quarter, and to one half while
        /// an exit or a cancel waits.
        case reduction
        /// The same: what is asked, however often, never keeps an exit waiting.
        case query
        /// Down to one half, so that what is opened can be protected and closed. With one token there is no entry.
        case entry

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        /// What must stay in a bucket of this size.
        func floor(of capacity: Int64, _ load: Load) -> Int64 {
            let half = capacity - capacity / 2
            return switch self {
            case .exit: 0
            case .protectiveQuestion: 2
            case .cancel: max(0, min(half - 1, 2 * (Int64(load.unfinished) + 1)))
            case .reduction, .query: load.isContended ? half : capacity / 4
            case .entry: half
            }
        }
    }

    /// What else is going on.
    struct Load {
        /// Symbols with something in flight or without a stop: each needs two more requests at most.
        var unfinished = 0
        /// An exit or a cancel waits for a token.
        var isContended = false
    }

    enum Grant: Hashable {
        case granted
        /// There is room then, if nobody else comes first.
        case at(Timestamp)
        case never
    }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan) {
        orders.shift(by: span)
        requests?.shift(by: span)
    }

    /// The smaller of the two limits.
    var perMinute: Int64 { min(orders.capacity, requests?.capacity ?? .max) }

    /// The limits as they are now; what was sent before counts on.
    mutating func fit(orders most: Int64, requests budget: Int64?) {
        orders.resize(to: most)
        guard let budget else { return requests = nil }
        if requests == nil { requests = TokenBucket(capacity: budget) } else { requests?.resize(to: budget) }
    }

    /// Takes what a command costs from both buckets, or from none.
    mutating func spend(
        _ command: OrderCommand, _ precedence: Precedence, _ load: Load = Load(), at now: Timestamp
    ) -> Grant {
        let order = Demand(command.orderTokens, precedence, load, of: orders)
        let request = requests.map { Demand(command.requestTokens, precedence, load, of: $0) }
        let times = [order.ready(in: orders, at: now)] + (request.map { [$0.ready(in: requests, at: now)] } ?? [])
        guard !times.contains(nil) else { return .never }
        if let latest = times.compactMap({ $0 }).max(), latest > now { return .at(latest) }
        _ = orders.spend(order.tokens, leaving: order.floor, at: now)
        if let request { _ = requests?.spend(request.tokens, leaving: request.floor, at: now) }
        return .granted
    }

    /// What a command asks of one bucket. Everything but an entry is possible with a full one, however small.
    private struct Demand {
        var tokens: Int64
        var floor: Int64

        init(_ cost: Int64, _ precedence: Precedence, _ load: Load, of bucket: TokenBucket) {
            tokens = min(cost, bucket.capacity)
            switch precedence {
            // It costs no order, and orders must follow it: what is sold and the new stop, or a position would be left bare.
            case .cancel where cost == 0:
                floor = min(bucket.capacity, max(2, precedence.floor(of: bucket.capacity, load)))
            case .entry: floor = cost == 0 ? 0 : precedence.floor(of: bucket.capacity, load)
            case .exit, .protectiveQuestion, .cancel, .reduction, .query:
                floor = cost == 0 ? 0 : min(precedence.floor(of: bucket.capacity, load), bucket.capacity - tokens)
            }
        }

        func ready(in bucket: TokenBucket?, at now: Timestamp) -> Timestamp? {
            guard tokens + floor > 0, let bucket else { return now }
            return bucket.ready(for: tokens, leaving: floor, at: now)
        }
    }
}

extension OrderCommand {
    /// Against the configured limit. A cancel is no order.
    fileprivate var orderTokens: Int64 {
        switch self {
        case .submit, .replace: 1
        case .cancel, .query, .reconcile: 0
        }
    }

    /// Against the broker's budget. A group goes in one request. A question about an order also asks for its executions;
    /// the whole snapshot is account, positions and open orders (Alpaca: 200 calls of any kind in a minute).
    fileprivate var requestTokens: Int64 {
        switch self {
        case .submit, .replace, .cancel: 1
        case .query: 2
        case .reconcile: 3
        }
    }
}
