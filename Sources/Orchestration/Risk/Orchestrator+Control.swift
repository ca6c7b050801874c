import Trading

/// A person's orders: halt, reduce, resume, flatten.
extension Orchestrator {
    mutating func applyControl(_ control: Control) throws(NumericError) {
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
        tellWhatWorksWhileHalted()
        if state.control.isFlattening { try flattenPlans() }
        touchPlanned()
    }

    /// I-GATE-1: halted, nothing is sent, no cancel either: what waits at the broker may be executed all the same.
    mutating func tellWhatWorksWhileHalted() {
        guard state.control.state == .halted else { return }
        for order in state.portfolio.orders.allWorking where order.terms.role == .reduce {
            alert(.warning, order.symbol, .worksWhileHalted(order.terms))
        }
    }

    /// Every position is to be sold, whatever policies want: a decision of the person, at once. Later cycles hear it with
    /// what policies say.
    private mutating func flattenPlans() throws(NumericError) {
        guard let answer = state.flatteningAnswer else { return }
        let cycle = state.cycle.number
        var engine = try decisionEngine(cycle, entriesRefused: nil)
        engine.approvals = nil
        engine.overtaken = []
        engine.makesID = { DecisionID(byPersonAfter: cycle, symbol: $0) }
        let result = try engine.decide(AdviceBySymbol([answer]), plans: state.plans)
        for decision in result.symbolDecisions { apply(decision) }
    }
}

extension CoreState {
    /// What `flatten` asks for, in the person's name; nil when nothing is to be flattened.
    var flatteningAnswer: PolicyAnswer? {
        guard control.isFlattening else { return nil }
        let words = if case .command(.flatten, let words) = control.why { words } else { "" }
        let recommendations = portfolio.positions.keys.sorted().filter { mode(of: $0) != .watched }.map { symbol in
            Recommendation(
                symbol: symbol, advice: .exit, urgency: .emergency, reason: words,
                evidence: [Evidence("who", control.who)])
        }
        return PolicyAnswer(policy: Handover.person, recommendations: recommendations)
    }
}
