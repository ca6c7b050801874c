import AlpacaVenue
import JSON
import SystemTime
import Trading

/// How many requests came: by operation, of each minute of the venue's clock too, and within a minute of the clock outside.
struct RequestCounts {
    private var byOperation: [String: Int64] = [:]
    private var byMinute: [Int64: [String: Int64]] = [:]
    /// Within the last minute by the monotonic clock, oldest first.
    private var recent: [Int64] = []
    private var busiest = 0

    private enum Limits {
        /// The oldest are forgotten first.
        static let minutes = 100_000
    }

    mutating func count(_ request: VenueRequest, at time: Timestamp) {
        let operation = VenueEndpoint.name(of: request)
        byOperation[operation, default: 0] += 1
        byMinute[time.nanoseconds / 60_000_000_000, default: [:]][operation, default: 0] += 1
        if byMinute.count > Limits.minutes, let oldest = byMinute.keys.min() { byMinute[oldest] = nil }
        let now = monotonicMilliseconds()
        recent.append(now)
        if let first = recent.firstIndex(where: { $0 > now - 60_000 }) { recent.removeFirst(first) }
        busiest = max(busiest, recent.count)
    }

    /// - Parameter time: what the clock of the venue shows.
    func document(at time: Timestamp) -> JSON {
        func object(_ counts: [String: Int64]) -> JSON {
            .object(counts.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .number("\($0.value)")) })
        }
        let minutes = byMinute.sorted { $0.key < $1.key }.map { minute, counts in
            JSON.Member(key: Timestamp(seconds: minute * 60).description, value: object(counts))
        }
        return .object([
            .init(key: "timestamp", value: .string(time.description)),
            .init(key: "operations", value: object(byOperation)),
            .init(key: "minutes", value: .object(minutes)),
            .init(key: "busiest_minute_outside", value: .number("\(busiest)")),
        ])
    }
}
