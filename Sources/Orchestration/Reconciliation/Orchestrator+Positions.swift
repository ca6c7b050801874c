import Trading

/// Positions laid side by side: a difference that stays is classified, written down, and adopted.
extension Orchestrator {
    /// - Returns: the value of the shares that were adopted, at their present prices; negative for shares that are gone.
    ///   New shares for old have none.
    mutating func comparePositions(_ snapshot: BrokerState, queriedAt: Timestamp) throws(NumericError) -> Money {
        var adopted = Money.zero
        var findings = state.reconciler.findings(
            in: snapshot, positions: state.portfolio.positions, isInFlight: isInFlight, queriedAt: queriedAt,
            now: state.now)
        for index in findings.indices {
            findings[index].finding = try examined(findings[index].finding, of: findings[index].symbol, snapshot)
        }
        let moved = try moveSymbols(findings)
        for (symbol, finding) in findings where !moved.contains(symbol) {
            if case .differs(let ours, let theirs) = finding,
                rollsBackFor(symbol, ours: ours, brokers: theirs?.quantity ?? .zero)
            {
                return adopted
            }
            state.reconciler.note(finding, of: symbol, at: state.now)
            switch finding {
            case .agrees:
                state.portfolio.noteListed(symbol, at: state.market.freshPrice(of: symbol), state.now)
                state.holds.endReport(.splitNotBooked, of: symbol)
                endContradiction(of: symbol)
            case .splitNotBooked(let ours, let brokers): awaitSplit(symbol, ours: ours, brokers: brokers)
            case .differs(let ours, let theirs):
                let value = try valueAdopted(symbol, theirs, ours: ours)
                let equity = try state.marked.equity()
                let shares =
                    value.isZero
                    ? nil : try state.portfolio.takeSpunOff(symbol, value: value, equity: equity, at: state.now)
                if shares == nil { try adopted += value }
                if try followSymbol(symbol, theirs, ours: ours) { continue }
                try adoptPosition(symbol, theirs.map { $0.as(shares) }, ours: ours, spunOffFrom: shares?.from, snapshot)
            case .contradicted(let contradiction, let byAccount):
                tellContradiction(contradiction, of: symbol, byAccount: byAccount)
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
    /// Where nothing is held by our books, nothing is entered on top of what the broker shows (I-DOUBT-3).
    func hasUnconfirmedPosition(_ symbol: Symbol) -> Bool {
        guard let discrepancy = state.reconciler.discrepancy(of: symbol) else { return false }
        guard let record = state.portfolio.positions[symbol] else { return discrepancy.ours.isZero }
        return discrepancy.ours == record.quantity && !Exits(of: record, in: state.portfolio.orders).isNothingOfOurs
    }

    /// What the broker shows of a position that our books have otherwise, as long as that is neither confirmed nor adopted; nil where
    /// they agree.
    func unconfirmedQuantity(of symbol: Symbol) -> Quantity? {
        guard let discrepancy = state.reconciler.discrepancy(of: symbol),
            discrepancy.ours == state.portfolio.positions[symbol]?.quantity
        else { return nil }
        return discrepancy.brokers
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
        _ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity, spunOffFrom parent: Symbol?,
        _ snapshot: BrokerState
    ) throws(NumericError) {
        let isInDoubt = state.portfolio.orders.working(symbol).contains { !$0.isExternal && isDoubtOverdue($0.id) }
        let filled = try endWhatExplains(symbol, snapshot, from: ours, to: theirs?.quantity ?? .zero)
        let booking = theirs.flatMap { findBooking(of: symbol, $0) }
        if booking == nil, parent == nil, state.reconciler.hasReconciled {
            noteCashOf(symbol, from: ours, to: theirs?.quantity ?? .zero)
        }
        let kind =
            filled == nil ? kind(of: theirs, ours: ours, isBooking: booking != nil || parent != nil) : .missedFill
        let done: DiscrepancyDone? =
            booking?.split.map { .adoptedAsSplit(numerator: $0.numerator, denominator: $0.denominator) }
            ?? parent.map { .spunOffFrom($0) }
        if isInDoubt {
            alert(.emergency, symbol, .adoptedInDoubt(ours: ours, brokers: theirs?.quantity ?? .zero))
        }
        note(
            kind, symbol, nil, ours: .quantity(ours), brokers: .quantity(theirs?.quantity ?? .zero),
            done: done ?? .adopted)
        if kind == .externalShort {
            alert(.emergency, symbol, .externalShort)
        }
        endContradiction(of: symbol)
        state.reconciler.settleUnbookedFills(of: symbol)
        state.portfolio.positionAdopted()
        endUnseenOrders(of: symbol)
        state.cycle.overtake(symbol)
        guard let theirs else {
            if kind == .manualTrade, let record = state.portfolio.positions[symbol] {
                state.actions.noteVanished(record, state.plans[symbol], at: state.now)
            }
            state.portfolio.close(symbol)
            state.plans.positionClosed(symbol, at: state.now)
            resetPlan(symbol)
            return watchProtection(symbol)
        }
        let before = state.portfolio.positions[symbol]
        if kind == .manualTrade, let before { state.actions.noteQuantity(of: before, to: theirs, at: state.now) }
        if let booking { try adopt(booking, of: symbol) }
        adoptQuantity(theirs.withAverage(of: booking == nil ? nil : before, state.portfolio.positions[symbol]))
        if booking == nil { state.portfolio.noteListed(symbol, at: state.market.freshPrice(of: symbol), state.now) }
        if let filled, (filled.side == .buy) == theirs.quantity.isPositive {
            planForFilledEntry(symbol, filled)
            state.portfolio.entered(symbol, stop: filled.stop.stopPrice)
        }
        takeOverExternalOrders(of: symbol)
        adoptExitsIntoPlan(symbol)
        watchProtection(symbol)
    }

    /// Whatever orders that are over have filled is in the position, told or not. One that was given up and lives is found
    /// again in the broker's list.
    mutating func endUnseenOrders(of symbol: Symbol) {
        for id in state.portfolio.orders.finished(symbol) {
            state.inFlight.endUnseen(id, known: state.portfolio.orders.isKnown)
        }
    }

    /// New shares for old in the broker's books.
    private enum Booking {
        /// It was announced, and position and plan are restated already.
        case awaited
        /// It was announced for these days.
        case early(CorporateAction, Split)
        /// Told by the broker alone.
        case unannounced(Split)

        /// What position and plan are still to be restated by.
        var split: Split? {
            switch self {
            case .awaited: nil
            case .early(_, let split), .unannounced(let split): split
            }
        }
    }

    private func findBooking(of symbol: Symbol, _ theirs: BrokerPosition) -> Booking? {
        guard let record = state.portfolio.positions[symbol] else { return nil }
        if state.reconciler.hasBooked(symbol, at: theirs.quantity) { return .awaited }
        for action in state.actions.expected(of: symbol, at: state.now) {
            guard case .split(let numerator, let denominator) = action.kind else { continue }
            let split = Split(numerator, denominator)
            guard split.explains(theirs.quantity, from: record.quantity) else { continue }
            // As many shares more may have been bought: the average says so, or is told later, and then the cash does.
            guard split.divides(record, into: theirs) || !isTradedByOthers(record, to: theirs.quantity) else {
                continue
            }
            return .early(action, split)
        }
        guard let found = Split(from: record, to: theirs),
            state.actions.mayFollow(
                found, of: symbol, isAwaited: state.reconciler.awaitsSplit(symbol, madeInto: record.quantity),
                at: state.now)
        else { return nil }
        return .unannounced(found)
    }

    /// Prices of the old shares say nothing about the new ones. Where the broker takes back what was announced, they were
    /// right, and are restored.
    private mutating func adopt(_ booking: Booking, of symbol: Symbol) throws(NumericError) {
        state.holds.endReport(.splitNotBooked, of: symbol)
        guard let split = booking.split else { return _ = state.reconciler.splitBooked(symbol) }
        let isInPrice = state.actions.isInPrice(split, of: symbol, at: state.now)
        let seen = isInPrice ? state.market.price(of: symbol) : priceAfter(split, of: symbol)
        let listed = state.portfolio.positions[symbol]?.listedPrice
        try applySplit(symbol, split, seen: seen)
        let isTakenBack = state.reconciler.splitBooked(symbol)
        guard !isTakenBack else { return try state.market.takeBack(split, of: symbol) }
        if case .early(let action, _) = booking { state.actions.drop(action) }
        state.actions.noteApplied(
            .split(numerator: split.numerator, denominator: split.denominator), of: symbol, at: state.now)
        state.protection.setBreached(false, symbol, at: state.now)
        guard !isInPrice else { return }
        guard seen == nil else { return state.market.forgetSeries(symbol) }
        state.market.expectPreSplitPrices(
            symbol, split, listed: listed, until: state.now + UnbookedSplit.patience)
        state.market.splitSeries(symbol, split)
    }

    /// I-CORP-9: the price of the new shares, where it is known before the broker has booked them: the split was announced when
    /// the position was taken for one of new shares, or the market has gone over to them, as while nobody was here.
    private func priceAfter(_ split: Split, of symbol: Symbol) -> Price? {
        guard let price = state.market.freshPrice(of: symbol), let record = state.portfolio.positions[symbol] else {
            return nil
        }
        let today = TradingSession(TradingHours(of: symbol), containing: state.now).open
        let isSeen =
            state.actions.isApplied(split, of: symbol, at: state.now) || record.isAfter(split, price)
            || state.market.hasJumped(by: split, symbol, since: today)
        return isSeen ? price : nil
    }

    private func kind(of theirs: BrokerPosition?, ours: Quantity, isBooking: Bool) -> Discrepancy.Kind {
        if !state.reconciler.hasReconciled { return .openingPosition }
        if isBooking { return .corporateAction }
        let isShort = theirs?.quantity.isNegative ?? false
        return isShort && !ours.isNegative ? .externalShort : .manualTrade
    }

    mutating func adoptQuantity(_ theirs: BrokerPosition) {
        let symbol = theirs.symbol
        let before = state.portfolio.positions[symbol]?.size ?? .zero
        let record = state.portfolio.adopt(
            theirs, at: state.now, as: state.reconciler.hasReconciled ? .found : .opening)
        if state.reconciler.hasReconciled, theirs.quantity.units.magnitude > before.units.magnitude {
            noteFound(symbol)
        }
        guard let record else {
            resetPlan(symbol)
            return beginAdopted(symbol)
        }
        // A reduction that was completed elsewhere is over; what is bought later is not sold for it.
        if let limit = state.plans[symbol]?.quantityLimit, isWithin(limit, record) {
            completeReduction(symbol)
        } else if record.size > before {
            endGrownReduction(symbol)
        }
    }

    /// What a person has bought was not there when somebody wanted less to be held.
    mutating func endGrownReduction(_ symbol: Symbol) {
        if !state.control.isFlattening { state.plans.endReduction(symbol) }
    }

    /// I-FIRST-2: a position that nobody here has opened begins at the market, not at its average price; the stop that a person has
    /// named is held against it.
    private mutating func beginAdopted(_ symbol: Symbol) {
        if state.configuration.symbolModes[symbol] == .managed { state.portfolio.handOver(symbol) }
        nameInitialStop(of: symbol)
        let oldest = state.now.nanoseconds - state.configuration.limits.maximumQuoteAge.nanoseconds
        seeAdopted(symbol, notBefore: Timestamp(nanoseconds: oldest))
    }

    private mutating func nameInitialStop(of symbol: Symbol) {
        guard let stop = state.configuration.initialStops[symbol] else { return }
        state.portfolio.nameStop(stop, of: symbol)
    }

    private mutating func seeAdopted(_ symbol: Symbol, notBefore earliest: Timestamp) {
        guard let price = state.market.price(of: symbol, notBefore: earliest),
            let stop = state.portfolio.see(price: price, of: symbol)
        else { return }
        alertRefusedStop(RefusedStop(symbol: symbol, stop: stop, market: price))
    }

    /// Stops that the configuration names now, for positions that were there before it did.
    mutating func nameInitialStops() {
        for symbol in state.configuration.initialStops.keys.sorted() { nameInitialStop(of: symbol) }
    }

    mutating func alertRefusedStop(_ refused: RefusedStop) {
        alert(.warning, refused.symbol, .initialStopNotUsed(at: refused.stop, market: refused.market))
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

extension BrokerPosition {
    /// What was handed out has cost its part of the old shares, where the broker does not say what.
    fileprivate func `as`(_ shares: SpunOff?) -> BrokerPosition {
        guard let shares, !averagePrice.isPositive else { return self }
        return with(self) { $0.averagePrice = shares.averagePrice }
    }
}
