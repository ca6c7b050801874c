import Trading

/// The next safe thing to do for one symbol: one command, and why.
struct Action: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Orders without ids yet; the core names them.
        case submit([NewOrderDraft], group: OrderGroupKind?)
        case cancel(ClientOrderID)
        case replace(OrderReplacement)
    }
    var kind: Kind
    var summary: ActionSummary
    var why: ActionReason
}

/// An order before it has its id.
struct NewOrderDraft: Sendable, Hashable {
    var side: Side
    var type: OrderType
    var quantity: Quantity
    var limitPrice: Price?
    var stopPrice: Price?
    var timeInForce: TimeInForce = .gtc
    var role: OrderRole

    func named(_ id: ClientOrderID, _ symbol: Symbol) -> NewOrder {
        NewOrder(
            clientOrderID: id, symbol: symbol, side: side, type: type, quantity: quantity, limitPrice: limitPrice,
            stopPrice: stopPrice, timeInForce: timeInForce, role: role)
    }
}
