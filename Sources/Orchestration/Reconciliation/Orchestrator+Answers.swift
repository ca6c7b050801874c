import Trading

/// The broker's answers about single orders.
extension Orchestrator {
    /// The broker's report on one order: every execution of it, and what it is now.
    mutating func applyOrderAnswer(_ answer: OrderAnswer, to number: Int64?) throws(NumericError) {
        if let known = state.portfolio.orders[answer.clientOrderID], let defect = answer.defect(of: known) {
            return alert(.emergency, known.symbol, .answerNotTaken(order: known.id, defect))
        }
        let query = state.inFlight.answered(number)
        state.reconciler.watch { $0.answered() }
        // What an order filled whose end was not seen came with the position: a late answer books nothing twice.
        if let order = state.portfolio.orders[answer.clientOrderID], !state.inFlight.hasUnseenEnd(order.id) {
            try bookMissedExecutions(order, answer)
            if let query, query.order == order.id { try resolve(order.id, by: answer.order, query) }
        }
        if state.reconciler.answered(about: answer.clientOrderID) { reconcileAgain() }
        guard let symbol = state.portfolio.orders[answer.clientOrderID]?.symbol else { return }
        afterChange(of: symbol)
    }

    private mutating func reconcileAgain() {
        guard state.reconciler.hasRoundsLeft else {
            return restrict(to: .halted, why: .brokerDisagrees(rounds: Int64(CoreLimits.reconciliationRounds)))
        }
        reconcileNow()
    }

    private mutating func bookMissedExecutions(_ order: Order, _ answer: OrderAnswer) throws(NumericError) {
        guard !state.inFlight.hasUnseenEnd(order.id) else { return }
        // Filled alike: what is not booked by its id was filled before the order was adopted, and is in the position.
        if answer.order?.filledQuantity == order.filledQuantity {
            for id in answer.executions.compactMap(\.executionID)
            where !state.portfolio.orders.isBooked(id, of: order.id) {
                state.portfolio.orders.markBooked(id, of: order.id)
            }
        }
        try bookMissedSum(order, answer)
        for execution in answer.executions {
            guard let id = execution.executionID, !state.portfolio.orders.isBooked(id, of: order.id) else { continue }
            if let defect = execution.defect {
                alert(.warning, order.symbol, .executionNotTaken(order: order.id, defect))
                continue
            }
            note(
                .missedFill, order.symbol, order.id, ours: .notBooked,
                brokers: .execution(quantity: execution.quantity, price: execution.price), done: .booked)
            try process(execution)
        }
    }

    /// Where the broker reports sums, the order itself says how much was missed.
    private mutating func bookMissedSum(_ order: Order, _ answer: OrderAnswer) throws(NumericError) {
        guard state.broker?.capabilities.executions == .cumulative, let theirs = answer.order,
            theirs.filledQuantity > order.filledQuantity, let average = theirs.averageFillPrice
        else { return }
        note(
            .missedFill, order.symbol, order.id, ours: .filled(quantity: order.filledQuantity, average: nil),
            brokers: .filled(quantity: theirs.filledQuantity, average: average), done: .booked)
        try process(
            ExecutionReport(
                clientOrderID: order.id, event: .partialFill, cumulativeQuantity: theirs.filledQuantity,
                averagePrice: average, at: state.now))
    }

    /// - Parameter theirs: the order as the broker has it; nil when it has none.
    mutating func resolve(
        _ id: ClientOrderID, by theirs: Order?, _ query: PendingQuery
    ) throws(NumericError) {
        let queriedAt = query.queriedAt
        guard let order = state.portfolio.orders[id], query.number > state.inFlight.request(for: id)?.number ?? 0 else {
            return
        }
        state.inFlight.adapterAnswered(about: id, at: state.now)
        guard let theirs else { return try resolveAbsent(order, queriedAt) }
        if theirs.isWorking {
            if theirs.status == .pendingCancel, try cancelAgain(order) { return }
            // What was given up and lives may have been asked about in the moment of its end. Taken for alive it stands in
            // the way at worst; taken as ended it would be placed twice.
            let isNews = order.isWorking ? isResolved(order, by: theirs, queriedAt) : queriedAt >= order.updatedAt
            guard isNews else { return keepDeadline(of: order) }
            adoptStatus(of: order, from: theirs)
            if order.status == .unknown { settleRequest(for: order, as: theirs, queriedAt) }
            return
        }
        guard order.isWorking, let event = Self.ending(theirs.status) else { return }
        // More is filled than the broker can name executions for: only the position shows it.
        if theirs.filledQuantity > order.filledQuantity { deferToPosition(order) }
        try process(ExecutionReport(clientOrderID: id, event: event, reason: theirs.reason, at: state.now))
    }

    /// What was asked for is carried out, or its refusal was lost or could not be told from an older one: either way it is
    /// answered, so that the next one's refusal is known for what it is.
    private mutating func settleRequest(for order: Order, as theirs: Order, _ queriedAt: Timestamp) {
        guard let request = state.inFlight.request(for: order.id) else { return }
        let isRefused =
            switch request.kind {
            case .submit: false
            // A cancel may still be on its way to the venue.
            case .cancel: theirs.status != .pendingCancel && nothingCanArrive(for: order, since: queriedAt)
            case .replace: request.replacement.map { !isCarriedOut($0, theirs) } ?? false
            }
        state.inFlight.reported(order.id)
        if isRefused { holdAfterRefusal(order.symbol) }
    }

