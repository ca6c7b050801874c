import Trading

/// The newest price facts of each symbol, and figures about the market as a whole.
package struct MarketCache: Sendable, Hashable, Codable {
    package private(set) var views: [Symbol: MarketView] = [:]
    package private(set) var conditions: [String: MarketCondition] = [:]
    package private(set) var session: SessionPhase = .regular
    /// Bars and indicators that policies ask for.
    package private(set) var series = MarketSeries()
    /// Where prices may still be those of the old shares.
    private var preSplitPrices: [Symbol: PreSplitPrice] = [:]

    /// The broker has booked a split that no provider has told of: the last price before it.
    private struct PreSplitPrice: Sendable, Hashable, Codable {
        var price: Price
        var split: Split
        var until: Timestamp
    }

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
        if let session = update.session {
            if self.session == .regular, session != .regular { series.close(at: update.at) }
            self.session = session
        }
        for condition in update.conditions ?? [] { conditions[condition.name] = condition }
        for bar in update.bars ?? [] {
            var view = views[bar.symbol] ?? .empty(bar.symbol, update.at)
            view.bar = bar
            view.last = bar.close
            view.at = update.at
            views[bar.symbol] = view
            series.append(bar, at: update.at)
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

    mutating func track(_ needs: PolicyNeeds) {
        series.track(
            indicators: needs.indicators ?? [], bars: (needs.bars ?? []).map { (period: $0.period, count: $0.count) },
            correlation: needs.correlation.map { (period: $0.period, length: $0.length) }, day: needs.wants(.day))
    }

    func day(_ symbol: Symbol) -> DayView? { series.day(symbol, last: price(symbol)) }

    /// What was known are prices of the old shares, and more of them may come until the provider notices too.
    mutating func expectPreSplitPrices(_ symbol: Symbol, _ split: Split, until: Timestamp) {
        if let price = price(symbol) {
            preSplitPrices[symbol] = PreSplitPrice(price: price, split: split, until: until)
        }
        views[symbol] = nil
    }

    /// Every price from now on is one of the new shares.
    mutating func endPreSplitPrices(_ symbol: Symbol) { preSplitPrices[symbol] = nil }

    /// Prices that are those of the old shares are no move of the market, and are left out.
    mutating func withoutPreSplitPrices(_ update: MarketUpdate) -> MarketUpdate {
        guard !preSplitPrices.isEmpty else { return update }
        var update = update
        for bar in update.bars ?? [] { checkPreSplitPrice(at: bar.close, of: bar.symbol, at: update.at) }
        for quote in update.quotes ?? [] {
            checkPreSplitPrice(at: quote.last ?? quote.bid ?? quote.ask, of: quote.symbol, at: update.at)
        }
        update.bars?.removeAll { preSplitPrices[$0.symbol] != nil }
        update.quotes?.removeAll { preSplitPrices[$0.symbol] != nil }
        return update
    }

    private mutating func checkPreSplitPrice(at price: Price?, of symbol: Symbol, at time: Timestamp) {
        guard let old = preSplitPrices[symbol], let price else { return }
        if time >= old.until || !old.split.isPreSplit(price, before: old.price) { preSplitPrices[symbol] = nil }
    }

    /// After a split the old prices mean nothing as they stand.
    mutating func split(_ symbol: Symbol, numerator: Int64, denominator: Int64) throws(NumericError) {
        series.split(symbol, numerator: numerator, denominator: denominator)
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
