import Trading

/// What is believed of the price of one symbol, and by what. The one judgement that marks, stops, equity, limits, sizing and
/// exits rest on.
///
/// Invariants (I-PRICE-1 to 5 in docs/invariants.md):
/// 1. One datum moves no money: what lies far from what is believed is believed when a second witness agrees - a later
///    print, the whole spread, the open and close of one bar.
/// 2. Of each kind the newest counts by its own time, not by its arrival.
/// 3. A bid or ask alone, a crossed or absurdly wide quote is no market.
struct PriceEvidence: Sendable, Hashable, Codable {
    /// The newest price that is believed.
    private(set) var believed: Sighting?
    /// Far from it, and not confirmed yet.
    private(set) var unconfirmed: Sighting?
    /// The newest print or close that is believed; nil while the spread alone is known.
    private(set) var last: Price?
    /// The newest quote as it came.
    private var quote: TwoSides?
    /// Since when quotes are crossed or absurdly wide.
    private(set) var unsoundSince: Timestamp?

    struct Sighting: Sendable, Hashable, Codable {
        var price: Price
        /// Its own time.
        var at: Timestamp
        var witness: Witness
        /// It was new when it arrived.
        var isFresh: Bool
    }

    enum Witness: String, Sendable, Hashable, Codable { case print, spread, bar }

    private struct TwoSides: Sendable, Hashable, Codable {
        var bid: Price?
        var ask: Price?
        var at: Timestamp
    }

    // MARK: - What is believed

    /// Of a quote that is a market; nil for one side alone, a crossed quote, and an absurd spread.
    var spread: (bid: Price, ask: Price)? {
        guard let bid = quote?.bid, let ask = quote?.ask, bid <= ask,
            Int128(ask.units - bid.units) * Int128(Ratio.scale)
                <= Int128(ask.units) * Int128(CoreLimits.widestSpread.units)
        else { return nil }
        return (bid, ask)
    }

    /// What a share is worth now: the last trade, else the middle of a spread.
    var price: Price? { last ?? middle }

    private var middle: Price? { spread.map { Price(units: $0.bid.units + ($0.ask.units - $0.bid.units) / 2) } }

    // MARK: - What is seen

    /// - Returns: the print, when it is believed.
    mutating func see(_ new: Quote, at now: Timestamp, isFresh: Bool = true) -> Price? {
        // Older than what is known: a repetition, or a second source that is behind.
        guard new.at >= quote?.at ?? new.at, new.at >= believed?.at ?? new.at else { return nil }
        quote = TwoSides(bid: new.bid, ask: new.ask, at: new.at)
        let isTwoSided = new.bid != nil && new.ask != nil
        unsoundSince = isTwoSided && spread == nil ? unsoundSince ?? now : nil
        if let middle { witness(Sighting(price: middle, at: new.at, witness: .spread, isFresh: isFresh)) }
        guard let print = new.last, !contradicts(print),
            witness(Sighting(price: print, at: new.at, witness: .print, isFresh: isFresh))
        else { return nil }
        last = print
        return print
    }

    /// What a bar tells.
    struct SeenBar {
        var close: Price
        /// Its range, as far as it is believed.
        var low: Price
        var high: Price
    }

    /// - Parameter end: when it was known.
    /// - Returns: nil for history, and for a close that is not believed.
    mutating func see(_ bar: Bar, end: Timestamp, isFresh: Bool = true) -> SeenBar? {
        guard end >= believed?.at ?? end else { return nil }
        let before = believed?.price
        let sighting = Sighting(price: bar.close, at: end, witness: .bar, isFresh: isFresh)
        if let before, !Self.isNear(bar.close, before), Self.isNear(bar.open, bar.close), spread == nil {
            // Two trades of one period agree.
            believe(sighting)
        } else if contradicts(bar.close) || !witness(sighting) {
            return nil
        }
        last = bar.close
        let share = spread == nil ? CoreLimits.farFromBelieved : CoreLimits.farFromQuote
        let known = [bar.open, bar.close, before].compactMap { $0 }
        let top = (known.max() ?? bar.close).moved(by: share)
        let bottom = (known.min() ?? bar.close).moved(by: Ratio(units: -share.units))
        return SeenBar(
            close: bar.close, low: bar.low >= bottom ? bar.low : min(bar.open, bar.close),
            high: bar.high <= top ? bar.high : max(bar.open, bar.close))
    }

    /// - Returns: whether it is believed.
    @discardableResult
    private mutating func witness(_ sighting: Sighting) -> Bool {
        guard let current = believed, !Self.isNear(sighting.price, current.price) else {
            believe(sighting)
            return true
        }
        if let other = unconfirmed, Self.isSame(sighting.price, other.price),
            sighting.witness != other.witness || sighting.at > other.at
        {
            believe(sighting)
            return true
        }
        unconfirmed = sighting
        return false
    }

    private mutating func believe(_ sighting: Sighting) {
        if let last, !Self.isNear(last, sighting.price) { self.last = nil }
        believed = sighting
        unconfirmed = nil
    }

    /// Whether the standing spread speaks against it.
    private func contradicts(_ price: Price) -> Bool {
        guard let spread else { return false }
        let width = Price(units: spread.ask.units - spread.bid.units)
        let room = max(width, spread.ask.part(CoreLimits.farFromSpread))
        return price.units > spread.ask.units.addingClamped(room.units) || price.units < spread.bid.units - room.units
    }

    private static func isNear(_ price: Price, _ other: Price) -> Bool {
        isWithin(CoreLimits.farFromBelieved, price, other)
    }

    private static func isSame(_ price: Price, _ other: Price) -> Bool {
        isWithin(CoreLimits.farFromSpread, price, other)
    }

    private static func isWithin(_ share: Ratio, _ price: Price, _ other: Price) -> Bool {
        abs(Int128(price.units) - Int128(other.units)) * Int128(Ratio.scale)
            <= Int128(max(price.units, other.units)) * Int128(share.units)
    }

    // MARK: - Splits

    mutating func split(numerator: Int64, denominator: Int64) throws(NumericError) {
        func adjusted(_ price: Price?) throws(NumericError) -> Price? {
            guard let price else { return nil }
            return try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        }
        if let price = try adjusted(believed?.price) { believed?.price = price }
        unconfirmed = nil
        last = try adjusted(last)
        guard var sides = quote else { return }
        sides.bid = try adjusted(sides.bid)
        sides.ask = try adjusted(sides.ask)
        quote = sides
    }
}

extension Price {
    /// This share of it, clamped to what a price can say.
    fileprivate func part(_ share: Ratio) -> Price {
        Price(units: Int64(clamping: Int128(units) * Int128(share.units) / Int128(Ratio.scale)))
    }

    fileprivate func moved(by share: Ratio) -> Price { Price(units: units.addingClamped(part(share).units)) }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) + Int128(other)) }
}
