import Trading

/// Positions laid side by side: a difference that stays is classified, written down, and adopted.
extension Orchestrator {
    mutating func comparePositions(_ snapshot: BrokerState, queriedAt: Timestamp) throws(NumericError) {
        let findings = state.reconciler.findings(
            in: snapshot, positions: state.portfolio.positions, isInFlight: isInFlight, queriedAt: queriedAt,
            now: state.now
        ).map { symbol, finding in (symbol: symbol, finding: examined(finding, of: symbol, snapshot)) }
        for (symbol, finding) in findings {
            if case .differs(let ours, let theirs) = finding,
                rollsBackFor(symbol, ours: ours, brokers: theirs?.quantity ?? .zero)
            {
                return
            }
            state.reconciler.note(finding, of: symbol, at: state.now)
            switch finding {
            case .agrees:
                state.holds.endReport(.splitNotBooked, of: symbol)
                state.holds.endReport(.contradiction, of: symbol)
            case .splitNotBooked(let ours, let brokers): awaitSplit(symbol, ours: ours, brokers: brokers)
            case .differs(let ours, let theirs): try adoptPosition(symbol, theirs, ours: ours, snapshot)
            case .contradicted(let contradiction): tellContradiction(contradiction, of: symbol)
            case .unconfirmed: break
            }
        }
    }

    /// The broker still shows the old shares: until it has booked the split, what rests there is right as it rests.
    private mutating func awaitSplit(_ symbol: Symbol, ours: Quantity, brokers: Quantity) {
        guard state.holds.report(.splitNotBooked(brokers: brokers), of: symbol) else { return }
        note(
            .corporateAction, symbol, nil, ours: .quantity(ours), brokers: .quantity(brokers), done: .waitsForSplit)
        alert(.warning, symbol, .splitNotBooked(brokers: brokers, ours: ours))
    }

    /// Orders are asked about first; until they have been, a difference is noted and not judged.
    mutating func noteDiscrepancies(_ snapshot: BrokerState) {
        for (symbol, finding) in state.reconciler.firstFindings(in: snapshot, positions: state.portfolio.positions) {
            state.reconciler.note(finding, of: symbol, at: state.now)
        }
    }

    /// The broker shows another position than our books, and it has not stayed so for long enough to be adopted. What
    /// rests for the symbol is left alone until then: somebody may have changed both, as a split does, and an order that
    /// is made to fit the old position would not fit the new one.
    /// Where nothing is held by our books, nothing is entered on top of what the broker shows (I-DOUBT-3).
    func hasUnconfirmedPosition(_ symbol: Symbol) -> Bool {
        guard let discrepancy = state.reconciler.discrepancy(of: symbol) else { return false }
        guard let record = state.portfolio.positions[symbol] else { return discrepancy.ours.isZero }
        return discrepancy.ours == record.quantity && !Exits(of: record, in: state.portfolio.orders).isNothingOfOurs
    }

    /// What the position will be is not known yet: for a bounded time (I-DOUBT-1). Somebody else's order defers it while its
    /// fate is unknown, or while a market order of theirs is about to be filled.
    func isInFlight(_ symbol: Symbol) -> Bool {
        state.portfolio.orders.working(symbol).contains { order in
            let isSettling =
                order.isExternal
                ? order.status == .unknown || (order.isOverSoon && isTraded(symbol))
                : order.status.isInFlight || order.isOverSoon
            return isSettling && !isDoubtOverdue(order.id)
        }
    }

