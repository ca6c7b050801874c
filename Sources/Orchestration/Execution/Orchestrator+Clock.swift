import Trading

/// A clock that was set ahead: every waiting begins where it was, since what is waited for has had no time to come.
extension Orchestrator {
    mutating func applyClockJump(_ span: TimeSpan) {
        let now = state.now
        state.inFlight.shift(by: span, now: now)
        state.protection.shift(by: span, now: now)
        state.holds.shift(by: span, now: now)
        state.risk.shift(by: span)
        state.portfolio.shift(by: span, now: now)
        state.market.shift(by: span)
        state.reconciler.shift(by: span, now: now)
        state.swapMachine.shift(by: span, now: now)
        alert(.notice, nil, .clockSetAhead(span))
    }
}
