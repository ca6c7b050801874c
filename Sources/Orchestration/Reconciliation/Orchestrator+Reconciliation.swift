import Trading

/// P6: the broker's account is authoritative. At start, at every reconnect and every so many cycles its state is laid beside ours;
/// each difference is named, written down, and adopted.
extension Orchestrator {
    mutating func brokerReady(_ name: PluginName, _ capabilities: BrokerCapabilities) {
        guard admitBroker(name, capabilities) else { return }
        state.portfolio.connectionBegins()
        if state.reconciler.connected(name, capabilities) { state.holds.forgetForms() }
        state.holds.endBackoffs()
        state.holds.awaitNewerSnapshots(of: state.now)
        dropWishes()
        for emulation in capabilities.emulations { alert(.notice, nil, .brokerEmulation(name, emulation)) }
        reconcileNow()
    }

    mutating func brokerGone(_ name: PluginName, _ why: String) {
        guard state.broker?.name == name else { return }
        state.reconciler.disconnected()
        markInFlightUnknown()
        if handleExpectedDeparture(goneBroker: name, why) { return }
        let now = state.now
        state.reconciler.watch { $0.absent(at: now, reminder: CoreLimits.brokerReminder) }
        alert(.emergency, nil, .brokerGone(name, why: why))
    }

    /// What was asked of a connection that is no more has no answer to wait for.
    mutating func markInFlightUnknown() {
        state.inFlight.dropQueries()
        for order in state.portfolio.orders.allWorking
        where order.status.isInFlight && order.status != .unknown && !order.isExternal {
            var changed = order
            _ = move(&changed, by: .timedOut)
            state.portfolio.orders.put(changed)
            keepDeadline(of: changed)
        }
    }

    /// Reports of the broker are missing: what they said is found again by asking for everything.
    mutating func applyMessageGap(_ name: PluginName, _ what: String) {
        guard state.broker?.name == name else { return }
        alert(.notice, nil, .messagesMissing(name, what: what))
        reconcileNow()
    }

    mutating func applyBrokerSnapshot(_ snapshot: BrokerState, to number: Int64?) throws(NumericError) {
        guard let query = state.inFlight.answered(number), verifyAccount(snapshot), let link = state.broker else {
            return
        }
        state.reconciler.watch { $0.answered() }
        guard admitAccount(snapshot.account) else { return }
        state.portfolio.sees(snapshot.account)
        guard link.queriedOrders.isEmpty, state.reconciler.takesAnswer(to: query.number) else { return }
        let examined = ExaminedState(snapshot)
        tellListDefects(examined)
        let snapshot = examined.snapshot
        if state.reconciler.noteAnswer() { fenceOlderEpochs() }
        if snapshot.account.currency == state.configuration.currency {
            if let told = snapshot.cashMovements { try applyCashMovements(told, isListed: true) }
            state.portfolio.sees(cash: snapshot.account.cash)
        }
        state.reconciler.noteCash(
            snapshot.account.cash, expected: state.portfolio.account?.cash, at: state.now)
        adoptUnknownOrders(snapshot, query)
        activateLegs(snapshot)
        try settleDoubts(snapshot, query)
        let unsettled = state.reconciler.orders(
            of: state.portfolio.orders.allWorking.filter { !examined.unusableOrders.contains($0.id) },
            notSettledBy: snapshot)
        state.reconciler.awaitAnswers(about: unsettled)
        guard unsettled.isEmpty else {
            noteDiscrepancies(snapshot)
            for id in unsettled { sendQuery(about: id) }
            return
        }
        let adopted = try comparePositions(snapshot, queriedAt: query.queriedAt)
        guard state.broker != nil,
            try examineAccount(snapshot, adopted: adopted, queriedAt: query.queriedAt)
        else { return }
        finishReconciliation(isFirst: !link.isReconciled, queriedAt: query.queriedAt)
        followDoubt()
    }

    /// The adapter has seen this epoch: what an older core, or an older connection, sent and it has not taken by now it
    /// will refuse. Only what it took may still be on its way to the venue.
    private mutating func fenceOlderEpochs() {
        state.inFlight.fenceOlderEpochs(at: state.now)
    }

    private mutating func finishReconciliation(isFirst: Bool, queriedAt: Timestamp) {
        state.reconciler.endRounds()
        let open = state.reconciler.openDiscrepancies(isInFlight: isInFlight)
        if isFirst, state.swapMachine.mustMatchPrevious,
            !open.isEmpty || state.portfolio.orders.allWorking.contains(where: \.status.isInFlight)
        {
            // Whoever takes over is asked until all is known, or its time is over.
            state.reconciler.askAgain(at: state.now + .milliseconds(200))
            return
        }
        if isFirst, let oldest = open.values.map(\.since).min() {
            let since = state.reconciler.awaitSettling(at: state.now)
            guard since + state.configuration.unprotectedLimit <= state.now else {
                return state.reconciler.askAgain(at: nextLook(at: oldest + reportLag))
            }
            // Somebody trades there without a pause: that symbol waits on, and the account does not.
            for symbol in open.keys.sorted() { awaitBrokerSnapshot(of: symbol) }
        }
        state.reconciler.agreed(at: state.now)
        endBrokerSilence()
        if isFirst, let name = state.broker?.name { endSwap(with: name) }
        releaseHolds(queriedAt: queriedAt)
        for symbol in state.portfolio.positions.keys.sorted() {
            takeOverExternalOrders(of: symbol)
            watchProtection(symbol)
        }
        touchAll()
        if isFirst { requestUrgentCycle(.reconciled) }
    }

