import Trading

func symbol(_ text: String = "NVDA") throws -> Symbol { try Symbol(text) }

/// A limit order to buy 100 NVDA at 189.08.
func terms(
    quantity: String = "100", type: OrderType = .limit, limit: String? = "189.08", stop: String? = nil,
    trail: String? = nil
) throws -> NewOrder {
    NewOrder(
        clientOrderID: try ClientOrderID("bb-1"), symbol: try symbol(), side: .buy, type: type,
        quantity: try Quantity(quantity), limitPrice: try limit.map { try Price($0) },
        stopPrice: try stop.map { try Price($0) }, trailAmount: try trail.map { try Price($0) }, role: .entry)
}

func order(_ status: OrderStatus = .new, quantity: String = "100") throws -> Order {
    Order(terms: try terms(quantity: quantity), status: status, submittedAt: Timestamp(seconds: 0))
}

extension Order {
    /// One event after another, each a second after the last.
    mutating func applyAll(_ events: OrderEvent...) {
        for event in events { _ = apply(event, at: updatedAt + .seconds(1)) }
    }
}
