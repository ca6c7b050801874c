import Trading

/// The broker's words about orders: booked once, by the table, and answered with the next step.
extension Orchestrator {
    mutating func takeReport(_ report: ExecutionReport) throws(NumericError) {
        if let defect = report.defect {
            return alert(.warning, nil, "a report on \(report.clientOrderID) was not taken: \(defect)")
        }
        guard state.portfolio.orders[report.clientOrderID] != nil || report.terms != nil else {
            alert(
                .warning, nil,
                "the broker reports \(report.event.rawValue) on \(report.clientOrderID), which is not known here")
            return askForBrokerState()
        }
        if state.portfolio.orders[report.clientOrderID] == nil, let terms = report.terms { adoptForeign(terms) }
        try settle(report)
        guard let symbol = state.portfolio.orders[report.clientOrderID]?.symbol else { return }
        try afterChange(of: symbol)
    }

    /// Applies one word to its order and to the portfolio.
    mutating func settle(_ report: ExecutionReport) throws(NumericError) {
        guard var order = state.portfolio.orders[report.clientOrderID] else { return }
        var event = report.event
        var words = report.reason ?? order.words
        if let execution = report.executionID, let price = report.price, let quantity = report.quantity {
            guard !state.portfolio.orders.isBooked(execution, of: order.id) else { return }
            state.portfolio.orders.markBooked(execution, of: order.id)
            try order.book(quantity, at: price)
            event = order.filledQuantity >= order.terms.quantity ? .fill : .partialFill
            words = try bookFill(order, quantity, price, at: report.at)
        }
        // A last execution may come with another word, such as a cancel: both are true.
        if event != report.event, report.event != .fill, report.event != .partialFill {
            _ = order.apply(event, at: state.now)
            event = report.event
        }
        if let terms = report.terms, event == .restated { restate(&order, terms) }
        let answersRequest = !order.status.isInDoubt || event != .restated || isRequested(order)
        if let id = report.brokerOrderID { order.brokerOrderID = id }
        if let reason = report.reason { order.reason = reason }
        let before = order.status
        // After a lost cancel or replacement, a word that does not answer it leaves the doubt where it is.
        let transition =
            (order.doubtsRequest && event.answersNoRequest) || !answersRequest
            ? OrderLifeCycle.Transition.stay : order.apply(event, at: state.now)
        state.portfolio.orders.put(order)
        keepDeadline(of: order)
        if transition == .refused {
            alert(
                .warning, order.symbol,
                "\(order.id) is \(before.rawValue), and the broker reports \(event.rawValue); it is asked")
            return ask(about: order.id)
        }
        if event != .accepted, order.status != before || event == .partialFill || event == .restated {
            tell(order, event, words)
        }
        try react(to: event, of: order)
    }

    /// An order in doubt is asked about until the doubt ends.
    mutating func keepDeadline(of order: Order) {
        if !order.status.isInDoubt {
            state.deadlines[order.id] = nil
        } else if state.deadlines[order.id] == nil {
            expectWord(on: order.id)
        }
        if !order.isWorking { state.requests[order.id] = nil }
    }

    /// Its terms are those that were asked for, and not merely those that its group gave it in the meantime.
    private func isRequested(_ order: Order) -> Bool {
        state.requests[order.id]?.replacement?.isMet(by: order.terms) ?? true
    }

    private func restate(_ order: inout Order, _ terms: NewOrder) {
        let role = order.terms.role
        order.terms = terms
        order.terms.role = role
    }

    /// Into position and cash; returns the words for it.
    private mutating func bookFill(
        _ order: Order, _ quantity: Quantity, _ price: Price, at time: Timestamp
    ) throws(NumericError) -> String {
        let symbol = order.symbol
        let entry = state.entering[symbol]
        let opened = state.portfolio.positions[symbol] == nil
        let locked = try state.portfolio.book(
            order.terms.side, quantity, symbol, at: price, time: time, bookedAt: state.now,
            initialStop: order.terms.role == .entry ? entry?.stop.stopPrice : nil)
        state.risk.lossIsDue = true
        if order.terms.role == .entry, opened, let entry { turnEntryIntoPosition(symbol, entry) }
        state.lockedIn[symbol] = try (state.lockedIn[symbol] ?? .zero) + locked
        if order.filledQuantity > order.terms.quantity {
            alert(
                .emergency, symbol,
                "\(order.id) is filled beyond its quantity: \(order.filledQuantity) of \(order.terms.quantity)")
        }
        let verb = order.terms.side == .sell ? "sold" : "bought"
        let profit = locked.isZero ? "" : ", $\(locked.words) locked in"
        return "\(verb) \(quantity) \(symbol) at \(price.text(minimumDecimals: 2))\(profit)"
    }

    private mutating func turnEntryIntoPosition(_ symbol: Symbol, _ entry: Entry) {
        state.plans[symbol]?.stop = entry.stop
        state.plans[symbol]?.stopOwner = nil
        state.plans[symbol]?.target = entry.target
        state.plans[symbol]?.targetOwner = nil
        state.plans[symbol]?.entry = nil
    }

