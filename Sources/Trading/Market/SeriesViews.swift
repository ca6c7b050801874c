/// The newest closed bars of one period, oldest first.
package struct BarSeries: Sendable, Hashable, Codable {
    package var period: TimeSpan
    package var bars: [Bar]

    package init(period: TimeSpan, bars: [Bar]) {
        self.period = period
        self.bars = bars
    }
}

/// The regular session of today, or of the last day that was traded, so far.
package struct DayView: Sendable, Hashable, Codable {
    package var open: Price
    package var high: Price
    package var low: Price
    /// Shares so far.
    package var volume: Quantity
    /// Close of the session before, in today's shares.
    package var previousClose: Price?
    /// Volume-weighted average price: sum of (high + low + close) / 3 x volume over the bars, by the sum of volume.
    /// Absent when nothing was traded, or when only bars of whole days are known.
    package var vwap: Price?
    /// open / previous close - 1: 0.01 is a gap of 1 % up.
    package var gap: Ratio?
    /// last / VWAP - 1.
    package var distanceToVWAP: Ratio?

    package init(
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
package struct CorrelationView: Sendable, Hashable, Codable {
    /// Of the bars.
    package var period: TimeSpan
    /// Returns that each figure is made of.
    package var length: Int64
    /// Sorted. A symbol without enough bars is left out.
    package var symbols: [Symbol]
    /// Square, symmetric, with ones on the diagonal.
    package var rows: [[Ratio]]

    package init(period: TimeSpan, length: Int64, symbols: [Symbol], rows: [[Ratio]]) {
        self.period = period
        self.length = length
        self.symbols = symbols
        self.rows = rows
    }
}
