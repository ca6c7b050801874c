import Trading

/// P6: the broker is the truth. At start, at every reconnect and every so many cycles its state is laid beside ours;
/// each difference is named, written down, and adopted.
extension Orchestrator {
    mutating func brokerReady(_ name: PluginName, _ capabilities: BrokerCapabilities) {
        state.broker = BrokerLink(name: name, capabilities: capabilities)
        askForBrokerState()
    }

    mutating func brokerGone(_ name: PluginName, _ why: String) throws(NumericError) {
        guard state.broker?.name == name else { return }
        state.broker = nil
        doubtWhatIsInFlight()
        alert(.emergency, nil, "the broker \(name) is gone: \(why); what rests at the venue stays, nothing is sent")
    }

    /// What was asked of a connection that is no more has no answer to wait for.
    mutating func doubtWhatIsInFlight() {
        state.questions = []
        for order in state.portfolio.orders.allWorking where order.status.isInDoubt && order.status != .unknown {
            var changed = order
            _ = changed.apply(.timedOut, at: state.now)
            state.portfolio.orders.put(changed)
            keepDeadline(of: changed)
        }
    }

    /// Words of the broker are missing: what they said is found again by asking for everything.
    mutating func takeGap(_ name: PluginName, _ what: String) {
        guard state.broker?.name == name else { return }
        alert(.notice, nil, "\(what) of the broker \(name); it is asked for its state")
        askForBrokerState()
    }

    mutating func takeBrokerState(_ truth: BrokerState, to number: Int64?) throws(NumericError) {
        guard let question = state.takeQuestion(number), var link = state.broker, link.questions.isEmpty
        else { return }
        if !link.hasAnswered { outlive() }
        link.hasAnswered = true
        state.portfolio.account = truth.account
        state.portfolio.openings.forget(before: question.askedAt + TimeSpan(nanoseconds: -reportLag.nanoseconds))
        adoptUnknownOrders(truth, askedAt: question.askedAt)
        link.questions = orders(notSettledBy: truth, link)
        link.round += 1
        state.broker = link
        guard link.questions.isEmpty else {
            for id in link.questions { ask(about: id) }
            return
        }
        try comparePositions(truth, askedAt: question.askedAt)
        try finishReconciliation(isFirst: !link.isReconciled)
    }

    /// The adapter has seen this epoch: what an older core, or an older connection, sent and it has not taken by now it
    /// will refuse. Only what it took may still be on its way to the venue.
    private mutating func outlive() {
        for id in state.requests.keys.sorted() { state.requests[id]?.leftBy = state.now }
    }

    private mutating func finishReconciliation(isFirst: Bool) throws(NumericError) {
        state.broker?.round = 0
        state.broker?.truthIsDue = nil
        let open = (state.broker?.suspects ?? [:]).filter { !isInFlight($0.key) }
        if isFirst, let oldest = open.values.map(\.since).min() {
            let due = max(oldest + reportLag, state.now + .milliseconds(200))
            state.broker?.truthIsDue = due
            return
        }
        state.broker?.isReconciled = true
        // A position that differs is not what it seems: what waits for the broker's truth goes on waiting.
        for symbol in state.pauses.keys.sorted() where state.broker?.suspects[symbol] == nil {
            state.pauses[symbol]?.awaitsBrokerState = false
        }
        for symbol in state.portfolio.positions.keys.sorted() { watchProtection(symbol) }
        for symbol in state.plans.keys.sorted() { try advance(symbol) }
        if isFirst { try beginUrgentCycle("the broker's truth and ours agree") }
    }

    private var reportLag: TimeSpan { state.broker?.capabilities.reportLag ?? .zero }

