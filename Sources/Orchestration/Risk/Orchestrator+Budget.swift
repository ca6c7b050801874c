import Trading

/// Commands through the gate, and those that wait for the budget of requests.
extension Orchestrator {
    mutating func passGate(
        _ command: OrderCommand, _ number: Int64, _ capabilities: BrokerCapabilities
    ) throws(NumericError) -> RiskGate.Ruling {
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
            unfinished: state.unprotected.count + state.deadlines.count,
            isContended: state.risk.budgetHolds.values.contains { $0.precedence <= .cancel })
    }

    private mutating func fitBudget() {
        state.risk.budget.fit(
            orders: state.configuration.limits.maximumOrdersPerMinute,
            requests: state.broker?.capabilities.ordersPerMinute)
    }

    /// A step that is right, and too early: it is looked at again when the budget has room, not in the next cycle.
    mutating func holdForBudget(_ action: Action, _ wait: RiskState.BudgetHold, of symbol: Symbol) {
        var wait = wait
        wait.since = state.risk.budgetHolds[symbol]?.since ?? wait.since
        state.risk.budgetHolds[symbol] = wait
        guard state.reportedRefusals.updateValue(action.words, forKey: symbol) != action.words else { return }
        alert(
            wait.precedence == .exit ? .emergency : .warning, .orderBudget, symbol,
            "waits \(wait.until - state.now), \(state.risk.budget.words) requests a minute are used up: \(action.words)"
        )
    }

    /// The most urgent first, and of those who has waited longest. What is still too early waits again.
    mutating func resumeBudgetHolds() throws(NumericError) {
        let now = state.now
        guard state.risk.budgetHolds.values.contains(where: { $0.until <= now }) else { return }
        let due = state.risk.budgetHolds.inOrder.filter { $0.value.until <= now }
            .sorted { ($0.value.precedence, $0.value.since, $0.key) < ($1.value.precedence, $1.value.since, $1.key) }
        for (symbol, wait) in due {
            try advance(symbol)
            // It has gone, or there is nothing left to do.
            if let same = state.risk.budgetHolds[symbol], same.until == wait.until {
                state.risk.budgetHolds[symbol] = nil
            }
        }
    }

    // MARK: - Questions

    /// Nil when the budget has no room; then it is asked as soon as there is, see ``sendWaitingQueries()``.
    mutating func passGate(query: OrderCommand, about id: ClientOrderID?) -> ApprovedCommand? {
        fitBudget()
        let ruling = RiskGate.query(
            query, precedence(ofQuestionAbout: id), number: nextCommandNumber(), budget: &state.risk.budget,
            load: load, now: state.now)
        switch ruling {
        case .approved(let approved): return approved
        // A full bucket has room for any question; see ``RateBudget``.
        case .refused: return nil
        case .waits(let wait):
            if let id {
                state.risk.waitingQueries[id] = state.risk.waitingQueries[id] ?? state.now
            } else {
                state.risk.isReconcileWaiting = true
            }
            state.risk.retryQueriesAt = min(state.risk.retryQueriesAt ?? wait.until, wait.until)
            return nil
        }
    }

    /// Where a position has no stop, and none can be placed before the answer, the question comes before other things.
    private func precedence(ofQuestionAbout id: ClientOrderID?) -> RateBudget.Precedence {
        let isUrgent: Bool
        if let id {
            isUrgent = state.portfolio.orders[id].map { state.unprotected[$0.symbol] != nil } ?? false
        } else if state.broker?.isReconciled == true {
            isUrgent = state.unprotected.keys.contains { state.holds[$0]?.awaitsBrokerSnapshot == true }
        } else {
            isUrgent = !state.unprotected.isEmpty
        }
        return isUrgent ? .protectiveQuestion : .query
    }

    /// The whole snapshot first, then the orders that have waited longest.
    mutating func sendWaitingQueries() {
        guard let due = state.risk.retryQueriesAt, due <= state.now else { return }
        state.risk.retryQueriesAt = nil
        let (snapshot, orders) = (state.risk.isReconcileWaiting, state.risk.waitingQueries)
        state.risk.isReconcileWaiting = false
        state.risk.waitingQueries = [:]
        // A new connection asks for everything by itself.
        guard state.broker != nil else { return }
        if snapshot, !sendQuery(.reconcile, about: nil) { return state.risk.waitingQueries = orders }
        for (id, since) in orders.inOrder.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            if state.risk.retryQueriesAt != nil {
                state.risk.waitingQueries[id] = since
            } else if !sendQuery(.query(clientOrderID: id), about: id) {
                state.risk.waitingQueries[id] = since
            }
        }
    }
}
