import Trading

extension PaperExchange {
    mutating func take(_ submission: OrderSubmission) throws(NumericError) {
        if submission.orders.contains(where: { book.sequence(of: $0.clientOrderID) != nil }) {
            return answerAgain(submission)
        }
        let parts: [PaperOrder.Part]
        switch GroupShape(submission, allowsOneLeg: configuration.allowsOneLeg) {
        case .refused(let reason): return reject(submission.orders, reason)
        case .taken(let found): parts = found
        }
        if let reason = try refusal(of: submission, parts) { return reject(submission.orders, reason) }
        var sequences: [Int64] = []
        for (order, part) in zip(submission.orders, parts) {
            sequences.append(try enter(order, part, submission))
        }
        for sequence in sequences { try report(sequence, .accepted) }
        if configuration.hasLatency { send(.arrive(sequences)) } else { try arrive(sequences) }
    }

    /// Puts an order into the book, on its way.
    private mutating func enter(
        _ terms: NewOrder, _ part: PaperOrder.Part, _ submission: OrderSubmission
    ) throws(NumericError) -> Int64 {
        lastOrderNumber += 1
        var order = Order(
            terms: terms, groupID: submission.groupID, groupKind: submission.groupKind, submittedAt: now)
        order.brokerOrderID = BrokerOrderID(unchecked: "\(configuration.account)-o\(lastOrderNumber)")
        let intent: PaperOrder.Intent
        switch part {
        case .single: intent = self.intent(terms.side, terms.symbol)
        case .entry: intent = .opening
        case .target, .stop: intent = .closing
        }
        let entry = PaperOrder(
            order: order, sequence: lastOrderNumber, part: part, intent: intent, stage: .inTransit, since: now,
            holdPrice: intent == .opening ? try estimatedPrice(terms) : nil, hold: .zero, announced: true,
            executions: [])
        book.insert(entry)
        try updateHold(lastOrderNumber)
        return lastOrderNumber
    }

    /// The orders are at the venue: they rest or wait, and what can trade now does.
    mutating func arrive(_ sequences: [Int64]) throws(NumericError) {
        let arrived = sequences.filter { book[$0].stage == .inTransit }
        for sequence in arrived {
            let entry = book[sequence]
            let waits = entry.order.groupKind == .bracket && entry.part != .entry
            book[sequence].stage = waits ? .held : entry.workingStage
            try report(sequence, waits ? .held : .new)
        }
        // A stop goes before its target: should the market have jumped meanwhile, the worse is true.
        for sequence in arrived where book[sequence].part == .stop { try meet(sequence) }
        for sequence in arrived where book[sequence].part != .stop { try meet(sequence) }
        try matchAwakened()
    }

    /// Refuses every order of a submission, and remembers that.
    private mutating func reject(_ orders: [NewOrder], _ reason: String) {
        for terms in orders where book.sequence(of: terms.clientOrderID) == nil {
            lastOrderNumber += 1
            var order = Order(terms: terms, submittedAt: now)
            let transition = order.apply(.rejected, at: now)
            precondition(transition == .to(.rejected), "an order without an answer can be rejected")
            order.reason = reason
            book.insert(
                PaperOrder(
                    order: order, sequence: lastOrderNumber, part: .single, intent: .closing, stage: .ended,
                    since: now, holdPrice: nil, hold: .zero, announced: true, executions: []))
            outbox.append(
                ExecutionReport(clientOrderID: terms.clientOrderID, event: .rejected, reason: reason, at: now))
        }
    }

    /// Submitting is idempotent by client order id: the status of what is known. What is new beside it is refused.
    private mutating func answerAgain(_ submission: OrderSubmission) {
        var known: [ClientOrderID] = []
        for order in submission.orders where !known.contains(order.clientOrderID) {
            guard let entry = book.order(order.clientOrderID) else { continue }
            known.append(order.clientOrderID)
            outbox.append(statusReport(entry))
        }
        let names = known.map(\.text).joined(separator: ", ")
        reject(submission.orders, "client_order_id must be unique: \(names) is already known")
    }

    /// An order's status in one report that the table takes as true and unchanged.
    private func statusReport(_ entry: PaperOrder) -> ExecutionReport {
        let order = entry.order
        var reason = "client_order_id already known"
        if let before = order.reason { reason += ": \(before)" }
        let event: OrderEvent
        switch order.status {
        case .partiallyFilled, .filled:
            // The last execution once more: with its own id it is not booked twice.
            if var execution = entry.executions.last {
                execution.reason = reason
                return execution
            }
            event = .new
        case .accepted, .pendingNew, .unknown: event = .accepted
        case .new: event = .new
        case .held: event = .held
        case .pendingCancel: event = .pendingCancel
        case .pendingReplace: event = .pendingReplace
        case .suspended: event = .suspended
        case .stopped: event = .stopped
        case .calculated: event = .calculated
        case .doneForDay: event = .doneForDay
        case .canceled: event = .canceled
        case .expired: event = .expired
        case .replaced: event = .replaced
        case .rejected: event = .rejected
        }
        return ExecutionReport(
            clientOrderID: order.id, brokerOrderID: order.brokerOrderID, event: event,
            cumulativeQuantity: order.filledQuantity.isPositive || !order.isWorking ? order.filledQuantity : nil,
            reason: reason, at: now)
    }

    /// An order that rests when the account is opened. Nobody has reported it; the first report will carry its terms.
    mutating func rest(_ terms: NewOrder, path: String) throws(PaperConfigurationError) {
        let submission = OrderSubmission(orders: [terms])
        var refused: String?
        do {
            refused = try refusal(of: submission, [.single])
            if refused == nil { try restAtOnce(terms, submission) }
        } catch { refused = error.description }
        if let refused {
            throw PaperConfigurationError(
                path: path, problem: refused, remedy: "correct the order, the position or the cash")
        }
    }

    private mutating func restAtOnce(_ terms: NewOrder, _ submission: OrderSubmission) throws(NumericError) {
        let sequence = try enter(terms, .single, submission)
        book[sequence].stage = book[sequence].workingStage
        book[sequence].order.status = .new
        book[sequence].announced = false
    }
}
