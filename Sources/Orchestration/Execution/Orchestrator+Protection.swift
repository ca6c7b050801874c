import Trading

/// P5: no unprotected position. The time without a working stop is measured, bounded, and answered by the core itself.
extension Orchestrator {
    /// Called after every change of a symbol's position or orders.
    mutating func watchProtection(_ symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol] else {
            return endUnprotected(symbol, "the position was closed")
        }
        let covered = Exits(of: record, in: state.portfolio.orders).protectedQuantity
        // An odd lot that the broker does not trade cannot be protected.
        if covered >= state.broker?.capabilities.tradable(record.size, of: symbol) ?? record.size {
            endUnprotected(symbol, "a stop rests at the broker")
        } else if state.unprotected[symbol] == nil {
            state.unprotected[symbol] = UnprotectedTimer(since: state.now, limit: state.configuration.unprotectedLimit)
            state.portfolio.positions[symbol]?.unprotectedSince = state.now
        }
    }

    /// A stop that was elected and not executed: the market gapped through its limit, or the broker forgot it. It protects
    /// on paper only.
    mutating func watchBreach(_ symbol: Symbol) {
        guard state.breaches[symbol] != nil || state.portfolio.market[symbol] != nil else { return }
        let isBreached = state.portfolio.positions[symbol].map(isBreached) ?? false
        if !isBreached {
            state.breaches[symbol] = nil
        } else if state.breaches[symbol] == nil {
            state.breaches[symbol] = state.now
        }
    }

    private func isBreached(_ record: PositionRecord) -> Bool {
        let market = state.portfolio.market
        guard let capabilities = state.broker?.capabilities, capabilities.sessions.contains(market.session),
            let view = market[record.symbol], view.isHalted != true,
            let price = market.executable(record.symbol, side: record.exitSide)
        else { return false }
        // Venues elect by trades: a bid alone says nothing where the spread is wide, or where the bid stands at the stop.
        // The offer is asked too, since some feeds tell of trades seldom.
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
        guard state.configuration.escalatesStops, let since = state.breaches[symbol] else { return false }
        return since + state.configuration.stopPatience <= state.now
    }

    /// Called with every input: what has become overdue by time alone.
    mutating func checkBreaches() throws(NumericError) {
        let patience = state.configuration.stopPatience
        guard state.breaches.values.contains(where: { $0 + patience <= state.now }) else { return }
        for (symbol, since) in state.breaches.inOrder where since + patience <= state.now {
            let words = "the market is through the resting stop, and it does not execute"
            if state.reportedRefusals.updateValue(words, forKey: symbol) != words {
                let next = state.configuration.escalatesStops ? "; it gives way to a market exit" : ""
                alert(.emergency, .stopStuck, symbol, words + next)
            }
            try advance(symbol)
        }
    }

    private mutating func endUnprotected(_ symbol: Symbol, _ why: String) {
        guard let timer = state.unprotected.removeValue(forKey: symbol) else { return }
        state.portfolio.positions[symbol]?.unprotectedSince = nil
        record(
            .unprotected(
                UnprotectedTime(
                    symbol: symbol, decision: state.plans[symbol]?.id, from: timer.since,
                    lasted: state.now - timer.since, endedBy: why)))
    }

    /// A position that is unprotected for longer than its limit gets the core's own stop when no policy gave it one. While
    /// nothing can be sent - halted, the broker away - it is told again and again: only a person can help then.
    mutating func checkUnprotected() throws(NumericError) {
        for (symbol, timer) in state.unprotected.due(at: state.now) {
            guard let record = state.portfolio.positions[symbol] else { continue }
            state.unprotected[symbol]?.isAnswered = true
            state.unprotected[symbol]?.dueAt = state.now + UnprotectedTimer.reminder
            alert(
                .emergency, .unprotected, symbol,
                "\(record.size) shares had no working stop for \(state.now - timer.since)\(whyNothingIsSent)")
            if state.plans[symbol]?.stop == nil { try setDefaultStop(record) }
            try advance(symbol)
        }
    }

    private var whyNothingIsSent: String {
        let control = state.control
        if control.state == .halted { return "; nothing is sent: trading is halted by \(control.who): \(control.why)" }
        if let swap = state.swap { return "; nothing is sent: the broker \(swap.from) is being swapped for \(swap.to)" }
        return state.broker?.isReconciled == true ? "" : "; nothing is sent: the broker's truth is not known"
    }

    private mutating func setDefaultStop(_ record: PositionRecord) throws(NumericError) {
        let reference = state.portfolio.market.price(record.symbol) ?? record.averagePrice
        let distance = try reference.scaled(by: state.configuration.defaultStop, .up)
        let increment = state.broker?.capabilities.priceIncrement(of: record.symbol) ?? .usEquity
        let price = record.isLong ? try reference - distance : try reference + distance
        let stop = ProtectiveStop(stopPrice: try increment.rounded(price, record.isLong ? .down : .up))
        let id = DecisionID(cycle: state.cycle.number, symbol: record.symbol)
        var plan = state.plans[record.symbol] ?? PositionPlan(id: id, symbol: record.symbol)
        plan.id = id
        plan.stop = stop
        plan.stopOwner = PositionPlan.core
        state.plans[record.symbol] = plan
        if record.initialStop == nil { state.portfolio.positions[record.symbol]?.initialStop = stop.stopPrice }
        alert(
            .emergency, .ownStop, record.symbol,
            "no policy protects it; the core sets its own stop at \(stop.stopPrice.text(minimumDecimals: 2))")
    }
}