    /// What was asked for may still be on its way: that nothing is found is an answer only when nothing can arrive.
    private mutating func resolveAbsent(_ order: Order, _ queriedAt: Timestamp) throws(NumericError) {
        guard order.isWorking else { return }
        guard isGone(order, queriedAt) || nothingCanArrive(for: order, since: queriedAt) else {
            guard !order.status.isInFlight else { return keepDeadline(of: order) }
            return try process(ExecutionReport(clientOrderID: order.id, event: .timedOut, at: state.now))
        }
        guard state.broker?.capabilities.canLookUp != false else { return try endUnseen(order) }
        guard !rollsBackWithout(order: order) else { return }
        note(
            .lostOrder, order.symbol, order.id, ours: .status(order.status), brokers: .neverHad, done: .orderEnded)
        try process(ExecutionReport(clientOrderID: order.id, event: .notFound, at: state.now))
    }

    /// Where the broker cannot find what is not open any more, nobody knows how the order ended: what it filled shows in
    /// the position alone, and nothing is done on the symbol before that has been looked at.
    private mutating func endUnseen(_ order: Order) throws(NumericError) {
        note(
            .lostOrder, order.symbol, order.id, ours: .status(order.status), brokers: .notOpen,
            done: .orderEndedFillsFromPosition)
        deferToPosition(order)
        if state.inFlight.request(for: order.id).map({ $0.kind == .submit }) ?? true { awaitOpen(after: order) }
        // A successor that never came says nothing about the order whose place it was to take.
        let isSuccessor = order.replacesOrder.flatMap { state.portfolio.orders[$0]?.isWorking } ?? false
        let neverCame = isSuccessor && !order.hasBeenAtVenue
        try process(
            ExecutionReport(clientOrderID: order.id, event: neverCame ? .notFound : .canceled, at: state.now))
    }

    /// What it filled is taken from the position, and never from a report or an answer that comes later: that would book it
    /// twice, and a short that nobody has would be bought back.
    mutating func deferToPosition(_ order: Order) {
        awaitBrokerSnapshot(of: order.symbol)
        state.inFlight.endUnseen(order.id, known: state.portfolio.orders.isKnown)
        // It may have entered, and come to its end since.
        if order.terms.role == .entry { state.plans.dropEntry(order.symbol) }
    }

    /// Nothing is done on a symbol before the broker has shown its position anew.
    mutating func awaitBrokerSnapshot(of symbol: Symbol) {
        state.holds.awaitSnapshot(symbol, of: state.now)
        requestReconcile()
    }

    /// The broker's state is asked for in a moment: several reasons for it mostly come together.
    mutating func requestReconcile() {
        state.reconciler.requestSnapshot(by: state.now + .milliseconds(200))
    }

    /// I-REF-4: a cancel that the broker has taken and does not carry out. To ask for it once more can double nothing, and what
    /// waits for its end may be without a stop. A person is told when that has not helped either.
    private mutating func cancelAgain(_ order: Order) throws(NumericError) -> Bool {
        guard !order.isExternal, order.status == .pendingCancel || order.status == .unknown,
            let request = state.inFlight.request(for: order.id)
        else { return false }
        let timeouts = min(CoreLimits.stuckCancelTimeouts * max(1, request.cancels), CoreLimits.longestStuckCancel)
        let patience = TimeSpan(nanoseconds: state.configuration.commandTimeout.nanoseconds * timeouts)
        guard request.leftBy + patience <= state.now, !awaitsAnswer(beside: order) else { return false }
        if request.cancels != 1 { alert(.emergency, order.symbol, .cancelStuck(order.id)) }
        return try repeatCancel(of: order)
    }

    /// What else was asked for on the symbol is answered first: one command at a time (P2).
    private func awaitsAnswer(beside order: Order) -> Bool {
        state.portfolio.orders.working(order.symbol).contains {
            $0.id != order.id && !$0.isExternal && $0.status.isInFlight && !isDoubtOverdue($0.id)
        }
    }

    private func nothingCanArrive(for order: Order, since queriedAt: Timestamp) -> Bool {
        guard let request = state.inFlight.request(for: order.id), let broker = state.broker else { return true }
        let longest = max(broker.capabilities.arrivalLimit, broker.capabilities.reportLag)
        return queriedAt >= max(request.leftBy, request.takenBy ?? request.leftBy) + longest
    }

    /// An order that has been at the venue comes no second time: only the broker's lists may be behind.
    private func isGone(_ order: Order, _ queriedAt: Timestamp) -> Bool {
        guard order.hasBeenAtVenue, let request = state.inFlight.request(for: order.id) else { return false }
        return queriedAt >= (request.takenBy ?? request.leftBy) + reportLag
    }

    /// Whether a working order at the broker shows what became of the request for it.
    private func isResolved(_ order: Order, by theirs: Order, _ queriedAt: Timestamp) -> Bool {
        guard !order.isExternal else { return true }
        return switch order.status {
        case .pendingCancel, .pendingReplace: false
        case .unknown:
            state.inFlight.request(for: order.id)?.replacement.map {
                isCarriedOut($0, theirs) || nothingCanArrive(for: order, since: queriedAt)
            } ?? true
        default: true
        }
    }

    /// The order itself has the terms that were asked for.
    private func isCarriedOut(_ replacement: OrderReplacement, _ theirs: Order) -> Bool {
        replacement.newClientOrderID == nil && isMet(replacement, by: theirs.terms)
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
