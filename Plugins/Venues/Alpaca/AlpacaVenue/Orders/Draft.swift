import AlpacaAPI
import Trading

/// An order that was found to be one: what the exchange is asked, and what the client is told.
struct Draft {
    /// One order of it.
    struct Part {
        var order: Alpaca.Order
        var terms: NewOrder
        /// Of a trailing stop, in place of an amount.
        var trailFraction: Ratio?
    }

    /// The first is the one that is answered; the others are its legs.
    var parts: [Part]
    var groupKind: OrderGroupKind?
}

/// A request as far as it can be read without the account: words of lists that are known, figures that are there.
struct OrderTerms {
    let symbol: Symbol
    let side: Trading.Side
    let type: Alpaca.OrderType
    let timeInForce: Trading.TimeInForce
    let orderClass: Alpaca.OrderClass
    var quantity: Quantity
    let request: Alpaca.OrderRequest

    var isFractional: Bool { request.notional != nil || !quantity.isMultiple(of: .one) }
}

extension Alpaca.OrderType {
    var exchangeType: Trading.OrderType {
        switch self {
        case .market: .market
        case .limit: .limit
        case .stop: .stop
        case .stopLimit: .stopLimit
        case .trailingStop: .trailingStop
        }
    }
}

extension Alpaca.TimeInForce {
    /// nil for what the venue does not offer.
    var exchangeWord: Trading.TimeInForce? {
        switch self {
        case .day: .day
        case .gtc: .gtc
        case .ioc: .ioc
        case .fok: .fok
        case .opg, .cls: nil
        }
    }
}

extension Price {
    /// A cent.
    static let cent = Price(units: Price.scale / 100)
}
