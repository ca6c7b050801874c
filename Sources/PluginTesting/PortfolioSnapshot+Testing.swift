import Trading

extension Timestamp {
    /// When a portfolio for a test is: Monday 2026-03-16, 10:01 in New York.
    public static let testing = Timestamp(seconds: 1_773_669_660)
}

/// Portfolios for tests: a test says what it is about, and sound figures stand for the rest. Amounts are text, as in a configuration.
extension PortfolioSnapshot {
    /// An account in the regular session that holds nothing and may trade.
    ///
    /// - Parameter equity: in the account's currency; all of it is cash.
    /// - Throws: `NumericError` for what is no amount.
    public static func testing(equity: String = "100000") throws -> PortfolioSnapshot {
        let equity = try Money(equity)
        return PortfolioSnapshot(
            cycle: 1, at: .testing, session: .regular, tradingState: .active,
            account: AccountView(
                id: try AccountID("test"), currency: "USD", cash: equity, equity: equity, buyingPower: equity,
                peakEquity: equity, dayProfit: .zero, grossExposure: .zero),
            positions: [], orders: [], market: [], conditions: [])
    }

    /// Adds a position that has been held for a day, and the market's last price of it.
    ///
    /// The account's equity stays as it is. Change what else a test needs in ``positions`` and ``market`` afterwards.
    /// - Parameters:
    ///   - quantity: shares; negative is short.
    ///   - average: what a share cost.
    ///   - last: the market's price, and the best and worst since entry as far as it goes.
    ///   - initialStop: from which R is counted; nil when there was none.
    /// - Throws: an error for what is no symbol or no amount, and for figures that no account can have.
    public mutating func hold(
        _ symbol: String, _ quantity: String, average: String, last: String, initialStop: String? = nil
    ) throws {
        var position = try PositionView.testing(
            symbol, quantity, average: average, last: last, initialStop: initialStop)
        position.weight = try position.marketValue.magnitude().ratio(to: account.equity)
        positions = (positions + [position]).sorted { $0.symbol < $1.symbol }
        account.grossExposure = try account.grossExposure + position.marketValue.magnitude()
        let view = MarketView(
            symbol: position.symbol, bid: nil, ask: nil, last: position.lastPrice, bar: nil, at: at)
        market = (market + [view]).sorted { $0.symbol < $1.symbol }
    }
}

extension PositionView {
    /// A position that has been held for a day, and is not protected. ``PortfolioSnapshot/hold(_:_:average:last:initialStop:)`` has
    /// the parameters; the weight is zero, since there is no account.
    public static func testing(
        _ symbol: String, _ quantity: String, average: String, last: String, initialStop: String? = nil
    ) throws -> PositionView {
        let (size, average, last) = (try Quantity(quantity), try Price(average), try Price(last))
        let stop = try initialStop.map { try Price($0) }
        let gain = size.isNegative ? try average - last : try last - average
        let risk = try stop.map { size.isNegative ? try $0 - average : try average - $0 }
        return PositionView(
            symbol: try Symbol(symbol), quantity: size, averagePrice: average, lastPrice: last,
            marketValue: try last.times(size), unrealizedProfit: try gain.times(try size.magnitude()),
            realizedProfit: .zero, initialStop: stop, riskPerShare: risk,
            profitInR: try risk.map { try gain.ratio(to: $0) }, highWaterMark: max(average, last),
            lowWaterMark: min(average, last), openedAt: .testing + .seconds(-86_400), heldFor: .seconds(86_400),
            weight: .zero, protection: nil, unprotectedSince: nil, rungsTaken: [])
    }
}
