import Trading

/// Executions that the broker takes back, or corrects, after they were booked (I-FIX-1 to 3).
extension Orchestrator {
    mutating func applyCorrection(_ correction: ExecutionCorrection) throws(NumericError) {
        guard let order = state.portfolio.orders[correction.clientOrderID] else { return noteUnknown(correction, nil) }
        if let defect = correction.defect {
            alert(.warning, order.symbol, .executionNotTaken(order: order.id, defect))
            return awaitBrokerSnapshot(of: order.symbol)
        }
        guard !state.portfolio.orders.isCarriedOut(correction) else { return }
        guard let before = state.portfolio.orders.figures(of: correction.executionID, in: order.id),
            !state.actions.hasChangedShares(of: order.symbol, since: before.at)
        else { return noteUnknown(correction, order) }
        try replace(before, of: order, by: correction)
    }

    /// Neither the execution nor what is in its place is booked when it comes later: the broker's position has what is so.
    private mutating func noteUnknown(_ correction: ExecutionCorrection, _ order: Order?) {
        alert(
            .warning, order?.symbol,
            .correctionOfUnknown(order: correction.clientOrderID, correction.executionID))
        guard let order else { return requestReconcile() }
        state.portfolio.orders.note(nil, of: correction.executionID, in: order.id)
        if let id = correction.corrected?.executionID { state.portfolio.orders.markBooked(id, of: order.id) }
        awaitBrokerSnapshot(of: order.symbol)
    }

    private mutating func replace(
        _ before: BookedExecution.Figures, of order: Order, by correction: ExecutionCorrection
    ) throws(NumericError) {
        let symbol = order.symbol
        let held = state.portfolio.positions[symbol]
        var changed = order
        try changed.unbook(before.quantity, at: before.price)
        try state.portfolio.takeBack(before, of: symbol, bookedAt: state.now)
        state.portfolio.orders.note(nil, of: correction.executionID, in: order.id)
        var after: BookedExecution.Figures?
        if let corrected = correction.corrected {
            after = try book(corrected, of: &changed, bookedAt: before.at)
        }
        changed.updatedAt = state.now
        state.portfolio.orders.put(changed)
        state.risk.noteFill()
        let news = ExecutionCorrected(
            order: order.id, symbol: symbol, side: order.terms.side, execution: correction.executionID,
            before: ExecutionCorrected.Figures(before), after: after.map(ExecutionCorrected.Figures.init),
            realized: try (after?.realized ?? .zero) - before.realized,
            held: state.portfolio.positions[symbol]?.quantity ?? .zero)
        record(.correction(news))
        alert(.warning, symbol, .executionCorrected(news))
        noteCorrected(symbol, from: held)
        follow(symbol, from: held)
    }

    private mutating func book(
        _ corrected: ExecutionCorrection.Corrected, of order: inout Order, bookedAt time: Timestamp
    ) throws(NumericError) -> BookedExecution.Figures {
        try order.book(corrected.quantity, at: corrected.price)
        let charges = try believedCharges(
            try corrected.charges(), of: order, corrected.quantity, corrected.price)
        let stop = state.portfolio.positions[order.symbol]?.initialStop ?? state.plans[order.symbol]?.stop?.stopPrice
        let figures = try state.portfolio.book(
            order.terms.side, corrected.quantity, order.symbol, at: corrected.price, charges: charges, time: time,
            bookedAt: state.now, initialStop: order.terms.role == .entry ? stop : nil,
            isEntry: order.terms.role == .entry)
        state.portfolio.orders.note(figures, of: corrected.executionID, in: order.id)
        return figures
    }

    /// Fees beyond all reason count for nothing, and are told: what they did to the cash shows in the account's figures.
    mutating func believedCharges(
        _ charges: Money, of order: Order, _ quantity: Quantity, _ price: Price
    ) throws(NumericError) -> Money {
        guard try !Charges.areBelievable(charges, price: price, quantity: quantity) else { return charges }
        alert(.warning, order.symbol, .chargesNotTaken(order: order.id, charges))
        return .zero
    }

    /// What rests for a position that became smaller gives way at once. What was sold and is there after all is protected
    /// when the lists were read: its order may live again.
    private mutating func follow(_ symbol: Symbol, from before: PositionRecord?) {
        let now = state.portfolio.positions[symbol]
        if before?.quantity != now?.quantity { state.cycle.overtake(symbol) }
        if let before, now == nil {
            state.plans.positionClosed(symbol, at: state.now)
            resetPlan(symbol)
            if !state.portfolio.orders.working(symbol).isEmpty {
                state.plans.ensure(symbol, id: DecisionID(cycle: state.cycle.number, symbol: before.symbol))
            }
        } else if let now, before?.isLong != now.isLong, before != nil {
            resetPlan(symbol)
        }
        let hasGrown = (now?.size ?? .zero) > (before?.size ?? .zero)
        if hasGrown || before?.isLong != now?.isLong { endGrownReduction(symbol) }
        if hasGrown { awaitBrokerSnapshot(of: symbol) } else { requestReconcile() }
        requestUrgentCycle(.reconciled)
        afterChange(of: symbol)
    }
}

extension ExecutionCorrected.Figures {
    fileprivate init(_ booked: BookedExecution.Figures) {
        (quantity, price, charges) = (booked.quantity, booked.price, booked.charges)
    }
}
