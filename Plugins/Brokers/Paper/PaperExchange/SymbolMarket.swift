import Trading

/// What is known about one symbol's market, and how much of it we have already taken.
struct SymbolMarket: Codable, Sendable {
    /// What a fill is taken from, so that the same shares are not taken twice.
    enum Pool: Sendable { case bid, ask, trades }

    /// A price at which one side could trade now.
    struct Offer {
        var price: Price
        var pool: Pool
    }

    private(set) var bid: Price?
    private(set) var ask: Price?
    private(set) var quotedAt: Timestamp?
    /// Price of the newest trade: a bar's close or a quote's `last`.
    private(set) var last: Price?
    private(set) var tradedAt: Timestamp?
    /// Since when trading in it is interrupted: nothing executes, and no stop is elected.
    private(set) var haltedSince: Timestamp?
    /// The end of the newest bar.
    private var barsUntil: Timestamp?
    /// What is left for us; nil sets no limit.
    private var bidLeft: Quantity?
    private var askLeft: Quantity?
    private var tradesLeft: Quantity?

    /// Takes a quote over. False when it is older than the one we have.
    mutating func absorb(_ quote: Quote, limitToSize: Bool) -> Bool {
        if let quotedAt, quote.at < quotedAt { return false }
        quotedAt = quote.at
        guard quote.isHalted != true else {
            // What is quoted meanwhile is an indication, and no price.
            haltedSince = haltedSince ?? quote.at
            return true
        }
        haltedSince = nil
        bid = quote.bid.flatMap { $0.isPositive ? $0 : nil }
        ask = quote.ask.flatMap { $0.isPositive ? $0 : nil }
        bidLeft = limitToSize ? quote.bidSize : nil
        askLeft = limitToSize ? quote.askSize : nil
        if let price = quote.last, price.isPositive, tradedAt.map({ $0 <= quote.at }) ?? true {
            if price != last { tradesLeft = nil }
            (last, tradedAt) = (price, quote.at)
        }
        return true
    }

    /// Opens a bar's volume to us. False when the bar reaches back into one that was opened before.
    mutating func open(_ bar: Bar, volumeForUs: Quantity) -> Bool {
        if let barsUntil, bar.start < barsUntil { return false }
        barsUntil = bar.end
        tradesLeft = volumeForUs
        return true
    }

    /// The bar's close is the last trade, and a quote from before its end is out of date.
    mutating func close(_ bar: Bar) {
        if let quotedAt, quotedAt < bar.end { (bid, ask, bidLeft, askLeft) = (nil, nil, nil, nil) }
        guard tradedAt.map({ $0 <= bar.end }) ?? true else { return }
        (last, tradedAt) = (bar.close, bar.end)
    }

    /// After a split: trades are restated, quotes forgotten.
    mutating func split(numerator: Int64, denominator: Int64) throws(NumericError) {
        (bid, ask, bidLeft, askLeft, tradesLeft) = (nil, nil, nil, nil, nil)
        guard let price = last else { return }
        let restated = try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        last = restated.isPositive ? restated : nil
    }

    /// Of such a bar nothing can have been traded by us.
    func isHalted(in bar: Bar) -> Bool { haltedSince.map { bar.start >= $0 } ?? false }

    /// Where an order of this side would trade now; nil when nobody is there.
    func offer(to side: Side) -> Offer? {
        if bid != nil || ask != nil {
            let price = side == .sell ? bid : ask
            return price.map { Offer(price: $0, pool: side == .sell ? .bid : .ask) }
        }
        return last.map { Offer(price: $0, pool: .trades) }
    }

    /// The price that stops of this side look at: trades, or the far side of the quote where there were never any.
    func stopReference(_ side: Side) -> Price? { last ?? (side == .sell ? bid : ask) }

    func left(in pool: Pool) -> Quantity? {
        switch pool {
        case .bid: bidLeft
        case .ask: askLeft
        case .trades: tradesLeft
        }
    }

    mutating func take(_ quantity: Quantity, from pool: Pool) throws(NumericError) {
        switch pool {
        case .bid: if let left = bidLeft { bidLeft = try left - quantity }
        case .ask: if let left = askLeft { askLeft = try left - quantity }
        case .trades: if let left = tradesLeft { tradesLeft = try left - quantity }
        }
    }
}
