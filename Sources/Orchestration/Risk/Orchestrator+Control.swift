import Trading

/// A person's orders: halt, reduce, resume, flatten.
extension Orchestrator {
    mutating func applyControl(_ control: Control) throws(NumericError) {
        let wasFlattening = state.control.isFlattening
        state.control.apply(control)
        if wasFlattening, !state.control.isFlattening {
            for (symbol, plan) in state.plans.inOrder where plan.quantityLimit == .zero {
                state.plans[symbol]?.quantityLimit = nil
            }
        }
        record(.tradingState(state.control.state, who: control.who, why: "\(control.command.rawValue): \(control.why)"))
        if state.control.state != .active { endEntries() }
        if state.control.isFlattening { flattenPlans() }
        for symbol in state.plans.keys.sorted() { try advance(symbol) }
    }

    /// Every position is to be sold, whatever policies want.
    mutating func flattenPlans() {
        for (symbol, record) in state.portfolio.positions.inOrder where !isWithin(.zero, record) {
            let id = DecisionID(cycle: state.cycle.number, symbol: symbol)
            var plan = state.plans[symbol] ?? PositionPlan(id: id, symbol: symbol)
            guard plan.quantityLimit != .zero else { continue }
            plan.id = id
            plan.quantityLimit = .zero
            state.plans[symbol] = plan
        }
    }
}
