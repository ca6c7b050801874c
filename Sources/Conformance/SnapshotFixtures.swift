import Trading
import Wire

/// Portfolios that policies are asked about. The same call gives the same figures.
struct SnapshotFixtures {
    let needs: PolicyNeeds

    init(_ needs: PolicyNeeds?) { self.needs = needs ?? PolicyNeeds() }

    /// Monday 2026-03-16, 11:00 in New York: the regular session.
    static let at = Timestamp(seconds: 1_773_673_200)

    /// A few positions, one of each kind: in profit, losing, short, without a stop, with a target taken.
    func usual() throws -> PortfolioSnapshot { try portfolio(positions: 6) }

    /// The same account on a bad day: a gap, a drawdown, VIX at 45, stale prices, a stop that is missing.
    func stressed() throws -> PortfolioSnapshot {
        var scene = try portfolio(positions: 6, shift: -18)
        scene.account.dayProfit = try Money("-9000")
        scene.account.peakEquity = try Money("160000")
        scene.conditions = [MarketCondition(name: "VIX", value: try Ratio("45.2"), at: Self.at)]
        scene.tradingState = .reducing
        scene.portfolio?.drawdown = try Ratio("0.25")
        for index in scene.market.indices { scene.market[index].day?.gap = try Ratio("-0.2") }
        return limited(scene)
    }

    /// Friday 2026-03-20, 15:57 in New York.
    func friday() throws -> PortfolioSnapshot {
        var scene = try portfolio(positions: 3)
        scene.at = Timestamp(seconds: 1_774_036_620)
        return limited(scene)
    }

    func huge() throws -> PortfolioSnapshot { try portfolio(positions: Limits.hugePositions) }

    /// Nothing is held, quoted or known.
    func empty() throws -> PortfolioSnapshot {
        var scene = PortfolioSnapshot(
            cycle: 1, at: Self.at, session: .closed, tradingState: .halted, account: try account(.zero),
            positions: [], orders: [], market: [], conditions: [])
        scene.account.equity = .zero
        scene.account.peakEquity = .zero
        return limited(scene)
    }

    /// Figures at the ends of what can be written.
    func extreme() throws -> PortfolioSnapshot {
        var scene = try portfolio(positions: 3)
        for (index, (price, quantity)) in [
            ("0.00000001", "9000000000"), ("90000000000", "0.000000001"), ("123456.12345678", "-1.123456789"),
        ].enumerated() where index < scene.positions.count {
            scene.positions[index].averagePrice = try Price(price)
            scene.positions[index].lastPrice = try Price(price)
            scene.positions[index].highWaterMark = try Price(price)
            scene.positions[index].lowWaterMark = try Price(price)
            scene.positions[index].quantity = try Quantity(quantity)
            if index < scene.market.count { scene.market[index].last = try Price(price) }
        }
        return scene
    }

    // MARK: - Parts

    private func limited(_ scene: PortfolioSnapshot) -> PortfolioSnapshot { scene.limited(to: needs) }

    private func account(_ exposure: Money) throws -> AccountView {
        AccountView(
            id: PluginHarness.account, currency: "USD", cash: try Money("74934.91"), equity: try Money("129198"),
            buyingPower: try Money("74934.91"), peakEquity: try Money("131000"), dayProfit: try Money("120.5"),
            grossExposure: exposure)
    }

    /// - Parameter shift: percent by which the last prices are away from where they would be.
    private func portfolio(positions count: Int, shift: Int64 = 0) throws -> PortfolioSnapshot {
        let symbols = (0..<count).map { Symbol(unchecked: "S\($0)") }
        let held = try symbols.enumerated().map { try position($0.element, $0.offset, shift) }
        var scene = PortfolioSnapshot(
            cycle: 1, at: Self.at, session: .regular, tradingState: .active, account: try account(Money("54263.09")),
            positions: held, orders: try symbols.prefix(3).map { try order($0, .stop, .new) },
            market: try held.map { try view($0, of: held.count) },
            conditions: [MarketCondition(name: "VIX", value: try Ratio("18.5"), at: Self.at)])
        scene.finishedOrders = try symbols.suffix(2).map { try order($0, .target, .filled) }
        scene.portfolio = try whole(Array(symbols.prefix(40)))
        scene.history = [
            HistoryItem(at: Self.at, kind: .decision, symbol: symbols.first, decision: nil, words: "hold")
        ]
        scene.advisories = [
            Advisory(
                policy: PluginName(unchecked: "another"), symbol: nil, name: "stop_scale", value: try Ratio("1.2"),
                reason: "for the check", at: Self.at, validUntil: Self.at + .seconds(600))
        ]
        return limited(scene)
    }

