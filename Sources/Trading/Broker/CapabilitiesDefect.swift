/// Why nothing can be planned with a broker's capabilities; fields by their names on the wire.
public enum CapabilitiesDefect: Sendable, Hashable, Codable, CustomStringConvertible {
    case priceNotPositive(field: String, price: Price)
    case quantityNotPositive(field: String, quantity: Quantity)
    /// Neither `stop` nor `stop_limit`, or no `market`.
    case orderTypes
    case noTimeInForce
    case hedgedPositions
    /// `arrival_limit` or `report_lag`.
    case negativeTime
    case ordersPerMinute(Int64)

    public var description: String {
        switch self {
        case .priceNotPositive(let field, let price): "\(field) is above zero, not \(price)"
        case .quantityNotPositive(let field, let quantity): "\(field) is above zero, not \(quantity)"
        case .orderTypes:
            "order_types must have market, and stop or stop_limit; without them nothing can be protected"
        case .noTimeInForce: "time_in_force names none; orders need one"
        case .hedgedPositions: "positions are hedged; the core plans with one net position a symbol"
        case .negativeTime: "arrival_limit and report_lag are not negative"
        case .ordersPerMinute(let most): "orders_per_minute is at least one, not \(most)"
        }
    }
}