    private mutating func react(to event: OrderEvent, of order: Order) throws(NumericError) {
        switch event {
        case .rejected:
            // A group is refused as a whole: its last leg counts.
            let awaitsOthers = state.portfolio.orders.working(order.symbol).contains {
                order.groupID != nil && $0.groupID == order.groupID && $0.status == .pendingNew
            }
            if !awaitsOthers { pauseAfterRefusal(order.symbol) }
        case .cancelRejected, .replaceRejected:
            ask(about: order.id)
            if order.isWorking { pauseAfterRefusal(order.symbol) }
        case .new, .held, .canceled, .restated: state.pauses[order.symbol]?.refusals = 0
        case .fill, .partialFill:
            if order.status == .filled { expectSiblingsToEnd(order) }
            noteProgress(order)
            switch order.terms.role {
            case .stop, .target, .foreign, .entry:
                try beginUrgentCycle("\(order.terms.role.rawValue) of \(order.symbol) filled")
            case .reduce: break
            }
        case .accepted, .cancelRequested, .pendingCancel, .expired, .replaceRequested, .pendingReplace, .replaced,
            .suspended, .stopped, .calculated, .doneForDay, .timedOut, .notFound:
            break
        }
    }

    /// One cancels the other: the broker ends the other exit leg by itself. Until its word comes the leg is in doubt, so
    /// that nothing is done that relies on it either way; without a word it is asked about.
    private mutating func expectSiblingsToEnd(_ order: Order) {
        guard let group = order.groupID, order.terms.role == .stop || order.terms.role == .target else { return }
        for sibling in state.portfolio.orders.working(order.symbol)
        where sibling.groupID == group && sibling.terms.role != .entry {
            var changed = sibling
            guard changed.apply(.cancelRequested, at: state.now) != .refused else { continue }
            state.portfolio.orders.put(changed)
            expectWord(on: sibling.id)
        }
    }

    /// A plan's reduction ends when the position is within it; a plan ends with its position. Both are outcomes.
    private mutating func noteProgress(_ order: Order) {
        let symbol = order.symbol
        guard let plan = state.plans[symbol] else { return }
        let words =
            "\(order.terms.side == .sell ? "sold" : "bought") \(order.filledQuantity) at \(order.averageFillPrice?.text(minimumDecimals: 2) ?? "?") by \(order.terms.role.rawValue) order"
        let record = state.portfolio.positions[symbol]
        if let record, let limit = plan.quantityLimit, record.size <= limit {
            state.plans[symbol]?.quantityLimit = nil
        } else if record != nil || order.terms.side == plan.entry?.side {
            return
        }
        let locked = state.lockedIn[symbol] ?? .zero
        self.record(
            .outcome(
                Outcome(
                    decision: plan.id, symbol: symbol, words: words, remaining: record?.size ?? .zero,
                    lockedIn: locked, realisedProfit: record?.realisedProfit ?? locked,
                    heldFor: record.map { state.now - $0.openedAt } ?? .zero)))
        state.lockedIn[symbol] = nil
        if record == nil { forgetPlan(symbol) }
    }

    mutating func forgetPlan(_ symbol: Symbol) {
        state.plans[symbol]?.quantityLimit = nil
        state.plans[symbol]?.stop = nil
        state.plans[symbol]?.stopOwner = nil
        state.plans[symbol]?.target = nil
        state.plans[symbol]?.targetOwner = nil
        state.told[symbol] = nil
    }

    /// Protection is looked at, and the next step taken.
    mutating func afterChange(of symbol: Symbol) throws(NumericError) {
        watchProtection(symbol)
        try advance(symbol)
        // A plan that is empty, flat and without orders has done its work.
        if let plan = state.plans[symbol], plan.isEmpty, state.portfolio.positions[symbol] == nil,
            state.portfolio.orders.working(symbol).isEmpty
        {
            state.plans[symbol] = nil
        }
    }

    /// A command that never left this process: known, so no doubt.
    mutating func takeUndelivered(_ command: OrderCommand, _ why: String) throws(NumericError) {
        func word(_ id: ClientOrderID, _ event: OrderEvent) -> ExecutionReport {
            ExecutionReport(clientOrderID: id, event: event, reason: "not delivered: \(why)", at: state.now)
        }
        switch command {
        case .submit(let submission):
            for order in submission.orders { try settle(word(order.clientOrderID, .rejected)) }
        case .cancel(let id): try settle(word(id, .cancelRejected))
        case .replace(let replacement): try settle(word(replacement.clientOrderID, .replaceRejected))
        case .query, .reconcile: break
        }
        alert(.warning, nil, "a command could not be delivered to the broker: \(why)")
    }
}

extension Order {
    /// It rested, a cancel or replacement was asked for, and nobody knows what became of that.
    fileprivate var doubtsRequest: Bool { status == .unknown && statusBeforePending != nil }
}

extension OrderEvent {
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
