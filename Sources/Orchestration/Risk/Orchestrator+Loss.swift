import Trading

/// The loss of the day, and what follows when trading is restricted.
extension Orchestrator {
    /// Looked at with every cycle, every fill and every entry.
    mutating func watchEquity() throws(NumericError) {
        let marked = state.marked
        let worth = try marked.equity()
        try watchLosses(worth, isPriced: marked.isPriced)
        let equity = try state.portfolio.marks.judged(worth)
        guard let most = state.configuration.limits.maximumDailyLoss,
            let start = state.portfolio.marks.dayStart, start.isPositive
        else { return }
        let loss = try (start - equity).ratio(to: start)
        guard loss >= most else { return }
        restrict(to: .reducing, why: .dailyLoss(loss, limit: most))
    }

    /// The core's own restriction: it is never lifted but by a person.
    mutating func restrict(to wanted: TradingState, why: TradingReason) {
        if state.control.restrict(to: wanted, why: why) { carryOutRestriction() }
    }

    private mutating func carryOutRestriction() {
        let (wanted, why) = (state.control.state, state.control.why)
        record(.tradingState(wanted, who: TradingControl.core, why: why))
        alert(.emergency, nil, .restricted(state: wanted, why: why))
        endEntries()
        tellWhatWorksWhileHalted()
        state.risk.noteRestriction()
    }

    /// Nothing is added to an account whose required policies are not all at work, or whose figures are in another currency.
    /// Looked at when a policy comes or goes, when the configuration changes, with every snapshot of the broker, and with
    /// every cycle, so that a policy that never came is missed too.
    mutating func watchConditions() {
        if let why = unmetCondition {
            if state.control.awaitCondition(why: why) { carryOutRestriction() }
            return
        }
        guard state.control.conditionHolds() else { return }
        record(.tradingState(.active, who: TradingControl.core, why: state.control.why))
        alert(.notice, nil, .active(state.control.why))
    }

    private var unmetCondition: TradingReason? {
        let required = state.configuration.requiredPolicies
        let missing = state.plugins.missing(of: required)
        guard missing.isEmpty else { return .policiesMissing(missing) }
        let silent = state.plugins.silent(of: required, cycles: CoreLimits.silentCycles)
        guard silent.isEmpty else { return .policiesSilent(silent) }
        return state.broker?.foreignCurrency.map { .foreignCurrency($0, configured: state.configuration.currency) }
    }

    /// No plan enters any more, and every entry under way has a plan that ends it.
    mutating func endEntries() {
        state.plans.dropEntries()
        for order in state.portfolio.orders.allWorking where order.terms.role == .entry {
            let id = DecisionID(cycle: state.cycle.number, symbol: order.symbol)
            state.plans.ensure(order.symbol, id: id)
        }
    }

    /// After every input: fills are measured, and a restriction is carried out in every symbol.
    mutating func enforceLimits() throws(NumericError) {
        if state.risk.takeLossCheck() { try watchEquity() }
        guard state.risk.takeRestriction() else { return }
        touchPlanned()
    }
}
