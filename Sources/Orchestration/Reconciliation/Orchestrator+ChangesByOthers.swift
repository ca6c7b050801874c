import Trading

/// I-HAND-2 to I-HAND-4: a change of our orders that nobody here asked for is news, and no error to be undone. Position and
/// orders are read again before anything follows from it.
extension Orchestrator {
    // MARK: - Ends

    /// - Parameters:
    ///   - before: the order's status before the report.
    ///   - time: by the broker's clock.
    mutating func noteEndByOthers(_ order: Order, _ event: OrderEvent, from before: OrderStatus, at time: Timestamp) {
        if before.isTerminal, order.status == before, state.inFlight.isEndedByOthers(order.id),
            state.holds.awaitsSnapshot(order.symbol)
        {
            // Told once more: a list that was asked for before this says nothing of it.
            return awaitLists(of: order.symbol)
        }
        if order.isExternal { return noteEndOfOthers(order, event, from: before) }
        guard isEndByOthers(order, event, from: before), !isDayOver(order, event) else {
            if hasEndedOverNight(order, from: before) { awaitLists(of: order.symbol) }
            return
        }
        state.inFlight.endedByOthers(order.id, toldAt: time, known: state.portfolio.orders.isKnown)
        let symbol = order.symbol
        if order.terms.role == .entry {
            guard event == .canceled, order.filledQuantity.isZero else { return }
            // Whoever cancels it does not want it back at once.
            state.plans.dropEntry(symbol)
            state.plans.positionClosed(symbol, at: state.now)
        }
        if !hasOutlivedItsDay(order, event) { alert(.warning, symbol, .orderEndedByOthers(order.terms, event)) }
        awaitLists(of: symbol)
        awaitOpen(after: order)
    }

    /// What others placed is theirs to end, but it may have been the broker, for a split: nothing takes its place before the
    /// lists were read.
    private mutating func noteEndOfOthers(_ order: Order, _ event: OrderEvent, from before: OrderStatus) {
        guard event == .canceled || event == .expired, !before.isTerminal, !order.isWorking,
            concernsPosition(order), !isDayOver(order, event)
        else { return }
        awaitLists(of: order.symbol)
        awaitOpen(after: order)
    }

    /// I-CORP-7: what ends over night was for the shares of before, as long as the broker has not booked what it was ended
    /// for. Nothing can execute before the market opens; by then the lists are read again.
    mutating func awaitOpen(after order: Order) {
        guard concernsPosition(order), !isInSession(order.symbol) else { return }
        // What it was ended for is known, and the plan is restated: nothing is gained by waiting without a stop.
        guard !state.actions.hasChangedShares(of: order.symbol, since: order.submittedAt) else { return }
        state.holds.awaitOpen(order.symbol)
    }

    /// One of ours that closes, or somebody else's, on either side, beside a position: a broker ends all of them for a split, and
    /// one on the other side may have kept a stop from being placed.
    private func concernsPosition(_ order: Order) -> Bool {
        order.isExternal ? state.portfolio.positions[order.symbol] != nil : order.isExit
    }

    /// A session in which the broker trades, be it halted or not.
    func isInSession(_ symbol: Symbol) -> Bool {
        state.broker?.capabilities.sessions.contains(state.market.session(of: symbol, at: state.now)) == true
    }

    /// I-HAND-5: its day was over: nobody's doing, and what protects is placed anew at once.
    private func isDayOver(_ order: Order, _ event: OrderEvent) -> Bool {
        guard event == .expired || event == .canceled else { return false }
        return dayEnd(of: order).map { $0 <= state.now + reportLag } ?? false
    }

    /// Nothing was declared of when a day is over: an order for the day that expires when its market has closed is nobody's
    /// doing either, but the lists are read first.
    private func hasOutlivedItsDay(_ order: Order, _ event: OrderEvent) -> Bool {
        guard event == .expired, order.terms.timeInForce == .day else { return false }
        return DayOrderEnd.regularClose.next(after: order.submittedAt, of: order.symbol) <= state.now + reportLag
    }

    /// When a day order ends by itself, as far as the broker says.
    private func dayEnd(of order: Order) -> Timestamp? {
        guard order.terms.timeInForce == .day else { return nil }
        return state.broker?.capabilities.dayOrdersEnd(of: order.symbol)?.next(
            after: order.submittedAt, of: order.symbol)
    }

    /// An exit whose day is over, and of which nothing was said: the lists show whether it rests. Called with each cycle.
    mutating func watchDayOrders() {
        guard let capabilities = state.broker?.capabilities, capabilities.resting == .day else { return }
        let isOverdue = state.portfolio.positions.keys.contains { symbol in
            state.portfolio.orders.working(symbol).contains { order in
                !order.isExternal && !order.status.isInFlight && dayEnd(of: order).map { $0 <= state.now } ?? false
            }
        }
        if isOverdue { requestReconcile() }
    }