    /// Orders of ours that the broker's list does not settle, sorted: each is asked about.
    private func orders(notSettledBy truth: BrokerState, _ link: BrokerLink) -> [ClientOrderID] {
        var theirs: [ClientOrderID: Order] = [:]
        for order in truth.openOrders { theirs[order.id] = order }
        let unsettled = state.portfolio.orders.allWorking.filter { order in
            // What is in flight gets its own answer; on a new connection it is asked about once.
            guard !order.status.isInDoubt else { return !link.isReconciled && link.round == 0 }
            guard let other = theirs[order.id] else { return true }
            return other.filledQuantity != order.filledQuantity || other.terms.quantity != order.terms.quantity
                || other.terms.stopPrice != order.terms.stopPrice || other.terms.limitPrice != order.terms.limitPrice
        }
        return unsettled.map(\.id).sorted()
    }

    /// The broker's status and terms of a working order replace ours.
    private mutating func adoptStatus(of order: Order, from other: Order) {
        guard other.isWorking else { return }
        var changed = order
        changed.status = other.status
        let before = order.status.isInDoubt ? order.statusBeforePending : order.status
        changed.statusBeforePending = other.status.isInDoubt ? before : nil
        changed.brokerOrderID = other.brokerOrderID ?? order.brokerOrderID
        changed.terms.quantity = other.terms.quantity
        changed.terms.stopPrice = other.terms.stopPrice
        changed.terms.limitPrice = other.terms.limitPrice
        guard changed != order else { return }
        changed.updatedAt = state.now
        state.portfolio.orders.put(changed)
        keepDeadline(of: changed)
        if order.status != other.status {
            note(
                .statusDrift, order.symbol, order.id, ours: order.status.rawValue, brokers: other.status.rawValue,
                done: "adopted")
        }
    }

    /// Orders that the broker has and we do not: placed by hand, by another program, or before this journal began.
    private mutating func adoptUnknownOrders(_ truth: BrokerState, askedAt: Timestamp) {
        for order in truth.openOrders where state.portfolio.orders[order.id]?.isWorking != true {
            // The list is older than the end that we have seen, or behind it.
            if let ended = state.portfolio.orders[order.id], askedAt <= ended.updatedAt + reportLag { continue }
            var adopted = order
            adopted.terms.role = .foreign
            adopt(adopted)
        }
    }

    /// The first word of an order that appeared while we watch.
    mutating func adoptForeign(_ terms: NewOrder) {
        var adopted = terms
        adopted.role = .foreign
        adopt(Order(terms: adopted, submittedAt: state.now))
    }

    private mutating func adopt(_ order: Order) {
        state.portfolio.orders.put(order)
        state.requests[order.id] = Request(number: state.commandCount, leftBy: state.now)
        keepDeadline(of: order)
        note(.foreignOrder, order.symbol, order.id, ours: "none", brokers: order.words, done: "adopted as it stands")
    }

    mutating func note(
        _ kind: Difference.Kind, _ symbol: Symbol, _ order: ClientOrderID?, ours: String, brokers: String, done: String
    ) {
        record(
            .difference(Difference(kind: kind, symbol: symbol, order: order, ours: ours, brokers: brokers, done: done)))
    }
}

// MARK: - Positions

extension Orchestrator {
    private mutating func comparePositions(_ truth: BrokerState, askedAt: Timestamp) throws(NumericError) {
        let isFirst = state.broker?.isReconciled != true
        var theirs: [Symbol: BrokerPosition] = [:]
        for position in truth.positions where !position.quantity.isZero { theirs[position.symbol] = position }
        let symbols = Set(theirs.keys).union(state.portfolio.positions.keys).union(
            state.broker?.suspects.keys ?? [:].keys
        )
        .sorted()
        for symbol in symbols {
            let ours = state.portfolio.positions[symbol]?.quantity ?? .zero
            let brokers = theirs[symbol]?.quantity ?? .zero
            guard ours != brokers else {
                state.broker?.suspects[symbol] = nil
                continue
            }
            // Positions and orders may be out of step for seconds: a difference counts when it stays.
            let isInStep = isFirst && reportLag == .zero
            let before = state.broker?.suspects[symbol]
            let isSame = before?.ours == ours && before?.brokers == brokers
            let stays = isSame && askedAt >= (before?.since ?? askedAt) + reportLag
            if !isInFlight(symbol), stays || isInStep {
                adoptPosition(symbol, theirs[symbol], ours: ours)
            } else if !isSame {
                state.broker?.suspects[symbol] = Suspect(ours: ours, brokers: brokers, since: askedAt)
            }
        }
    }

