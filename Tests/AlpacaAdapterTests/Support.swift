import AlpacaAPI
import JSON
import Testing
import Trading

@testable import AlpacaAdapter

let alfa = Symbol(unchecked: "ALFA")
/// A Monday, 09:31 in New York.
let start = Timestamp(rfc3339: "2026-03-16T13:31:00Z")!

func later(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

func price(_ text: String) -> Price { try! Price(text) }

func shares(_ count: Int64) -> Quantity { Quantity(shares: count) }

func client(_ text: String) -> ClientOrderID { ClientOrderID(unchecked: text) }

func venue(_ text: String) -> BrokerOrderID { BrokerOrderID(unchecked: text) }

func terms(
    _ id: String, _ side: Side, _ quantity: Int64, limit: String? = nil, stop: String? = nil,
    role: OrderRole = .reduce
) -> NewOrder {
    let type: OrderType =
        switch (limit, stop) {
        case (nil, nil): .market
        case (_?, nil): .limit
        case (nil, _?): .stop
        case (_?, _?): .stopLimit
        }
    return NewOrder(
        clientOrderID: client(id), symbol: alfa, side: side, type: type, quantity: shares(quantity),
        limitPrice: limit.map(price), stopPrice: stop.map(price), role: role)
}

/// An order as the venue writes it.
func row(_ id: String, _ clientID: String, _ status: String, _ more: String = "") -> Alpaca.Order {
    let rest = more.isEmpty ? "" : "," + more
    let text =
        #"{"id":"\#(id)","client_order_id":"\#(clientID)","status":"\#(status)","symbol":"ALFA","asset_class":"us_equity","updated_at":"2026-03-16T13:31:05Z","submitted_at":"2026-03-16T13:31:00Z""#
        + rest + "}"
    return try! Alpaca.decode(Alpaca.Order.self, from: Array(text.utf8))
}

/// A message of the stream, with a fill's figures where it is one.
func update(
    _ event: String, _ order: Alpaca.Order, execution: String? = nil, _ quantity: Int64 = 0, at cost: String = "100",
    previous: String? = nil, _ seconds: Int64 = 5
) -> Alpaca.TradeUpdate {
    var update = Alpaca.TradeUpdate()
    update.event = Alpaca.Open(event)
    update.order = order
    update.timestamp = later(seconds)
    update.executionID = execution.map { Alpaca.ExecutionID($0) }
    update.previousExecutionID = previous.map { Alpaca.ExecutionID($0) }
    if quantity > 0 { (update.quantity, update.price) = (shares(quantity), price(cost)) }
    return update
}

/// In a few words: `one partial_fill e1 30 @ 100 of 30`.
func words(_ reports: [AdapterReport]) -> [String] {
    reports.map { report in
        switch report {
        case .execution(let report):
            var words = "\(report.clientOrderID) \(report.event.rawValue)"
            if let id = report.executionID, let quantity = report.quantity, let price = report.price {
                words += " \(id) \(quantity) @ \(price)"
            }
            if let sum = report.cumulativeQuantity, sum.isPositive { words += " of \(sum)" }
            return words
        case .correction(let correction):
            let after = correction.corrected.map { " is \($0.executionID) \($0.quantity) @ \($0.price)" }
            return "\(correction.clientOrderID) without \(correction.executionID)\(after ?? "")"
        case .answer(let answer, _):
            return "\(answer.clientOrderID) is \(answer.order?.status.rawValue ?? "unknown")"
        case .state(let state, _):
            return "\(state.positions.count) positions, \(state.openOrders.count) orders"
        }
    }
}

extension OrderChains {
    mutating func submit(_ orders: NewOrder..., as kind: OrderGroupKind? = nil) {
        let reports = expect(
            OrderSubmission(
                orders: orders, groupID: kind.map { _ in OrderGroupID(unchecked: "g") }, groupKind: kind), at: start)
        #expect(reports.isEmpty)
    }

    mutating func told(_ update: Alpaca.TradeUpdate) -> [String] { words(take(update, at: later(5))) }
    mutating func told(_ row: Alpaca.Order) -> [String] { words(take(row, at: later(5))) }
}
