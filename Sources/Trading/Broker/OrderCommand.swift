/// What the core asks of a broker adapter. Each carries the core's epoch; an adapter refuses one lower than the highest
/// that it has seen.
public enum OrderCommand: Sendable, Hashable, Codable {
    case submit(OrderSubmission)
    case cancel(clientOrderID: ClientOrderID)
    case replace(OrderReplacement)
    /// Find out: what has become of this order? Answered by an ``OrderAnswer``.
    case query(clientOrderID: ClientOrderID)
    /// The whole snapshot: account, positions, open orders. Answered by a ``BrokerState``.
    case reconcile
}

extension OrderCommand {
    /// It changes nothing at the broker.
    public var isQuery: Bool {
        switch self {
        case .query, .reconcile: true
        case .submit, .cancel, .replace: false
        }
    }
}

/// One order, or a group that stands or falls together, taken or refused as a whole.
public struct OrderSubmission: Sendable, Hashable, Codable {
    public var orders: [NewOrder]
    public var groupID: OrderGroupID?
    public var groupKind: OrderGroupKind?

    public init(orders: [NewOrder], groupID: OrderGroupID? = nil, groupKind: OrderGroupKind? = nil) {
        self.orders = orders
        self.groupID = groupID
        self.groupKind = groupKind
    }

    /// - Throws: for a submission without orders, which asks for nothing and has no answer.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        orders = try values.decode([NewOrder].self, forKey: .orders)
        groupID = try values.decodeIfPresent(OrderGroupID.self, forKey: .groupID)
        groupKind = try values.decodeIfPresent(OrderGroupKind.self, forKey: .groupKind)
        guard !orders.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .orders, in: values, debugDescription: "a submission has one order at least")
        }
    }
}

/// New prices or a new quantity for a working order, without a moment in which it does not rest.
public struct OrderReplacement: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    /// Of the successor, where the broker declares that a replacement is an order of its own (`new_id`).
    public var newClientOrderID: ClientOrderID?
    /// What the order asks for afterwards: in all, or beyond what is filled, as the broker declares.
    public var quantity: Quantity?
    public var limitPrice: Price?
    public var stopPrice: Price?

    public init(
        clientOrderID: ClientOrderID, newClientOrderID: ClientOrderID? = nil, quantity: Quantity? = nil,
        limitPrice: Price? = nil, stopPrice: Price? = nil
    ) {
        self.clientOrderID = clientOrderID
        self.newClientOrderID = newClientOrderID
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
    }
}

extension OrderReplacement {
    /// These are the terms that it asks for. A quantity beyond what is filled shows nothing: fills come in between.
    public func isMet(by terms: NewOrder, counting: BrokerCapabilities.ReplacementQuantity) -> Bool {
        let asked = counting == .total ? quantity ?? terms.quantity : terms.quantity
        return asked == terms.quantity && (limitPrice ?? terms.limitPrice) == terms.limitPrice
            && (stopPrice ?? terms.stopPrice) == terms.stopPrice
    }

    /// The order that takes the place of another one, as far as it is known before the broker's report.
    public func successor(of order: Order, counting: BrokerCapabilities.ReplacementQuantity, at time: Timestamp)
        -> Order?
    {
        guard let newClientOrderID else { return nil }
        var terms = order.terms
        terms.clientOrderID = newClientOrderID
        let filled = counting == .total ? order.filledQuantity.units : 0
        terms.quantity = Quantity(units: max(0, (quantity ?? order.terms.quantity).units - filled))
        terms.limitPrice = limitPrice ?? terms.limitPrice
        terms.stopPrice = stopPrice ?? terms.stopPrice
        var next = Order(terms: terms, groupID: order.groupID, groupKind: order.groupKind, submittedAt: time)
        next.replacesOrder = order.id
        return next
    }
}

/// The answer to a query by client order id.
public struct OrderAnswer: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    /// The order as the broker has it; nil says that the broker never had it.
    public var order: Order?
    /// Every execution of it, so that a missed fill is found.
    public var executions: [ExecutionReport]

    public init(clientOrderID: ClientOrderID, order: Order?, executions: [ExecutionReport]) {
        self.clientOrderID = clientOrderID
        self.order = order
        self.executions = executions
    }
}
