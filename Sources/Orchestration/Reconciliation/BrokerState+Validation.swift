import Trading

/// What no broker can mean. An adapter that is wrong must at worst keep the core from going on, and never make it sell what
/// is not held, or fall over a figure: the journal would bring that figure back at every start.
extension BrokerState {
    var defect: BrokerStateDefect? {
        for position in positions {
            if position.quantity.units == .min {
                return .position(symbol: position.symbol, quantity: position.quantity)
            }
            if position.averagePrice.isNegative { return .negativeAveragePrice(position.symbol) }
        }
        for order in openOrders {
            if let defect = order.defect { return .order(defect) }
        }
        return nil
    }
}

extension Order {
    var defect: OrderStateDefect? {
        guard terms.quantity.isPositive else { return .quantity(order: id, quantity: terms.quantity) }
        return filledQuantity.isNegative ? .filled(order: id, quantity: filledQuantity) : nil
    }

    /// Why these terms are not those of this order as it stands or as it was changed, or nil.
    func mismatch(_ other: NewOrder) -> TermsMismatch? {
        if other.clientOrderID != id { return .order(other.clientOrderID) }
        if other.symbol != symbol { return .symbol(other.symbol) }
        if other.side != terms.side { return .side(other.side) }
        return other.quantity.isPositive ? nil : .quantity(other.quantity)
    }
}

extension OrderAnswer {
    /// Why it cannot be about this order, or nil.
    func defect(of known: Order) -> AnswerDefect? {
        if let other = executions.first(where: { $0.clientOrderID != clientOrderID }) {
            return .executionOf(other.clientOrderID)
        }
        return order.flatMap { $0.defect.map(AnswerDefect.order) ?? known.mismatch($0.terms).map(AnswerDefect.terms) }
    }
}

extension Sequence<Quantity> {
    /// No sum of a broker's figures overflows: it stops at the largest value.
    var total: Quantity {
        reduce(.zero) { sum, part in
            let (units, overflow) = sum.units.addingReportingOverflow(part.units)
            return Quantity(units: overflow ? .max : units)
        }
    }
}
