import Trading

/// P5: no unprotected position. The time without a working stop is measured, bounded, and answered by the core itself.
extension Orchestrator {
    /// Called after every change of a symbol's position or orders.
    mutating func watchProtection(_ symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol] else {
            return endUnprotected(symbol, .positionClosed)
        }
        let covered = Exits(of: record, in: state.portfolio.orders).protectedQuantity
        // An odd lot that the broker does not trade cannot be protected.
        if covered >= state.broker?.capabilities.tradable(record.size, of: symbol) ?? record.size {
            endUnprotected(symbol, .stopRests)
        } else if state.protection.begin(symbol, at: state.now, limit: state.configuration.unprotectedLimit) {
            state.portfolio.unprotected(symbol, since: state.now)
        }
    }

    /// A stop that was elected and not executed: the market gapped through its limit, or the broker forgot it. It protects
    /// on paper only.
    mutating func watchBreach(_ symbol: Symbol) {
        guard state.protection.isBreached(symbol) || state.market[symbol] != nil else { return }
        let isBreached = state.portfolio.positions[symbol].map(isBreached) ?? false
        state.protection.setBreached(isBreached, symbol, at: state.now)
        if !isBreached { state.holds.endReport(.stopStuck, of: symbol) }
    }

    private func isBreached(_ record: PositionRecord) -> Bool {
        let market = state.market
        guard let capabilities = state.broker?.capabilities,
            capabilities.sessions.contains(market.session(of: record.symbol, at: state.now)),
            let view = market[record.symbol], view.isHalted != true,
            let price = market.executable(record.symbol, side: record.exitSide)
        else { return false }
        // Venues elect by trades: a bid alone says nothing where the spread is wide, or where the bid stands at the stop.
        // The offer is asked too, since some feeds report trades seldom.
        let others = [view.last, record.isLong ? view.ask : view.bid].compactMap { $0 }
        return Exits(of: record, in: state.portfolio.orders).stops.contains { stop in
            guard let level = stop.terms.stopPrice, stop.status != .held, stop.status != .pendingNew else {
                return false
            }
            func isThrough(_ price: Price) -> Bool { record.isLong ? price <= level : price >= level }
            return isThrough(price) && (others.isEmpty || others.contains(where: isThrough))
        }
    }

    /// Long enough to give it up.
    func isStopStuck(_ symbol: Symbol) -> Bool {
        state.configuration.escalatesStops
            && state.protection.isBreached(symbol, forAtLeast: state.configuration.stopPatience, at: state.now)
    }

    /// Called with every input: what has become overdue by time alone.
    mutating func checkBreaches() {
        for symbol in state.protection.breached(forAtLeast: state.configuration.stopPatience, at: state.now) {
            if state.holds.report(.stopStuck, of: symbol) {
                alert(.emergency, symbol, .stopStuck(isEscalated: state.configuration.escalatesStops))
            }
            touch(symbol)
        }
    }

    private mutating func endUnprotected(_ symbol: Symbol, _ why: UnprotectedTime.End) {
        guard let since = state.protection.end(symbol) else { return }
        state.portfolio.unprotected(symbol, since: nil)
        record(
            .unprotected(
                UnprotectedTime(
                    symbol: symbol, decision: state.plans[symbol]?.id, from: since,
                    lasted: state.now - since, endedBy: why)))
    }

    /// A position that is unprotected for longer than its limit gets the core's own stop when no policy gave it one. While
    /// nothing can be sent - halted, the broker away - it is reported again and again: only a person can help then.
    mutating func checkUnprotected() throws(NumericError) {
        let positions = state.portfolio.positions
        for (symbol, since) in state.protection.overdue(at: state.now, isHeld: { positions[$0] != nil }) {
            guard let record = positions[symbol] else { continue }
            let isWatched = state.mode(of: symbol) == .watched
            alert(
                state.run.isObserving || isWatched ? .warning : .emergency, symbol,
                .unprotected(record.size, for: state.now - since, nothingSent: isWatched ? .watched : whyNothingIsSent))
            if state.plans[symbol]?.stop == nil, !isWatched { try setDefaultStop(record) }
            touch(symbol)
        }
    }

    /// A position that the core could not protect for want of a price gets its stop with the first one.
    mutating func protectAtFirstPrice(_ symbol: Symbol) throws(NumericError) {
        guard state.protection.isAnswered(symbol), state.plans[symbol]?.stop == nil, state.mode(of: symbol) != .watched,
            let record = state.portfolio.positions[symbol]
        else { return }
        try setDefaultStop(record)
        touch(symbol)
    }

    private var whyNothingIsSent: NothingSent? {
        let control = state.control
        if control.state == .halted { return .tradingHalted(who: control.who, why: control.why) }
        if state.run.isObserving { return .observing }
        if let swap = state.swap { return .swap(from: swap.from, to: swap.to) }
        return state.broker?.isReconciled == true ? nil : .brokerStateUnknown
    }

    private mutating func setDefaultStop(_ record: PositionRecord) throws(NumericError) {
        // An average price is no price : a stop made of it may stand through the market.
        guard let reference = state.market.price(of: record.symbol) else { return }
        let distance = try reference.scaled(by: state.configuration.defaultStop, .up)
        let increment = state.broker?.capabilities.priceIncrement(of: record.symbol) ?? .usEquity
        let price = record.isLong ? try reference - distance : try reference + distance
        let stop = ProtectiveStop(stopPrice: try increment.rounded(price, record.isLong ? .down : .up))
        let id = DecisionID(cycle: state.cycle.number, symbol: record.symbol)
        state.plans.setCoreStop(stop, record.symbol, id: id)
        state.portfolio.stopSet(stop.stopPrice, for: record.symbol)
        alert(state.run.isObserving ? .notice : .emergency, record.symbol, .ownStop(at: stop.stopPrice))
    }
}
