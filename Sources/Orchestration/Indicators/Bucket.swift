import Trading

/// The stretch of time that one bar of a longer period covers.
struct Slot {
    var key: Int64
    var start: Timestamp
    /// No later than the session's close.
    var end: Timestamp
}

extension TradingSession {
    /// Where a shorter bar belongs among the bars of `period`, or nil when it cannot be a part of one.
    func slot(of bar: Bar, _ period: TimeSpan) -> Slot? {
        guard bar.period < period else { return nil }
        if period == .day { return Slot(key: day, start: open, end: close) }
        let offset = bar.start - open
        guard offset >= .zero, period.nanoseconds % bar.period.nanoseconds == 0,
            offset.nanoseconds % bar.period.nanoseconds == 0
        else { return nil }
        let start = open + TimeSpan(nanoseconds: offset.nanoseconds / period.nanoseconds * period.nanoseconds)
        return Slot(key: start.nanoseconds, start: start, end: min(start + period, close))
    }

    func key(of bar: Bar, _ period: TimeSpan) -> Int64 { period == .day ? day : bar.start.nanoseconds }
}

/// A bar under way, made of shorter ones.
///
/// A bar is added only when it begins where the last one ended or later. So however many providers send bars, of whatever
/// periods, no trade is counted twice: the one that is ahead is used, in practice the one with the shortest bars.
struct Bucket: Sendable, Hashable, Codable {
    private(set) var candle: Candle
    /// End of the last bar that was added.
    private(set) var coveredUntil: Timestamp

    init(_ bar: Bar, _ slot: Slot) {
        candle = Candle(bar, key: slot.key, start: slot.start, end: slot.end)
        coveredUntil = bar.end
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` of the volume.
    mutating func add(_ bar: Bar) throws(NumericError) {
        guard bar.start >= coveredUntil else { return }
        try candle.volume += bar.volume
        candle.high = max(candle.high, bar.high)
        candle.low = min(candle.low, bar.low)
        candle.close = bar.close
        coveredUntil = bar.end
    }

    mutating func split(_ numerator: Int64, _ denominator: Int64, changesVolume: Bool) throws(NumericError) {
        candle = try candle.split(numerator, denominator, changesVolume: changesVolume)
    }
}

extension Candle {
    init(_ bar: Bar, key: Int64, start: Timestamp, end: Timestamp) {
        self.init(
            key: key, start: start, end: end, open: bar.open, high: bar.high, low: bar.low, close: bar.close,
            volume: bar.volume, change: nil)
    }
}
