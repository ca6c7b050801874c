import Trading

/// A bar as it is kept: what `key` names, without the symbol and the period that it is kept under.
struct Candle: Sendable, Hashable {
    /// What distinguishes bars of one period, and orders them: the start, or the trading day.
    var key: Int64
    var start: Timestamp
    var end: Timestamp
    var open: Price
    var high: Price
    var low: Price
    var close: Price
    var volume: Quantity
    /// Close / close before - 1, in units of ``changeScale``, half to even. A split does not alter it. Nil for the first
    /// bar, and for a change so large that its square could not be added up.
    var change: Int64?

    static let changeScale: Int128 = 1_000_000_000_000
    /// A thousandfold.
    private static let largestChange: Int128 = 1_000 * changeScale

    static func change(from before: Price, to close: Price) -> Int64? {
        guard before.isPositive else { return nil }
        let (top, overflow) = (Int128(close.units) - Int128(before.units)).multipliedReportingOverflow(by: changeScale)
        guard !overflow else { return nil }
        let change = Rounding.halfEven.quotient(top, Int128(before.units))
        return change <= largestChange ? Int64(exactly: change) : nil
    }

    /// The same in new shares, `numerator` for `denominator` old.
    func split(_ numerator: Int64, _ denominator: Int64, changesVolume: Bool = true) throws(NumericError) -> Candle {
        var candle = self
        candle.open = try open.scaled(numerator: denominator, denominator: numerator, .halfEven)
        candle.high = try high.scaled(numerator: denominator, denominator: numerator, .halfEven)
        candle.low = try low.scaled(numerator: denominator, denominator: numerator, .halfEven)
        candle.close = try close.scaled(numerator: denominator, denominator: numerator, .halfEven)
        if changesVolume {
            candle.volume = try volume.scaled(numerator: numerator, denominator: denominator, .halfEven)
        }
        return candle
    }

    func bar(_ symbol: Symbol) -> Bar {
        Bar(
            symbol: symbol, start: start, period: end - start, open: open, high: high, low: low, close: close,
            volume: volume)
    }
}

/// A row of whole numbers: a snapshot of the core holds very many of them.
extension Candle: Codable {
    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        key = try row.decode(Int64.self)
        start = Timestamp(nanoseconds: try row.decode(Int64.self))
        end = Timestamp(nanoseconds: try row.decode(Int64.self))
        open = Price(units: try row.decode(Int64.self))
        high = Price(units: try row.decode(Int64.self))
        low = Price(units: try row.decode(Int64.self))
        close = Price(units: try row.decode(Int64.self))
        volume = Quantity(units: try row.decode(Int64.self))
        change = row.isAtEnd ? nil : try row.decode(Int64.self)
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        for figure in [key, start.nanoseconds, end.nanoseconds, open.units, high.units, low.units, close.units] {
            try row.encode(figure)
        }
        try row.encode(volume.units)
        if let change { try row.encode(change) }
    }
}