    /// With no request of ours under way that asks for this end, for it or for another order of its group.
    private func isEndByOthers(_ order: Order, _ event: OrderEvent, from before: OrderStatus) -> Bool {
        guard event == .canceled || event == .expired || event == .replaced, !order.isWorking, !before.isTerminal,
            !before.isInFlight || !isAskedFor(event, of: order), !order.isExternal,
            !state.inFlight.hasUnseenEnd(order.id)
        else { return false }
        switch order.terms.timeInForce {
        case .ioc, .fok: return false
        // A market takes what it can of an order at market, and may end the rest. One that waited for the open, or of which
        // nothing was filled, has ended otherwise: the shares that it was for may be others by now.
        case .day where order.terms.type == .market, .gtc where order.terms.type == .market:
            guard !isTraded(order.symbol) || order.filledQuantity.isZero else { return false }
        case .day, .gtc: break
        }
        guard let group = order.groupID else { return true }
        // One leg follows the other: the first one's end says whose doing it was. The end of an entry ends what waits for it, and
        // nothing that rests since it was filled.
        return !state.portfolio.orders.members(of: group).contains { leg in
            leg.id != order.id && (hasEnded(leg) || isAwaited(leg)) && (leg.terms.role != .entry || before == .held)
        }
    }

    /// Its end was asked for, and came while the broker does not trade, or was asked for before it did: for a split the broker ends
    /// it just so. Nothing is lost by reading the lists, since nothing can execute, or could until now.
    private func hasEndedOverNight(_ order: Order, from before: OrderStatus) -> Bool {
        guard order.isExit, !order.isWorking, !before.isTerminal, let request = state.inFlight.request(for: order.id)
        else { return false }
        let opened = TradingSession(TradingHours(of: order.symbol), containing: state.now).open
        return !isInSession(order.symbol) || request.leftBy < opened
    }

    /// A leg that was replaced goes on in its successor.
    private func hasEnded(_ leg: Order) -> Bool { !leg.isWorking && leg.status != .replaced }

    /// In flight for a request of ours that changes it. Of one that is asked about since its end, or its fills, were told in part,
    /// nothing was asked for.
    private func isAwaited(_ order: Order) -> Bool {
        guard order.status.isInFlight, let request = state.inFlight.request(for: order.id) else { return false }
        return request.kind != .submit
    }

    /// An order that is to be canceled and is told as expired, or one that is to be replaced and is told as canceled, has ended
    /// otherwise than we wanted, if it has ended at all; so has one that was only submitted.
    private func isAskedFor(_ event: OrderEvent, of order: Order) -> Bool {
        switch state.inFlight.request(for: order.id)?.kind {
        case .submit: false
        case .cancel: event == .canceled
        case .replace: event == .replaced
        case nil: true
        }
    }

    /// A sign of life of an order whose end was told, and that nobody here asked for.
    func livesAgain(_ order: Order, _ event: OrderEvent, from before: OrderStatus, at time: Timestamp) -> Bool {
        guard before == .canceled || before == .expired || before == .replaced else { return false }
        switch event {
        case .accepted, .new, .held, .restated, .suspended, .pendingCancel, .pendingReplace:
            return state.inFlight.livesAgain(order.id, toldAt: time)
        case .partialFill, .fill, .cancelRequested, .cancelRejected, .canceled, .expired, .replaceRequested,
            .replaceRejected, .replaced, .rejected, .stopped, .calculated, .doneForDay, .timedOut, .notFound:
            return false
        }
    }

    // MARK: - Terms

    /// The terms of an order are others than before. What was asked for, give or take some ticks, is the venue's grid; anything
    /// else is somebody's doing.
    mutating func noteTerms(of order: Order, before: Order) {
        let symbol = order.symbol
        guard order.terms != before.terms, order.isWorking, order.isExit else { return }
        let asked = state.inFlight.request(for: order.id)?.replacement
        let increment = state.broker?.capabilities.priceIncrement(of: symbol) ?? .usEquity
        if order.terms.type.isStop {
            let wanted = with(before.terms) {
                $0.stopPrice = asked?.stopPrice ?? $0.stopPrice
                $0.limitPrice = asked?.limitPrice ?? $0.limitPrice
            }
            guard wanted.stopPrice != order.terms.stopPrice || wanted.limitPrice != order.terms.limitPrice else {
                return noteSize(of: order, before: before)
            }
            if let level = ProtectiveStop(of: wanted), let rests = ProtectiveStop(of: order.terms),
                increment.isRounded(level.stopPrice, to: rests.stopPrice),
                increment.isRounded(level.limitPrice, to: rests.limitPrice)
            {
                return state.plans.settle(symbol, stop: level, as: rests)
            }
        } else {
            let wanted = asked?.limitPrice ?? before.terms.limitPrice
            guard wanted != order.terms.limitPrice else { return noteSize(of: order, before: before) }
            if let wanted, let rests = order.terms.limitPrice, increment.isRounded(wanted, to: rests) {
                return state.plans.settle(symbol, target: wanted, as: rests)
            }
        }
        // A replacement of ours that is not carried out yet. Of an order that is in flight for another reason, as after a word that
        // it is over or is going to be changed, it is news, and so is a price that is neither the one before nor the one asked for.
        guard !before.status.isInFlight || asked == nil || !order.terms.hasPrices(of: before.terms) else { return }
        state.inFlight.changedByOthers(order.id)
        state.plans.noteChange(of: order.id, symbol)
        awaitLists(of: symbol)
    }

