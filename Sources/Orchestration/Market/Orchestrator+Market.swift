import Trading

/// What providers say about the market.
extension Orchestrator {
    mutating func applyMarketUpdate(_ received: MarketUpdate) throws(NumericError) {
        let sound = received.withoutMarketDefects
        announce(sound.corporateActions ?? [])
        let (update, marks, isOtherSession) = state.market.apply(
            sound, maximumAge: state.configuration.limits.maximumQuoteAge, now: state.now)
        for refused in state.portfolio.updateWaterMarks(marks) { alertRefusedStop(refused) }
        let named = Self.symbols(of: update)
        let busy = named.filter { !isQuiet($0) }
        try watchFirstPrices(busy, of: named.count, update, marks)
        if isOtherSession {
            sessionChanged()
        } else {
            for symbol in busy where state.plans.isPlanned(symbol) {
                watchBreach(symbol)
                touch(symbol)
            }
        }
    }

    /// Each once, in order. Rows mostly come in order.
    private static func symbols(of update: MarketUpdate) -> [Symbol] {
        let all = (update.bars ?? []).map(\.symbol) + (update.quotes ?? []).map(\.symbol)
        let isInOrder = zip(all, all.dropFirst()).allSatisfy { $0 < $1 }
        return isInOrder ? all : Set(all).sorted()
    }

    /// - Parameters:
    ///   - busy: symbols of the update that are not quiet, in order.
    ///   - count: of all its symbols.
    ///   - marks: of those whose bars are believed.
    private mutating func watchFirstPrices(
        _ busy: [Symbol], of count: Int, _ update: MarketUpdate, _ marks: [PriceMark]
    ) throws(NumericError) {
        let quoted = update.quotes ?? []
        // Mostly each of them has a price by this update.
        let isEachPriced = quoted.isEmpty && marks.count == count && marks.count == update.bars?.count
        let priced = isEachPriced ? nil : Set(marks.map(\.symbol) + quoted.map(\.symbol))
        for symbol in busy where priced?.contains(symbol) ?? true {
            try protectAtFirstPrice(symbol)
            watchUnprotectable(symbol)
        }
    }

    /// What was refused while the market was closed, or long ago, may be taken now, where the broker trades.
    mutating func tryRefusedAgain() {
        guard state.holds.hasAny else { return }
        let (market, now, sessions) = (state.market, state.now, state.broker?.capabilities.sessions ?? [])
        state.holds.endBackoffs { sessions.contains(market.session(of: $0, at: now)) }
    }

    /// What waited for the market to open may go, and what rests may be through.
    mutating func sessionChanged() {
        tryRefusedAgain()
        // What a broker ended or forgot over night is seen before the market moves.
        if state.broker != nil { requestReconcile() }
        for symbol in state.portfolio.positions.keys.sorted() { watchProtection(symbol) }
        for symbol in state.plans.planned {
            watchBreach(symbol)
            touch(symbol)
        }
    }
}
