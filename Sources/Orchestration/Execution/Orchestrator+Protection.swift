import Trading

/// P5: no naked position. The time without a working stop is measured, bounded, and answered by the core itself.
extension Orchestrator {
    /// Called after every change of a symbol's position or orders.
    mutating func watchProtection(_ symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol] else {
            return endNakedness(symbol, "the position was closed")
        }
        let covered = Exits(of: record, in: state.portfolio.orders).protectedQuantity
        // A crumb that the broker does not trade cannot be protected.
        if covered >= state.broker?.capabilities.tradable(record.size, of: symbol) ?? record.size {
            endNakedness(symbol, "a stop rests at the broker")
        } else if state.naked[symbol] == nil {
            state.naked[symbol] = Nakedness(since: state.now)
            state.portfolio.positions[symbol]?.unprotectedSince = state.now
        }
    }

    private mutating func endNakedness(_ symbol: Symbol, _ why: String) {
        guard let nakedness = state.naked.removeValue(forKey: symbol) else { return }
        state.portfolio.positions[symbol]?.unprotectedSince = nil
        record(
            .unprotected(
                UnprotectedTime(
                    symbol: symbol, from: nakedness.since, lasted: state.now - nakedness.since, endedBy: why)))
    }

    /// A position that is naked for longer than its limit gets the core's own stop when no policy gave it one. While
    /// nothing can be sent - halted, the broker away - it is told again and again: only a person can help then.
    mutating func checkNakedness() throws(NumericError) {
        let limit = state.configuration.unprotectedLimit
        let overdue = { (nakedness: Nakedness, now: Timestamp) in
            nakedness.remindAt ?? nakedness.since + limit <= now
        }
        let now = state.now
        guard state.naked.values.contains(where: { overdue($0, now) }) else { return }
        for (symbol, nakedness) in state.naked.inOrder where overdue(nakedness, now) {
            guard let record = state.portfolio.positions[symbol] else { continue }
            state.naked[symbol]?.isAnswered = true
            state.naked[symbol]?.remindAt = state.now + Nakedness.reminder
            alert(
                .emergency, symbol,
                "\(record.size) shares had no working stop for \(state.now - nakedness.since)\(whyNothingIsSent)")
            if state.plans[symbol]?.stop == nil { try setDefaultStop(record) }
            try advance(symbol)
        }
    }

    private var whyNothingIsSent: String {
        let control = state.control
        if control.state == .halted { return "; nothing is sent: trading is halted by \(control.who): \(control.why)" }
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
            .emergency, record.symbol,
            "no policy protects it; the core sets its own stop at \(stop.stopPrice.text(minimumDecimals: 2))")
    }
}
