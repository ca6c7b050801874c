import Trading

/// The broker's reports about orders: booked once, by the table, and answered with the next step.
extension Orchestrator {
    mutating func applyReport(_ report: ExecutionReport) throws(NumericError) {
        if let defect = report.defect(telling: fillReporting) {
            return alert(.warning, nil, .reportNotTaken(order: report.clientOrderID, defect))
        }
        guard let known = state.portfolio.orders[report.clientOrderID] else { return noteUnknownOrder(report) }
        guard !state.inFlight.hasUnseenEnd(known.id) else {
            noteUnbookedFill(report, of: known.terms, booked: known.filledQuantity)
            return state.reconciler.discrepancy(of: known.symbol) == nil ? () : requestReconcile()
        }
        try process(report, needsSum: report.event.endsWithFills)
        guard let symbol = state.portfolio.orders[report.clientOrderID]?.symbol else { return }
        afterChange(of: symbol)
    }

    /// Applies one report to its order and to the portfolio.
    /// - Parameters:
    ///   - needsSum: the broker must say how much is filled, or is asked before the report is taken.
    ///   - isCertain: a refusal is that of the request under way, whatever was refused before.
    mutating func process(
        _ received: ExecutionReport, needsSum: Bool = false, isCertain: Bool = false
    ) throws(NumericError) {
        guard var order = state.portfolio.orders[received.clientOrderID],
            let report = try newExecution(in: received, of: order)
        else { return }
        var event = report.event
        var note = report.reason.map(OrderNote.reason) ?? .terms(order.terms)
        if let execution = report.executionID, let price = report.price, let quantity = report.quantity {
            guard !state.portfolio.orders.isBooked(execution, of: order.id) else { return }
            state.portfolio.orders.markBooked(execution, of: order.id)
            if let before = state.inFlight.adoptedFill(of: order.id), report.cumulativeQuantity ?? .zero <= before {
                return
            }
            try order.book(quantity, at: price)
            event = order.filledQuantity >= order.terms.quantity ? .fill : .partialFill
            note = try bookFill(order, report, execution, quantity, price)
        }
        // A last execution may come with another event, such as a cancel: both are true.
        if event != report.event, report.event != .fill, report.event != .partialFill {
            _ = move(&order, by: event)
            event = report.event
        }
        if let terms = report.terms, let why = order.mismatch(terms) {
            alert(.emergency, order.symbol, .termsNotTaken(order: order.id, why))
            return queryMissedFills(of: order, event, report.cumulativeQuantity)
        }
        let asBefore = order
        if let terms = report.terms { restate(&order, terms, event, at: report.at) }
        // It is recorded as it is now, not as it was before.
        if event == .restated, report.reason == nil { note = .terms(order.terms) }
        if report.cumulativeQuantity.map({ $0 > order.filledQuantity }) ?? needsSum {
            return queryMissedFills(of: order, event, report.cumulativeQuantity)
        }
        let answersRequest = !order.status.isInFlight || event != .restated || isRequested(order)
        if let id = report.brokerOrderID { order.brokerOrderID = id }
        if let reason = report.reason { order.reason = reason }
        let isOldRefusal =
            !isCertain && event.isRefusal && order.status.isInFlight
            && state.inFlight.request(for: order.id)?.isRefused(by: event, at: report.at) == false
        let (before, wasAtVenue) = (order.status, order.hasBeenAtVenue)
        // After a lost cancel or replacement, a report that does not answer it leaves the order in flight.
        let transition =
            (order.isRequestUnknown && event.answersNoRequest) || !answersRequest || isOldRefusal
            ? OrderLifeCycle.Transition.stay : move(&order, by: event)
        // The way to the venue has ended here.
        if !wasAtVenue, order.hasBeenAtVenue { state.inFlight.reachedVenue(order.id, at: state.now) }
        state.portfolio.orders.put(order)
        noteTerms(of: order, before: asBefore)
        noteEndByOthers(order, event, from: before, at: report.at)
        keepDeadline(of: order)
        // While it was in flight nothing could be said of a position that differed: now it is looked at, before anything is done.
        if before.isInFlight, !order.status.isInFlight, state.reconciler.discrepancy(of: order.symbol) != nil {
            awaitBrokerSnapshot(of: order.symbol)
        }
        if transition == .refused {
            alert(.warning, order.symbol, .reportConflicts(order: order.id, status: before, event: event))
            if before == .rejected, event.isLife { doubtAgain(order) }
            return sendQuery(about: order.id)
        }
        if livesAgain(order, event, from: before, at: report.at) {
            alert(.warning, order.symbol, .orderLives(order.id))
            doubtAgain(order)
            return sendQuery(about: order.id)
        }
        if isOldRefusal { return sendQuery(about: order.id) }
        if before.isInFlight, !order.status.isInFlight { state.inFlight.reported(order.id) }
        if event.isRefusal, before.isInFlight, !isCertain { state.inFlight.refused(order.id, at: report.at) }
        if event != .accepted, order.status != before || event == .partialFill || event == .restated {
            recordOrder(order, event, note)
        }
        followReplacement(of: order, event)
        // What was over, and still is, as after a reconnect on which all is told again: nothing follows from it once more.
        guard !before.isTerminal || order.status != before || event == .fill || event == .partialFill else { return }
        react(to: event, of: order)
    }

