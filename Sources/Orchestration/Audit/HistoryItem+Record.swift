import Trading

extension HistoryItem {
    /// Nil for what is no news to a policy.
    init?(_ record: Record, at time: Timestamp) {
        switch record {
        case .decision(let decision):
            guard decision.headline != "no change" else { return nil }
            self.init(
                at: time, kind: .decision, symbol: decision.symbol, decision: decision.id, words: decision.headline)
        case .outcome(let outcome):
            self.init(
                at: time, kind: .outcome, symbol: outcome.symbol, decision: outcome.decision, words: outcome.words,
                lockedIn: outcome.realizedByDecision)
        case .tradingState(let state, let who, let why):
            self.init(
                at: time, kind: .tradingState, symbol: nil, decision: nil, words: "\(state.rawValue) by \(who): \(why)")
        case .discrepancy(let discrepancy):
            guard discrepancy.order == nil else { return nil }
            self.init(
                at: time, kind: .difference, symbol: discrepancy.symbol, decision: nil,
                words: "\(discrepancy.kind.rawValue): \(discrepancy.done)")
        case .alert(let alert):
            guard alert.level == .emergency else { return nil }
            self.init(at: time, kind: .emergency, symbol: alert.symbol, decision: nil, words: alert.text)
        case .cycleStarted, .policiesAnswered, .portfolio, .action, .waiting, .order, .unprotected, .corporateAction,
            .swap:
            return nil
        }
    }
}
