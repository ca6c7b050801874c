import Trading

/// Shares that changed hands, as the report counts them.
package struct Execution: Sendable, Hashable {
    /// What it was for.
    package enum Cause: String, Sendable, Encodable, CaseIterable {
        case entry
        case stop
        case target
        /// A market exit, whole or partial, by a decision.
        case reduction
        /// By an order that the core has not placed.
        case external
        /// It was there when the journal began; at what the broker says that it has cost.
        case opening
        /// The broker shows other shares than our books, and its figure was adopted; at the price of then.
        case adopted
    }

    /// Of the round trip that it belongs to, from 1.
    package internal(set) var trade = 0
    /// Its place among all that the report was told.
    var ordinal: Int64 = 0
    package var at: Timestamp
    package var symbol: Symbol
    package var side: Side
    package var quantity: Quantity
    package var price: Price
    /// Fees and taxes that were told with it.
    package var charges: Sum
    package var cause: Cause
    package var order: ClientOrderID?
    package var execution: ExecutionID?
    /// Whose level or wish it carried out.
    package var policy: PluginName?
    package var decision: DecisionID?
    /// It brought shares into its round trip.
    package internal(set) var isOpening = false
    /// What it realized, less its charges.
    package internal(set) var realized = Sum.zero
    /// Its quantity in shares of after every split since, signed: positive for a purchase.
    var change: Quantity
    /// What was paid for it, without charges; negative for a sale.
    var value: Sum

    package init(
        at: Timestamp, symbol: Symbol, side: Side, quantity: Quantity, price: Price, charges: Money = .zero,
        cause: Cause, order: ClientOrderID? = nil, execution: ExecutionID? = nil, policy: PluginName? = nil,
        decision: DecisionID? = nil
    ) {
        (self.at, self.symbol, self.side, self.quantity, self.price) = (at, symbol, side, quantity, price)
        (self.charges, self.cause, self.order, self.execution) = (Sum(charges), cause, order, execution)
        (self.policy, self.decision) = (policy, decision)
        change = side == .buy ? quantity : Quantity(units: -quantity.units)
        value = Sum(price, change)
    }

    /// Two parts: the first has so many shares of the same sign, and both together are the whole.
    func split(first: Quantity) -> (Execution, Execution) {
        var (one, two) = (self, self)
        one.change = first
        two.change = Quantity(units: change.units - first.units)
        one.quantity = Quantity(units: Int64(first.units.magnitude))
        two.quantity = Quantity(units: Int64(two.change.units.magnitude))
        one.value = value.share(first, of: change)
        two.value = value - one.value
        one.charges = charges.share(first, of: change)
        two.charges = charges - one.charges
        return (one, two)
    }
}
