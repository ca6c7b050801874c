import Orchestration
import Trading

extension FakeVenue {
    /// Cash comes or goes by no execution.
    /// - Parameter isListed: its state says what it was.
    /// - Returns: the message about it.
    @discardableResult
    package mutating func moveCash(
        _ id: String, _ kind: CashMovement.Kind, _ amount: Money, of symbol: Symbol? = nil, isListed: Bool = false
    ) -> Input {
        let movement = CashMovement(
            id: CashMovementID(unchecked: id), kind: kind, amount: amount, symbol: symbol, at: now)
        cash = Money(units: cash.units + amount.units)
        if isListed { cashMovements.append(movement) }
        return .cashMovement(movement)
    }

    /// The venue takes an execution back, or says what it was after all.
    /// - Returns: the message about it.
    package mutating func correct(
        _ order: ClientOrderID, _ index: Int = 0, to corrected: (quantity: Quantity, price: Price)? = nil
    ) -> [Input] {
        guard let report = executions[order]?[index], let id = report.executionID, let quantity = report.quantity,
            let price = report.price, var changed = orders[order]
        else { return [] }
        let sells = changed.terms.side == .sell
        undo(changed.symbol, sells ? quantity : Quantity(units: -quantity.units), price)
        cash = Money(units: cash.units + (report.fees?.units ?? 0))
        try! changed.unbook(quantity, at: price)
        executions[order]?.remove(at: index)
        var correction = ExecutionCorrection(clientOrderID: order, executionID: id, at: now)
        if let corrected {
            let fresh = ExecutionID(unchecked: "\(id)-corrected")
            correction.corrected = ExecutionCorrection.Corrected(
                executionID: fresh, quantity: corrected.quantity, price: corrected.price)
            var next = report
            (next.executionID, next.quantity, next.price, next.fees) =
                (fresh, corrected.quantity, corrected.price, nil)
            executions[order]?.append(next)
            try! changed.book(corrected.quantity, at: corrected.price)
            undo(
                changed.symbol, sells ? Quantity(units: -corrected.quantity.units) : corrected.quantity,
                corrected.price)
        }
        orders[order] = changed
        return [.executionCorrection(correction)]
    }

    /// Shares and cash change hands once more.
    private mutating func undo(_ symbol: Symbol, _ change: Quantity, _ price: Price) {
        cash = Money(units: cash.units - (try! price.times(change)).units)
        let after = Quantity(units: held(symbol).units + change.units)
        hold(symbol, after, at: positions[symbol]?.averagePrice ?? price)
    }
}
