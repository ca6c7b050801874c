import Trading

/// Pauses of entries after losses: they begin and end by themselves (I-PAUSE-1 to 3).
extension Orchestrator {
    /// Looked at with every cycle, every fill and every entry. While a position has no price nothing is known.
    mutating func watchLosses(_ equity: Money, isPriced: Bool) throws(NumericError) {
        for pause in state.losses.end(state.configuration.limits, at: state.now) { tellEnd(of: pause) }
        guard isPriced, state.portfolio.account != nil else { return }
        let day = USEquityCalendar.tradingDay(at: state.now)
        try state.losses.see(
            equity, paidIn: state.portfolio.paidIn, day: day, isConfirmed: state.portfolio.evidence.doubt == nil)
        let new = try state.losses.begin(equity, state.configuration.limits, day: day, at: state.now)
        guard !new.isEmpty else { return }
        for pause in new { alert(.warning, nil, .entriesPaused(pause)) }
        endEntries()
        state.risk.noteRestriction()
    }

    /// A person's `resume` ends them, too.
    mutating func endPauses() {
        for pause in state.losses.endAll() { tellEnd(of: pause) }
    }

    private mutating func tellEnd(of pause: EntryPause) {
        alert(.notice, nil, .pauseOver(pause))
    }

    /// What came of a position that nobody here has opened says nothing of how we fare.
    mutating func noteClosed(_ record: PositionRecord, profit: Money) {
        guard !record.isAdopted else { return }
        state.losses.closed(profit: profit, at: state.now)
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
