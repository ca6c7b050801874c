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
    /// Its id has 1 to so many bytes, and no control characters.
    case actionID(index: Int, most: Int)
    /// A condition's name has 1 to so many bytes, and no control characters.
    case conditionName(index: Int, most: Int)

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
            + (conditions ?? []).enumerated().compactMap { $1.marketDefect(at: $0) }
    }

    /// What is left when these rows are left out, and not what stands beside them (I-BOUND-2).
    package var withoutMarketDefects: MarketUpdate {
        guard marketDefect != nil else { return self }
        return with(self) {
            $0.bars?.removeAll { $0.marketDefect(at: 0) != nil }
            $0.corporateActions?.removeAll { $0.marketDefect(at: 0) != nil }
            $0.quotes?.removeAll { $0.marketDefect(at: 0) != nil }
            $0.conditions?.removeAll { $0.marketDefect(at: 0) != nil }
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
        if let defect { return .corporateAction(index: index, defect: defect) }
        let most = CoreLimits.actionID
        return id.isName(atMost: most) ? nil : .actionID(index: index, most: most)
    }
}

extension MarketCondition {
    fileprivate func marketDefect(at index: Int) -> MarketDefect? {
        name.isName(atMost: CoreLimits.conditionName)
            ? nil : .conditionName(index: index, most: CoreLimits.conditionName)
    }
}

extension String {
    fileprivate func isName(atMost most: Int) -> Bool {
        (1...most).contains(utf8.count) && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

extension CoreState {
    /// An update without the rows about symbols and conditions that are not followed, where so many are already (I-BOUND-4).
    package func followed(_ update: MarketUpdate) -> MarketUpdate {
        let bars = update.bars ?? []
        let quotes = update.quotes ?? []
        let named = update.conditions ?? []
        let isNear =
            market.symbolCount + bars.count + quotes.count > CoreLimits.marketSymbols
            || market.conditions.count + named.count > CoreLimits.conditions
        guard isNear else { return update }
        return with(update) {
            var symbols = CoreLimits.marketSymbols - market.symbolCount
            var conditions = CoreLimits.conditions - market.conditions.count
            var (newSymbols, newConditions): (Set<Symbol>, Set<String>) = ([], [])
            func takes(_ symbol: Symbol) -> Bool {
                if market[symbol] != nil || portfolio.positions[symbol] != nil || newSymbols.contains(symbol) {
                    return true
                }
                guard symbols > 0 else { return false }
                symbols -= 1
                return newSymbols.insert(symbol).inserted
            }
            $0.bars?.removeAll { !takes($0.symbol) }
            $0.quotes?.removeAll { !takes($0.symbol) }
            $0.conditions?.removeAll { condition in
                if market.conditions[condition.name] != nil || newConditions.contains(condition.name) { return false }
                guard conditions > 0 else { return true }
                conditions -= 1
                newConditions.insert(condition.name)
                return false
            }
        }
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
