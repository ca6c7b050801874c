import Trading

extension PaperExchange {
    /// Tells the world about an order, after it went through the table.
    /// - Precondition: it is not over, and the table allows it; an exchange that breaks the life cycle is a bug.
    mutating func report(_ sequence: Int64, _ event: OrderEvent, reason: String? = nil) throws(NumericError) {
        try report(sequence, event, reason: reason, execution: nil)
    }

    private mutating func report(
        _ sequence: Int64, _ event: OrderEvent, reason: String?,
        execution: (id: ExecutionID, price: Price, quantity: Quantity, charges: PaperCharges?)?
    ) throws(NumericError) {
        var entry = book[sequence]
        let status = entry.order.status
        precondition(entry.stage != .ended, "\(entry.order.id) is over and cannot be \(event)")
        let transition = entry.order.apply(event, at: now)
        precondition(transition != .refused, "\(entry.order.id) is \(status) and cannot be \(event)")
        let endsNow = entry.order.status.isTerminal
        if endsNow { entry.order.reason = reason }
        let isFilledPartly = entry.order.filledQuantity.isPositive
        let report = ExecutionReport(
            clientOrderID: entry.order.id, brokerOrderID: entry.order.brokerOrderID, event: event,
            executionID: execution?.id, price: execution?.price, quantity: execution?.quantity,
            cumulativeQuantity: isFilledPartly || execution != nil || endsNow ? entry.order.filledQuantity : nil,
            reason: reason, terms: event == .restated || !entry.announced ? entry.terms : nil,
            fees: execution?.charges?.fees, taxes: execution?.charges.flatMap { $0.taxes.isZero ? nil : $0.taxes },
            at: now)
        entry.announced = true
        if execution != nil { entry.executions.append(report) }
        if endsNow { entry.stage = .ended }
        book[sequence] = entry
        outbox.append(report)
        if endsNow {
            try updateHold(sequence)
            book.retire(sequence)
        }
    }

    /// Books one execution: order, cash, position; then what it means for the group.
    mutating func fill(_ sequence: Int64, _ quantity: Quantity, at price: Price) throws(NumericError) {
        var entry = book[sequence]
        try entry.order.book(quantity, at: price)
        book[sequence] = entry
        try updateHold(sequence)
        let proceeds = try price.times(quantity)
        let charges = try charge(sequence, proceeds)
        if entry.terms.side == .sell { try cash += proceeds } else { try cash -= proceeds }
        try move(entry.order.symbol, by: entry.terms.side == .sell ? quantity.negated() : quantity, at: price)
        lastExecutionNumber += 1
        let id = ExecutionID(unchecked: "\(configuration.account)-x\(lastExecutionNumber)")
        let event: OrderEvent = entry.order.filledQuantity >= entry.terms.quantity ? .fill : .partialFill
        try report(sequence, event, reason: nil, execution: (id, price, quantity, charges))
        try settleGroup(afterFillOf: book[sequence], quantity, at: price)
    }

    /// Takes what the order costs by now, less what it has cost already; nil where nothing is taken for trades.
    private mutating func charge(_ sequence: Int64, _ value: Money) throws(NumericError) -> PaperCharges? {
        guard !configuration.fees.areNothing else { return nil }
        let entry = book[sequence]
        let total = try (entry.executedValue ?? .zero) + value
        let all = try configuration.fees.charges(entry.terms.side, entry.order.filledQuantity, value: total)
        let before = entry.charged ?? PaperCharges()
        let now = PaperCharges(fees: try all.fees - before.fees, taxes: try all.taxes - before.taxes)
        (book[sequence].charged, book[sequence].executedValue) = (all, total)
        try cash -= now.fees + now.taxes
        return now
    }

    /// The average price changes when a position grows, and stays when it shrinks.
    private mutating func move(_ symbol: Symbol, by change: Quantity, at price: Price) throws(NumericError) {
        let old = holdings[symbol] ?? Holding(quantity: .zero, averagePrice: price)
        let quantity = try old.quantity + change
        guard !quantity.isZero else { return holdings[symbol] = nil }
        let grows = old.quantity.isZero || old.quantity.isNegative == change.isNegative
        var average = old.averagePrice
        if grows { average = try (old.averagePrice.times(old.quantity) + price.times(change)).divided(by: quantity) }
        holdings[symbol] = Holding(quantity: quantity, averagePrice: average)
    }

    /// Changes the terms of a working order and says so.
    mutating func restate(
        _ sequence: Int64, reason: String?, _ change: (inout NewOrder) -> Void
    ) throws(NumericError) {
        change(&book[sequence].order.terms)
        try updateHold(sequence)
        try report(sequence, .restated, reason: reason)
    }

    /// Sets aside what the open rest of an order will cost, or gives it back.
    mutating func updateHold(_ sequence: Int64) throws(NumericError) {
        let entry = book[sequence]
        let needed: Money = entry.stage == .ended ? .zero : try entry.holdPrice?.times(entry.leaves) ?? .zero
        heldCash = try heldCash - entry.hold + needed
        book[sequence].hold = needed
    }

    func quantityHeld(_ symbol: Symbol) -> Quantity { holdings[symbol]?.quantity ?? .zero }
}
