import Trading

/// What becomes of an update of the market, decided before anything of it is used.
package enum MarketAdmission: Sendable, Hashable {
    case accepted
    /// A tape begins anew after a restart of the core.
    case alreadySeen
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
        isFromTape && now.nanoseconds > 0 && update.at <= now ? .alreadySeen : .accepted
    }
}

extension MarketUpdate {
    /// The first figure that can be of no market, or nil.
    package var marketDefect: MarketDefect? { marketDefects.first }

    /// Of every row that can be of no market its first figure.
    package var marketDefects: [MarketDefect] {
        (bars ?? []).enumerated().compactMap { $1.marketDefect(at: $0) }
            + (corporateActions ?? []).enumerated().compactMap { $1.marketDefect(at: $0) }
            + (quotes ?? []).enumerated().compactMap { $1.marketDefect(at: $0) }
    }

    /// What is left when these rows are left out, and not what stands beside them (I-BOUND-2).
    package var withoutMarketDefects: MarketUpdate {
        guard marketDefect != nil else { return self }
        return with(self) {
            $0.bars?.removeAll { $0.marketDefect(at: 0) != nil }
            $0.corporateActions?.removeAll { $0.marketDefect(at: 0) != nil }
            $0.quotes?.removeAll { $0.marketDefect(at: 0) != nil }
        }
    }
}

extension Bar {
    fileprivate func marketDefect(at index: Int) -> MarketDefect? {
        defect.map { .bar(index: index, symbol: symbol, defect: $0) }
    }
}

extension CorporateAction {
    fileprivate func marketDefect(at index: Int) -> MarketDefect? {
        defect.map { .corporateAction(index: index, defect: $0) }
    }
}

extension Quote {
    fileprivate func marketDefect(at index: Int) -> MarketDefect? {
        let prices: [(MarketDefect.QuoteField, Price?)] = [(.bid, bid), (.ask, ask), (.last, last)]
        for case (let field, let price?) in prices where !price.isPositive {
            return .quote(index: index, symbol: symbol, field: field, price: price)
        }
        return nil
    }
}
