import Trading

/// The newest price facts of each symbol, and figures about the market as a whole.
package struct Market: Sendable, Hashable, Codable {
    private var symbols: [Symbol: Listing] = [:]
    package private(set) var conditions: [String: MarketCondition] = [:]
    package private(set) var session: SessionPhase = .regular
    /// Bars and indicators that policies ask for.
    package private(set) var series = MarketSeries()

    /// What is known of one symbol.
    private struct Listing: Sendable, Hashable, Codable {
        var view: MarketView?
        /// Its prices may still be those of the old shares.
        var preSplit: PreSplitPrice?
    }

    /// The broker has booked a split that no provider has announced: the last price before it.
    private struct PreSplitPrice: Sendable, Hashable, Codable {
        var price: Price
        var split: Split
        var until: Timestamp
    }

    package init() {}

    package subscript(symbol: Symbol) -> MarketView? { symbols[symbol]?.view }

    /// Of every symbol that has a price, in order.
    package var views: [MarketView] { symbols.inOrder.compactMap(\.value.view) }

    /// What a share is worth now: the last trade, else the middle of bid and ask.
    package func price(of symbol: Symbol) -> Price? {
        guard let view = self[symbol] else { return nil }
        if let last = view.last { return last }
        guard let bid = view.bid, let ask = view.ask else { return view.bid ?? view.ask }
        return Price(units: bid.units + (ask.units - bid.units) / 2)
    }

    /// Where a market order of this side would trade.
    package func executable(_ symbol: Symbol, side: Side) -> Price? {
        guard let view = self[symbol] else { return nil }
        return (side == .sell ? view.bid : view.ask) ?? view.last
    }

    /// Takes what a provider says, but for prices of shares from before a split.
    /// - Returns: what was taken, and whether the session is another.
    @discardableResult
    mutating func apply(_ received: MarketUpdate) -> (update: MarketUpdate, isOtherSession: Bool) {
        let (update, before) = (withoutPreSplitPrices(received), session)
        if let session = update.session {
            if self.session == .regular, session != .regular { series.close(at: update.at) }
            self.session = session
        }
        for condition in update.conditions ?? [] { conditions[condition.name] = condition }
        for bar in update.bars ?? [] {
            change(bar.symbol, at: update.at) {
                $0.bar = bar
                $0.last = bar.close
            }
            series.append(bar, at: update.at)
        }
        for quote in update.quotes ?? [] {
            change(quote.symbol, at: update.at) {
                $0.bid = quote.bid
                $0.ask = quote.ask
                if let last = quote.last { $0.last = last }
                $0.isHalted = quote.isHalted == true ? true : nil
            }
        }
        return (update, session != before)
    }

    private mutating func change(_ symbol: Symbol, at time: Timestamp, _ change: (inout MarketView) -> Void) {
        var view = self[symbol] ?? MarketView(symbol: symbol, bid: nil, ask: nil, last: nil, bar: nil, at: time)
        change(&view)
        view.at = time
        symbols[symbol, default: Listing()].view = view
    }

    mutating func track(_ needs: PolicyNeeds) {
        series.track(
            indicators: needs.indicators ?? [], bars: (needs.bars ?? []).map { (period: $0.period, count: $0.count) },
            correlation: needs.correlation.map { (period: $0.period, length: $0.length) }, day: needs.wants(.day))
    }

    func day(_ symbol: Symbol) -> DayView? { series.day(symbol, last: price(of: symbol)) }

    /// What was known are prices of the old shares, and more of them may come until the provider notices too.
    mutating func expectPreSplitPrices(_ symbol: Symbol, _ split: Split, until: Timestamp) {
        let before = price(of: symbol).map { PreSplitPrice(price: $0, split: split, until: until) }
        let preSplit = before ?? symbols[symbol]?.preSplit
        symbols[symbol] = preSplit.map { Listing(preSplit: $0) }
    }

    /// Every price from now on is one of the new shares.
    mutating func endPreSplitPrices(_ symbol: Symbol) { symbols[symbol]?.preSplit = nil }

    /// Prices that are those of the old shares are no move of the market, and are left out.
    private mutating func withoutPreSplitPrices(_ update: MarketUpdate) -> MarketUpdate {
        let concerns =
            update.bars?.contains { isPreSplit($0.symbol) } == true
            || update.quotes?.contains { isPreSplit($0.symbol) } == true
        guard concerns else { return update }
        var update = update
        for bar in update.bars ?? [] { checkPreSplitPrice(at: bar.close, of: bar.symbol, at: update.at) }
        for quote in update.quotes ?? [] {
            checkPreSplitPrice(at: quote.last ?? quote.bid ?? quote.ask, of: quote.symbol, at: update.at)
        }
        update.bars?.removeAll { isPreSplit($0.symbol) }
        update.quotes?.removeAll { isPreSplit($0.symbol) }
        return update
    }

    private func isPreSplit(_ symbol: Symbol) -> Bool { symbols[symbol]?.preSplit != nil }

    private mutating func checkPreSplitPrice(at price: Price?, of symbol: Symbol, at time: Timestamp) {
        guard let old = symbols[symbol]?.preSplit, let price else { return }
        if time >= old.until || !old.split.isPreSplit(price, before: old.price) { endPreSplitPrices(symbol) }
    }

    /// After a split the old prices mean nothing as they stand.
    mutating func split(_ symbol: Symbol, numerator: Int64, denominator: Int64) throws(NumericError) {
        series.split(symbol, numerator: numerator, denominator: denominator)
        guard var view = self[symbol] else { return }
        func adjusted(_ price: Price?) throws(NumericError) -> Price? {
            guard let price else { return nil }
            return try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        }
        view.bid = try adjusted(view.bid)
        view.ask = try adjusted(view.ask)
        view.last = try adjusted(view.last)
        view.bar = nil
        symbols[symbol]?.view = view
    }
}
