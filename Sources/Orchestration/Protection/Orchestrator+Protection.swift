import Trading

/// P5: no unprotected position. The time without a working stop is measured, bounded, and answered by the core itself.
extension Orchestrator {
    /// Called after every change of a symbol's position or orders.
    mutating func watchProtection(_ symbol: Symbol) {
        watchUnprotectable(symbol)
        guard let record = state.portfolio.positions[symbol] else {
            return endUnprotected(symbol, .positionClosed)
        }
        if unprotectedQuantity(of: record).isZero {
            endUnprotected(symbol, .stopRests)
        } else if state.protection.begin(symbol, at: state.now, limit: state.configuration.unprotectedLimit) {
            state.portfolio.unprotected(symbol, since: state.now)
        }
    }

    /// Judged by value, and not by units: of a share that is worth a house a part that is no whole one is no odd lot.
    mutating func watchUnprotectable(_ symbol: Symbol) {
        let part = unprotectablePart(of: symbol)
        let worth = part.flatMap { value(of: $0, symbol) }
        guard let part, let worth, worth >= state.configuration.dust else {
            // Without a price nobody knows: what was told stands.
            if part == nil || worth != nil { _ = state.protection.setUnprotectable(nil, symbol) }
            return
        }
        guard state.protection.setUnprotectable(part, symbol) else { return }
        alert(.emergency, symbol, .unprotectable(part, worth: worth))
    }

    /// What of a position no stop can be placed for, whatever it is worth.
    func unprotectablePart(of symbol: Symbol) -> Quantity? {
        guard let size = state.portfolio.positions[symbol]?.size else { return nil }
        guard state.broker != nil else { return state.protection.unprotectable(symbol) }
        // What a stop for whole shares leaves, and is less than the broker takes in one order, gets none either.
        let left = size.less(protectable(size, of: symbol))
        if state.tradable(left, of: symbol, in: .stop).isZero { return left.isPositive ? left : nil }
        let rest = size.less(state.tradable(size, of: symbol))
        return rest.isPositive ? rest : nil
    }

    private func value(of quantity: Quantity, _ symbol: Symbol) -> Money? {
        guard let price = state.market.price(of: symbol) else { return nil }
        // What does not fit is worth telling of.
        do { return try price.times(quantity) } catch { return Money(units: .max) }
    }

    /// Shares without a stop that can be executed. An odd lot that the broker does not trade cannot be protected.
    func unprotectedQuantity(of record: PositionRecord) -> Quantity {
        let exits = Exits(of: record, in: state.portfolio.orders)
        // What rests again on the next trading day is all that there can be until then.
        let resting = isTraded(record.symbol) ? .zero : exits.restingTomorrow
        return protectable(record).less(exits.protectedQuantity).less(resting)
    }

    /// What a stop at this broker can be for.
    func protectable(_ record: PositionRecord) -> Quantity { protectable(record.size, of: record.symbol) }

    private func protectable(_ size: Quantity, of symbol: Symbol) -> Quantity {
        guard state.holds.form(symbol) != .planned, let capabilities = capabilities(of: symbol) else {
            return state.tradable(size, of: symbol, in: .stop)
        }
        return capabilities.tradable(size, of: symbol, in: .stop)
    }

    /// A stop for what is no whole share, tried beside one for the whole ones. Where none of those rests, it is all that there is to
    /// protect, and goes from form to form.
    func isRemainder(_ order: Order) -> Bool {
        guard state.holds.form(order.symbol).isWhole, order.terms.type.isStop,
            !order.terms.quantity.isMultiple(of: .one)
        else { return false }
        return state.portfolio.orders.working(order.symbol).contains {
            $0.terms.role == .stop && $0.terms.quantity.isMultiple(of: .one)
        }
    }

    /// What the broker takes of this symbol, after what its refusals have shown.
    func capabilities(of symbol: Symbol) -> BrokerCapabilities? {
        state.broker?.capabilities.adapted(to: state.holds.form(symbol), of: symbol)
    }

    /// A stop that was elected and not executed: the market gapped through its limit, or the broker forgot it. It protects
    /// on paper only.
    mutating func watchBreach(_ symbol: Symbol) {
        guard state.protection.isBreached(symbol) || state.market.isShown(symbol) else { return }
        let isBreached = isMarketThroughStop(of: symbol)
        state.protection.setBreached(isBreached, symbol, at: state.now)
        if !isBreached { state.holds.endReport(.stopStuck, of: symbol) }
    }

