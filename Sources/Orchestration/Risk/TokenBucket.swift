import Trading

/// How much may still be sent in this minute: a bucket of tokens, in whole numbers, without a clock.
///
/// A token that is taken comes back a minute later. So no minute, wherever it begins, sees more than the bucket holds. A
/// bucket that refills in a steady drip would let through nearly twice as much in one minute, its content and what drips
/// in meanwhile, and a broker that counts answers that with a refusal (Alpaca: 429).
package struct TokenBucket: Sendable, Hashable, Codable {
    /// Tokens in a full bucket, 1 or more.
    package private(set) var capacity: Int64
    /// What is out, oldest first: one entry for a second, so 61 at the most.
    private var out: [Spent] = []

    private struct Spent: Sendable, Hashable, Codable {
        /// Beginning of the second in which they were taken.
        var since: Timestamp
        var tokens: Int64
        /// Whole seconds are kept: a token is out for a minute at least, and a second longer at the most.
        var backAt: Timestamp { since + .seconds(61) }
    }

    package init(capacity: Int64) { self.capacity = max(1, capacity) }

    /// What is out stays out: a smaller bucket may have nothing to give for a while.
    package mutating func resize(to capacity: Int64) { self.capacity = max(1, capacity) }

    /// The clock was set ahead, and no time has passed: what is out stays out as long.
    mutating func shift(by span: TimeSpan) { for index in out.indices { out[index].since = out[index].since + span } }

    /// Tokens that are there, 0 to ``capacity``.
    package func available(at now: Timestamp) -> Int64 {
        max(0, capacity - out.reduce(0) { $1.backAt > now ? $0 + $1.tokens : $0 })
    }

    /// Takes so many when at least `floor` of them are there afterwards; else it takes none.
    /// - Returns: whether they were taken.
    package mutating func spend(_ tokens: Int64, leaving floor: Int64, at now: Timestamp) -> Bool {
        out.removeAll { $0.backAt <= now }
        guard available(at: now) - tokens >= floor else { return false }
        guard tokens > 0 else { return true }
        let second = Timestamp(nanoseconds: now.nanoseconds - now.nanoseconds % 1_000_000_000)
        if let last = out.last, last.since >= second {
            out[out.count - 1].tokens += tokens
        } else {
            out.append(Spent(since: second, tokens: tokens))
        }
        return true
    }

    /// The first moment at which ``take(_:leaving:at:)`` succeeds if nobody else takes any; nil when it never does.
    package func ready(for tokens: Int64, leaving floor: Int64, at now: Timestamp) -> Timestamp? {
        guard tokens + floor <= capacity else { return nil }
        var missing = tokens + floor - available(at: now)
        guard missing > 0 else { return now }
        // A smaller bucket than before may have lent more than it holds.
        missing += max(0, out.reduce(0) { $1.backAt > now ? $0 + $1.tokens : $0 } - capacity)
        for taken in out where taken.backAt > now {
            missing -= taken.tokens
            if missing <= 0 { return taken.backAt }
        }
        return nil
    }
}