    /// Every fifth is short, every fourth has no stop.
    private func position(_ symbol: Symbol, _ index: Int, _ shift: Int64) throws -> PositionView {
        let isShort = index % 5 == 4
        let average = Price(units: Price.scale / 100 * Int64(5_000 + 137 * (index % 50)))
        let move = Int64(index % 7 - 2) * 4 + shift
        let last = Price(units: average.units / 100 * (100 + move))
        let quantity = Quantity(shares: Int64(10 + index % 90) * (isShort ? -1 : 1))
        let hasStop = index % 4 != 3
        let risk = Price(units: average.units / 50)
        let stop = Price(units: isShort ? average.units + risk.units : average.units - risk.units)
        let gain = Int64(isShort ? -move : move)
        var view = PositionView(
            symbol: symbol, quantity: quantity, averagePrice: average, lastPrice: last,
            marketValue: try last.times(quantity), unrealizedProfit: try Money("\(gain * 10)"), realizedProfit: .zero,
            initialStop: hasStop ? stop : nil, riskPerShare: hasStop ? risk : nil,
            profitInR: hasStop ? Ratio(units: Ratio.scale / 2 * gain) : nil,
            highWaterMark: max(average, last), lowWaterMark: min(average, last),
            openedAt: Self.at + .seconds(-86_400 * Int64(3 + index % 40)),
            heldFor: .seconds(86_400 * Int64(3 + index % 40)), weight: try Ratio("0.07"),
            protection: hasStop
                ? ProtectionView(
                    stopPrice: stop, stopLimitPrice: nil, stopQuantity: try quantity.magnitude(), targetPrice: nil,
                    targetQuantity: .zero) : nil, unprotectedSince: hasStop ? nil : Self.at, rungsTaken: [])
        if index % 3 == 0 { view.sector = "tech" }
        return view
    }

    private func view(_ position: PositionView, of total: Int) throws -> MarketView {
        let last = position.lastPrice ?? position.averagePrice
        let cent = Price(units: Price.scale / 100)
        var view = MarketView(
            symbol: position.symbol, bid: try last - cent, ask: try last + cent, last: last,
            bar: bar(position.symbol, last, start: Self.at + .seconds(-60), period: .seconds(60)), at: Self.at)
        view.day = DayView(
            open: last, high: try last + cent, low: try last - cent, volume: Quantity(shares: 10_000),
            previousClose: last, vwap: last, gap: .zero, distanceToVWAP: .zero)
        view.series = needs.bars?.map { need in
            // A large portfolio gets less of each, or the message would be nothing but bars.
            let count = Int(min(need.count, 300, max(1, Limits.bars / Int64(total))))
            return BarSeries(
                period: need.period,
                bars: (0..<count).map { step in
                    let back = TimeSpan(nanoseconds: -need.period.nanoseconds * Int64(count - step))
                    let price = Price(units: last.units / 1_000 * (1_000 + Int64(step % 11) - 5))
                    return bar(position.symbol, price, start: Self.at + back, period: need.period)
                })
        }
        view.indicators = try needs.indicators?.sorted().map { indicator in
            let isRange = indicator.kind == .atr
            let price = Price(units: isRange ? last.units / 40 : last.units / 100 * 97)
            return IndicatorValue(
                indicator: indicator, figure: indicator.kind.isRatio ? .ratio(try Ratio("0.23")) : .price(price))
        }
        return view
    }

    private func bar(_ symbol: Symbol, _ price: Price, start: Timestamp, period: TimeSpan) -> Bar {
        let reach = Price(units: price.units / 200)
        return Bar(
            symbol: symbol, start: start, period: period, open: price, high: Price(units: price.units + reach.units),
            low: Price(units: price.units - reach.units), close: price, volume: Quantity(shares: 5_000))
    }

    private func order(_ symbol: Symbol, _ role: OrderRole, _ status: OrderStatus) throws -> OrderView {
        OrderView(
            clientOrderID: ClientOrderID(unchecked: "bb0.1.\(symbol).1"), symbol: symbol, side: .sell,
            type: role == .stop ? .stop : .limit, role: role, status: status, quantity: Quantity(shares: 10),
            filledQuantity: status == .filled ? Quantity(shares: 10) : .zero,
            limitPrice: role == .stop ? nil : try Price("60.5"), stopPrice: role == .stop ? try Price("49") : nil)
    }

    private func whole(_ symbols: [Symbol]) throws -> PortfolioView {
        var view = PortfolioView(
            grossWeight: try Ratio("0.42"), netWeight: try Ratio("0.3"), largestWeight: try Ratio("0.08"),
            concentration: try Ratio("0.2"), openRisk: try Ratio("0.02"), drawdown: try Ratio("0.013"),
            dayReturn: try Ratio("0.001"),
            sectors: [
                SectorView(
                    name: "tech", grossWeight: try Ratio("0.14"), netWeight: try Ratio("0.14"), symbols: symbols)
            ])
        if let wish = needs.correlation {
            let rows = symbols.indices.map { row in
                symbols.indices.map { $0 == row ? Ratio.one : Ratio(units: Ratio.scale / 2) }
            }
            view.correlation = CorrelationView(
                period: wish.period, length: wish.length, symbols: symbols, rows: rows)
        }
        return view
    }
}
