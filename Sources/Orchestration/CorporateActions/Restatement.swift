import Trading

/// What a corporate action makes of a price and a quantity from before it.
enum Restatement: Sendable, Hashable {
    /// New shares for old.
    case split(Split)
    /// Cash for each share: what traded with it is worth so much less without it.
    case dividend(Price)
    /// Shares of another company for each share: this part of its price is left.
    case spinOff(remaining: Ratio)

    /// Never below the smallest price.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    func price(_ price: Price) throws(NumericError) -> Price {
        switch self {
        case .split(let split):
            try price.scaled(numerator: split.denominator, denominator: split.numerator, .halfEven)
        case .dividend(let amount): Price(units: max(1, price.units - amount.units))
        case .spinOff(let remaining):
            try max(
                Price(units: 1),
                price.scaled(numerator: remaining.units, denominator: Ratio.scale, .halfEven))
        }
    }

    /// - Throws: as ``price(_:)``.
    func price(_ price: Price?) throws(NumericError) -> Price? {
        guard let price else { return nil }
        return try self.price(price)
    }

    /// The fraction is the broker's affair.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    func quantity(_ quantity: Quantity) throws(NumericError) -> Quantity {
        switch self {
        case .split(let split):
            try quantity.scaled(numerator: split.numerator, denominator: split.denominator, .towardZero)
        case .dividend, .spinOff: quantity
        }
    }
}
