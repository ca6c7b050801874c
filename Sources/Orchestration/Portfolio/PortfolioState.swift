import Trading

/// What is held, what is ordered, and what came of it.
package struct PortfolioState: Sendable, Hashable, Codable {
    package var account: Account?
    /// What entries cost that the account's buying power may not know of yet.
    package var openings = Openings()
    package var positions: [Symbol: PositionRecord] = [:]
    package var orders = OrderStore()
    package var peakEquity: Money = .zero
    package var dayStartEquity: Money?
    package var tradingDay: Int64?
    /// Profit realized since the journal began.
    package var realizedProfit: Money = .zero
    /// Corporate actions that were applied, so that none is applied twice.
    package var appliedActions: [String] = []

    package init() {}

    /// Books an execution into position, cash and the realized profit; returns that profit.
    mutating func book(
        _ side: Side, _ size: Quantity, _ symbol: Symbol, at price: Price, time: Timestamp, bookedAt: Timestamp,
        initialStop: Price?
    ) throws(NumericError) -> Money {
        let change = side == .buy ? size : try size.negated()
        try account?.cash -= price.times(change)
        let opened = try opening(change, symbol)
        if opened.isPositive { try openings.add(price.times(opened), at: bookedAt) }
        guard var record = positions[symbol] else {
            open(symbol, change, at: price, time: time, initialStop: initialStop)
            return .zero
        }
        let after = try record.quantity + change
        let flips = !after.isZero && after.isNegative != record.quantity.isNegative
        let closing = flips ? try record.quantity.negated() : change
        let realized = try record.book(closing, at: price)
        try realizedProfit += realized
        positions[symbol] = record.quantity.isZero ? nil : record
        if flips { open(symbol, after, at: price, time: time, initialStop: nil) }
        return realized
    }

    /// How much of a change opens or adds, and does not close.
    private func opening(_ change: Quantity, _ symbol: Symbol) throws(NumericError) -> Quantity {
        let held = positions[symbol]?.quantity ?? .zero
        let closes = held.isNegative != change.isNegative
        return closes ? max(.zero, try change.magnitude() - held.magnitude()) : try change.magnitude()
    }

    private mutating func open(
        _ symbol: Symbol, _ quantity: Quantity, at price: Price, time: Timestamp, initialStop: Price?
    ) {
        var record = PositionRecord(symbol: symbol, quantity: quantity, averagePrice: price, openedAt: time)
        record.initialStop = initialStop
        record.unprotectedSince = time
        positions[symbol] = record
    }

    /// Prices that just became known move the water marks.
    mutating func updateWaterMarks(_ update: MarketUpdate) {
        for bar in update.bars ?? [] {
            guard var record = positions[bar.symbol] else { continue }
            // A bar that began before the position was opened says nothing certain about its range since.
            if bar.start >= record.openedAt, !record.isRangeUncertain {
                record.updateWaterMarks(price: bar.high)
                record.updateWaterMarks(price: bar.low)
            }
            record.updateWaterMarks(price: bar.close)
            record.isRangeUncertain = false
            positions[bar.symbol] = record
        }
        for quote in update.quotes ?? [] {
            if let last = quote.last { positions[quote.symbol]?.updateWaterMarks(price: last) }
        }
    }
}
