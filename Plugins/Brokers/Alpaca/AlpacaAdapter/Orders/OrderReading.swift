import AlpacaAPI
import Trading

/// Why an order of the venue cannot be said in the protocol. It is left out of what the core is told, and named there.
package enum Unsayable: Error, Equatable, Sendable, CustomStringConvertible {
    case assetClass(String)
    case type(String)
    case side(String)
    case timeInForce(String)
    /// Ordered for an amount of money, or of several symbols.
    case noQuantity
    case noSymbol
    /// A trail in percent has no amount.
    case noTrailAmount
    case id(String)

    package var description: String {
        switch self {
        case .assetClass(let name): "\(name) is no class of assets that is traded here"
        case .type(let name): "\"\(name)\" is no type of order that is known here"
        case .side(let name): "\"\(name)\" is no side"
        case .timeInForce(let name): "the time in force \"\(name)\" is not known here"
        case .noQuantity: "it has no quantity"
        case .noSymbol: "it has no symbol"
        case .noTrailAmount: "its trail is no amount of money"
        case .id(let text): "\"\(text)\" is no order id"
        }
    }
}

extension Alpaca.Order {
    /// An order that the core has not placed, in the protocol's terms.
    func externalTerms(as id: ClientOrderID) throws(Unsayable) -> NewOrder {
        if let assetClass, assetClass != .known(.usEquity) { throw .assetClass(assetClass.description) }
        guard let symbol else { throw .noSymbol }
        guard let quantity, quantity.isPositive else { throw .noQuantity }
        let word = type ?? orderType
        guard let type = word?.known?.orderType else { throw .type(word?.description ?? "") }
        guard let side = side?.orderSide else { throw .side(self.side?.description ?? "") }
        let inForce: TimeInForce
        switch timeInForce?.known {
        case .day: inForce = .day
        case .gtc: inForce = .gtc
        case .ioc: inForce = .ioc
        case .fok: inForce = .fok
        case .opg, .cls, nil: throw .timeInForce(timeInForce?.description ?? "")
        }
        if type == .trailingStop, trailPrice == nil { throw .noTrailAmount }
        return NewOrder(
            clientOrderID: id, symbol: symbol, side: side, type: type, quantity: quantity,
            limitPrice: type == .limit || type == .stopLimit ? limitPrice : nil,
            stopPrice: type.isStop ? stopPrice : nil, trailAmount: type == .trailingStop ? trailPrice : nil,
            timeInForce: inForce, role: .external)
    }

    /// Which leg of a group it is; nil where it is none, or cannot be told.
    var legPart: OrderChain.Part? {
        switch groupRole?.known {
        case .entry: return .entry
        case .takeProfit: return .target
        case .stopLoss: return .stop
        case nil: break
        }
        switch orderClass?.known {
        case .bracket, .oco, .oto: break
        case .unnamed, .simple, .mleg, nil: return nil
        }
        // Before 2026-10 orders did not say their part. A target is a limit order, and nothing else in a group is a stop.
        return (type ?? orderType)?.known.map { $0.orderType.isStop ? .stop : .target }
    }
}
