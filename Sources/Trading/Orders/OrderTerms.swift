/// What an order asks for, in the words of the trade (FIX tags 54, 40, 59).
public enum Side: String, Sendable, Codable, CaseIterable {
    case buy
    case sell
    public var opposite: Side { self == .buy ? .sell : .buy }
}

public enum OrderType: String, Sendable, Codable, CaseIterable {
    case market
    case limit
    case stop
    case stopLimit = "stop_limit"
    case trailingStop = "trailing_stop"

    /// Rests until the market comes to its stop price.
    public var isStop: Bool {
        switch self {
        case .stop, .stopLimit, .trailingStop: true
        case .market, .limit: false
        }
    }
}

public enum TimeInForce: String, Sendable, Codable, CaseIterable {
    /// Until the end of the regular session.
    case day
    /// Good till canceled.
    case gtc
    /// Immediate or cancel: what cannot be filled at once is canceled.
    case ioc
    /// Fill or kill: all at once or nothing.
    case fok
}

/// How several orders hang together.
public enum OrderGroupKind: String, Sendable, Codable, CaseIterable {
    /// One cancels the other: an exit by target or by stop. Both legs reserve the same shares once.
    case oco
    /// An entry whose target and stop wait (`held`) until it is filled, and then form an OCO.
    case bracket
}

/// What an order is for, as the coordinator sees it.
public enum OrderRole: String, Sendable, Codable, CaseIterable {
    case entry
    case stop
    case target
    /// A market exit, whole or partial.
    case reduce
    /// Not ours: placed by hand or by another program.
    case external = "foreign"

    @available(*, deprecated, renamed: "external") public static var foreign: OrderRole { .external }
}

/// An order as it is asked for. Quantity is positive; the side says the direction.
public struct NewOrder: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    public var symbol: Symbol
    public var side: Side
    public var type: OrderType
    public var quantity: Quantity
    public var limitPrice: Price?
    public var stopPrice: Price?
    /// Distance of a trailing stop from the best price since it rests, in money.
    public var trailAmount: Price?
    public var timeInForce: TimeInForce
    public var role: OrderRole

    public init(
        clientOrderID: ClientOrderID, symbol: Symbol, side: Side, type: OrderType, quantity: Quantity,
        limitPrice: Price? = nil, stopPrice: Price? = nil, trailAmount: Price? = nil,
        timeInForce: TimeInForce = .gtc, role: OrderRole
    ) {
        self.clientOrderID = clientOrderID
        self.symbol = symbol
        self.side = side
        self.type = type
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
        self.trailAmount = trailAmount
        self.timeInForce = timeInForce
        self.role = role
    }
}

extension NewOrder {
    /// Why these terms can be no order, or nil when they can.
    public func defect(increment: PriceIncrement) -> OrderDefect? {
        guard quantity.isPositive else { return .quantityNotPositive(quantity) }
        for (name, price) in [("limit_price", limitPrice), ("stop_price", stopPrice), ("trail_amount", trailAmount)] {
            guard let price else { continue }
            guard price.isPositive else { return .priceNotPositive(field: name, price: price) }
            let step = increment.step(for: price)
            guard price.isMultiple(of: step) else {
                return .priceOffTick(field: name, price: price, tickSize: step)
            }
        }
        let has = (limit: limitPrice != nil, stop: stopPrice != nil, trail: trailAmount != nil)
        let wants: (limit: Bool, stop: Bool, trail: Bool) =
            switch type {
            case .market: (false, false, false)
            case .limit: (true, false, false)
            case .stop: (false, true, false)
            case .stopLimit: (true, true, false)
            case .trailingStop: (false, has.stop, true)
            }
        for (name, given, wanted) in [
            ("limit_price", has.limit, wants.limit), ("stop_price", has.stop, wants.stop),
            ("trail_amount", has.trail, wants.trail),
        ] where given != wanted {
            return wanted ? .fieldMissing(type: type, field: name) : .fieldNotTaken(type: type, field: name)
        }
        return nil
    }

    /// In a few words for a person: `sell 143 NVDA at market`.
    public var words: String { orderWords(side, quantity, symbol, type, limitPrice, stopPrice, trailAmount) }
}

/// Why terms can be no order; fields by their names on the wire.
public enum OrderDefect: Sendable, Hashable, Codable, CustomStringConvertible {
    case quantityNotPositive(Quantity)
    case priceNotPositive(field: String, price: Price)
    /// The price is no multiple of the broker's tick size.
    case priceOffTick(field: String, price: Price, tickSize: Price)
    case fieldMissing(type: OrderType, field: String)
    case fieldNotTaken(type: OrderType, field: String)

    public var description: String {
        switch self {
        case .quantityNotPositive(let quantity): "quantity must be above zero, it is \(quantity)"
        case .priceNotPositive(let field, let price): "\(field) must be above zero, it is \(price)"
        case .priceOffTick(let field, let price, let tickSize):
            "\(field) \(price) is no multiple of the increment \(tickSize)"
        case .fieldMissing(let type, let field): "a \(type.rawValue) order needs \(field)"
        case .fieldNotTaken(let type, let field): "a \(type.rawValue) order takes no \(field)"
        }
    }
}

func orderWords(
    _ side: Side, _ quantity: Quantity, _ symbol: Symbol, _ type: OrderType, _ limit: Price?, _ stop: Price?,
    _ trail: Price?
) -> String {
    func money(_ price: Price?) -> String { price?.text(minimumDecimals: 2) ?? "?" }
    let head = "\(side.rawValue) \(quantity) \(symbol)"
    return switch type {
    case .market: "\(head) at market"
    case .limit: "\(head) limit \(money(limit))"
    case .stop: "\(head) stop \(money(stop))"
    case .stopLimit: "\(head) stop-limit \(money(stop)) (limit \(money(limit)))"
    case .trailingStop: "\(head) trailing stop \(money(trail)) behind"
    }
}