    /// A leg shrinks with its sibling; alone, it was somebody's doing.
    private mutating func noteSize(of order: Order, before: Order) {
        guard order.terms.quantity != before.terms.quantity, !before.status.isInFlight,
            order.leavesQuantity != before.leavesQuantity, order.groupID == nil
        else { return }
        alert(
            .warning, order.symbol,
            .orderResizedByOthers(order.id, from: before.terms.quantity, to: order.terms.quantity))
        awaitLists(of: order.symbol)
    }

    private mutating func awaitLists(of symbol: Symbol) {
        state.holds.awaitSnapshot(symbol, of: state.now)
        state.reconciler.requestSnapshot(by: state.now)
    }

    /// Position and orders have been read again: a tighter stop is the plan's from now on; what is looser, or another target,
    /// is left as it is for as long as the plan wants the same as before.
    mutating func decideChangeByOthers(_ symbol: Symbol) {
        guard let id = state.plans.levelsByOthers(symbol)?.changed, !isHeld(symbol), !hasUnconfirmedPosition(symbol),
            // What is not known to rest is nobody's word.
            state.portfolio.orders[id]?.status != .unknown
        else { return }
        state.plans.endChange(symbol)
        guard let order = state.portfolio.orders[id], order.isWorking, let plan = state.plans[symbol],
            let record = state.portfolio.positions[symbol], let capabilities = state.broker?.capabilities,
            order.terms.side == record.exitSide
        else { return }
        let fitted = capabilities.fitting(plan, isLong: record.isLong)
        let increment = capabilities.priceIncrement(of: symbol)
        if let wanted = fitted.stop, let rests = ProtectiveStop(of: order.terms), order.terms.type.isStop {
            guard wanted != rests else { return state.plans.settle(symbol, stop: wanted, as: rests) }
            decideStop(symbol, wanted, rests, increment, isLong: record.isLong)
        } else if let wanted = fitted.target, let rests = order.terms.limitPrice {
            state.plans.settle(symbol, target: wanted, as: rests)
            guard !increment.isRounded(wanted, to: rests) else { return }
            alert(.warning, symbol, .targetMovedByOthers(from: wanted, to: rests))
        }
    }

    /// The plan was restated: whether a stop that somebody has moved is tighter or looser than that is seen anew.
    mutating func compareStopAgain(of symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol],
            let stop = Exits(of: record, in: state.portfolio.orders).stops.first(where: { !$0.isExternal })
        else { return }
        state.plans.noteChange(of: stop.id, symbol)
        awaitLists(of: symbol)
    }

    private mutating func decideStop(
        _ symbol: Symbol, _ wanted: ProtectiveStop, _ rests: ProtectiveStop, _ increment: PriceIncrement, isLong: Bool
    ) {
        let isRounded =
            increment.isRounded(wanted.stopPrice, to: rests.stopPrice)
            && increment.isRounded(wanted.limitPrice, to: rests.limitPrice)
        if !isRounded, Merge.isTighter(rests, than: wanted, isLong: isLong) {
            state.plans.tighten(symbol, to: rests)
            return alert(.warning, symbol, .stopTightenedByOthers(from: wanted.stopPrice, to: rests.stopPrice))
        }
        state.plans.settle(symbol, stop: wanted, as: rests)
        guard !isRounded else { return }
        alert(.warning, symbol, .stopLoosenedByOthers(from: wanted.stopPrice, to: rests.stopPrice))
    }

    // MARK: - Handing over

    /// A person, or the configuration, hands an order over that is not ours: from now on it is treated as one of ours.
    mutating func handOver(_ id: ClientOrderID, who: String, why: String) {
        guard let order = state.portfolio.orders[id], takeOver(order) else {
            return alert(.warning, nil, .orderNotHandedOver(id))
        }
        alert(.notice, order.symbol, .orderHandedOver(order.terms, who: who, why: why))
        adoptExitsIntoPlan(order.symbol)
        afterChange(of: order.symbol)
    }

    /// Where the configuration hands all of them over: those that would close the position.
    mutating func takeOverExternalOrders(of symbol: Symbol) {
        guard state.configuration.managesExternalOrders, let record = state.portfolio.positions[symbol] else { return }
        for order in state.portfolio.orders.working(symbol)
        where order.isExternal && order.terms.side == record.exitSide {
            _ = takeOver(order)
        }
    }

    private mutating func takeOver(_ order: Order) -> Bool {
        let closes = state.portfolio.positions[order.symbol].map { order.terms.side == $0.exitSide } ?? false
        let role: OrderRole =
            switch order.terms.type {
            case _ where !closes: .entry
            case .stop, .stopLimit, .trailingStop: .stop
            case .limit: .target
            case .market: .reduce
            }
        return state.portfolio.orders.takeOver(order.id, as: role)
    }
}

extension NewOrder {
    fileprivate func hasPrices(of other: NewOrder) -> Bool {
        stopPrice == other.stopPrice && limitPrice == other.limitPrice
    }
}
