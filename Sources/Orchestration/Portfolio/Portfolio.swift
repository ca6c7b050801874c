import Trading

/// What is held, what is ordered, and what came of it.
///
/// Invariants:
/// 1. A position has shares, and stands under its own symbol.
/// 2. A corporate action is applied once.
/// 3. Peak equity falls by what is paid out, and by nothing else.
package struct Portfolio: Sendable, Hashable, Codable {
    package private(set) var account: Account?
    /// What is believed of its figures.
    package private(set) var evidence = AccountEvidence()
    /// When an execution was booked last.
    private(set) var bookedAt: Timestamp?
    /// What entries cost that the account's buying power may not know of yet.
    private(set) var openings = Openings()
    package private(set) var positions: [Symbol: PositionRecord] = [:]
    package internal(set) var orders = OrderStore()
    private(set) var peakEquity: Money = .zero
    package private(set) var dayStartEquity: Money?
    private var tradingDay: Int64?
    /// Profit realized since the journal began.
    package private(set) var realizedProfit: Money = .zero
    /// Corporate actions that were applied, so that none is applied twice.
    private var appliedActions: [String] = []

    package init(account: Account? = nil, positions: [PositionRecord] = []) {
        self.account = account
        for record in positions { self.positions[record.symbol] = record }
    }

    // MARK: - What the broker reports

    /// - Parameter time: the account's figures are from then or later, and know of everything before it.
    mutating func adopt(_ account: Account, from time: Timestamp) {
        self.account = account
        openings.drop(before: time)
    }

    /// The first figures.
    /// - Returns: whether they are taken; else they are to be read again.
    mutating func open(
        _ account: Account, held: Money, isPriced: Bool, from time: Timestamp
    ) throws(NumericError) -> Bool {
        guard try evidence.admitsOpening(account, held: held, isPriced: isPriced) else { return false }
        adopt(account, from: time)
        return true
    }

    /// The broker's figures, laid beside ours. What is not believed yet lets nothing be bought for it; nothing is sold for
    /// it either.
    /// - Parameter time: the figures are from then or later.
    mutating func examine(
        _ reading: AccountEvidence.Reading, from time: Timestamp
    ) throws(NumericError) -> AccountEvidence.Finding {
        let finding = try evidence.examine(reading)
        switch finding {
        case .agrees:
            // Shares that came in, or went out, without a price in cash.
            let unpaid = try reading.theirs.cash - reading.ours.cash + reading.adopted
            if try unpaid.magnitude() > AccountEvidence.small(reading) { try moneyMoved(unpaid) }
            adopt(reading.theirs, from: time)
        case .moved(let cash):
            try moneyMoved(cash)
            adopt(reading.theirs, from: time)
        case .doubtful:
            account?.buyingPower = min(reading.ours.buyingPower, reading.theirs.buyingPower)
            // What was adopted without its price in cash came from outside, until the cash says otherwise.
            try moneyMoved(reading.adopted)
        }
        return finding
    }

    /// So much came in, or went out: no profit and no loss.
    private mutating func moneyMoved(_ amount: Money) throws(NumericError) {
        peakEquity = max(.zero, try peakEquity + amount)
        if let start = dayStartEquity { dayStartEquity = try start + amount }
    }

    /// The broker's quantity and average price replace ours.
    /// - Parameters:
    ///   - initialStop: of a position that was not held on this side.
    ///   - price: what a share is worth now, where that is known.
    /// - Returns: the position as it is now when it was held on this side before; nil for a new one.
    mutating func adopt(
        _ theirs: BrokerPosition, at now: Timestamp, initialStop: Price?, price: Price?
    ) -> PositionRecord? {
        guard var record = positions[theirs.symbol], record.isLong == theirs.quantity.isPositive else {
            var record = PositionRecord(
                symbol: theirs.symbol, quantity: theirs.quantity, averagePrice: theirs.averagePrice, openedAt: now)
            record.initialStop = initialStop
            if let price { record.updateWaterMarks(price: price) }
            positions[theirs.symbol] = record
            return nil
        }
        record.quantity = theirs.quantity
        record.averagePrice = theirs.averagePrice
        positions[theirs.symbol] = record
        return record
    }

    /// The broker holds none of it.
    mutating func close(_ symbol: Symbol) { positions[symbol] = nil }

    // MARK: - Executions

    /// Books an execution into position, cash and the realized profit; returns that profit.
    mutating func book(
        _ side: Side, _ size: Quantity, _ symbol: Symbol, at price: Price, time: Timestamp, bookedAt: Timestamp,
        initialStop: Price?
    ) throws(NumericError) -> Money {
        self.bookedAt = bookedAt
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

    // MARK: - What is decided and observed of a position

    /// A stop was set for the position: R is counted from the first.
    mutating func stopSet(_ price: Price, for symbol: Symbol) {
        guard positions[symbol]?.initialStop == nil else { return }
        positions[symbol]?.initialStop = price
    }

    /// Rungs of the profit ladder were decided.
    mutating func take(rungs: [String], of symbol: Symbol, at now: Timestamp) {
        guard !rungs.isEmpty, var record = positions[symbol] else { return }
        record.rungsTaken = (record.rungsTaken + rungs).sorted()
        record.lastPartialAt = now
        positions[symbol] = record
    }

    /// - Parameter time: nil when a stop rests for all of it.
    mutating func unprotected(_ symbol: Symbol, since time: Timestamp?) { positions[symbol]?.unprotectedSince = time }

    // MARK: - Corporate actions

    /// - Returns: whether the action was not applied before.
    mutating func noteAction(_ id: String) -> Bool {
        guard !appliedActions.contains(id) else { return false }
        appliedActions.append(id)
        return true
    }

    mutating func split(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) throws(NumericError) {
        try positions[symbol]?.split(numerator: numerator, denominator: denominator)
    }

    // MARK: - Market and equity

    /// Prices that just became believed move the water marks of positions that were there then.
    mutating func updateWaterMarks(_ marks: [PriceMark]) {
        for mark in marks {
            guard var record = positions[mark.symbol], mark.end >= record.openedAt else { continue }
            if mark.isBar {
                // A bar that began before the position was opened says nothing certain about its range since.
                if mark.start >= record.openedAt, !record.isRangeUncertain {
                    record.updateWaterMarks(price: mark.high)
                    record.updateWaterMarks(price: mark.low)
                }
                record.isRangeUncertain = false
            }
            record.updateWaterMarks(price: mark.price)
            positions[mark.symbol] = record
        }
    }

    /// What everything is worth now, on this trading day. What the day began with is kept, so that a restart within the day
    /// does not forget a loss.
    mutating func noteEquity(_ equity: Money, day: Int64) {
        peakEquity = max(peakEquity, equity)
        guard tradingDay != day else { return }
        tradingDay = day
        dayStartEquity = equity
    }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        orders.shift(by: span, now: now)
        openings.shift(by: span, now: now)
        evidence.shift(by: span, now: now)
        bookedAt = bookedAt.map { min($0 + span, now) }
    }
}
