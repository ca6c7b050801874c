import Trading

/// Positions laid side by side: a difference that stays is classified, written down, and adopted.
extension Orchestrator {
    /// - Returns: the value of the shares that were adopted, at their present prices; negative for shares that are gone.
    ///   New shares for old have none.
    mutating func comparePositions(_ snapshot: BrokerState, queriedAt: Timestamp) throws(NumericError) -> Money {
        var adopted = Money.zero
        let findings = state.reconciler.findings(
            in: snapshot, positions: state.portfolio.positions, isInFlight: isInFlight, queriedAt: queriedAt,
            now: state.now)
        for (symbol, finding) in findings {
            if case .differs(let ours, let theirs) = finding,
                rollsBackFor(symbol, ours: ours, brokers: theirs?.quantity ?? .zero)
            {
                return adopted
            }
            state.reconciler.note(finding, of: symbol, at: state.now)
            switch finding {
            case .agrees: state.holds.endReport(.splitNotBooked, of: symbol)
            case .splitNotBooked(let ours, let brokers): awaitSplit(symbol, ours: ours, brokers: brokers)
            case .differs(let ours, let theirs):
                try adopted += valueAdopted(symbol, theirs, ours: ours)
                try adoptPosition(symbol, theirs, ours: ours)
            case .unconfirmed: break
            }
        }
        return adopted
    }

    private func valueAdopted(
        _ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity
    ) throws(NumericError) -> Money {
        let record = state.portfolio.positions[symbol]
        if let record, let theirs, Split(from: record, to: theirs) != nil { return .zero }
        let price = state.market.price(of: symbol) ?? theirs?.averagePrice ?? record?.averagePrice ?? .zero
        return try price.times((theirs?.quantity ?? .zero) - ours)
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
    func hasUnconfirmedPosition(_ symbol: Symbol) -> Bool {
        guard let discrepancy = state.reconciler.discrepancy(of: symbol),
            let record = state.portfolio.positions[symbol],
            discrepancy.ours == record.quantity
        else { return false }
        return !Exits(of: record, in: state.portfolio.orders).isEmpty
    }

    /// What the position will be is not known yet.
    func isInFlight(_ symbol: Symbol) -> Bool {
        state.portfolio.orders.working(symbol).contains { $0.status.isInFlight || $0.isOverSoon }
    }

    private mutating func adoptPosition(
        _ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity
    ) throws(NumericError) {
        let split = state.portfolio.positions[symbol].flatMap { record in theirs.flatMap { Split(from: record, to: $0) }
        }
        let kind = kind(of: theirs, ours: ours, split)
        note(
            kind, symbol, nil, ours: .quantity(ours), brokers: .quantity(theirs?.quantity ?? .zero),
            done: split.map { .adoptedAsSplit(numerator: $0.numerator, denominator: $0.denominator) } ?? .adopted)
        if kind == .externalShort {
            alert(.emergency, symbol, .externalShort)
        }
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
    private mutating func adoptExitsIntoPlan(_ symbol: Symbol) {
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
