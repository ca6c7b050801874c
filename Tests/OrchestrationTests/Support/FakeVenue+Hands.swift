import Orchestration
import Trading

/// Other people at the same account, and a venue that does things by itself.
extension FakeVenue {
    /// Somebody gives an order other terms, and it is reported.
    package mutating func change(_ id: ClientOrderID, _ change: (inout NewOrder) -> Void) -> [Input] {
        guard var order = orders[id], order.isWorking else { return [] }
        change(&order.terms)
        order.updatedAt = now
        orders[id] = order
        return [.execution(ExecutionReport(clientOrderID: id, event: .restated, terms: order.terms, at: now))]
    }

    /// An order is in another status from now on, and it is reported.
    package mutating func interrupt(_ id: ClientOrderID, _ status: OrderStatus, _ event: OrderEvent) -> [Input] {
        guard orders[id]?.isWorking == true else { return [] }
        orders[id]?.status = status
        return [word(id, event)]
    }

    /// It was told as over, and lives.
    package mutating func revive(_ id: ClientOrderID) { orders[id]?.status = .new }

    /// It is reported as this, and is as it was.
    package func say(_ id: ClientOrderID, _ event: OrderEvent) -> [Input] { [word(id, event)] }
}
