import Trading

/// The newest price facts of each symbol, and figures about the market as a whole.
package struct MarketBoard: Sendable, Hashable, Codable {
    package private(set) var views: [Symbol: MarketView] = [:]
    package private(set) var conditions: [String: MarketCondition] = [:]
    package private(set) var session: SessionPhase = .regular

    package subscript(symbol: Symbol) -> MarketView? { views[symbol] }

    /// What a share is worth now: the last trade, else the middle of bid and ask.
    package func price(_ symbol: Symbol) -> Price? {
        guard let view = views[symbol] else { return nil }
        if let last = view.last { return last }
        guard let bid = view.bid, let ask = view.ask else { return view.bid ?? view.ask }
        return Price(units: bid.units + (ask.units - bid.units) / 2)
    }

    /// Where a market order of this side would trade.
    package func executable(_ symbol: Symbol, side: Side) -> Price? {
        guard let view = views[symbol] else { return nil }
        return (side == .sell ? view.bid : view.ask) ?? view.last
    }

    mutating func apply(_ update: MarketUpdate) {
        if let session = update.session { self.session = session }
        for condition in update.conditions ?? [] { conditions[condition.name] = condition }
        for bar in update.bars ?? [] {
            var view = views[bar.symbol] ?? .empty(bar.symbol, update.at)
            view.bar = bar
            view.last = bar.close
            view.at = update.at
            views[bar.symbol] = view
        }
        for quote in update.quotes ?? [] {
            var view = views[quote.symbol] ?? .empty(quote.symbol, update.at)
            view.bid = quote.bid
            view.ask = quote.ask
            if let last = quote.last { view.last = last }
            view.isHalted = quote.isHalted == true ? true : nil
            view.at = update.at
            views[quote.symbol] = view
        }
    }

    /// After a split the old prices mean nothing as they stand.
    mutating func split(_ symbol: Symbol, numerator: Int64, denominator: Int64) throws(NumericError) {
        guard var view = views[symbol] else { return }
        func adjusted(_ price: Price?) throws(NumericError) -> Price? {
            guard let price else { return nil }
            return try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        }
        view.bid = try adjusted(view.bid)
        view.ask = try adjusted(view.ask)
        view.last = try adjusted(view.last)
        view.bar = nil
        views[symbol] = view
    }
}

extension MarketView {
    fileprivate static func empty(_ symbol: Symbol, _ at: Timestamp) -> MarketView {
        MarketView(symbol: symbol, bid: nil, ask: nil, last: nil, bar: nil, at: at)
    }
}
