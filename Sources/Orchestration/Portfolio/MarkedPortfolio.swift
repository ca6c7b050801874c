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

    /// Cash, dividends that are due, and everything at its present price. While a price is missing the broker's figure: an average price is none .
    package func equity() throws(NumericError) -> Money {
        let (sum, isPriced) = totalInAnyOrder()
        if let account, !isPriced { return account.equity }
        if let sum { return sum }
        // One of them does not fit: which one is reported must not depend on the order of a dictionary.
        var total = try (account?.cash ?? .zero) + portfolio.dividends.total
        for (_, record) in positions.inOrder { try total += marketValue(record) }
        return total
    }

    /// The reduction of the plan is finished, whether anybody asks for it again or not: something of it was executed, or
    /// its order works in a market that trades. An order that waits for the open is none.
    func isReducing(_ symbol: Symbol, _ plan: PositionPlan?, sessions: [SessionPhase], at now: Timestamp) -> Bool {
        guard let plan, plan.quantityLimit != nil else { return false }
        guard plan.hasReduced != true else { return true }
        let isTraded = sessions.contains(market.session(of: symbol, at: now)) && market[symbol]?.isHalted != true
        return isTraded && orders.working(symbol).contains { $0.terms.role == .reduce }
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
    private func totalInAnyOrder() -> (sum: Money?, isPriced: Bool) {
        var total = Int128(account?.cash.units ?? 0) + Int128(portfolio.dividends.total.units)
        var (fits, isPriced) = (true, true)
        for record in positions.values {
            let price = market.price(of: record.symbol)
            if price == nil { isPriced = false }
            do {
                total += Int128(try (price ?? record.averagePrice).times(record.quantity).units)
            } catch { fits = false }
        }
        return (fits ? Int64(exactly: total).map(Money.init(units:)) : nil, isPriced)
    }

    package func marketValue(_ record: PositionRecord) throws(NumericError) -> Money {
        try (market.price(of: record.symbol) ?? record.averagePrice).times(record.quantity)
    }
}
