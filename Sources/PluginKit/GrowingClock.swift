import SystemTime
import Trading

/// The wall's clock while it does not go back; after that it goes on at the pace of the clock that cannot jump.
struct GrowingClock {
    private var at: Int64
    private var steady: Int64
    private let wall: () -> Int64
    private let monotonic: () -> Int64
    /// Less is the ordinary correction of a clock, in nanoseconds.
    static let setback: Int64 = 100_000_000

    /// - Parameters: where the time comes from, in nanoseconds; others for tests.
    init(wall: @escaping () -> Int64 = wallNanoseconds, monotonic: @escaping () -> Int64 = monotonicNanoseconds) {
        self.wall = wall
        self.monotonic = monotonic
        (at, steady) = (wall(), monotonic())
    }

    /// Never less than before.
    mutating func now() -> Timestamp {
        let now = monotonic()
        at = max(at + now - steady, wall())
        steady = now
        return Timestamp(nanoseconds: at)
    }

    /// What was stamped by a clock that was set back, as this one says it; what the venue itself has stamped stays.
    /// - Parameter last: the time of the update before, which this one is to come after.
    mutating func moved(_ update: MarketUpdate, after last: Timestamp) -> MarketUpdate {
        guard update.at <= last else { return update }
        let lag = now().nanoseconds - wall()
        guard lag >= Self.setback else { return update }
        let limit = update.at
        var moved = update
        moved.at = max(limit + TimeSpan(nanoseconds: lag), last + TimeSpan(nanoseconds: 1))
        func ahead(_ time: Timestamp) -> Timestamp {
            time <= limit ? min(time + TimeSpan(nanoseconds: lag), moved.at) : time
        }
        moved.quotes = update.quotes.map { rows in
            rows.map {
                var row = $0; row.at = ahead(row.at); return row
            }
        }
        moved.bars = update.bars.map { rows in
            rows.map {
                var row = $0; row.start = ahead(row.start); return row
            }
        }
        moved.conditions = update.conditions.map { rows in
            rows.map {
                var row = $0; row.at = ahead(row.at); return row
            }
        }
        return moved
    }
}
