import Trading

/// What plans wait for: written once when it changes, so that "why did nothing happen?" has its answer in the journal.
///
/// What holds for the whole account is in other records: the trading state, the broker's coming and going. So is
/// what the risk gate refuses or holds back, by its alerts.
extension Orchestrator {
    /// But for an odd lot that the broker does not trade.
    func isWithin(_ limit: Quantity, _ record: PositionRecord) -> Bool {
        guard limit < record.size else { return true }
        let excess = Quantity(units: record.size.units - limit.units)
        return (state.broker?.capabilities.tradable(excess, of: record.symbol) ?? excess).isZero
    }

    mutating func recordWaiting(_ why: WaitReason?, _ plan: PositionPlan) {
        guard state.holds.setWait(why, of: plan.symbol) else { return }
        record(.waiting(Waiting(symbol: plan.symbol, decision: plan.id, why: why)))
        // A part can be sold with another one; a position that cannot be left is a danger.
        if case .reductionTooSmall(let part, let least)? = why, part == state.portfolio.positions[plan.symbol]?.size {
            alert(.emergency, plan.symbol, .exitTooSmall(part, least: least))
        }
    }

    /// A plan that is no more waits for nothing.
    mutating func endWaiting(_ symbol: Symbol) {
        guard state.holds.setWait(nil, of: symbol) else { return }
        record(.waiting(Waiting(symbol: symbol, decision: nil, why: nil)))
    }

    /// Why a symbol is left alone at the moment; nil where an alert of the risk gate has reported it.
    func holdReason(_ symbol: Symbol) -> WaitReason? {
        guard isHeld(symbol) else { return .positionDiffers }
        let refusals = state.holds.refusals(symbol)
        if state.holds.awaitsSnapshot(symbol) {
            return refusals > 0 ? .brokerRefused : .brokerSnapshot
        }
        return refusals >= CoreLimits.rejectionsBeforeHold
            ? .brokerRefusedRepeatedly
            : state.holds.wait(of: symbol)
    }
}

extension ActionCoordinator {
    /// What the plan asks for and cannot be done now; nil when nothing is.
    var waiting: WaitReason? {
        guard let position else {
            guard plan.entry != nil, mayEnter, working.isEmpty else { return nil }
            if refused.isEntry { return .refusedEntry }
            return !isTrading || isSpreadUnsound ? .entry(whyNotTrading) : nil
        }
        return waitingReduction(of: position) ?? waitingStop(of: position)
    }

    /// A part is sold while the broker trades, and not soon after it refused.
    private func waitingReduction(of position: PositionRecord) -> WaitReason? {
        let wanted = isForcedOut(position) ? .zero : plan.quantityLimit ?? position.size
        let limit = max(min(wanted, position.size), min(claimed, position.size))
        guard limit < position.size, exits.reductions.isEmpty, plan.continuesReduction || isForcedOut(position) else {
            return nil
        }
        if isRefused(limit) { return .refusedReduction(to: limit) }
        let part = excess(of: position, over: limit)
        guard !mayReduceNow(to: limit), part.isPositive else { return nil }
        if isTooSmall(part), let least = capabilities.minimumNotional(of: symbol) {
            return .reductionTooSmall(part, least: least)
        }
        if exitOrder(position) == nil { return .noOrderType(session) }
        return .reduction(to: limit, whyNotTrading)
    }

    /// Outside of trading a stop that the market is through cannot be placed; the looser one rests on.
    private func waitingStop(of position: PositionRecord) -> WaitReason? {
        if refused.isStop, let stop = plan.stop, exits.stops.isEmpty { return .refusedStop(at: stop.stopPrice) }
        if refused.isMove, let stop = plan.stop, let resting = exits.stops.first,
            resting.terms.stopPrice != stop.stopPrice
        {
            return .refusedMove(to: stop.stopPrice)
        }
        if !takesStops, let stop = plan.stop, exits.stops.isEmpty {
            return .newStop(at: stop.stopPrice, .noStops(session))
        }
        if isSpreadUnsound, let stop = plan.stop, exits.stops.isEmpty {
            return .newStop(at: stop.stopPrice, whyNotTrading)
        }
        guard !isTrading, let stop = plan.stop, let resting = exits.stops.first,
            resting.terms.stopPrice != stop.stopPrice, isMarketThrough(stop, position)
        else { return nil }
        return .stop(at: stop.stopPrice, whyNotTrading)
    }

    private var whyNotTrading: NotTrading {
        isHalted ? .halted(symbol) : isSpreadUnsound ? .spread(symbol) : .session(session)
    }
}
