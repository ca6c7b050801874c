import Trading

/// What no broker can mean by its snapshot.
package enum BrokerStateDefect: Sendable, Hashable, Codable {
    case position(symbol: Symbol, quantity: Quantity)
    case negativeAveragePrice(Symbol)
    case order(OrderStateDefect)
}

package enum OrderStateDefect: Sendable, Hashable, Codable {
    case quantity(order: ClientOrderID, quantity: Quantity)
    case filled(order: ClientOrderID, quantity: Quantity)
}

/// What makes terms those of another order.
package enum TermsMismatch: Sendable, Hashable, Codable {
    case order(ClientOrderID)
    case symbol(Symbol)
    case side(Side)
    case quantity(Quantity)
}

/// Why an answer about an order cannot be about it.
package enum AnswerDefect: Sendable, Hashable, Codable {
    case executionOf(ClientOrderID)
    case order(OrderStateDefect)
    case terms(TermsMismatch)
}