    private func legs(of group: OrderGroupID?) -> [Order] {
        guard let group else { return [] }
        return Self.legs.compactMap { state.portfolio.orders[ClientOrderID(unchecked: group.text + $0)] }
    }

    /// It was given up, and lives: it is in flight until the broker has said what it is, so that its shares are not
    /// offered once more.
    private mutating func doubtAgain(_ order: Order) {
        var changed = order
        changed.status = .unknown
        changed.statusBeforePending = nil
        changed.updatedAt = state.now
        state.portfolio.orders.put(changed)
        keepDeadline(of: changed)
        recordOrder(changed, .timedOut, .terms(changed.terms))
    }

    /// An execution was reported and did not arrive, or may have been: the order is in flight until the broker has reported
    /// it again, so that nothing is done on a position that is not what it seems.
    private mutating func queryMissedFills(of order: Order, _ event: OrderEvent, _ sum: Quantity?) {
        var uncertain = order
        _ = move(&uncertain, by: .timedOut)
        state.portfolio.orders.put(uncertain)
        keepDeadline(of: uncertain)
        recordOrder(uncertain, event, .fillsDiffer(brokers: sum, ours: order.filledQuantity))
        sendQuery(about: order.id)
    }

    private var fillReporting: BrokerCapabilities.Executions { state.broker?.capabilities.executions ?? .each }

    /// Where the broker reports sums, what has come since the last one; nil for a sum that is known.
    private func newExecution(in report: ExecutionReport, of order: Order) throws(NumericError) -> ExecutionReport? {
        guard fillReporting == .cumulative, report.executionID == nil, let sum = report.cumulativeQuantity else {
            return report
        }
        if let execution = try report.execution(beyond: order) { return execution }
        return sum < order.filledQuantity || report.event == .partialFill ? nil : report
    }

    /// An order in flight is asked about until the doubt ends, and a market order until it is over: it takes no time, so
    /// that no report means a report that was lost.
    mutating func keepDeadline(of order: Order) {
        state.inFlight.follow(order, at: state.now, reportBy: state.now + state.configuration.commandTimeout)
    }

    /// Its terms are those that were asked for, and not merely those that its group gave it in the meantime.
    private func isRequested(_ order: Order) -> Bool {
        state.inFlight.request(for: order.id)?.replacement.map { isMet($0, by: order.terms) } ?? true
    }

