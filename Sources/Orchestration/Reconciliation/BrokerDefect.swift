import Trading

/// What no broker can mean by its snapshot, or cannot be said: a row that is left out, while all others are managed.
package enum BrokerStateDefect: Sendable, Hashable, Codable {
    case position(symbol: Symbol, quantity: Quantity)
    case negativeAveragePrice(Symbol)
    case order(OrderStateDefect)
    /// Of a symbol or order that cannot be named at all.
    case leftOut(LeftOutRow)
    /// One symbol with several rows, such as long and short: which of them holds, or whether their sum does, nobody knows.
    case listedTwice(Symbol, [Quantity])
    case orderListedTwice(ClientOrderID, Symbol)
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
