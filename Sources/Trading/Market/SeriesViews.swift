/// The newest closed bars of one period, oldest first.
public struct BarSeries: Sendable, Hashable, Codable {
    public var period: TimeSpan
    public var bars: [Bar]

    public init(period: TimeSpan, bars: [Bar]) {
        self.period = period
        self.bars = bars
    }
}

/// The regular session of today, or of the last day that was traded, so far.
public struct DayView: Sendable, Hashable, Codable {
    public var open: Price
    public var high: Price
    public var low: Price
    /// Shares so far.
    public var volume: Quantity
    /// Close of the session before, in today's shares.
    public var previousClose: Price?
    /// Volume-weighted average price: sum of (high + low + close) / 3 x volume over the bars, by the sum of volume.
    /// Absent when nothing was traded, or when only bars of whole days are known.
    public var vwap: Price?
    /// open / previous close - 1: 0.01 is a gap of 1 % up.
    public var gap: Ratio?
    /// last / VWAP - 1.
    public var distanceToVWAP: Ratio?

    public init(
        open: Price, high: Price, low: Price, volume: Quantity, previousClose: Price? = nil, vwap: Price? = nil,
        gap: Ratio? = nil, distanceToVWAP: Ratio? = nil
    ) {
        self.open = open
        self.high = high
        self.low = low
        self.volume = volume
        self.previousClose = previousClose
        self.vwap = vwap
        self.gap = gap
        self.distanceToVWAP = distanceToVWAP
    }
}

/// How returns go together: Pearson's correlation, -1 to 1. `rows[i][j]` is that of `symbols[i]` and `symbols[j]`.
public struct CorrelationView: Sendable, Hashable, Codable {
    /// Of the bars.
    public var period: TimeSpan
    /// Returns that each figure is made of.
    public var length: Int64
    /// Sorted. A symbol without enough bars is left out.
    public var symbols: [Symbol]
    /// Square, symmetric, with ones on the diagonal.
    public var rows: [[Ratio]]

    public init(period: TimeSpan, length: Int64, symbols: [Symbol], rows: [[Ratio]]) {
        self.period = period
        self.length = length
        self.symbols = symbols
        self.rows = rows
    }
}
