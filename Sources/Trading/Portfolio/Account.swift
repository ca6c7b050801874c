/// The account as the broker has it.
package struct Account: Sendable, Hashable, Codable {
    package var id: AccountID
    /// ISO 4217.
    package var currency: String
    package var cash: Money
    /// Cash plus the market value of all positions.
    package var equity: Money
    package var buyingPower: Money

    package init(id: AccountID, currency: String = "USD", cash: Money, equity: Money, buyingPower: Money) {
        self.id = id
        self.currency = currency
        self.cash = cash
        self.equity = equity
        self.buyingPower = buyingPower
    }
}

/// A position as the broker has it. Negative quantity is short.
package struct BrokerPosition: Sendable, Hashable, Codable {
    package var symbol: Symbol
    package var quantity: Quantity
    package var averagePrice: Price

    package init(symbol: Symbol, quantity: Quantity, averagePrice: Price) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
    }
}