    /// Terms are what was asked for, as the venue's grid has them.
    func isMet(_ replacement: OrderReplacement, by terms: NewOrder) -> Bool {
        let counting = state.broker?.capabilities.replacementQuantity ?? .total
        let increment = state.broker?.capabilities.priceIncrement(of: terms.symbol) ?? .usEquity
        var rounded = replacement
        if increment.isRounded(replacement.stopPrice, to: terms.stopPrice) { rounded.stopPrice = terms.stopPrice }
        if increment.isRounded(replacement.limitPrice, to: terms.limitPrice) { rounded.limitPrice = terms.limitPrice }
        return rounded.isMet(by: terms, counting: counting)
    }

    /// The newest terms hold, whatever the order in which reports arrive. A successor's first report has its own. An order that
    /// is over has none; if it lives all the same, what the broker answers about it are news.
    private func restate(_ order: inout Order, _ terms: NewOrder, _ event: OrderEvent, at time: Timestamp) {
        let isFirst = order.replacesOrder != nil && (event == .new || event == .accepted)
        guard event == .restated || isFirst, !order.status.isTerminal, time >= order.termsAt ?? time else { return }
        let role = order.terms.role
        order.terms = terms
        order.terms.role = role
        order.termsAt = time
    }

    /// Into position and cash.
    private mutating func bookFill(
        _ order: Order, _ report: ExecutionReport, _ execution: ExecutionID, _ quantity: Quantity, _ price: Price
    ) throws(NumericError) -> OrderNote {
        let symbol = order.symbol
        let charges = try believedCharges(try report.charges(), of: order, quantity, price)
        let entry = state.plans.sentEntry(symbol)
        let before = state.portfolio.positions[symbol]
        let booked = try state.portfolio.book(
            order.terms.side, quantity, symbol, at: price, charges: charges, time: report.at, bookedAt: state.now,
            initialStop: order.terms.role == .entry ? entry?.stop.stopPrice : nil,
            isEntry: order.terms.role == .entry)
        state.portfolio.orders.note(booked, of: execution, in: order.id)
        let realized = booked.realized
        state.risk.noteFill()
        try noteTrade(order.terms.side, quantity, symbol, at: price, before: before)
        if order.terms.role == .reduce {
            takeRungs(symbol)
            state.plans.noteReduced(symbol)
            state.approvals.reduced(symbol, by: quantity)
        }
        // What was planned for one side means the opposite on the other.
        let after = state.portfolio.positions[symbol]
        if let before, after == nil {
            let closed = ClosedPosition(
                realizedProfit: try before.realizedProfit + realized, heldFor: state.now - before.openedAt)
            state.plans.positionClosed(symbol, closed, at: state.now)
            state.reconciler.settleUnbookedFills(of: symbol)
            noteClosed(before, profit: closed.realizedProfit)
        }
        if let before, let after, before.isLong != after.isLong { resetPlan(symbol) }
        if after != nil, before == nil || before?.isLong != after?.isLong { state.cycle.overtake(symbol) }
        if order.terms.role == .external, let before, let after, after.size > before.size { endGrownReduction(symbol) }
        if order.terms.role == .entry, before == nil, let entry { planForFilledEntry(symbol, entry) }
        // Also when a leg's fill was reported before its entry's, and nothing is held any more: it was entered once.
        if order.terms.role == .entry { state.plans.dropEntry(symbol) }
        // What an entry costs is the position's loss, and not that of the decision that ends it.
        if booked.closed.isPositive { try state.plans.addRealized(realized, symbol) }
        if order.filledQuantity > order.terms.quantity {
            alert(
                .emergency, symbol, .overfilled(order: order.id, filled: order.filledQuantity, of: order.terms.quantity)
            )
            // More shares than were asked for, or the same ones reported twice: only the position shows it.
            awaitBrokerSnapshot(of: symbol)
        }
        let isCharged = report.fees != nil || report.taxes != nil
        return .fill(
            side: order.terms.side, quantity: quantity, symbol: symbol, price: price,
            realized: booked.closed.isPositive ? realized : .zero, charges: isCharged ? charges : nil)
    }

    mutating func planForFilledEntry(_ symbol: Symbol, _ entry: Entry) {
        // A fill that comes after its order was over, and with it the plan, brings its stop all the same.
        state.plans.enter(symbol, entry, id: DecisionID(cycle: state.cycle.number, symbol: symbol))
    }

