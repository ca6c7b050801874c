/// A price of one share or unit, in the account's currency; up to 8 decimals, so that averages and crypto fit.
public struct Price: ScaledInteger {
    public static let decimals = 8
    public static let name = "price"
    public let units: Int64
    @inlinable
    public init(units: Int64) { self.units = units }
}

/// A number of shares or units, signed where a position is meant (negative = short); up to 9 decimals.
public struct Quantity: ScaledInteger {
    public static let decimals = 9
    public static let name = "quantity"
    public let units: Int64
    @inlinable
    public init(units: Int64) { self.units = units }
    /// Whole shares.
    /// - Precondition: fits, that is at most about nine billion.
    @inlinable
    public init(shares: Int64) { self.init(units: shares * Self.scale) }
}

/// An amount of money in the account's currency; up to 6 decimals, about nine trillion at the most.
public struct Money: ScaledInteger {
    public static let decimals = 6
    public static let name = "amount of money"
    public let units: Int64
    @inlinable
    public init(units: Int64) { self.units = units }
}

/// A pure number: a weight, a percentage as a fraction (0.015 is 1.5 %), an R multiple, an index level such as VIX.
public struct Ratio: ScaledInteger {
    public static let decimals = 6
    public static let name = "ratio"
    public let units: Int64
    @inlinable
    public init(units: Int64) { self.units = units }
}

extension Price {
    /// Price x quantity = money.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func times(_ quantity: Quantity, _ rounding: Rounding = .halfEven) throws(NumericError) -> Money {
        let product = Int128(units) * Int128(quantity.units)
        let excess = Price.decimals + Quantity.decimals - Money.decimals
        return try Money.checked(
            rounding.quotient(product, Int128(powerOfTen(excess))), "\(self) x \(quantity)")
    }

    /// The average of two prices, each weighted by its quantity and rounded once, half to even.
    ///
    /// By way of ``Money`` it would be rounded to its six decimals first, which is far too coarse for a small quantity.
    /// - Throws: ``NumericError/divisionByZero(type:)`` when the quantities cancel out and
    ///   ``NumericError/overflow(type:operation:)``.
    @inlinable
    public static func average(
        _ first: (price: Price, quantity: Quantity), _ second: (price: Price, quantity: Quantity)
    ) throws(NumericError) -> Price {
        let total = Int128(first.quantity.units) + Int128(second.quantity.units)
        guard total != 0 else { throw .divisionByZero(type: Quantity.name) }
        let (sum, overflow) = (Int128(first.price.units) * Int128(first.quantity.units)).addingReportingOverflow(
            Int128(second.price.units) * Int128(second.quantity.units))
        let words = "the average of \(first.quantity) at \(first.price) and \(second.quantity) at \(second.price)"
        // Two most negative numbers twice over: the one sum that 128 bits do not hold.
        guard !overflow else { throw .overflow(type: name, operation: words) }
        let sign: Int128 = total < 0 ? -1 : 1
        return try checked(Rounding.halfEven.quotient(sum * sign, total * sign), words)
    }
}

extension Money {
    /// Money / quantity = price of one.
    /// - Throws: ``NumericError/divisionByZero(type:)`` and ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func divided(by quantity: Quantity, _ rounding: Rounding = .halfEven) throws(NumericError) -> Price {
        guard quantity.units != 0 else { throw .divisionByZero(type: Quantity.name) }
        let sign: Int128 = quantity.units < 0 ? -1 : 1
        let shift = Int128(powerOfTen(Price.decimals + Quantity.decimals - Money.decimals))
        return try Price.checked(
            rounding.quotient(Int128(units) * shift * sign, Int128(quantity.units) * sign), "\(self) / \(quantity)")
    }

    /// How many shares at a price this money buys.
    /// - Throws: ``NumericError/divisionByZero(type:)`` and ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func quantity(at price: Price, _ rounding: Rounding) throws(NumericError) -> Quantity {
        guard price.units != 0 else { throw .divisionByZero(type: Price.name) }
        let sign: Int128 = price.units < 0 ? -1 : 1
        let shift = Int128(powerOfTen(Price.decimals + Quantity.decimals - Money.decimals))
        return try Quantity.checked(
            rounding.quotient(Int128(units) * shift * sign, Int128(price.units) * sign), "\(self) / \(price)")
    }
}

/// The smallest step of an order price.
public struct PriceIncrement: Sendable, Hashable, Codable {
    /// At or above one: usually 0.01.
    public var atOrAboveOne: Price
    /// Below one: usually 0.0001.
    public var belowOne: Price

    @inlinable
    public init(atOrAboveOne: Price, belowOne: Price) {
        self.atOrAboveOne = atOrAboveOne
        self.belowOne = belowOne
    }

    /// US equities: a cent, a hundredth of a cent below one dollar (SEC Rule 612, the sub-penny rule).
    public static let usEquity = PriceIncrement(
        atOrAboveOne: Price(units: Price.scale / 100), belowOne: Price(units: Price.scale / 10_000))

    @inlinable
    public func step(for price: Price) -> Price { price < .one ? belowOne : atOrAboveOne }

    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func rounded(_ price: Price, _ rounding: Rounding) throws(NumericError) -> Price {
        try price.rounded(toMultipleOf: step(for: price), rounding)
    }
}