    private mutating func adoptPosition(
        _ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity, _ snapshot: BrokerState
    ) throws(NumericError) {
        let isInDoubt = state.portfolio.orders.working(symbol).contains { !$0.isExternal && isDoubtOverdue($0.id) }
        let filled = try endWhatExplains(symbol, snapshot, from: ours, to: theirs?.quantity ?? .zero)
        let split = state.portfolio.positions[symbol].flatMap { record in theirs.flatMap { Split(from: record, to: $0) }
        }
        if split == nil, state.reconciler.hasReconciled {
            noteCashOf(symbol, from: ours, to: theirs?.quantity ?? .zero)
        }
        let kind = filled == nil ? kind(of: theirs, ours: ours, split) : .missedFill
        if isInDoubt {
            alert(.emergency, symbol, .adoptedInDoubt(ours: ours, brokers: theirs?.quantity ?? .zero))
        }
        note(
            kind, symbol, nil, ours: .quantity(ours), brokers: .quantity(theirs?.quantity ?? .zero),
            done: split.map { .adoptedAsSplit(numerator: $0.numerator, denominator: $0.denominator) } ?? .adopted)
        if kind == .externalShort {
            alert(.emergency, symbol, .externalShort)
        }
        state.holds.endReport(.contradiction, of: symbol)
        // Whatever orders that are over have filled is in it, told or not. One that was given up and lives is found again
        // in the broker's list.
        for id in state.portfolio.orders.finished(symbol) {
            state.inFlight.endUnseen(id, known: state.portfolio.orders.isKnown)
        }
        guard let theirs else {
            state.portfolio.close(symbol)
            state.plans.positionClosed(symbol, at: state.now)
            resetPlan(symbol)
            return watchProtection(symbol)
        }
        if let split { try adoptSplit(split, of: symbol) }
        adoptQuantity(theirs)
        if let filled, (filled.side == .buy) == theirs.quantity.isPositive {
            planForFilledEntry(symbol, filled)
            state.portfolio.stopSet(filled.stop.stopPrice, for: symbol)
        }
        takeOverExternalOrders(of: symbol)
        adoptExitsIntoPlan(symbol)
        watchProtection(symbol)
    }

    /// Told by the broker alone: prices of the old shares say nothing about the new ones. Where it takes back what was
    /// announced, the prices were right.
    private mutating func adoptSplit(_ split: Split, of symbol: Symbol) throws(NumericError) {
        try applySplit(symbol, split.numerator, split.denominator)
        state.holds.endReport(.splitNotBooked, of: symbol)
        guard state.reconciler.splitBooked(symbol, split) else { return }
        state.protection.setBreached(false, symbol, at: state.now)
        state.market.expectPreSplitPrices(symbol, split, until: state.now + UnbookedSplit.patience)
    }

    private func kind(of theirs: BrokerPosition?, ours: Quantity, _ split: Split?) -> Discrepancy.Kind {
        if !state.reconciler.hasReconciled { return .openingPosition }
        if split != nil { return .corporateAction }
        let isShort = theirs?.quantity.isNegative ?? false
        return isShort && !ours.isNegative ? .externalShort : .manualTrade
    }

    private mutating func adoptQuantity(_ theirs: BrokerPosition) {
        let symbol = theirs.symbol
        let record = state.portfolio.adopt(
            theirs, at: state.now, initialStop: state.configuration.initialStops[symbol],
            price: state.market.price(
                of: symbol,
                notBefore: Timestamp(
                    nanoseconds: state.now.nanoseconds - state.configuration.limits.maximumQuoteAge.nanoseconds)))
        guard let record else { return resetPlan(symbol) }
        // A reduction that was completed elsewhere is over; what is bought later is not sold for it.
        if let limit = state.plans[symbol]?.quantityLimit, isWithin(limit, record) {
            state.plans.endReduction(symbol)
        }
    }

    /// What already rests for a position is wanted until a policy says otherwise.
    mutating func adoptExitsIntoPlan(_ symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol] else { return }
        let exits = Exits(of: record, in: state.portfolio.orders)
        let id = DecisionID(cycle: state.cycle.number, symbol: symbol)
        var plan = state.plans.plan(of: symbol, orOf: id)
        if plan.stop == nil, let terms = exits.stops.first?.terms, let price = terms.stopPrice {
            plan.stop = ProtectiveStop(stopPrice: price, limitPrice: terms.limitPrice)
        }
        if plan.target == nil, let price = exits.targets.first?.terms.limitPrice { plan.target = price }
        if !plan.isEmpty { state.plans.adopt(plan) }
    }
}
