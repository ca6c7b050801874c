import Trading

/// How much of one policy's advice is looked at in one cycle: all about what is held, ordered, planned or quoted, and a
/// fixed number about other symbols, so that nobody's words hold up a stop (I-BOUND-1).
package struct AdviceBounds {
    private let state: CoreState

    package init(_ state: CoreState) { self.state = state }

    /// The first of each kind count; what is left out is counted.
    package func bounded(_ answer: PolicyAnswer) -> PolicyAnswer {
        guard answer.recommendations.count > CoreLimits.adviceOnOthers else { return answer }
        let left = indicesLeftOut(of: answer.recommendations)
        guard !left.isEmpty else { return answer }
        return with(answer) {
            $0.leftOut = ($0.leftOut ?? 0) + Int64(left.count)
            $0.recommendations = answer.recommendations.indices.filter { !left.contains($0) }.map {
                answer.recommendations[$0]
            }
        }
    }

    private func indicesLeftOut(of recommendations: [Recommendation]) -> Set<Int> {
        var left: Set<Int> = []
        var counts: [Symbol: Int] = [:]
        var (others, everywhere) = (0, 0)
        for index in recommendations.indices {
            guard let symbol = recommendations[index].symbol else {
                everywhere += 1
                if everywhere > CoreLimits.adviceOnAll { left.insert(index) }
                continue
            }
            if !isKnown(symbol) {
                others += 1
                guard others <= CoreLimits.adviceOnOthers else {
                    left.insert(index)
                    continue
                }
            }
            counts[symbol, default: 0] += 1
            if counts[symbol] ?? 0 > CoreLimits.adviceOnSymbol { left.insert(index) }
        }
        return left
    }

    private func isKnown(_ symbol: Symbol) -> Bool {
        state.portfolio.positions[symbol] != nil || state.market.isShown(symbol) || state.plans.isPlanned(symbol)
            || !state.portfolio.orders.working(symbol).isEmpty
    }
}
