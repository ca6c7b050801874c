import Trading

/// The limits of what opens a position, long or short.
extension RiskGate {
    func entryRefusal(_ submission: OrderSubmission) throws(NumericError) -> GateRefusal? {
        guard control.state == .active else { return .noEntriesWhile(control.state) }
        if let pause { return .entriesPaused(pause) }
        guard let entry = submission.orders.first(where: { $0.role == .entry }) else { return nil }
        if let allowed = limits.symbols, !allowed.contains(entry.symbol) {
            return .symbolNotAllowed(entry.symbol)
        }
        if let most = limits.maximumOrderQuantity, entry.quantity > most {
            return .quantityAboveLimit(entry.quantity, limit: most)
        }
        if let why = staleness(entry.symbol) { return why }
        guard let price = state.worstPrice(of: entry) else { return .noPrice }
        let notional = try price.times(entry.quantity)
        if let why = try dayTradeRefusal(entry.symbol) { return why }
        if let most = limits.maximumOrderNotional, notional > most {
            return .notionalAboveLimit(notional, limit: most)
        }
        let open = try Commitments(state)
        if let symbol = open.unvalued {
            return .commitmentUnknown(symbol)
        }
        if let why = try buyingPowerRefusal(notional, open) { return why }
        if let why = try settlementRefusal(entry, notional, open) { return why }
        if let why = try positionRefusal(entry.symbol, notional, open) { return why }
        return try exposureRefusal(notional, open)
    }

    /// An old price says nothing of what an entry would cost, and neither does one that is dated ahead.
    private func staleness(_ symbol: Symbol) -> GateRefusal? {
        guard let at = state.market[symbol]?.at else { return .noPrice }
        let most = limits.maximumQuoteAge
        if now - at > most { return .priceOld(symbol, age: now - at, limit: most) }
        if at - now > most { return .priceAhead(symbol, by: at - now, limit: most) }
        return nil
    }

    private func buyingPowerRefusal(_ notional: Money, _ open: Commitments) throws(NumericError) -> GateRefusal? {
        guard let account = state.account else { return .noAccount }
        let free = try account.buyingPower - open.total - state.portfolio.openings.total()
        guard notional > free else { return nil }
        return .buyingPower(notional, free: free)
    }

    /// I-DAY-1: an entry is let in only while the day trade that its stop may make of it is free, beside those of what was
    /// opened today and of entries that work. So no exit ever has to be held back.
    private func dayTradeRefusal(_ symbol: Symbol) throws(NumericError) -> GateRefusal? {
        guard let rule = limits.dayTrades, DayTrades.concerns(symbol) else { return nil }
        let equity = try state.equity()
        guard min(equity, state.portfolio.marks.dayStart ?? equity) < rule.below else { return nil }
        let day = USEquityCalendar.tradingDay(at: now)
        let made = accountRules.dayTrades.count(on: day)
        let working = state.orders.allWorking.filter { state.mayOpen($0) && DayTrades.concerns($0.symbol) }
        let open = accountRules.dayTrades.openToday(on: day).filter { state.positions[$0] != nil }
            .union(working.map(\.symbol)).subtracting([symbol])
        guard Int64(made + open.count) >= rule.most else { return nil }
        return .dayTrades(made: made, open: open.count, most: rule.most, below: rule.below)
    }

    /// I-SETTLE-1: nothing is bought with money that is not settled, so that whatever was bought may be sold at any time.
    private func settlementRefusal(
        _ entry: NewOrder, _ notional: Money, _ open: Commitments
    ) throws(NumericError) -> GateRefusal? {
        guard limits.settledCashOnly, entry.side == .buy, let account = state.account else { return nil }
        let day = USEquityCalendar.tradingDay(at: now)
        let settled = try accountRules.settlements.settled(of: account.cash, on: day) - open.total
        return notional > settled ? .cashNotSettled(notional, settled: settled) : nil
    }

    private func positionRefusal(
        _ symbol: Symbol, _ notional: Money, _ open: Commitments
    ) throws(NumericError) -> GateRefusal? {
        guard limits.maximumPositionNotional != nil || limits.maximumPositionWeight != nil else { return nil }
        var value = try open.of(symbol) + notional + unadoptedValue(of: symbol)
        if let record = state.positions[symbol] { try value += state.marketValue(record).magnitude() }
        if let most = limits.maximumPositionNotional, value > most {
            return .positionNotional(value, limit: most)
        }
        guard let weight = limits.maximumPositionWeight else { return nil }
        let allowed = try state.equity().scaled(by: weight, .down)
        return value > allowed ? .positionWeight(value, limit: allowed, weight: weight) : nil
    }

    /// What somebody else bought a moment ago counts, before our books have it (I-DOUBT-3).
    private func unadoptedValue(of symbol: Symbol) throws(NumericError) -> Money {
        guard let quantity = unadopted[symbol],
            let price = state.market.price(of: symbol) ?? state.positions[symbol]?.averagePrice
        else { return .zero }
        return try price.times(quantity)
    }

    private func exposureRefusal(_ notional: Money, _ open: Commitments) throws(NumericError) -> GateRefusal? {
        guard let most = limits.maximumGrossExposure else { return nil }
        var gross = try notional + open.total
        for symbol in unadopted.keys.sorted() { try gross += unadoptedValue(of: symbol) }
        for (_, record) in state.positions.inOrder { try gross += state.marketValue(record).magnitude() }
        let allowed = try state.equity().scaled(by: most, .down)
        return gross > allowed ? .grossExposure(gross, limit: allowed, weight: most) : nil
    }
}

/// What orders that are under way may still add to the portfolio: entries of ours and of others, working or in flight.
struct Commitments {
    private(set) var total: Money = .zero
    /// A symbol of which an order has no price at all.
    private(set) var unvalued: Symbol?
    private var bySymbol: [Symbol: Money] = [:]

    /// - Throws: ``NumericError`` when the figures overflow.
    init(_ state: MarkedPortfolio) throws(NumericError) {
        for order in state.orders.allWorking where state.mayOpen(order) {
            guard let price = state.worstPrice(of: order.terms) else {
                unvalued = order.symbol
                continue
            }
            let value = try price.times(order.leavesQuantity)
            try total += value
            bySymbol[order.symbol] = try of(order.symbol) + value
        }
    }

    func of(_ symbol: Symbol) -> Money { bySymbol[symbol] ?? .zero }
}

extension MarkedPortfolio {
    /// A person's order that would not close what is held counts as an entry; a held leg waits for one.
    func mayOpen(_ order: Order) -> Bool {
        switch order.terms.role {
        case .entry: true
        case .stop, .target, .reduce: false
        case .external: order.status != .held && order.terms.side != positions[order.symbol]?.exitSide
        }
    }

    /// What a share of an order would cost, or bring into the short, at the worst that is known. A limit bounds what is
    /// paid; a sale may bring more than its limit.
    func worstPrice(of order: NewOrder) -> Price? {
        if order.side == .buy, let limit = order.limitPrice { return limit }
        let known = [
            order.limitPrice, order.stopPrice, market.executable(order.symbol, side: order.side),
            market.price(of: order.symbol),
        ]
        return known.compactMap { $0 }.max()
    }
}
