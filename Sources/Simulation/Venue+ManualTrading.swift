import Trading

/// A person at the broker's own screen, who asks nobody.
extension Venue {
    /// Cancels one of the working orders of a symbol.
    func cancelManually(_ id: ClientOrderID) { finishCancel(id) }

    /// Buys more, or sells what is free; at market.
    func tradeManually(_ symbol: Symbol, _ side: Side, _ quantity: Quantity) {
        place(symbol, side, quantity, .market, limit: nil)
    }

    func place(_ symbol: Symbol, _ side: Side, _ quantity: Quantity, _ type: OrderType, limit: Price?) {
        let id = ClientOrderID(unchecked: "hand-\(nextNumber())")
        let terms = NewOrder(
            clientOrderID: id, symbol: symbol, side: side, type: type, quantity: quantity, limitPrice: limit,
            role: .external)
        var order = Order(terms: terms, status: .new, submittedAt: world.time)
        order.brokerOrderID = BrokerOrderID(unchecked: "b\(nextNumber())")
        put(Resting(order: order, isElected: true))
        report(order, .new, terms: true)
        onChange(symbol, "\(order.words) by hand")
        match(symbol)
    }
}
