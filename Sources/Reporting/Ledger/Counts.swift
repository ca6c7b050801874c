import Orchestration
import Trading

/// What is counted from the report's beginning on.
struct Counts: Sendable {
    var cycles: Int64 = 0
    /// In or out, by what it was; nil: nobody has said.
    var paid: [CashMovement.Kind?: Sum] = [:]
    /// Of no round trip.
    var gains: [CashMovement.Kind: Sum] = [:]
    private(set) var unprotected = Unprotected()
    private(set) var events: [CashEvent] = []

    struct Unprotected: Sendable {
        var total = TimeSpan.zero
        var longest = TimeSpan.zero
        var symbol: Symbol?
        var stretches = 0
    }

    mutating func note(
        _ kind: CashMovement.Kind?, _ amount: Sum, of symbol: Symbol? = nil, at time: Timestamp, isShares: Bool = false
    ) {
        guard !amount.isZero else { return }
        events.append(
            CashEvent(
                at: time, kind: kind?.rawValue ?? "unexplained", amount: amount, symbol: symbol, isShares: isShares))
    }

    var cashProfit: Sum { gains.values.reduce(Sum.zero, +) }

    mutating func note(_ stretch: UnprotectedTime) {
        guard stretch.lasted > .zero else { return }
        unprotected.stretches += 1
        unprotected.total = TimeSpan(
            nanoseconds: Int64(clamping: Int128(unprotected.total.nanoseconds) + Int128(stretch.lasted.nanoseconds)))
        if stretch.lasted > unprotected.longest {
            (unprotected.longest, unprotected.symbol) = (stretch.lasted, stretch.symbol)
        }
    }
}

/// The books when the report begins.
struct Beginning: Sendable {
    private(set) var ordinal: Int64 = 0
    /// Unrealized then.
    private(set) var open: [Symbol: Sum] = [:]
    /// Of round trips that were open or over then.
    private(set) var dividends: [Symbol: Sum] = [:]
    /// Held then, and no market had said what it is worth.
    private(set) var unpriced: [Symbol] = []

    init() {}

    init(_ ledger: Ledger, ordinal: Int64) {
        self.ordinal = ordinal
        for (symbol, trip) in ledger.open {
            open[symbol] = trip.open
            dividends[symbol, default: .zero] += trip.dividends
            if trip.mark.isAssumed { unpriced.append(symbol) }
        }
        for trip in ledger.closed { dividends[trip.symbol, default: .zero] += trip.dividends }
    }

    /// What was unrealized at the first price was so at the beginning.
    /// - Returns: by how much that is more.
    mutating func priceWhatWasNot(_ ledger: Ledger) -> Sum {
        var change = Sum.zero
        unpriced.removeAll { symbol in
            guard let trip = ledger[symbol] else { return true }
            guard !trip.mark.isAssumed else { return false }
            change += trip.open - (open[symbol] ?? .zero)
            open[symbol] = trip.open
            return true
        }
        return change
    }
}

/// Bought at the beginning and held, dividends bought in again.
struct Benchmark: Sendable {
    let symbol: Symbol
    private var mark: Mark?
    /// Shares for each that was bought, by dividends.
    private var shares = 1.0
    private var basis: Double?

    init(symbol: Symbol) { self.symbol = symbol }

    mutating func see(_ bar: Bar) {
        if bar.symbol == symbol { see(bar.close, of: symbol, isPrint: true, at: bar.end) }
    }

    mutating func see(_ price: Price, of other: Symbol, isPrint: Bool, at time: Timestamp = Timestamp(nanoseconds: 0)) {
        guard other == symbol else { return }
        var seen = mark ?? Mark(assumed: price, at: time)
        _ = seen.see(price, at: max(time, seen.at), isPrint: isPrint)
        mark = seen
    }

    mutating func split(_ other: Symbol, _ numerator: Int64, _ denominator: Int64) {
        guard other == symbol else { return }
        shares *= Double(numerator) / Double(denominator)
        mark?.restate { Price(units: Int64(clamping: Int128($0.units) * Int128(denominator) / Int128(numerator))) }
    }

    mutating func dividend(_ other: Symbol, _ amount: Price) {
        guard other == symbol, let price = mark?.price, amount < price else { return }
        shares *= Double(price.units) / Double(price.units - amount.units)
        mark?.restate { Price(units: $0.units - amount.units) }
    }

    /// From 1; nil while there is no price.
    mutating func growth(isFirst: Bool) -> Double? {
        guard let price = mark?.price else { return nil }
        let value = Double(price.units) * shares
        if isFirst || basis == nil { basis = value }
        return basis.map { value / $0 }
    }
}