    private mutating func react(to event: OrderEvent, of order: Order) {
        switch event {
        case .rejected:
            // A group is refused as a whole: its last leg counts.
            let awaitsOthers = state.portfolio.orders.working(order.symbol).contains {
                order.groupID != nil && $0.groupID == order.groupID && $0.status == .pendingNew
            }
            state.holds.noteRefusalReason(order.reason, of: order.symbol)
            if !awaitsOthers {
                holdAfterRefusal(order.symbol, isNextAnother: noteRefused(order))
            }
        case .cancelRejected, .replaceRejected:
            sendQuery(about: order.id)
            if order.isWorking { holdAfterRefusal(order.symbol) }
            if event == .replaceRejected { noteRefusedMove(order) }
        case .new, .held, .canceled, .restated:
            if order.terms.role == .stop, event == .new { stopRests(order) }
            if order.terms.role == .entry, event == .new { state.holds.endBackoff(order.symbol, .entry) }
            if event == .restated || order.replacesOrder != nil { state.holds.endBackoff(order.symbol, .move) }
            state.holds.endRefusals(order.symbol)
        case .fill, .partialFill:
            if order.status == .filled { expectSiblingsToEnd(order) }
            if order.terms.role == .reduce { state.holds.endBackoff(order.symbol, .reduction) }
            if order.terms.role == .entry { state.holds.endBackoff(order.symbol, .entry) }
            recordOutcome(order)
            switch order.terms.role {
            case .stop, .target, .external, .entry:
                requestUrgentCycle(.filled(role: order.terms.role, symbol: order.symbol))
            case .reduce: break
            }
        case .accepted, .cancelRequested, .pendingCancel, .expired, .replaceRequested, .pendingReplace, .replaced,
            .suspended, .stopped, .calculated, .doneForDay, .timedOut, .notFound:
            break
        }
    }

    /// I-REF-1: a refusal changes the next try: protection is sent in a simpler form, and what cannot be sent in another is tried
    /// again later each time.
    /// - Returns: whether another form of protection is next.
    private mutating func noteRefused(_ order: Order) -> Bool {
        let (symbol, cycle) = (order.symbol, state.cycle.number)
        switch order.terms.role {
        case .reduce:
            let size = state.portfolio.positions[symbol]?.size ?? .zero
            state.holds.backOff(symbol, order.terms.quantity >= size ? .wholeExit : .part, cycle: cycle)
        case .stop, .target:
            if order.groupKind == .bracket {
                state.holds.refuseBracket(symbol)
            } else if isRemainder(order) {
                state.holds.backOff(symbol, .remainder, cycle: cycle)
            } else if let capabilities = capabilities(of: symbol) {
                // Of a group the target may be the last leg.
                let level = order.terms.stopPrice ?? state.plans[symbol]?.stop?.stopPrice
                return state.holds.refuseProtection(order, at: level, capabilities, cycle: cycle)
            }
        case .entry:
            if order.groupKind == .bracket { state.holds.refuseBracket(symbol) }
            state.holds.backOff(symbol, order.terms.backoff, cycle: cycle)
        case .external: break
        }
        return false
    }

    private mutating func stopRests(_ order: Order) {
        let symbol = order.symbol
        let form = state.holds.form(symbol)
        state.plans.noteStopRests(symbol)
        guard !isRemainder(order) else { return state.holds.remainderTaken(symbol) }
        state.holds.protectionTaken(symbol)
        if form.isWhole { state.holds.backOff(symbol, .remainder, cycle: state.cycle.number) }
        guard form != .planned, order.groupKind == nil, let record = state.portfolio.positions[symbol],
            state.holds.report(.protectedOtherwise(form), of: symbol)
        else { return }
        alert(.warning, symbol, .protectedOtherwise(form, quantity: order.terms.quantity, of: record.size))
    }

