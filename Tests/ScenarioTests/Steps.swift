import CoreTestSupport
import Orchestration
import Trading

/// Actions in few words: on ABC where no symbol is named, and long where no side is.
extension ActionSummary {
    static func sell(_ quantity: Quantity, _ symbol: Symbol = "ABC") -> ActionSummary {
        .close(side: .sell, quantity: quantity, symbol: symbol)
    }
    static func buy(_ quantity: Quantity, _ symbol: Symbol = "ABC") -> ActionSummary {
        .close(side: .buy, quantity: quantity, symbol: symbol)
    }
    static func protect(_ quantity: Quantity, stop: Price, target: Price? = nil) -> ActionSummary {
        .protect(quantity: quantity, symbol: "ABC", stop: ProtectiveStop(stopPrice: stop), target: target)
    }
    static func enter(_ side: Side, _ quantity: Quantity, stop: Price, target: Price? = nil) -> ActionSummary {
        .enter(side: side, quantity: quantity, symbol: "ABC", stop: stop, target: target)
    }
    static func cancelStop(_ quantity: Quantity, at price: Price, limit: Price? = nil) -> ActionSummary {
        .cancel(.stop(quantity, at: price, limit: limit))
    }
    static func cancelEntry(_ quantity: Quantity, limit: Price) -> ActionSummary {
        .cancel(
            NewOrder(
                clientOrderID: NewOrder.anyID, symbol: "ABC", side: .buy, type: .limit, quantity: quantity,
                limitPrice: limit, role: .entry))
    }

    var anonymous: ActionSummary { if case .cancel(let order) = self { .cancel(order.anonymous) } else { self } }
}

extension IntendedStep {
    var anonymous: IntendedStep { if case .cancel(let order) = self { .cancel(order.anonymous) } else { self } }
}

extension NewOrder {
    static let anyID: ClientOrderID = "any"

    /// Without what no scenario is about: its id, and how long it would have rested.
    var anonymous: NewOrder {
        var order = self
        (order.clientOrderID, order.timeInForce) = (Self.anyID, .gtc)
        return order
    }

    static func stop(_ quantity: Quantity, at price: Price, limit: Price? = nil) -> NewOrder {
        NewOrder(
            clientOrderID: anyID, symbol: "ABC", side: .sell, type: limit == nil ? .stop : .stopLimit,
            quantity: quantity, limitPrice: limit, stopPrice: price, role: .stop)
    }
}
