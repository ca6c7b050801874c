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
        state.questions = [:]
        for order in state.portfolio.orders.allWorking where order.status.isInDoubt && order.status != .unknown {
            var changed = order
            _ = changed.apply(.timedOut, at: state.now)
            state.portfolio.orders.put(changed)
        }
    }

    mutating func takeBrokerState(_ truth: BrokerState) throws(NumericError) {
        guard var link = state.broker, link.questions.isEmpty else { return }
        state.portfolio.account = truth.account
        adoptUnknownOrders(truth)
        let questions = try compareOrders(truth, isFirst: !link.isReconciled)
        link.questions = questions
        link.round += 1
        state.broker = link
        guard questions.isEmpty else {
            for id in questions { ask(about: id) }
            return
        }
        try comparePositions(truth)
        try finishReconciliation(isFirst: !link.isReconciled)
    }

    private mutating func finishReconciliation(isFirst: Bool) throws(NumericError) {
        state.broker?.round = 0
        state.broker?.isReconciled = true
        state.broker?.truthIsDue = nil
        // A position that differs is not what it seems: what waits for the broker's truth goes on waiting.
        for symbol in state.pauses.keys.sorted() where state.broker?.suspects[symbol] == nil {
            state.pauses[symbol]?.awaitsBrokerState = false
        }
        for symbol in state.portfolio.positions.keys.sorted() { watchProtection(symbol) }
        for symbol in state.plans.keys.sorted() { try advance(symbol) }
        if isFirst { try beginUrgentCycle("the broker's truth and ours agree") }
    }

    /// Orders of ours that the broker's list does not settle, sorted: each is asked about.
    private mutating func compareOrders(
        _ truth: BrokerState, isFirst: Bool
    ) throws(NumericError) -> [ClientOrderID] {
        var theirs: [ClientOrderID: Order] = [:]
        for order in truth.openOrders { theirs[order.id] = order }
        var questions: [ClientOrderID] = []
        for order in state.portfolio.orders.allWorking {
            // What is in flight on a live connection gets its own answer.
            if !isFirst, order.status.isInDoubt { continue }
            guard let other = theirs[order.id], other.filledQuantity == order.filledQuantity else {
                questions.append(order.id)
                continue
            }
            if isFirst || other.terms.quantity != order.terms.quantity || other.terms.stopPrice != order.terms.stopPrice
                || other.terms.limitPrice != order.terms.limitPrice
            {
                adoptStatus(of: order, from: other)
            }
        }
        return questions.sorted()
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
        changed.updatedAt = state.now
        if changed.status.isInDoubt { expectWord(on: order.id) } else { state.deadlines[order.id] = nil }
        state.portfolio.orders.put(changed)
        if order.status != other.status {
            note(
                .statusDrift, order.symbol, order.id, ours: order.status.rawValue, brokers: other.status.rawValue,
                done: "adopted")
        }
    }

    /// Orders that the broker has and we do not: placed by hand, by another program, or before this journal began.
    private mutating func adoptUnknownOrders(_ truth: BrokerState) {
        for order in truth.openOrders where state.portfolio.orders[order.id]?.isWorking != true {
            if let ended = state.portfolio.orders[order.id], ended.updatedAt >= truth.at { continue }
            var adopted = order
            adopted.terms.role = .foreign
            state.portfolio.orders.put(adopted)
            note(
                .foreignOrder, order.symbol, order.id, ours: "none", brokers: order.words, done: "adopted as it stands")
        }
    }

    /// The first word of an order that appeared while we watch.
    mutating func adoptForeign(_ terms: NewOrder) {
        var adopted = terms
        adopted.role = .foreign
        state.portfolio.orders.put(Order(terms: adopted, submittedAt: state.now))
        let words = Order(terms: adopted, submittedAt: state.now).words
        note(
            .foreignOrder, terms.symbol, terms.clientOrderID, ours: "none", brokers: words, done: "adopted as it stands"
        )
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
    private mutating func comparePositions(_ truth: BrokerState) throws(NumericError) {
        let isFirst = state.broker?.isReconciled != true
        var theirs: [Symbol: BrokerPosition] = [:]
        for position in truth.positions where !position.quantity.isZero { theirs[position.symbol] = position }
        let symbols = Set(theirs.keys).union(state.portfolio.positions.keys).sorted()
        for symbol in symbols {
            let ours = state.portfolio.positions[symbol]?.quantity ?? .zero
            let brokers = theirs[symbol]?.quantity ?? .zero
            guard ours != brokers else {
                state.broker?.suspects[symbol] = nil
                continue
            }
            // Positions and orders may be out of step for seconds: a difference counts when it stays.
            let inFlight = state.portfolio.orders.working(symbol).contains {
                $0.status.isInDoubt || $0.terms.type == .market
            }
            guard isFirst || (!inFlight && state.broker?.suspects[symbol] == brokers) else {
                state.broker?.suspects[symbol] = brokers
                continue
            }
            adoptPosition(symbol, theirs[symbol], ours: ours)
        }
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
    mutating func takeAnswer(_ answer: OrderAnswer) throws(NumericError) {
        let isStale = takeQuestion(answer.clientOrderID)
        if let order = state.portfolio.orders[answer.clientOrderID] { try settle(order, by: answer, isStale: isStale) }
        if state.broker?.questions.contains(answer.clientOrderID) == true {
            state.broker?.questions.removeAll { $0 == answer.clientOrderID }
            if state.broker?.questions.isEmpty == true { try askAgain() }
        }
        guard let symbol = state.portfolio.orders[answer.clientOrderID]?.symbol else { return }
        try afterChange(of: symbol)
    }

    /// One question of an order is answered. Returns whether it is older than the newest request.
    private mutating func takeQuestion(_ id: ClientOrderID) -> Bool {
        guard var questions = state.questions[id] else { return false }
        let isStale = questions.stale > 0
        questions.unanswered -= 1
        questions.stale = max(0, questions.stale - 1)
        state.questions[id] = questions.unanswered > 0 ? questions : nil
        return isStale
    }

    private mutating func askAgain() throws(NumericError) {
        guard let round = state.broker?.round, round < Memory.reconciliationRounds else {
            let why = "the broker's answers do not come together with ours after \(Memory.reconciliationRounds) rounds"
            if state.control.restrict(to: .halted, why: why) { record(.tradingState(.halted, who: "core", why: why)) }
            return
        }
        askForBrokerState()
    }

    private mutating func settle(_ order: Order, by answer: OrderAnswer, isStale: Bool) throws(NumericError) {
        guard let theirs = answer.order else {
            note(
                .lostOrder, order.symbol, order.id, ours: order.status.rawValue, brokers: "never had it",
                done: "it ends here")
            return try settle(
                ExecutionReport(
                    clientOrderID: order.id, event: .notFound, reason: "the broker never had it", at: state.now))
        }
        // Filled alike: what is not booked by its id was filled before the order was adopted, and is in the position.
        if theirs.filledQuantity == order.filledQuantity {
            for id in answer.executions.compactMap(\.executionID)
            where !state.portfolio.orders.isBooked(id, of: order.id) {
                state.portfolio.orders.markBooked(id, of: order.id)
            }
        }
        for execution in answer.executions {
            guard let id = execution.executionID, !state.portfolio.orders.isBooked(id, of: order.id) else { continue }
            note(
                .missedFill, order.symbol, order.id, ours: "not booked",
                brokers: "\(execution.quantity?.description ?? "?") at \(execution.price?.description ?? "?")",
                done: "booked")
            if let defect = execution.defect {
                alert(.warning, order.symbol, "an execution of \(order.id) was not taken: \(defect)")
                continue
            }
            try settle(execution)
        }
        guard let current = state.portfolio.orders[order.id] else { return }
        if theirs.isWorking {
            // The answer may be older than a request of ours that is under way; that one gets its own answer.
            let isUnderWay = isStale || current.status == .pendingCancel || current.status == .pendingReplace
            return isUnderWay ? () : adoptStatus(of: current, from: theirs)
        }
        guard current.isWorking, let event = Self.ending(theirs.status) else { return }
        try settle(ExecutionReport(clientOrderID: order.id, event: event, reason: theirs.reason, at: state.now))
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
