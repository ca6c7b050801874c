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

extension BrokerCapabilities {
    /// The part of a quantity that can be ordered: 14 of 14.35 shares where only whole ones are traded.
    package func tradable(_ quantity: Quantity) -> Quantity {
        guard quantityIncrement.isPositive else { return quantity }
        return Quantity(units: quantity.units - quantity.units % quantityIncrement.units)
    }

    /// Why nothing can be planned with these, or nil.
    package var defect: String? {
        for (name, step) in [
            ("price_increment.at_or_above_one", priceIncrement.atOrAboveOne),
            ("price_increment.below_one", priceIncrement.belowOne),
        ] where !step.isPositive {
            return "\(name) is above zero, not \(step)"
        }
        if !quantityIncrement.isPositive { return "quantity_increment is above zero, not \(quantityIncrement)" }
        if !orderTypes.contains(.market) || !(orderTypes.contains(.stop) || orderTypes.contains(.stopLimit)) {
            return "order_types must have market, and stop or stop_limit; without them nothing can be protected"
        }
        return nil
    }
}

/// What an adapter can do. What is not declared is absent, and the core plans without it.
package struct BrokerCapabilities: Sendable, Hashable, Codable {
    package var orderTypes: [OrderType]
    package var timeInForce: [TimeInForce]
    package var groups: [OrderGroupKind]
    /// Prices of a resting order can be changed in place.
    package var replacesPrice: Bool
    /// The quantity of a resting order can be changed in place (total quantity).
    package var replacesQuantity: Bool
    /// A resting exit reserves its shares: a second one is refused.
    package var reservesShares: Bool
    /// The adapter wants the core's market data (a simulator).
    package var wantsMarketData: Bool
    package var priceIncrement: PriceIncrement
    /// Smallest step of a quantity.
    package var quantityIncrement: Quantity

    package init(
        orderTypes: [OrderType], timeInForce: [TimeInForce], groups: [OrderGroupKind], replacesPrice: Bool,
        replacesQuantity: Bool, reservesShares: Bool, wantsMarketData: Bool,
        priceIncrement: PriceIncrement = .usEquity, quantityIncrement: Quantity = .one
    ) {
        self.orderTypes = orderTypes
        self.timeInForce = timeInForce
        self.groups = groups
        self.replacesPrice = replacesPrice
        self.replacesQuantity = replacesQuantity
        self.reservesShares = reservesShares
        self.wantsMarketData = wantsMarketData
        self.priceIncrement = priceIncrement
        self.quantityIncrement = quantityIncrement
    }
}