    /// What the position will be is not known yet.
    private func isInFlight(_ symbol: Symbol) -> Bool {
        state.portfolio.orders.working(symbol).contains { $0.status.isInDoubt || $0.terms.type == .market }
    }

    private mutating func adoptPosition(_ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity) {
        state.broker?.suspects[symbol] = nil
        note(
            .position, symbol, nil, ours: ours.description, brokers: theirs?.quantity.description ?? "0",
            done: "adopted: the broker is the truth")
        guard let theirs else {
            state.portfolio.positions[symbol] = nil
            forgetPlan(symbol)
            return watchProtection(symbol)
        }
        if var record = state.portfolio.positions[symbol], record.isLong == theirs.quantity.isPositive {
            record.quantity = theirs.quantity
            record.averagePrice = theirs.averagePrice
            state.portfolio.positions[symbol] = record
            // A reduction that was completed elsewhere is over; what is bought later is not sold for it.
            if let limit = state.plans[symbol]?.quantityLimit, record.size <= limit {
                state.plans[symbol]?.quantityLimit = nil
            }
        } else {
            forgetPlan(symbol)
            var record = PositionRecord(
                symbol: symbol, quantity: theirs.quantity, averagePrice: theirs.averagePrice, openedAt: state.now)
            record.initialStop = state.configuration.initialStops[symbol]
            if let price = state.portfolio.market.price(symbol) { record.see(price: price) }
            state.portfolio.positions[symbol] = record
        }
        adoptExitsIntoPlan(symbol)
        watchProtection(symbol)
    }

    /// What already rests for a position is wanted until a policy says otherwise.
    private mutating func adoptExitsIntoPlan(_ symbol: Symbol) {
        guard let record = state.portfolio.positions[symbol] else { return }
        let exits = Exits(of: record, in: state.portfolio.orders)
        let id = DecisionID(cycle: state.cycle.number, symbol: symbol)
        var plan = state.plans[symbol] ?? PositionPlan(id: id, symbol: symbol)
        if plan.stop == nil, let terms = exits.stops.first?.terms, let price = terms.stopPrice {
            plan.stop = ProtectiveStop(stopPrice: price, limitPrice: terms.limitPrice)
        }
        if plan.target == nil, let price = exits.targets.first?.terms.limitPrice { plan.target = price }
        if !plan.isEmpty { state.plans[symbol] = plan }
    }
}

// MARK: - Answers

extension Orchestrator {
    /// The broker's word on one order: every execution of it, and what it is now.
    mutating func takeAnswer(_ answer: OrderAnswer, to number: Int64?) throws(NumericError) {
        let question = state.takeQuestion(number)
        if let order = state.portfolio.orders[answer.clientOrderID] {
            try bookMissedExecutions(order, answer)
            if let question, question.order == order.id { try settle(order.id, by: answer.order, question) }
        }
        if state.broker?.questions.contains(answer.clientOrderID) == true {
            state.broker?.questions.removeAll { $0 == answer.clientOrderID }
            if state.broker?.questions.isEmpty == true { try askAgain() }
        }
        guard let symbol = state.portfolio.orders[answer.clientOrderID]?.symbol else { return }
        try afterChange(of: symbol)
    }

    private mutating func askAgain() throws(NumericError) {
        guard let round = state.broker?.round, round < Memory.reconciliationRounds else {
            let why = "the broker's answers do not come together with ours after \(Memory.reconciliationRounds) rounds"
            return restrict(to: .halted, why: why)
        }
        askForBrokerState()
    }

