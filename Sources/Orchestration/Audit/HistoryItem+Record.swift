import Trading

extension HistoryItem {
    /// Nil for what is no news to a policy.
    init?(_ record: Record, at time: Timestamp) {
        switch record {
        case .decision(let decision):
            guard decision.headline != .noChange else { return nil }
            self.init(
                at: time, kind: .decision, symbol: decision.symbol, decision: decision.id,
                words: decision.headline.rawValue)
        case .outcome(let outcome):
            self.init(
                at: time, kind: .outcome, symbol: outcome.symbol, decision: outcome.decision,
                words: outcome.execution.role.rawValue,
                lockedIn: outcome.realizedByDecision)
        case .tradingState(let state, _, _):
            self.init(
                at: time, kind: .tradingState, symbol: nil, decision: nil, words: state.rawValue)
        case .discrepancy(let discrepancy):
            guard discrepancy.order == nil else { return nil }
            self.init(
                at: time, kind: .difference, symbol: discrepancy.symbol, decision: nil,
                words: discrepancy.kind.rawValue)
        case .alert(let alert):
            guard alert.level == .emergency else { return nil }
            self.init(
                at: time, kind: .emergency, symbol: alert.symbol, decision: nil,
                words: alert.kind?.rawValue ?? "emergency")
        case .cycleStarted, .policiesAnswered, .portfolio, .dispositions, .action, .waiting, .order, .unprotected,
            .corporateAction, .cash, .correction,
            .swap:
            return nil
        }
    }
}
