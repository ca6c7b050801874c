import Wire

/// How much one plugin may still say: two token buckets, of messages and of bytes. Pure.
struct RateLimiter {
    /// What a role may say at once, and in a second for ever.
    struct Rate: Equatable {
        var messages: Int64
        var messagesPerSecond: Int64
        var bytes: Int64
        var bytesPerSecond: Int64

        init(for role: Role) {
            switch role {
            // An answer to a cycle, heart-beats, nothing else.
            case .policy, .control: self.init(1_000, 100, megabytes: 64, 8)
            // Every quote may be a message of its own.
            case .provider: self.init(20_000, 5_000, megabytes: 64, 32)
            // Ten thousand orders that are all executed at once are no flood. All of it is journaled: what goes on for ever is less.
            case .broker: self.init(50_000, 5_000, megabytes: 256, 4)
            }
        }

        private init(_ messages: Int64, _ messagesPerSecond: Int64, megabytes: Int64, _ megabytesPerSecond: Int64) {
            self.messages = messages
            self.messagesPerSecond = messagesPerSecond
            bytes = megabytes << 20
            bytesPerSecond = megabytesPerSecond << 20
        }
    }

    private let rate: Rate
    /// In thousandths, so that a millisecond's share is whole.
    private var messages: Int64
    private var bytes: Int64
    private var lastMilliseconds: Int64

    init(for role: Role, atMilliseconds now: Int64) {
        rate = Rate(for: role)
        messages = rate.messages * 1_000
        bytes = rate.bytes * 1_000
        lastMilliseconds = now
    }

    /// - Parameter said: what it counts for: a hello costs more than the message that it is.
    /// - Returns: nil when it may; else what it was too much of.
    mutating func consume(messages said: Int64 = 1, bytes count: Int, atMilliseconds now: Int64) -> String? {
        // A bucket that is full after an hour's silence is full after a minute's.
        let passed = min(max(0, now - lastMilliseconds), 60_000)
        lastMilliseconds = max(now, lastMilliseconds)
        messages = min(rate.messages * 1_000, messages + passed * rate.messagesPerSecond) - said * 1_000
        bytes = min(rate.bytes * 1_000, bytes + passed * rate.bytesPerSecond) - Int64(count) * 1_000
        guard messages >= 0 else {
            return "more than \(rate.messages) messages, and then \(rate.messagesPerSecond) a second"
        }
        guard bytes >= 0 else {
            return "more than \(rate.bytes >> 20) MiB, and then \(rate.bytesPerSecond >> 20) MiB a second"
        }
        return nil
    }
}
