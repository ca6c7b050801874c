import Trading

/// A person's orders: halt, reduce, resume, flatten.
extension Orchestrator {
    mutating func applyControl(_ control: Control) {
        if control.command == .handOver {
            guard let order = control.order else { return }
            return handOver(order, who: control.who, why: control.why)
        }
        let wasFlattening = state.control.isFlattening
        state.control.apply(control)
        if control.command == .resume { endPauses() }
        if wasFlattening, !state.control.isFlattening {
            state.plans.endFlattening()
        }
        record(.tradingState(state.control.state, who: control.who, why: state.control.why))
        if state.control.state != .active { endEntries() }
        if state.control.isFlattening { flattenPlans() }
        touchPlanned()
    }

    /// Every position is to be sold, whatever policies want.
    mutating func flattenPlans() {
        for (symbol, record) in state.portfolio.positions.inOrder
        where !isWithin(.zero, record) && state.mode(of: symbol) != .watched {
            let id = DecisionID(cycle: state.cycle.number, symbol: symbol)
            state.plans.flatten(symbol, id: id)
        }
    }
}
