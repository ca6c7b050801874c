import AlpacaAPI
import Trading

/// An order as clients see it, and which order of the exchange it stands for.
struct VenueOrder: Sendable {
    var order: Alpaca.Order
    /// Counts all orders of the account.
    let number: Int64
    /// Of the exchange, where a replacement keeps its order and its id.
    let exchangeID: Trading.ClientOrderID
    /// What that order had filled when this one took its place.
    let filledBefore: Quantity
    /// Of a leg.
    var parent: Alpaca.OrderID?
    var legs: [Alpaca.OrderID] = []

    var isWorking: Bool { !(order.status.known?.isTerminal ?? false) }
}

/// All orders of one account. A client's order that was replaced is a chain of them, of which the last one lives.
struct OrderStore: Sendable {
    private var orders: [Alpaca.OrderID: VenueOrder] = [:]
    /// In the order of submission.
    private(set) var ids: [Alpaca.OrderID] = []
    private var byClient: [Alpaca.ClientOrderID: Alpaca.OrderID] = [:]
    private var current: [Trading.ClientOrderID: Alpaca.OrderID] = [:]
    /// Those that are not over, in the order of submission.
    private(set) var working: [Alpaca.OrderID] = []

    var count: Int { ids.count }

    subscript(_ id: Alpaca.OrderID) -> VenueOrder? { orders[id] }

    func id(of client: Alpaca.ClientOrderID) -> Alpaca.OrderID? { byClient[client] }

    /// The order that stands for one of the exchange now.
    func id(at exchange: Trading.ClientOrderID) -> Alpaca.OrderID? { current[exchange] }

    /// - Precondition: its ids are new.
    mutating func insert(_ order: VenueOrder) {
        let id = order.order.id
        precondition(orders[id] == nil, "an order id is used once")
        orders[id] = order
        ids.append(id)
        working.append(id)
        current[order.exchangeID] = id
        if let client = order.order.clientOrderID { byClient[client] = id }
    }

    /// - Precondition: there is such an order.
    mutating func change(_ id: Alpaca.OrderID, _ change: (inout VenueOrder) -> Void) {
        guard var order = orders[id] else { preconditionFailure("no order \(id)") }
        change(&order)
        orders[id] = order
        if !order.isWorking { working.removeAll { $0 == id } }
    }

    /// One with its legs inside, or without any.
    func told(_ id: Alpaca.OrderID, nested: Bool) -> Alpaca.Order? {
        guard let entry = orders[id] else { return nil }
        var order = entry.order
        if nested, !entry.legs.isEmpty { order.legs = entry.legs.compactMap { orders[$0]?.order } }
        return order
    }
}
