import Trading

/// How much of one policy's advice is looked at in one cycle: all about what is held, ordered, planned or quoted, and a
/// fixed number about other symbols, so that nobody's words hold up a stop (I-BOUND-1).
package struct AdviceBounds {
    private let state: CoreState

    package init(_ state: CoreState) { self.state = state }

    /// The first of each kind count; what is left out is counted.
    package func bounded(_ answer: PolicyAnswer) -> PolicyAnswer {
        guard answer.recommendations.count > CoreLimits.adviceOnOthers else { return answer }
        var kept: [Recommendation] = []
        var counts: [Symbol: Int] = [:]
        var (others, everywhere) = (0, 0)
        for recommendation in answer.recommendations {
            guard let symbol = recommendation.symbol else {
                everywhere += 1
                if everywhere <= CoreLimits.adviceOnAll { kept.append(recommendation) }
                continue
            }
            if !isKnown(symbol) {
                others += 1
                guard others <= CoreLimits.adviceOnOthers else { continue }
            }
            counts[symbol, default: 0] += 1
            if counts[symbol] ?? 0 <= CoreLimits.adviceOnSymbol { kept.append(recommendation) }
        }
        guard kept.count < answer.recommendations.count else { return answer }
        return with(answer) {
            $0.leftOut = ($0.leftOut ?? 0) + Int64($0.recommendations.count - kept.count)
            $0.recommendations = kept
        }
    }

    private func isKnown(_ symbol: Symbol) -> Bool {
        state.portfolio.positions[symbol] != nil || state.market[symbol] != nil || state.plans[symbol] != nil
            || !state.portfolio.orders.working(symbol).isEmpty
    }
}
