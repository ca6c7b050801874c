import Trading

/// The limits of what opens a position, long or short.
extension RiskGate {
    func entryRefusal(_ submission: OrderSubmission) throws(NumericError) -> String? {
        guard control.state == .active else { return "no entries while trading is \(control.state.rawValue)" }
        guard let entry = submission.orders.first(where: { $0.role == .entry }) else { return nil }
        if let allowed = limits.symbols, !allowed.contains(entry.symbol) {
            return "\(entry.symbol) is not among the symbols that may be entered"
        }
        if let most = limits.maximumOrderQuantity, entry.quantity > most {
            return "quantity \(entry.quantity) is above the limit of \(most)"
        }
        if let why = staleness(entry.symbol) { return why }
        guard let price = state.worstPrice(of: entry) else { return "there is no price to check it against" }
        let notional = try price.times(entry.quantity)
        if let most = limits.maximumOrderNotional, notional > most {
            return "its value of \(notional) is above the limit of \(most)"
        }
        let open = try Commitments(state)
        if let symbol = open.unvalued {
            return "the value of an order of \(symbol) that is under way is not known"
        }
        if let why = try buyingPowerRefusal(notional, open) { return why }
        if let why = try positionRefusal(entry.symbol, notional, open) { return why }
        return try exposureRefusal(notional, open)
    }

    /// An old price says nothing of what an entry would cost, and neither does one that is dated ahead.
    private func staleness(_ symbol: Symbol) -> String? {
        guard let at = state.market[symbol]?.at else { return "there is no price to check it against" }
        let most = limits.maximumQuoteAge
        if now - at > most { return "the price of \(symbol) is \(now - at) old, \(most) is the limit" }
        if at - now > most { return "the price of \(symbol) is dated \(at - now) ahead, \(most) is the limit" }
        return nil
    }

    private func buyingPowerRefusal(_ notional: Money, _ open: Commitments) throws(NumericError) -> String? {
        guard let account = state.account else { return "the broker has not told its account yet" }
        let free = try account.buyingPower - open.total - state.portfolio.openings.total()
        guard notional > free else { return nil }
        return "its value of \(notional) is above the buying power of \(free) that is free"
    }

    private func positionRefusal(
        _ symbol: Symbol, _ notional: Money, _ open: Commitments
    ) throws(NumericError) -> String? {
        guard limits.maximumPositionNotional != nil || limits.maximumPositionWeight != nil else { return nil }
        var value = try open.of(symbol) + notional
        if let record = state.positions[symbol] { try value += state.marketValue(record).magnitude() }
        if let most = limits.maximumPositionNotional, value > most {
            return "the position would be worth \(value), \(most) is the limit"
        }
        guard let weight = limits.maximumPositionWeight else { return nil }
        let allowed = try state.equity().scaled(by: weight, .down)
        return value > allowed
            ? "the position would be worth \(value), \(allowed) is the limit, \(weight) of equity" : nil
    }

    private func exposureRefusal(_ notional: Money, _ open: Commitments) throws(NumericError) -> String? {
        guard let most = limits.maximumGrossExposure else { return nil }
        var gross = try notional + open.total
        for (_, record) in state.positions.inOrder { try gross += state.marketValue(record).magnitude() }
        let allowed = try state.equity().scaled(by: most, .down)
        return gross > allowed ? "gross exposure would be \(gross), \(allowed) is the limit, \(most) of equity" : nil
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
    fileprivate func mayOpen(_ order: Order) -> Bool {
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
