import Trading

/// What no broker can mean. An adapter that is wrong must at worst keep the core from going on, and never make it sell what
/// is not held, or fall over a figure: the journal would bring that figure back at every start.
extension BrokerState {
    var defect: String? {
        for position in positions {
            if position.quantity.units == .min { return "\(position.quantity) \(position.symbol) are no position" }
            if position.averagePrice.isNegative { return "\(position.symbol) has an average price below zero" }
        }
        for order in openOrders {
            if let defect = order.defect { return defect }
        }
        return nil
    }
}

extension Order {
    var defect: String? {
        guard terms.quantity.isPositive else { return "\(id) is for \(terms.quantity)" }
        return filledQuantity.isNegative ? "\(id) is filled to \(filledQuantity)" : nil
    }

    /// Why these terms are not those of this order as it stands or as it was changed, or nil.
    func mismatch(_ other: NewOrder) -> String? {
        if other.clientOrderID != id { return "they are those of \(other.clientOrderID)" }
        if other.symbol != symbol { return "they are for \(other.symbol)" }
        if other.side != terms.side { return "they are to \(other.side.rawValue)" }
        return other.quantity.isPositive ? nil : "they are for \(other.quantity)"
    }
}

extension OrderAnswer {
    /// Why it cannot be about this order, or nil.
    func defect(of known: Order) -> String? {
        if let other = executions.first(where: { $0.clientOrderID != clientOrderID }) {
            return "it has an execution of \(other.clientOrderID)"
        }
        return order.flatMap { $0.defect ?? known.mismatch($0.terms).map { "its terms are not the order's: \($0)" } }
    }
}

extension Sequence<Quantity> {
    /// No sum of what a broker tells overflows: more than all is all.
    var total: Quantity {
        reduce(.zero) { sum, part in
            let (units, overflow) = sum.units.addingReportingOverflow(part.units)
            return Quantity(units: overflow ? .max : units)
        }
    }
}
