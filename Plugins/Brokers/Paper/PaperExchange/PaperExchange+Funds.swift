import Trading

extension PaperExchange {
    /// What one share counts for: the last trade, else where it could be closed, else what was paid.
    private func mark(_ entry: SymbolTable<Holding>.Entry) -> Price {
        let market = markets[entry.symbol]
        return market?.stopReference(entry.value.quantity.isNegative ? .buy : .sell) ?? entry.value.averagePrice
    }

    /// Cash and the value of all positions.
    func equity() throws(NumericError) -> Money {
        var sum = cash
        for entry in holdings.entries { try sum += mark(entry).times(entry.value.quantity) }
        return sum
    }

    /// Equity times the margin, less exposure, less what opening orders hold.
    ///
    /// For a margin of 1 and without shorts that is the cash less what is held; short proceeds buy nothing.
    func buyingPower() throws(NumericError) -> Money {
        var (equity, exposure) = (cash, Money.zero)
        for entry in holdings.entries {
            let value = try mark(entry).times(entry.value.quantity)
            try equity += value
            try exposure += value.magnitude()
        }
        return try equity.scaled(by: configuration.marginMultiplier, .down) - exposure - heldCash
    }

    /// What a share of an opening order is thought to cost: its limit, or where it would trade; nil without any price.
    func estimatedPrice(_ order: NewOrder) throws(NumericError) -> Price? {
        if let limit = order.limitPrice { return limit }
        let market = markets[order.symbol]
        switch order.type {
        case .limit, .stopLimit: return nil
        case .market:
            guard let price = market?.offer(to: order.side)?.price ?? market?.last else { return nil }
            return try slipped(price, order)
        case .stop:
            guard let price = order.stopPrice else { return nil }
            return try slipped(price, order)
        case .trailingStop:
            guard let trail = order.trailAmount, let price = market?.stopReference(order.side) else { return nil }
            return try slipped(order.side == .buy ? price + trail : price, order)
        }
    }

    /// Why the account cannot pay for more of an opening order, or nil.
    func refusalOfFunds(required: Money, available: Money) -> String? {
        guard required > available else { return nil }
        let amounts = (required.text(minimumDecimals: 2), max(.zero, available).text(minimumDecimals: 2))
        return "insufficient buying power (required: \(amounts.0), available: \(amounts.1))"
    }

    /// The price after slippage: worse for us, on a tick, above zero.
    func slipped(_ price: Price, _ terms: NewOrder) throws(NumericError) -> Price {
        guard !configuration.slippage.isZero else { return price }
        let offset = try price.scaled(by: configuration.slippage, .awayFromZero)
        let increment = configuration.priceIncrement(of: terms.symbol)
        switch terms.side {
        case .buy: return try increment.rounded(price + offset, .up)
        case .sell:
            let worse = try increment.rounded(price - offset, .down)
            return worse.isPositive ? worse : min(price, increment.step(for: price))
        }
    }
}
