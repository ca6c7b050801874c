import AlpacaAPI
import Trading

/// Requests of one key in windows of a minute, of which the first begins with the first request.
struct RateWindow: Sendable {
    private let limit: Int64
    private var remaining: Int64
    private var reset = Timestamp(nanoseconds: .min)

    init(limit: Int64) { (self.limit, remaining) = (limit, limit) }

    /// Counts a request. False when the window is full.
    mutating func take(at time: Timestamp) -> Bool {
        if time >= reset { (remaining, reset) = (limit, time + .seconds(60)) }
        guard remaining > 0 else { return false }
        remaining -= 1
        return true
    }

    var headers: [Alpaca.Header] {
        // A client that waits until then comes into the next window: the second is rounded up.
        let second = (reset.nanoseconds + 999_999_999) / 1_000_000_000
        return [
            Alpaca.Header("X-RateLimit-Limit", String(limit)),
            Alpaca.Header("X-RateLimit-Remaining", String(remaining)),
            Alpaca.Header("X-RateLimit-Reset", String(second)),
        ]
    }
}