    private mutating func bookMissedExecutions(_ order: Order, _ answer: OrderAnswer) throws(NumericError) {
        // Filled alike: what is not booked by its id was filled before the order was adopted, and is in the position.
        if answer.order?.filledQuantity == order.filledQuantity {
            for id in answer.executions.compactMap(\.executionID)
            where !state.portfolio.orders.isBooked(id, of: order.id) {
                state.portfolio.orders.markBooked(id, of: order.id)
            }
        }
        for execution in answer.executions {
            guard let id = execution.executionID, !state.portfolio.orders.isBooked(id, of: order.id) else { continue }
            if let defect = execution.defect {
                alert(.warning, order.symbol, "an execution of \(order.id) was not taken: \(defect)")
                continue
            }
            note(
                .missedFill, order.symbol, order.id, ours: "not booked",
                brokers: "\(execution.quantity?.description ?? "?") at \(execution.price?.description ?? "?")",
                done: "booked")
            try settle(execution)
        }
    }

    /// - Parameter theirs: the order as the broker has it; nil when it has none.
    private mutating func settle(
        _ id: ClientOrderID, by theirs: Order?, _ question: Question
    ) throws(NumericError) {
        let askedAt = question.askedAt
        guard let order = state.portfolio.orders[id], question.number > state.requests[id]?.number ?? 0 else { return }
        guard let theirs else { return try settleAbsent(order, askedAt) }
        if theirs.isWorking {
            let isNews = order.isWorking ? isSettled(order, by: theirs, askedAt) : askedAt > order.updatedAt
            return isNews ? adoptStatus(of: order, from: theirs) : keepDeadline(of: order)
        }
        guard order.isWorking, let event = Self.ending(theirs.status) else { return }
        try settle(ExecutionReport(clientOrderID: id, event: event, reason: theirs.reason, at: state.now))
    }

    /// What was asked for may still be on its way: that nothing is found is an answer only when nothing can arrive.
    private mutating func settleAbsent(_ order: Order, _ askedAt: Timestamp) throws(NumericError) {
        guard order.isWorking else { return }
        guard nothingCanArrive(for: order, since: askedAt) else {
            guard !order.status.isInDoubt else { return keepDeadline(of: order) }
            return try settle(ExecutionReport(clientOrderID: order.id, event: .timedOut, at: state.now))
        }
        note(
            .lostOrder, order.symbol, order.id, ours: order.status.rawValue, brokers: "never had it",
            done: "it ends here")
        try settle(
            ExecutionReport(
                clientOrderID: order.id, event: .notFound, reason: "the broker never had it", at: state.now))
    }

    private func nothingCanArrive(for order: Order, since askedAt: Timestamp) -> Bool {
        guard let request = state.requests[order.id], let broker = state.broker else { return true }
        return askedAt >= request.leftBy + max(broker.capabilities.arrivalLimit, broker.capabilities.reportLag)
    }

    /// Whether a working order at the broker tells what became of the request for it.
    private func isSettled(_ order: Order, by theirs: Order, _ askedAt: Timestamp) -> Bool {
        switch order.status {
        case .pendingCancel, .pendingReplace: return false
        case .unknown:
            guard let replacement = state.requests[order.id]?.replacement else { return true }
            return replacement.isMet(by: theirs.terms) || nothingCanArrive(for: order, since: askedAt)
        default: return true
        }
    }

    private static func ending(_ status: OrderStatus) -> OrderEvent? {
        switch status {
        case .filled: .fill
        case .canceled: .canceled
        case .expired: .expired
        case .replaced: .replaced
        case .rejected: .rejected
        case .pendingNew, .accepted, .new, .held, .partiallyFilled, .pendingCancel, .pendingReplace, .suspended,
            .stopped, .calculated, .doneForDay, .unknown:
            nil
        }
    }
}
