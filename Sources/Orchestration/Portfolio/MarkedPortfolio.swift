import Trading

/// The portfolio marked to market: what decisions, the risk gate and the pictures for policies and people read. A copy,
/// which writes to nothing.
package struct MarkedPortfolio: Sendable {
    package let portfolio: Portfolio
    package let market: Market

    package init(_ portfolio: Portfolio = Portfolio(), _ market: Market = Market()) {
        self.portfolio = portfolio
        self.market = market
    }

    package var account: Account? { portfolio.account }
    package var positions: [Symbol: PositionRecord] { portfolio.positions }
    package var orders: OrderStore { portfolio.orders }

    /// Cash plus everything at its present price. While a price is missing the broker's figure: an average price is none .
    package func equity() throws(NumericError) -> Money {
        if let account, !isPriced { return account.equity }
        if let total = totalInAnyOrder() { return total }
        // One of them does not fit: which one is reported must not depend on the order of a dictionary.
        var total = account?.cash ?? .zero
        for (_, record) in positions.inOrder { try total += marketValue(record) }
        return total
    }

    /// What is held, each at its present price, or at its average price while it has none.
    package func heldValue() throws(NumericError) -> Money {
        var total = Money.zero
        for (_, record) in positions.inOrder { try total += marketValue(record) }
        return total
    }

    /// Every position has a price.
    package var isPriced: Bool { positions.keys.allSatisfy { market.price(of: $0) != nil } }

    /// A sum is the same in any order, and with every fill there is no time to sort ten thousand positions. Nil when a
    /// value or the sum does not fit.
    private func totalInAnyOrder() -> Money? {
        var total = Int128(account?.cash.units ?? 0)
        for record in positions.values {
            do { total += Int128(try marketValue(record).units) } catch { return nil }
        }
        return Int64(exactly: total).map(Money.init(units:))
    }

    package func marketValue(_ record: PositionRecord) throws(NumericError) -> Money {
        try (market.price(of: record.symbol) ?? record.averagePrice).times(record.quantity)
    }
}
