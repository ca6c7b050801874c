import Trading

/// The formulas that need no memory. docs/indicators.md has them in mathematical notation.
enum Formula {
    /// max(high, close before) - min(low, close before), in units of a price (Wilder, New Concepts in Technical Trading
    /// Systems, 1978, chapter 3).
    static func trueRange(_ candle: Candle, before: Price) -> Int64 {
        max(candle.high, before).units - min(candle.low, before).units
    }

    /// The exact mean, rounded once, half to even.
    /// - Precondition: not empty.
    static func mean(_ prices: some Collection<Int64>) -> Price {
        let sum = prices.reduce(into: Int128(0)) { $0 += Int128($1) }
        // A mean lies between prices, so it is one.
        return Price(units: Int64(Rounding.halfEven.quotient(sum, Int128(prices.count))))
    }

    /// Periods of a trading year as a fraction: sessions a year for a day, else the seconds of all sessions by those of the
    /// period: 252 x 390 for a minute.
    static func periodsPerYear(_ period: TimeSpan, _ hours: TradingHours) -> (numerator: Int128, denominator: Int128) {
        guard period != .day else { return (Int128(hours.sessionsPerYear), 1) }
        let seconds = hours.sessionsPerYear * hours.secondsPerSession
        let divisor = greatestCommonDivisor(seconds, period.wholeSeconds)
        return (Int128(seconds / divisor), Int128(period.wholeSeconds / divisor))
    }

    private static func greatestCommonDivisor(_ first: Int64, _ second: Int64) -> Int64 {
        var (larger, smaller) = (first, second)
        while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
        return larger
    }

    /// The sample standard deviation (divisor n - 1) times the root of the periods per year, rounded once, half to even.
    /// Nil for figures that do not fit 128 bits.
    /// - Precondition: two changes or more.
    static func volatility(_ changes: [Int64], _ perYear: (numerator: Int128, denominator: Int128)) -> Ratio? {
        precondition(changes.count > 1, "one return has no spread")
        let count = Int128(changes.count)
        let (top, overflow) = Spread(changes).timesCount.multipliedReportingOverflow(by: perYear.numerator)
        let unit = Candle.changeScale / Int128(Ratio.scale)
        let bottom = count * (count - 1) * unit * unit * perYear.denominator
        guard !overflow, let root = SquareRoot.ofQuotient(top, bottom) else { return nil }
        return Int64(exactly: root).map { Ratio(units: $0) }
    }

    /// Pearson's correlation: covariance by the product of the standard deviations, rounded half to even. Nil where one of
    /// them never moves, and for figures too large.
    static func correlation(_ first: Spread, _ second: Spread) -> Ratio? {
        guard let left = first.root, let right = second.root else { return nil }
        var products: Int128 = 0
        for (one, other) in zip(first.changes, second.changes) { products += Int128(one) * Int128(other) }
        let covariance = Int128(first.changes.count) * products - first.sum * second.sum
        // At most 2^104 in size, as the product of the roots is, so that a million times it still fits.
        let top = (covariance << (left.shift + right.shift)) * Int128(Ratio.scale)
        return Int64(exactly: Rounding.halfEven.quotient(top, left.value * right.value)).map { Ratio(units: $0) }
    }
}

/// How widely changes spread.
struct Spread {
    let changes: [Int64]
    /// Of the changes: below 10^18, since a change is a thousandfold at most and there are a thousand at most.
    let sum: Int128
    /// n x sum of squares - square of the sum, the variance times n x (n - 1): below 10^36, zero or more.
    let timesCount: Int128

    init(_ changes: [Int64]) {
        self.changes = changes
        var (sum, squares): (Int128, Int128) = (0, 0)
        for change in changes {
            sum += Int128(change)
            squares += Int128(change) * Int128(change)
        }
        self.sum = sum
        timesCount = Int128(changes.count) * squares - sum * sum
    }

    /// The root of ``timesCount``, times 2 to the power of `shift`: 51 or 52 significant bits whatever the size, so that it
    /// is exact to a few parts in 10^15. Nil for zero, and beyond 2^104, where returns were tenfold again and again.
    var root: (value: Int128, shift: Int)? {
        guard timesCount > 0, timesCount < 1 << 104 else { return nil }
        let shift = (timesCount.leadingZeroBitCount - (128 - 104)) / 2
        return (Int128(SquareRoot.floor(UInt128(timesCount) << UInt128(2 * shift))), shift)
    }
}
