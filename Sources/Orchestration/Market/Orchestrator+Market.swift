import Trading

/// What providers say about the market.
extension Orchestrator {
    mutating func applyMarketUpdate(_ received: MarketUpdate) throws(NumericError) {
        let sound = received.withoutMarketDefects
        announce(sound.corporateActions ?? [])
        let (update, marks, isOtherSession) = state.market.apply(
            sound, maximumAge: state.configuration.limits.maximumQuoteAge, now: state.now)
        for refused in state.portfolio.updateWaterMarks(marks) { alertRefusedStop(refused) }
        for symbol in Set(marks.map(\.symbol)).union((update.quotes ?? []).map(\.symbol)).sorted() {
            try protectAtFirstPrice(symbol)
            watchUnprotectable(symbol)
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

    /// What was refused while the market was closed, or long ago, may be taken now, where the broker trades.
    mutating func tryRefusedAgain() {
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
