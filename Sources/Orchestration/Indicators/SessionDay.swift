import Trading

/// The regular session that is under way, or the last one.
struct SessionDay: Sendable, Hashable, Codable {
    private var candle: Candle
    private var previousClose: Price?
    private var coveredUntil: Timestamp
    /// A bar of the whole day is here, and says more than the parts.
    private var isWhole: Bool
    /// Sum of (high + low + close) x volume, in units of price x units of quantity. Nil beyond 128 bits.
    private var turnover: WideInteger?
    /// Sum of the volume that is in `turnover`.
    private var turnoverVolume = WideInteger(0)

    init(_ bar: Bar, in session: TradingSession, previousClose: Price? = nil) {
        candle = Candle(bar, key: session.day, start: session.open, end: session.close)
        self.previousClose = previousClose
        coveredUntil = bar.end
        isWhole = session.isWhole(bar, of: .day)
        turnover = WideInteger(0)
        if !isWhole { addTurnover(bar) }
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` of the volume.
    mutating func append(_ bar: Bar, in session: TradingSession) throws(NumericError) {
        guard session.day >= candle.key else { return }
        guard session.day == candle.key else {
            self = SessionDay(bar, in: session, previousClose: candle.close)
            return
        }
        if session.isWhole(bar, of: .day) {
            candle = Candle(bar, key: session.day, start: session.open, end: session.close)
            isWhole = true
        } else if !isWhole, bar.start >= coveredUntil {
            try candle.volume += bar.volume
            candle.high = max(candle.high, bar.high)
            candle.low = min(candle.low, bar.low)
            candle.close = bar.close
            coveredUntil = bar.end
            addTurnover(bar)
        }
    }

    private mutating func addTurnover(_ bar: Bar) {
        let three = Int128(bar.high.units) + Int128(bar.low.units) + Int128(bar.close.units)
        let (product, overflow) = three.multipliedReportingOverflow(by: Int128(bar.volume.units))
        let (sum, sumOverflow) = (turnover?.value ?? 0).addingReportingOverflow(product)
        turnover = turnover == nil || overflow || sumOverflow ? nil : WideInteger(sum)
        turnoverVolume.value += Int128(bar.volume.units)
    }

    /// In price units, rounded half to even.
    private var vwap: Price? {
        guard let turnover, turnoverVolume.value > 0 else { return nil }
        let price = Rounding.halfEven.quotient(turnover.value, 3 * turnoverVolume.value)
        return Int64(exactly: price).map { Price(units: $0) }
    }

    /// - Parameter last: what a share is worth now.
    func view(last: Price?) -> DayView {
        let vwap = vwap
        return DayView(
            open: candle.open, high: candle.high, low: candle.low, volume: candle.volume,
            previousClose: previousClose, vwap: vwap, gap: distance(candle.open, previousClose),
            distanceToVWAP: distance(last, vwap))
    }

    /// price / base - 1, rounded half to even; nil when it is no ratio.
    private func distance(_ price: Price?, _ base: Price?) -> Ratio? {
        guard let price, let base, base.isPositive else { return nil }
        let difference = (Int128(price.units) - Int128(base.units)) * Int128(Ratio.scale)
        return Int64(exactly: Rounding.halfEven.quotient(difference, Int128(base.units))).map { Ratio(units: $0) }
    }

    /// A day from before a dividend is told of the shares as they are without it; of the day itself the close before.
    mutating func payDividend(_ amount: Price, _ effectiveAt: Timestamp) {
        func lower(_ price: Price) -> Price { Price(units: max(1, price.units - amount.units)) }
        guard candle.start < effectiveAt else { return previousClose = previousClose.map(lower) }
        previousClose = previousClose.map(lower)
        (candle.open, candle.high) = (lower(candle.open), lower(candle.high))
        (candle.low, candle.close) = (lower(candle.low), lower(candle.close))
        turnover?.value -= 3 * Int128(amount.units) * turnoverVolume.value
    }

    /// Turnover is money and stays as it is.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    mutating func split(_ numerator: Int64, _ denominator: Int64) throws(NumericError) {
        candle = try candle.split(numerator, denominator)
        previousClose = try previousClose?.scaled(numerator: denominator, denominator: numerator, .halfEven)
        turnoverVolume.value = Rounding.halfEven.quotient(
            turnoverVolume.value * Int128(numerator), Int128(denominator))
    }
}
