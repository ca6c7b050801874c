import Trading

/// Makes the snapshot of the portfolio that policies are given: everything that any of them asks for.
struct SnapshotBuilder {
    private let core: CoreState
    private let needs: PolicyNeeds
    /// Bars of each symbol, for each need.
    private let barCounts: [Int64]
    private let state: MarkedPortfolio

    init(_ core: CoreState) {
        self.core = core
        state = core.marked
        needs = core.plugins.snapshotNeeds
        barCounts = Self.barCounts(
            (needs.bars ?? []).map(\.count), symbols: core.marked.market.symbolCount, most: CoreLimits.barsInSnapshot)
    }

    /// How many bars each need gets of each symbol, so that all together are no more than so many: small needs are met in full,
    /// the largest are cut to one size (I-BOUND-6).
    static func barCounts(_ wanted: [Int64], symbols: Int, most: Int64) -> [Int64] {
        var counts = wanted
        var room = most / Int64(max(1, symbols))
        for (place, index) in wanted.indices.sorted(by: { (wanted[$0], $0) < (wanted[$1], $1) }).enumerated() {
            counts[index] = min(wanted[index], room / Int64(wanted.count - place))
            room -= counts[index]
        }
        return counts
    }

    /// - Parameter orders: what works, as ``orders(_:)`` gives it.
    func build(cycle: Int64, orders: [OrderView]) throws(NumericError) -> PortfolioSnapshot {
        let equity = try state.equity()
        let viewer = PositionViewer(
            state: state, now: core.now, sectors: core.configuration.sectors, capabilities: core.broker?.capabilities)
        var positions: [PositionView] = []
        positions.reserveCapacity(state.positions.count)
        for symbol in state.positions.keys.sorted() {
            if let record = state.positions[symbol] { positions.append(try viewer.view(record, equity: equity)) }
        }
        var gross: Money = .zero
        for index in positions.indices { try gross += positions[index].marketValue.magnitude() }
        var snapshot = PortfolioSnapshot(
            cycle: cycle, at: core.now, session: state.market.session(holding: state.positions.keys, at: core.now),
            tradingState: core.control.state,
            account: try account(equity, gross), positions: positions,
            orders: orders, market: hasMarketNeeds ? state.market.views.map(market) : state.market.views,
            conditions: state.market.conditions.inOrder.map(\.value))
        if needs.wants(.finishedOrders) {
            snapshot.finishedOrders = state.orders.newestFinished(CoreLimits.finishedOrdersShown).map(OrderView.init)
        }
        if needs.wants(.portfolio) {
            snapshot.portfolio = try portfolio(positions, equity: equity, snapshot.account)
        }
        if needs.wants(.history) { snapshot.history = core.audit.history }
        if needs.wants(.advisories) { snapshot.advisories = core.audit.advisories }
        return snapshot
    }

    /// Those that are not over, sorted by client order id.
    static func orders(_ orders: OrderStore) -> [OrderView] {
        orders.allWorking.map(OrderView.init).sorted { $0.clientOrderID < $1.clientOrderID }
    }

    private var hasMarketNeeds: Bool {
        needs.wants(.day) || needs.bars?.isEmpty == false || needs.indicators?.isEmpty == false
    }

    private func account(_ equity: Money, _ gross: Money) throws(NumericError) -> AccountView {
        AccountView(
            id: core.configuration.account, currency: state.account?.currency ?? "USD",
            cash: state.account?.cash ?? .zero, equity: equity, buyingPower: state.account?.buyingPower ?? .zero,
            peakEquity: max(state.portfolio.marks.peak, equity),
            dayProfit: try state.portfolio.marks.dayProfit(equity),
            grossExposure: gross)
    }

    /// With its day, series and indicators, where they are asked for.
    private func market(_ view: MarketView) -> MarketView {
        var view = view
        if needs.wants(.day) { view.day = state.market.day(view.symbol) }
        if let bars = needs.bars, !bars.isEmpty {
            view.series = zip(bars, barCounts).map { need, count in
                let newest = count > 0 ? state.market.series.bars(view.symbol, period: need.period, count: count) : []
                return BarSeries(period: need.period, bars: newest)
            }
        }
        if let indicators = needs.indicators, !indicators.isEmpty {
            view.indicators = indicators.compactMap { indicator in
                state.market.series.value(indicator, of: view.symbol).map {
                    IndicatorValue(indicator: indicator, figure: $0)
                }
            }
        }
        return view
    }

    private func portfolio(
        _ positions: [PositionView], equity: Money, _ account: AccountView
    ) throws(NumericError) -> PortfolioView {
        let books = try PortfolioFigures(positions, equity: equity)
        let drawdown =
            account.peakEquity.isPositive
            ? try (account.peakEquity - equity).ratio(to: account.peakEquity) : Ratio.zero
        let start = state.portfolio.marks.dayStart ?? equity
        return PortfolioView(
            grossWeight: books.gross, netWeight: books.net, largestWeight: books.largest,
            concentration: books.concentration, openRisk: books.openRisk, drawdown: drawdown,
            dayReturn: start.isPositive ? try (equity - start).ratio(to: start) : .zero, sectors: books.sectors,
            correlation: needs.correlation.flatMap { _ in
                state.market.series.correlation(positions.map(\.symbol))
            })
    }
}

/// The orders of the last snapshot: most cycles change none of them. Worked out of the state, and no part of it.
struct ShownOrders: Sendable {
    private var stamp: UInt64 = 0
    private var views: [OrderView] = []

    mutating func views(of orders: OrderStore) -> [OrderView] {
        if stamp != orders.stamp || stamp == 0 { (stamp, views) = (orders.stamp, SnapshotBuilder.orders(orders)) }
        return views
    }
}
