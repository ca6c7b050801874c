/// What the core asks of a broker adapter. Each carries the core's epoch; an adapter refuses one lower than the highest
/// that it has seen.
package enum OrderCommand: Sendable, Hashable, Codable {
    case submit(OrderSubmission)
    case cancel(clientOrderID: ClientOrderID)
    case replace(OrderReplacement)
    /// Find out: what has become of this order? Answered by an ``OrderAnswer``.
    case query(clientOrderID: ClientOrderID)
    /// The whole truth: account, positions, open orders. Answered by a ``BrokerState``.
    case reconcile
}

extension OrderCommand {
    /// It changes nothing at the broker.
    package var isQuestion: Bool {
        switch self {
        case .query, .reconcile: true
        case .submit, .cancel, .replace: false
        }
    }
}

/// One order, or a group that stands or falls together, taken or refused as a whole.
package struct OrderSubmission: Sendable, Hashable, Codable {
    package var orders: [NewOrder]
    package var groupID: OrderGroupID?
    package var groupKind: OrderGroupKind?

    package init(orders: [NewOrder], groupID: OrderGroupID? = nil, groupKind: OrderGroupKind? = nil) {
        self.orders = orders
        self.groupID = groupID
        self.groupKind = groupKind
    }
}

/// New prices or a new quantity for a working order, without a moment in which it does not rest.
package struct OrderReplacement: Sendable, Hashable, Codable {
    package var clientOrderID: ClientOrderID
    /// The total that the order asks for afterwards, what is filled included.
    package var quantity: Quantity?
    package var limitPrice: Price?
    package var stopPrice: Price?

    package init(
        clientOrderID: ClientOrderID, quantity: Quantity? = nil, limitPrice: Price? = nil, stopPrice: Price? = nil
    ) {
        self.clientOrderID = clientOrderID
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
    }
}

extension OrderReplacement {
    /// These are the terms that it asks for.
    package func isMet(by terms: NewOrder) -> Bool {
        (quantity ?? terms.quantity) == terms.quantity && (limitPrice ?? terms.limitPrice) == terms.limitPrice
            && (stopPrice ?? terms.stopPrice) == terms.stopPrice
    }
}

/// The answer to a query by client order id.
package struct OrderAnswer: Sendable, Hashable, Codable {
    package var clientOrderID: ClientOrderID
    /// The order as the broker has it; nil says that the broker never had it.
    package var order: Order?
    /// Every execution of it, so that a missed fill is found.
    package var executions: [ExecutionReport]

    package init(clientOrderID: ClientOrderID, order: Order?, executions: [ExecutionReport]) {
        self.clientOrderID = clientOrderID
        self.order = order
        self.executions = executions
    }
}

/// The broker's truth at one moment.
package struct BrokerState: Sendable, Hashable, Codable {
    package var account: Account
    package var positions: [BrokerPosition]
    /// Every order that is not over, `held` legs included, sorted by submission.
    package var openOrders: [Order]
    package var at: Timestamp

    package init(account: Account, positions: [BrokerPosition], openOrders: [Order], at: Timestamp) {
        self.account = account
        self.positions = positions
        self.openOrders = openOrders
        self.at = at
    }
}
