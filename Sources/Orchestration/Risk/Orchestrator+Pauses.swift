import Trading

/// Pauses of entries after losses: they begin and end by themselves (I-PAUSE-1 to 3).
extension Orchestrator {
    /// Looked at with every cycle, every fill and every entry. While a position has no price nothing is known.
    mutating func watchLosses(_ equity: Money, isPriced: Bool) throws(NumericError) {
        let day = USEquityCalendar.tradingDay(at: state.now)
        let isKnown = isPriced && state.portfolio.account != nil
        for pause in state.losses.end(state.configuration.limits, at: state.now) { end(pause) }
        // No peak and no start of a day is set before every position has a price.
        guard isKnown else { return }
        try state.portfolio.noteEquity(equity, day: day)
        let new = try state.losses.begin(
            state.portfolio.marks.judged(equity), state.portfolio.marks, state.configuration.limits, day: day,
            at: state.now)
        guard !new.isEmpty else { return }
        for pause in new { alert(.warning, nil, .entriesPaused(pause)) }
        endEntries()
        state.risk.noteRestriction()
    }

    /// A person's `resume` ends them, too.
    mutating func endPauses() {
        for pause in state.losses.endAll() { end(pause) }
    }

    private mutating func end(_ pause: EntryPause) {
        state.portfolio.countAnew(pause.cause.kind)
        alert(.notice, nil, .pauseOver(pause))
    }

    /// What came of a position that nobody here has opened says nothing of how we fare.
    mutating func noteClosed(_ record: PositionRecord, profit: Money) {
        guard !record.isAdopted else { return }
        state.losses.closed(record.symbol, profit: profit, at: state.now)
    }

    /// An execution was taken back or corrected: the row of losses is as if the first one had never been.
    mutating func noteCorrected(_ symbol: Symbol, from before: PositionRecord?) {
        let now = state.portfolio.positions[symbol]
        if before == nil, let now, !now.isAdopted { return state.losses.reopened(symbol) }
        guard now == nil, let closed = state.portfolio.lastClosed(symbol), !closed.isAdopted else { return }
        if before == nil {
            state.losses.corrected(symbol, profit: closed.realizedProfit)
        } else {
            noteClosed(closed, profit: closed.realizedProfit)
        }
    }

    /// What policies say, and what a pause asks for beside it.
    func withPause(_ answers: [PolicyAnswer]) -> [PolicyAnswer] {
        guard let (pause, gross) = state.losses.pauseThatReduces(at: state.now) else { return answers }
        let recommendation = Recommendation(
            symbol: nil, advice: .reduceExposure(ExposureAdvice(grossWeight: gross)), urgency: .medium,
            reason: pause.cause.kind.rawValue)
        let answer = PolicyAnswer(policy: PositionPlan.core, recommendations: [recommendation])
        return (answers + [answer]).sorted { $0.policy < $1.policy }
    }
}

extension CoreState {
    /// Whether anything may be entered at all.
    package var mayEnter: Bool { control.state == .active && losses.pause(at: now) == nil }
}