    /// One cancels the other: the broker ends the other exit leg by itself. Until its report comes the leg is in flight, so
    /// that nothing is done that relies on it either way; without a report it is asked about.
    private mutating func expectSiblingsToEnd(_ order: Order) {
        guard let group = order.groupID, order.terms.role == .stop || order.terms.role == .target else { return }
        for sibling in state.portfolio.orders.working(order.symbol)
        where sibling.groupID == group && sibling.terms.role != .entry {
            var changed = sibling
            guard move(&changed, by: .cancelRequested) != .refused else { continue }
            state.portfolio.orders.put(changed)
            expectReport(on: sibling.id)
        }
    }

    /// A plan's reduction ends when the position is within it; a plan ends with its position. Both are outcomes.
    private mutating func recordOutcome(_ order: Order) {
        let symbol = order.symbol
        guard let plan = state.plans[symbol] else { return }
        let execution = Outcome.Execution(
            side: order.terms.side, quantity: order.filledQuantity, averagePrice: order.averageFillPrice,
            role: order.terms.role)
        let record = state.portfolio.positions[symbol]
        if let record, let limit = plan.quantityLimit, isWithin(limit, record) {
            completeReduction(symbol)
        } else if record != nil || order.terms.side == plan.entry?.side {
            return
        }
        let realized = state.plans.takeRealized(symbol)
        let closed = state.plans.takeClosed(symbol)
        self.record(
            .outcome(
                Outcome(
                    decision: plan.id, symbol: symbol, execution: execution, remaining: record?.size ?? .zero,
                    realizedByDecision: realized,
                    realizedProfit: record?.realizedProfit ?? closed?.realizedProfit ?? realized,
                    heldFor: record.map { state.now - $0.openedAt } ?? closed?.heldFor ?? .zero)))
        if record == nil { resetPlan(symbol) }
    }

    /// The position is within the limit of its plan, whoever has brought it there.
    mutating func completeReduction(_ symbol: Symbol) {
        takeRungs(symbol)
        state.plans.endReduction(symbol)
    }

    private mutating func takeRungs(_ symbol: Symbol) {
        state.portfolio.take(rungs: state.plans.takeRungs(symbol), of: symbol, at: state.now)
    }

    /// I-WISH-3: what nobody has asked for since the process started, or the broker came back: no entry is sent, and no reduction is
    /// begun, before a policy asks for it again. What was begun is finished.
    mutating func dropWishes() {
        state.plans.dropEntries()
        guard !state.control.isFlattening else { return }
        let sessions = state.broker?.capabilities.sessions ?? []
        for plan in state.plans.all {
            if state.marked.isReducing(plan.symbol, plan, sessions: sessions, at: state.now) {
                state.plans.withdrawReduction(plan.symbol)
            } else {
                state.plans.endReduction(plan.symbol)
            }
        }
    }

    mutating func resetPlan(_ symbol: Symbol) {
        state.plans.reset(symbol)
        state.audit.reset(symbol)
        // The stop that the core has set itself is gone as well, and is set again when nobody else does.
        state.protection.rearm(symbol, limit: state.configuration.unprotectedLimit)
    }

    /// Protection is looked at, and the next step taken.
    mutating func afterChange(of symbol: Symbol) {
        watchProtection(symbol)
        watchBreach(symbol)
        touch(symbol)
        // A plan that is empty, flat and without orders has done its work.
        if let plan = state.plans[symbol], plan.isEmpty, state.portfolio.positions[symbol] == nil,
            state.portfolio.orders.working(symbol).isEmpty
        {
            state.plans.drop(symbol)
            endWaiting(symbol)
        }
    }

    /// A command that never left this process: known, so no doubt.
    mutating func applyCommandNotSent(_ command: OrderCommand, _ why: String) throws(NumericError) {
        func report(_ id: ClientOrderID, _ event: OrderEvent) -> ExecutionReport {
            ExecutionReport(clientOrderID: id, event: event, reason: why, at: state.now)
        }
        switch command {
        case .submit(let submission):
            for order in submission.orders { try process(report(order.clientOrderID, .rejected)) }
        case .cancel(let id):
            state.inFlight.commandNotSent(for: id)
            try process(report(id, .cancelRejected), isCertain: true)
        case .replace(let replacement):
            state.inFlight.commandNotSent(for: replacement.clientOrderID)
            try process(report(replacement.clientOrderID, .replaceRejected), isCertain: true)
        case .query, .reconcile: break
        }
        alert(.warning, nil, .commandNotDelivered(why: why))
    }
}

