/// The account as the broker has it.
public struct Account: Sendable, Hashable, Codable {
    public var id: AccountID
    /// ISO 4217.
    public var currency: String
    public var cash: Money
    /// Cash plus the market value of all positions.
    public var equity: Money
    public var buyingPower: Money

    public init(id: AccountID, currency: String = "USD", cash: Money, equity: Money, buyingPower: Money) {
        self.id = id
        self.currency = currency
        self.cash = cash
        self.equity = equity
        self.buyingPower = buyingPower
    }
}

/// A position as the broker has it. Negative quantity is short.
public struct BrokerPosition: Sendable, Hashable, Codable {
    public var symbol: Symbol
    public var quantity: Quantity
    public var averagePrice: Price

    public init(symbol: Symbol, quantity: Quantity, averagePrice: Price) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
    }
}
