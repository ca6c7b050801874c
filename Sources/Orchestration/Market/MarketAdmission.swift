import Trading

/// What becomes of an update of the market, decided before anything of it is used. The loop asks before it makes an
/// update an input, so that its sender can get an error; the core passes over whatever is refused here.
package enum MarketAdmission: Sendable, Hashable {
    case accepted
    /// A tape begins anew after a restart of the core.
    case alreadySeen
    case refused(MarketDefect)
}

/// Which figure can be of no market.
package enum MarketDefect: Sendable, Hashable {
    case bar(index: Int, symbol: Symbol, defect: String)
    case corporateAction(index: Int, defect: String)
    case quote(index: Int, symbol: Symbol, field: QuoteField, price: Price)

    package enum QuoteField: String, Sendable { case bid, ask, last }
}

extension CoreState {
    /// - Parameter isFromTape: the core's time is the tape's, so that what is not later than it has been taken before. In
    ///   real time providers have clocks of their own, and each series of bars and each corporate action knows its last.
    package func admission(of update: MarketUpdate, isFromTape: Bool) -> MarketAdmission {
        if let defect = update.marketDefect { return .refused(defect) }
        return isFromTape && now.nanoseconds > 0 && update.at <= now ? .alreadySeen : .accepted
    }
}

extension MarketUpdate {
    /// The first figure that can be of no market, or nil.
    package var marketDefect: MarketDefect? {
        for (index, bar) in (bars ?? []).enumerated() {
            if let defect = bar.defect { return .bar(index: index, symbol: bar.symbol, defect: defect) }
        }
        for (index, action) in (corporateActions ?? []).enumerated() {
            if let defect = action.defect { return .corporateAction(index: index, defect: defect) }
        }
        for (index, quote) in (quotes ?? []).enumerated() {
            let prices: [(MarketDefect.QuoteField, Price?)] = [
                (.bid, quote.bid), (.ask, quote.ask), (.last, quote.last),
            ]
            for case (let field, let price?) in prices where !price.isPositive {
                return .quote(index: index, symbol: quote.symbol, field: field, price: price)
            }
        }
        return nil
    }
}
