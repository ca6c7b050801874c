import Trading

/// What plans wait for: written once when it changes, so that "why did nothing happen?" has its answer in the journal.
///
/// What holds for the whole account is told by other records: the trading state, the broker's coming and going. So is
/// what the risk gate refuses or holds back, by its alerts.
extension Orchestrator {
    mutating func recordWaiting(_ why: String?, _ plan: PositionPlan) {
        guard state.holds.setWait(why, of: plan.symbol) else { return }
        record(.waiting(Waiting(symbol: plan.symbol, decision: plan.id, why: why)))
    }

    /// A plan that is no more waits for nothing.
    mutating func endWaiting(_ symbol: Symbol) {
        guard state.holds.setWait(nil, of: symbol) else { return }
        record(.waiting(Waiting(symbol: symbol, decision: nil, why: nil)))
    }

    /// Why a symbol is left alone at the moment; nil where an alert of the risk gate has told it. Without numbers that
    /// change from cycle to cycle.
    func holdWords(_ symbol: Symbol) -> String? {
        guard isHeld(symbol) else {
            return "the broker tells another position than our books; it is looked at again"
        }
        let refusals = state.holds.refusals(symbol)
        if state.holds.awaitsSnapshot(symbol) {
            return refusals > 0
                ? "the broker refused an order; its state is looked at before the next"
                : "the broker's state is awaited"
        }
        return refusals >= CoreLimits.rejectionsBeforeHold
            ? "the broker refused several orders in a row; the next try is in the next cycle"
            : state.holds.wait(of: symbol)
    }
}

extension ActionCoordinator {
    /// What the plan asks for and cannot be done now, in words that stand until that changes; nil when nothing is.
    var waiting: String? {
        guard let position else {
            guard plan.entry != nil, mayEnter, !isTrading, working.isEmpty else { return nil }
            return "the entry waits, since \(whyNotTrading)"
        }
        return waitingReduction(of: position) ?? waitingStop(of: position)
    }

    /// A part is sold while the broker trades, and not soon after it refused.
    private func waitingReduction(of position: PositionRecord) -> String? {
        let limit = min(plan.quantityLimit ?? position.size, position.size)
        guard limit < position.size, exits.reductions.isEmpty else { return nil }
        if !mayReduce {
            return "the broker refused the reduction to \(limit); protection comes first, the next try later"
        }
        guard !mayReduceNow(to: limit), excess(of: position, over: limit).isPositive else { return nil }
        return "the reduction to \(limit) waits, since \(whyNotTrading)"
    }

    /// Outside of trading a stop that the market is through cannot be placed; the looser one rests on.
    private func waitingStop(of position: PositionRecord) -> String? {
        guard !isTrading, let stop = plan.stop, let resting = exits.stops.first,
            resting.terms.stopPrice != stop.stopPrice, isMarketThrough(stop, position)
        else { return nil }
        return
            "the stop at \(stop.stopPrice.text(minimumDecimals: 2)) waits, since the market is through it and \(whyNotTrading)"
    }

    private var whyNotTrading: String {
        isHalted
            ? "\(symbol) is halted at its market"
            : "the broker does not trade in the \(market.session.rawValue) session"
    }
}
