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
            state: state.marked, control: state.control, limits: state.configuration.limits,
            capabilities: capabilities, now: state.now, load: load, unadopted: state.reconciler.unadopted,
            pause: state.losses.pause(at: state.now), accountRules: state.accountRules)
        return try state.risk.withBudget { budget throws(NumericError) in
            try gate.check(command, number: number, budget: &budget)
        }
    }

    private var load: RateBudget.Load {
        RateBudget.Load(
            unfinished: state.protection.unprotectedCount + state.inFlight.waitingCount,
            isContended: state.holds.isBudgetContended)
    }

    private mutating func fitBudget() {
        state.risk.fitBudget(
            orders: state.configuration.limits.maximumOrdersPerMinute,
            requests: state.broker?.capabilities.ordersPerMinute)
    }

    /// A step that is right, and too early: it is looked at again when the budget has room, not in the next cycle.
    mutating func holdForBudget(_ action: Action, _ hold: BudgetHold, of symbol: Symbol) {
        state.holds.holdForBudget(symbol, hold)
        guard state.holds.report(.orderBudget(action.summary), of: symbol) else { return }
        alert(
            hold.precedence == .exit ? .emergency : .warning, symbol,
            .waitsForBudget(action.summary, wait: hold.until - state.now, perMinute: state.risk.budget.perMinute))
    }

    /// The most urgent first, and of those who has waited longest. What is still too early waits again.
    mutating func resumeBudgetHolds() {
        for (symbol, until) in state.holds.dueForBudget(at: state.now) {
            resume(symbol, heldUntil: until)
        }
    }

    // MARK: - Questions

    /// Nil when the budget has no room; then it is asked as soon as there is, see ``sendWaitingQueries()``.
    mutating func passGate(query: OrderCommand, about id: ClientOrderID?) -> ApprovedCommand? {
        fitBudget()
        let (precedence, load, now) = (precedence(ofQuestionAbout: id), load, state.now)
        let number = state.inFlight.nextCommandNumber()
        let ruling = state.risk.withBudget {
            RiskGate.query(query, precedence, number: number, budget: &$0, load: load, now: now)
        }
        switch ruling {
        case .approved(let approved): return approved
        // A full bucket has room for any question; see ``RateBudget``.
        case .refused: return nil
        case .waits(let wait):
            state.risk.queryWaits(id, since: state.now, until: wait.until)
            return nil
        }
    }

    /// Where a position has no stop, and none can be placed before the answer, the question comes before other things.
    private func precedence(ofQuestionAbout id: ClientOrderID?) -> RateBudget.Precedence {
        let isUrgent: Bool
        if let id {
            isUrgent = state.portfolio.orders[id].map { state.protection.isUnprotected($0.symbol) } ?? false
        } else if state.broker?.isReconciled == true {
            isUrgent = state.protection.unprotected.contains { state.holds.awaitsSnapshot($0) }
        } else {
            isUrgent = state.protection.isAnyUnprotected
        }
        return isUrgent ? .protectiveQuestion : .query
    }

    /// The whole snapshot first, then the orders that have waited longest.
    mutating func sendWaitingQueries() {
        guard let waiting = state.risk.takeDueQueries(at: state.now) else { return }
        // A new connection asks for everything by itself.
        guard state.broker != nil else { return }
        if waiting.reconcile, !sendQuery(.reconcile, about: nil) { return state.risk.keepWaiting(waiting.orders) }
        for order in waiting.orders {
            let isSent =
                !state.risk.areQueriesWaiting && sendQuery(.query(clientOrderID: order.id), about: order.id)
            if !isSent { state.risk.keepWaiting([order]) }
        }
    }
}
