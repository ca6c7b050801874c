import Trading

/// What providers say about the market.
extension Orchestrator {
    mutating func applyMarketUpdate(_ update: MarketUpdate) throws(NumericError) {
        guard update.marketDefect == nil else { return }
        for action in update.corporateActions ?? [] { try applyCorporateAction(action) }
        let (update, marks, isOtherSession) = state.market.apply(
            update, maximumAge: state.configuration.limits.maximumQuoteAge, now: state.now)
        for refused in state.portfolio.updateWaterMarks(marks) { alertRefusedStop(refused) }
        for symbol in Set(marks.map(\.symbol)).union((update.quotes ?? []).map(\.symbol)).sorted() {
            try protectAtFirstPrice(symbol)
        }
        if isOtherSession {
            sessionChanged()
        } else {
            let named = Set((update.bars ?? []).map(\.symbol) + (update.quotes ?? []).map(\.symbol))
            for symbol in named.sorted() where state.plans[symbol] != nil {
                watchBreach(symbol)
                touch(symbol)
            }
        }
    }

    /// What waited for the market to open may go, and what rests may be through.
    mutating func sessionChanged() {
        // What was refused while the market was closed may be taken now.
        let (market, now, sessions) = (state.market, state.now, state.broker?.capabilities.sessions ?? [])
        state.holds.endBackoffs { sessions.contains(market.session(of: $0, at: now)) }
        for symbol in state.plans.planned {
            watchBreach(symbol)
            touch(symbol)
        }
    }

    /// New shares for old are no move of the market: position, stop, target and prices are restated together, and
    /// nothing is done on the symbol until the broker's snapshot shows the same.
    private mutating func applyCorporateAction(_ action: CorporateAction) throws(NumericError) {
        guard action.defect == nil, state.portfolio.noteAction(action.id) else { return }
        guard case .split(let numerator, let denominator) = action.kind else {
            return record(.corporateAction(action: action, done: .dividendNoted))
        }
        let symbol = action.symbol
        guard !consumeBookedSplit(action, numerator, denominator) else { return }
        let held = state.portfolio.positions[symbol]?.quantity
        try state.market.split(symbol, numerator: numerator, denominator: denominator)
        try applySplit(symbol, numerator, denominator)
        let now = state.portfolio.positions[symbol]?.quantity
        record(.corporateAction(action: action, done: .splitApplied(held: now)))
        if let held { state.reconciler.splitAnnounced(symbol, quantity: held, at: state.now) }
        // Also while the broker is away: what it shows when it is back may still be the old shares.
        state.holds.awaitSplit(symbol, cycle: state.cycle.number)
        if state.broker != nil { reconcileNow() }
    }

    /// The broker booked it before it was announced, and the position was restated then.
    private mutating func consumeBookedSplit(_ action: CorporateAction, _ numerator: Int64, _ denominator: Int64)
        -> Bool
    {
        let symbol = action.symbol
        state.market.endPreSplitPrices(symbol)
        guard let booked = state.reconciler.takeBookedSplit(symbol),
            booked.numerator * denominator == numerator * booked.denominator
        else { return false }
        record(.corporateAction(action: action, done: .splitBookedBefore))
        return true
    }

    /// Position and plan are restated together.
    mutating func applySplit(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) throws(NumericError) {
        state.cycle.overtake(symbol)
        try state.portfolio.split(symbol, numerator, denominator)
        try state.plans.split(
            symbol, numerator, denominator, state.broker?.capabilities.priceIncrement(of: symbol) ?? .usEquity)
    }
}