// MARK: - Successors

extension Orchestrator {
    /// A replacement that is an order of its own: what the broker reports on the one concerns the other.
    private mutating func followReplacement(of order: Order, _ event: OrderEvent) {
        if let first = order.replacesOrder.flatMap({ state.portfolio.orders[$0] }), first.isWorking {
            switch event {
            case .rejected: end(first, .replaceRejected)
            case .notFound, .timedOut: break
            default: end(first, .replaced)
            }
        }
        let successor = state.portfolio.orders.working(order.symbol).first {
            // One whose own cancel is in flight was reported before: an old report on the first says nothing of that.
            $0.replacesOrder == order.id && ($0.status == .pendingNew || $0.status == .unknown) && !$0.isRequestUnknown
        }
        guard let successor else { return }
        if order.status == .replaced {
            end(successor, .accepted)
        } else if !order.isWorking || event == .replaceRejected {
            end(successor, .rejected)
        }
    }

    private mutating func end(_ order: Order, _ event: OrderEvent) {
        var changed = order
        guard move(&changed, by: event) != .refused else { return }
        state.portfolio.orders.put(changed)
        keepDeadline(of: changed)
        recordOrder(changed, event, .terms(changed.terms))
    }
}

extension Order {
    /// The broker has said that the venue had it; a request of ours since then, such as a cancel, changes nothing of that.
    var hasBeenAtVenue: Bool {
        switch status.isInFlight ? statusBeforePending : status {
        case .new, .held, .partiallyFilled, .suspended, .stopped, .calculated, .doneForDay: true
        case .pendingNew, .accepted, .pendingCancel, .pendingReplace, .unknown, .filled, .canceled, .expired,
            .replaced, .rejected, nil:
            false
        }
    }

    /// It rested, a cancel or replacement was asked for, and nobody knows what became of that.
    fileprivate var isRequestUnknown: Bool { status == .unknown && statusBeforePending != nil }
}

extension NewOrder {
    /// As an entry that was refused.
    fileprivate var backoff: Backoff.Subject { .entry(side: side, quantity: quantity, isLimited: type == .limit) }
}

extension Entry {
    /// As an entry that was refused, when it is sent again.
    var backoff: Backoff.Subject { .entry(side: side, quantity: quantity, isLimited: limitPrice != nil) }
}

extension OrderEvent {
    /// A request was refused; the order works on as it did.
    fileprivate var isRefusal: Bool { self == .cancelRejected || self == .replaceRejected }

    /// The order is there.
    fileprivate var isLife: Bool { self == .accepted || self == .new || self == .held }

    /// Ends an order that may be filled in part.
    fileprivate var endsWithFills: Bool {
        switch self {
        case .canceled, .expired, .replaced: true
        case .accepted, .new, .held, .partialFill, .fill, .cancelRequested, .pendingCancel, .cancelRejected,
            .replaceRequested, .pendingReplace, .replaceRejected, .restated, .rejected, .suspended, .stopped,
            .calculated, .doneForDay, .timedOut, .notFound:
            false
        }
    }

    /// True of an order whose cancel or replacement is still under way, and so no answer to that.
    fileprivate var answersNoRequest: Bool {
        switch self {
        case .accepted, .new, .held, .partialFill, .pendingCancel, .pendingReplace, .suspended, .stopped, .calculated,
            .doneForDay:
            true
        case .fill, .cancelRequested, .cancelRejected, .canceled, .expired, .replaceRequested, .replaceRejected,
            .replaced, .restated, .rejected, .timedOut, .notFound:
            false
        }
    }
}
