import AlpacaVenue
import JSON
import SystemTime
import Trading

/// How many requests came, by operation, by minute of the venue's clock, and within a minute of the clock outside.
struct RequestCounts {
    private var byOperation: [String: Int64] = [:]
    private var byMinute: [Int64: Int64] = [:]
    /// Within the last minute by the monotonic clock, oldest first.
    private var recent: [Int64] = []
    private var busiest = 0

    private enum Limits {
        /// The oldest are forgotten first.
        static let minutes = 100_000
    }

    mutating func count(_ request: VenueRequest, at time: Timestamp) {
        byOperation[VenueEndpoint.name(of: request), default: 0] += 1
        byMinute[time.nanoseconds / 60_000_000_000, default: 0] += 1
        if byMinute.count > Limits.minutes, let oldest = byMinute.keys.min() { byMinute[oldest] = nil }
        let now = monotonicMilliseconds()
        recent.append(now)
        if let first = recent.firstIndex(where: { $0 > now - 60_000 }) { recent.removeFirst(first) }
        busiest = max(busiest, recent.count)
    }

    /// - Parameter time: what the clock of the venue shows.
    func document(at time: Timestamp) -> JSON {
        func object(_ pairs: [(String, Int64)]) -> JSON {
            .object(pairs.map { .init(key: $0.0, value: .number("\($0.1)")) })
        }
        let minutes = byMinute.sorted { $0.key < $1.key }.map {
            (Timestamp(seconds: $0.key * 60).description, $0.value)
        }
        return .object([
            .init(key: "timestamp", value: .string(time.description)),
            .init(key: "operations", value: object(byOperation.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
            .init(key: "minutes", value: object(minutes)),
            .init(key: "busiest_minute_outside", value: .number("\(busiest)")),
        ])
    }
}
