import AlpacaAPI
import Trading

/// A bar made of shorter ones, with what the vendor tells beside its prices.
///
/// A tape has neither the number of trades nor their average price: each of its bars counts as one trade, at the middle of high,
/// low and close.
struct TradedBar: Sendable {
    private(set) var bar: Trading.Bar
    private var count: Int64
    /// Sum of price times volume, in units of both.
    private var value: Int128

    init(_ bar: Trading.Bar) {
        self.bar = bar
        count = bar.volume.isPositive ? 1 : 0
        value = Self.value(of: bar)
    }

    /// The same from another first moment.
    func starting(at time: Timestamp) -> TradedBar {
        var other = self
        other.bar.start = time
        return other
    }

    private static func value(of bar: Trading.Bar) -> Int128 {
        let sum = Int128(bar.high.units) + Int128(bar.low.units) + Int128(bar.close.units)
        return sum / 3 * Int128(bar.volume.units)
    }

    /// Adds the one that comes next. Volumes beyond all bounds stay at the largest one.
    mutating func extend(by next: TradedBar) {
        bar.high = max(bar.high, next.bar.high)
        bar.low = min(bar.low, next.bar.low)
        bar.close = next.bar.close
        bar.volume = Quantity(units: Int64(clamping: Int128(bar.volume.units) + Int128(next.bar.volume.units)))
        count += next.count
        value += next.value
    }

    /// Restated for a split.
    /// - Throws: `NumericError`.
    func restated(_ split: MarketSeries.Split) throws(NumericError) -> TradedBar {
        func price(_ price: Price) throws(NumericError) -> Price {
            try price.scaled(numerator: split.denominator, denominator: split.numerator, .halfEven)
        }
        var other = self
        (other.bar.open, other.bar.high) = (try price(bar.open), try price(bar.high))
        (other.bar.low, other.bar.close) = (try price(bar.low), try price(bar.close))
        other.bar.volume = try bar.volume.scaled(
            numerator: split.numerator, denominator: split.denominator, .halfEven)
        return other
    }

    /// As the API has it.
    var told: Alpaca.Bar {
        var told = Alpaca.Bar()
        (told.time, told.open, told.high, told.low, told.close) = (bar.start, bar.open, bar.high, bar.low, bar.close)
        told.volume = Alpaca.Volume(bar.volume)
        told.tradeCount = count
        let average = bar.volume.isPositive ? Int64(clamping: value / Int128(bar.volume.units)) : bar.close.units
        told.volumeWeightedPrice = Price(units: average)
        return told
    }
}