    func isMarketThroughStop(of symbol: Symbol) -> Bool {
        guard let record = state.portfolio.positions[symbol], state.market.isFresh(symbol),
            state.market.isOfThisSession(symbol),
            state.broker?.capabilities.sessions.contains(state.market.session(of: symbol, at: state.now)) == true,
            let view = state.market[symbol], view.isHalted != true,
            let price = state.market.executable(symbol, side: record.exitSide)
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

    /// I-STEP-6: whatever has ended the stop, the position or the session since: nothing is sold for a stop that is not there any
    /// more.
    mutating func renewBreach(of symbol: Symbol) {
        if state.protection.isBreached(symbol) { watchBreach(symbol) }
    }

    /// Called with every input: what has become overdue by time alone.
    mutating func checkBreaches() {
        for symbol in state.protection.breached { watchBreach(symbol) }
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
            let (missing, why) = (unprotectedQuantity(of: record), whyNothingIsSent(symbol))
            if why == nil, let obstacle = state.holds.obstacle(of: symbol), obstacle.unprotected == missing {
                // It was told at once, and what is not somebody else's is protected.
                if state.now - since >= CoreLimits.obstacleReminder { alert(.emergency, symbol, .obstacle(obstacle)) }
                if state.plans[symbol]?.stop == nil { try setDefaultStop(record) }
                state.protection.remind(symbol, at: state.now + CoreLimits.obstacleReminder)
                continue
            }
            alert(
                state.run.isObserving || isWatched ? .warning : .emergency, symbol,
                .unprotected(missing, for: state.now - since, nothingSent: isWatched ? .watched : why))
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

    /// I-FIRST-3: the core's own stop is there to protect, not to close: as long as it has never rested, because the broker refused it
    /// or was away, it follows a market that has gone through it.
    mutating func renewOwnStop(_ symbol: Symbol) throws(NumericError) {
        guard let plan = state.plans[symbol], plan.stopOwner == PositionPlan.core, plan.hasStopRested != true,
            let stop = plan.stop?.stopPrice, let record = state.portfolio.positions[symbol],
            let price = state.market.price(of: symbol), record.isLong ? price <= stop : price >= stop,
            Exits(of: record, in: state.portfolio.orders).stops.isEmpty, !isHeld(symbol)
        else { return }
        try setDefaultStop(record)
    }

    private func whyNothingIsSent(_ symbol: Symbol) -> NothingSent? {
        let control = state.control
        if control.state == .halted { return .tradingHalted(who: control.who, why: control.why) }
        if state.run.isObserving { return .observing }
        if let swap = state.swap { return .swap(from: swap.from, to: swap.to) }
        guard state.broker?.isReconciled == true else { return .brokerStateUnknown }
        let session = state.market.session(of: symbol, at: state.now)
        if capabilities(of: symbol)?.takesStops(symbol, in: session) == false { return .noStops(session) }
        return tooFewBesideOthers(symbol) ?? state.holds.refusalReason(symbol).map { .refusedByBroker($0) }
    }

    private func tooFewBesideOthers(_ symbol: Symbol) -> NothingSent? {
        guard let record = state.portfolio.positions[symbol], let capabilities = capabilities(of: symbol) else {
            return nil
        }
        let claim = state.portfolio.orders.externalClaim(on: record)
        let free = record.size.less(claim)
        guard claim.isPositive, free.isPositive, capabilities.tradable(free, of: symbol, in: .stop).isZero else {
            return nil
        }
        let least = max(
            capabilities.minimumQuantity(of: symbol), capabilities.quantityIncrement(of: symbol, in: .stop))
        return .tooFewBesideOthers(least: least)
    }

    private mutating func setDefaultStop(_ record: PositionRecord) throws(NumericError) {
        guard let reference = ownStopReference(of: record.symbol) else { return }
        let distance = try reference.scaled(by: state.configuration.defaultStop, .up)
        let increment = state.broker?.capabilities.priceIncrement(of: record.symbol) ?? .usEquity
        let price = record.isLong ? try reference - distance : try reference + distance
        let stop = ProtectiveStop(stopPrice: try increment.rounded(price, record.isLong ? .down : .up))
        let id = DecisionID(cycle: state.cycle.number, symbol: record.symbol)
        state.plans.setCoreStop(stop, record.symbol, id: id)
        alert(state.run.isObserving ? .notice : .emergency, record.symbol, .ownStop(at: stop.stopPrice))
    }

    /// I-PRICE-5: an average price is no price, and a stop made of it may stand through the market. So may one made of a
    /// price that was old when it came, as that of a bar of last week: the first new one is waited for, and where none comes
    /// in a minute beyond the limit, a stop that may be wrong is better than none.
    private mutating func ownStopReference(of symbol: Symbol) -> Price? {
        if let price = state.market.freshPrice(of: symbol) { return price }
        guard let price = state.market.undisputedPrice(of: symbol),
            let since = state.protection.unprotectedSince(symbol)
        else { return nil }
        let waitsUntil = since + state.configuration.unprotectedLimit + CoreLimits.priceDoubtPatience
        guard state.now >= waitsUntil else {
            state.protection.remind(symbol, at: waitsUntil)
            return nil
        }
        return price
    }
}