    /// A position that differs is not what it seems, and a list that was asked for too early may be behind: what waits
    /// for the broker's snapshot goes on waiting.
    private mutating func releaseHolds(queriedAt: Timestamp) {
        var next: Timestamp?
        for (symbol, time) in state.holds.awaitingSnapshot {
            let earliest = time.map { $0 + reportLag }
            if let discrepancy = state.reconciler.discrepancy(of: symbol) {
                // What is contradicted is looked at with every cycle.
                guard !state.holds.reportedReasons(of: symbol).contains(where: { $0.kind == .contradiction }) else {
                    continue
                }
                next = min(next ?? discrepancy.since + reportLag, discrepancy.since + reportLag)
            } else if let earliest, queriedAt < earliest {
                next = min(next ?? earliest, earliest)
            } else if !state.holds.awaitsOpen(symbol) || isInSession(symbol) {
                state.holds.releaseSnapshotHold(symbol)
            }
        }
        if let next { state.reconciler.askAgain(at: nextLook(at: next)) }
    }

    /// When the broker's state is asked for again. What is overdue already waits for something else, such as an order in
    /// doubt: it is looked at now and then, so that questions do not use up the budget.
    private func nextLook(at time: Timestamp) -> Timestamp {
        time > state.now ? max(time, state.now + .milliseconds(200)) : state.now + .seconds(1)
    }

    var reportLag: TimeSpan { state.reconciler.reportLag }

    /// The broker's status and terms of a working order replace ours.
    mutating func adoptStatus(of order: Order, from other: Order) {
        guard other.isWorking else { return }
        var changed = order
        changed.status = other.status
        let before = order.status.isInFlight ? order.statusBeforePending : order.status
        changed.statusBeforePending = other.status.isInFlight ? before : nil
        changed.brokerOrderID = other.brokerOrderID ?? order.brokerOrderID
        changed.terms.quantity = other.terms.quantity
        changed.terms.stopPrice = other.terms.stopPrice
        changed.terms.limitPrice = other.terms.limitPrice
        if changed.terms != order.terms { changed.termsAt = max(order.termsAt ?? other.updatedAt, other.updatedAt) }
        guard changed != order else { return }
        changed.updatedAt = state.now
        state.portfolio.orders.put(changed)
        noteTerms(of: changed, before: order)
        keepDeadline(of: changed)
        if order.status != other.status {
            note(
                .statusDrift, order.symbol, order.id, ours: .status(order.status), brokers: .status(other.status),
                done: .adopted)
        }
    }

    /// Orders that the broker has and we do not: placed by hand, by another program, or before this journal began.
    private mutating func adoptUnknownOrders(_ snapshot: BrokerState, _ query: PendingQuery) {
        for order in snapshot.openOrders where state.portfolio.orders[order.id]?.isWorking != true {
            // The list is older than the end that we have seen, or behind it.
            if let ended = state.portfolio.orders[order.id], !isAuthoritative(query, onEndOf: ended) { continue }
            let before = state.portfolio.orders[order.id]
            if let before { alert(.warning, order.symbol, .orderLives(before.id)) }
            var adopted = order
            // One of ours that was given up and lives is ours all the same: it may be in the way.
            adopted.terms.role = before?.terms.role ?? .external
            adoptOrder(adopted)
            if let before { noteTerms(of: adopted, before: before) }
            watchForAnotherCore(order)
        }
    }

    /// Whether a list may show that an order lives whose end was told. That nobody here asked for the end is the doubt that
    /// the list was read for.
    private func isAuthoritative(_ query: PendingQuery, onEndOf ended: Order) -> Bool {
        let soonest = ended.updatedAt + reportLag
        return query.queriedAt > soonest
            || (query.queriedAt == soonest && state.inFlight.isAsked(query, afterEndOf: ended.id))
    }

    /// A leg that waited for its entry and rests now, though no report said so: it never waits again, so that the list is
    /// right about it however old it is.
    private mutating func activateLegs(_ snapshot: BrokerState) {
        for other in snapshot.openOrders where other.status != .held && !other.status.isInFlight {
            guard let order = state.portfolio.orders[other.id], order.status == .held else { continue }
            adoptStatus(of: order, from: other)
        }
    }

    private mutating func adoptOrder(_ order: Order) {
        state.portfolio.orders.put(order)
        state.inFlight.adopt(order, at: state.now, known: state.portfolio.orders.isKnown)
        keepDeadline(of: order)
        note(
            .externalOrder, order.symbol, order.id, ours: .none, brokers: .order(order.terms), done: .leftAsItStands)
    }

    mutating func note(
        _ kind: Discrepancy.Kind, _ symbol: Symbol, _ order: ClientOrderID?, ours: DiscrepancyValue,
        brokers: DiscrepancyValue, done: DiscrepancyDone
    ) {
        record(
            .discrepancy(
                Discrepancy(kind: kind, symbol: symbol, order: order, ours: ours, brokers: brokers, done: done)))
    }
}
