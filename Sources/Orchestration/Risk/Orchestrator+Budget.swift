import Trading

/// Commands through the gate, and those that wait for the budget of requests.
extension Orchestrator {
    mutating func passGate(
        _ command: OrderCommand, _ number: Int64, _ capabilities: BrokerCapabilities
    ) throws(NumericError) -> RiskGate.Verdict {
        // A loss may have grown since the last cycle; it is looked at before money is put in, not after.
        if case .submit(let submission) = command, submission.isEntry { try watchEquity() }
        fitBudget()
        let gate = RiskGate(
            state: state.portfolio, control: state.control, limits: state.configuration.limits,
            capabilities: capabilities, now: state.now, load: load)
        return try gate.check(command, number: number, budget: &state.risk.budget)
    }

    private var load: RateBudget.Load {
        RateBudget.Load(
            unfinished: state.naked.count + state.deadlines.count,
            isContended: state.risk.waiting.values.contains { $0.precedence <= .cancel })
    }

    private mutating func fitBudget() {
        state.risk.budget.fit(
            orders: state.configuration.limits.maximumOrdersPerMinute,
            requests: state.broker?.capabilities.ordersPerMinute)
    }

    /// A step that is right, and too early: it is looked at again when the budget has room, not in the next cycle.
    mutating func holdBack(_ step: Step, _ wait: RiskState.Wait, of symbol: Symbol) {
        var wait = wait
        wait.since = state.risk.waiting[symbol]?.since ?? wait.since
        state.risk.waiting[symbol] = wait
        guard state.refused.updateValue(step.words, forKey: symbol) != step.words else { return }
        alert(
            wait.precedence == .exit ? .emergency : .warning, .orderBudget, symbol,
            "waits \(wait.until - state.now), \(state.risk.budget.words) requests a minute are used up: \(step.words)")
    }

    /// The most urgent first, and of those who has waited longest. What is still too early waits again.
    mutating func resumeWaiting() throws(NumericError) {
        let now = state.now
        guard state.risk.waiting.values.contains(where: { $0.until <= now }) else { return }
        let due = state.risk.waiting.inOrder.filter { $0.value.until <= now }
            .sorted { ($0.value.precedence, $0.value.since, $0.key) < ($1.value.precedence, $1.value.since, $1.key) }
        for (symbol, wait) in due {
            try advance(symbol)
            // It has gone, or there is nothing left to do.
            if let same = state.risk.waiting[symbol], same.until == wait.until { state.risk.waiting[symbol] = nil }
        }
    }

    // MARK: - Questions

    /// Nil when the budget has no room; then it is asked as soon as there is, see ``askWhatWaits()``.
    mutating func passGate(question: OrderCommand, about id: ClientOrderID?) -> ApprovedCommand? {
        fitBudget()
        let verdict = RiskGate.question(
            question, precedence(ofQuestionAbout: id), number: nextCommandNumber(), budget: &state.risk.budget,
            load: load, now: state.now)
        switch verdict {
        case .approved(let approved): return approved
        // A full bucket has room for any question; see ``RateBudget``.
        case .refused: return nil
        case .waits(let wait):
            if let id {
                state.risk.unasked[id] = state.risk.unasked[id] ?? state.now
            } else {
                state.risk.truthIsUnasked = true
            }
            state.risk.askAgainAt = min(state.risk.askAgainAt ?? wait.until, wait.until)
            return nil
        }
    }

    /// Where a position has no stop, and none can be placed before the answer, the question comes before other things.
    private func precedence(ofQuestionAbout id: ClientOrderID?) -> RateBudget.Precedence {
        let isUrgent: Bool
        if let id {
            isUrgent = state.portfolio.orders[id].map { state.naked[$0.symbol] != nil } ?? false
        } else if state.broker?.isReconciled == true {
            isUrgent = state.naked.keys.contains { state.pauses[$0]?.awaitsBrokerState == true }
        } else {
            isUrgent = !state.naked.isEmpty
        }
        return isUrgent ? .protectiveQuestion : .question
    }

    /// The whole truth first, then the orders that have waited longest.
    mutating func askWhatWaits() {
        guard let due = state.risk.askAgainAt, due <= state.now else { return }
        state.risk.askAgainAt = nil
        let (truth, orders) = (state.risk.truthIsUnasked, state.risk.unasked)
        state.risk.truthIsUnasked = false
        state.risk.unasked = [:]
        // A new connection asks for everything by itself.
        guard state.broker != nil else { return }
        if truth, !ask(.reconcile, about: nil) { return state.risk.unasked = orders }
        for (id, since) in orders.inOrder.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            if state.risk.askAgainAt != nil {
                state.risk.unasked[id] = since
            } else if !ask(.query(clientOrderID: id), about: id) {
                state.risk.unasked[id] = since
            }
        }
    }
}
