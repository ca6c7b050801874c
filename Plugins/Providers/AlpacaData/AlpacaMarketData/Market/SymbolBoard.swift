import AlpacaAPI
import Trading

/// The quote, the trade and the halt of one symbol that stand, and what of them has not been told yet.
///
/// - I-AMD-3: A price is told once. The core takes a later print, or a later spread, for a second witness; so nobody's first word is
///   repeated as its second: not the last trade beside a newer quote, nor a quote that nothing agreed with beside a newer trade.
/// - I-AMD-4: Times grow. What is older than what was told of its kind is late, or told again, and is left out.
struct SymbolBoard: Equatable, Sendable {
    let symbol: Symbol
    private var quote: Alpaca.Quote?
    /// Another quote or a trade has agreed with it.
    private var isSeconded = false
    private var trade: Alpaca.Trade?
    private var haltedAt: Timestamp?
    private var statusAt: Timestamp?
    /// Since then statuses may have been missed: a trade after it shows that the halt is over.
    private var gapAt: Timestamp?
    private var isQuoteNews = false
    private var isTradeNews = false
    private var isHaltNews = false
    private var toldAt: Timestamp?

    init(_ symbol: Symbol) { self.symbol = symbol }

    var isHalted: Bool { haltedAt != nil }
    var hasNews: Bool { isQuoteNews || isTradeNews || isHaltNews }
    /// Of the newest quote or trade, by its own time.
    var newest: Timestamp? { [quote?.time, trade?.time].compactMap { $0 }.max() }

    // MARK: - What comes

    /// - Returns: whether it is news.
    mutating func take(_ new: Alpaca.Quote) -> Bool {
        if let quote, new.time < quote.time || new == quote { return false }
        isSeconded = quote.map { Self.agree($0, new) } ?? false
        (quote, isQuoteNews) = (new, true)
        return true
    }

    mutating func take(_ new: Alpaca.Trade) -> Bool {
        guard new.isOfMarket else { return false }
        if let trade, new.time < trade.time || (new.time == trade.time && new.id == trade.id) { return false }
        (trade, isTradeNews) = (new, true)
        if let quote, Self.agree(quote, new.price) { isSeconded = true }
        if haltedAt != nil, let gapAt, new.time > gapAt { (haltedAt, self.gapAt, isHaltNews) = (nil, nil, true) }
        return true
    }

    mutating func take(_ status: Alpaca.TradingStatus) -> Bool {
        if let statusAt, status.time < statusAt { return false }
        let change = HaltChange(status)
        guard change != .none else { return false }
        statusAt = status.time
        let isChange = (change == .halted) != isHalted
        if change == .halted {
            haltedAt = haltedAt ?? status.time
        } else {
            (haltedAt, gapAt) = (nil, nil)
        }
        isHaltNews = isHaltNews || isChange
        return isChange
    }

    /// The stream has ended: what it tells next does not follow on what stands.
    mutating func beginGap(at time: Timestamp) {
        // What was told stays told; it is not said again as if it still stood.
        if !isQuoteNews { isSeconded = false }
        if isHalted { gapAt = time }
    }

    // MARK: - What is told

    /// - Parameter time: of the update; nothing in it is later.
    /// - Returns: nil where there is no news.
    mutating func row(at time: Timestamp) -> Trading.Quote? {
        guard hasNews else { return nil }
        let news = [
            isQuoteNews ? quote?.time : nil, isTradeNews ? trade?.time : nil, isHaltNews ? haltedAt ?? statusAt : nil,
            toldAt,
        ]
        let at = min(news.compactMap { $0 }.max() ?? time, time)
        var row = Trading.Quote(symbol: symbol, at: at)
        if let quote, isQuoteNews || isSeconded {
            (row.bid, row.ask) = (quote.bid, quote.ask)
            row.bidSize = quote.bid.map { _ in Quantity(quote.bidSize) }
            row.askSize = quote.ask.map { _ in Quantity(quote.askSize) }
        }
        if isTradeNews { row.last = trade?.price }
        row.isHalted = isHalted ? true : nil
        (isQuoteNews, isTradeNews, isHaltNews, toldAt) = (false, false, false, at)
        return row
    }

    // MARK: - Who agrees

    /// Two quotes whose middles lie within a fiftieth of each other.
    private static func agree(_ one: Alpaca.Quote, _ other: Alpaca.Quote) -> Bool {
        guard let bid = one.bid, let ask = one.ask, let otherBid = other.bid, let otherAsk = other.ask else {
            return false
        }
        let (middle, otherMiddle) = (
            Int128(bid.units) + Int128(ask.units), Int128(otherBid.units) + Int128(otherAsk.units)
        )
        return abs(middle - otherMiddle) * 50 <= max(middle, otherMiddle)
    }

    /// A trade between bid and ask, or within a fiftieth of them.
    private static func agree(_ quote: Alpaca.Quote, _ price: Price) -> Bool {
        guard let bid = quote.bid, let ask = quote.ask else { return false }
        let units = Int128(price.units)
        return units * 50 >= Int128(bid.units) * 49 && units * 50 <= Int128(ask.units) * 51
    }
}

extension Quantity {
    /// More than any quantity is the largest one.
    init(_ volume: Alpaca.Volume) {
        let units = Int128(volume.units) * Int128(Quantity.scale / Alpaca.Volume.scale)
        self.init(units: Int64(clamping: units))
    }
}
