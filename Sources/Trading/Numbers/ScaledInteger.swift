/// A decimal number kept as a whole number of units: 1.25 with 2 decimals is 125 units.
///
/// Sums are exact. Products and quotients name their rounding. What does not fit is an error, never a wrap.
public protocol ScaledInteger: Comparable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// Digits behind the decimal point.
    static var decimals: Int { get }
    /// The name of the type for a person, used in messages.
    static var name: String { get }
    var units: Int64 { get }
    init(units: Int64)
}

extension ScaledInteger {
    @inlinable
    public static var zero: Self { Self(units: 0) }
    @inlinable
    public static var one: Self { Self(units: scale) }
    /// Units in 1: ten to the power of `decimals`.
    @inlinable
    public static var scale: Int64 { powerOfTen(decimals) }

    @inlinable
    public var isZero: Bool { units == 0 }
    @inlinable
    public var isPositive: Bool { units > 0 }
    @inlinable
    public var isNegative: Bool { units < 0 }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.units < right.units }

    /// The exact sum.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public static func + (left: Self, right: Self) throws(NumericError) -> Self {
        let (sum, overflow) = left.units.addingReportingOverflow(right.units)
        guard !overflow else { throw .overflow(type: name, operation: "\(left) + \(right)") }
        return Self(units: sum)
    }

    /// The exact difference.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public static func - (left: Self, right: Self) throws(NumericError) -> Self {
        let (difference, overflow) = left.units.subtractingReportingOverflow(right.units)
        guard !overflow else { throw .overflow(type: name, operation: "\(left) - \(right)") }
        return Self(units: difference)
    }

    @inlinable
    public static func += (left: inout Self, right: Self) throws(NumericError) { left = try left + right }
    @inlinable
    public static func -= (left: inout Self, right: Self) throws(NumericError) { left = try left - right }

    /// The same size with the other sign.
    /// - Throws: ``NumericError/overflow(type:operation:)`` for the most negative value.
    @inlinable
    public func negated() throws(NumericError) -> Self { try Self.zero - self }

    /// The size without its sign.
    /// - Throws: ``NumericError/overflow(type:operation:)`` for the most negative value.
    @inlinable
    public func magnitude() throws(NumericError) -> Self { isNegative ? try negated() : self }

    /// `self` times a ratio: 287 shares times 0.5.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func scaled(by ratio: Ratio, _ rounding: Rounding) throws(NumericError) -> Self {
        try Self.checked(
            rounding.quotient(Int128(units) * Int128(ratio.units), Int128(Ratio.scale)), "\(self) x \(ratio)")
    }

    /// `self / other` as a ratio.
    /// - Throws: ``NumericError/divisionByZero(type:)`` and ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func ratio(to other: Self, _ rounding: Rounding = .halfEven) throws(NumericError) -> Ratio {
        guard other.units != 0 else { throw .divisionByZero(type: Self.name) }
        let sign: Int128 = other.units < 0 ? -1 : 1
        let quotient = rounding.quotient(
            Int128(units) * Int128(Ratio.scale) * sign, Int128(other.units) * sign)
        return try Ratio.checked(quotient, "\(self) / \(other)")
    }

    /// `self x numerator / denominator`, for splits such as 7 for 1.
    /// - Throws: ``NumericError/divisionByZero(type:)`` and ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func scaled(
        numerator: Int64, denominator: Int64, _ rounding: Rounding
    ) throws(NumericError) -> Self {
        guard denominator != 0 else { throw .divisionByZero(type: Self.name) }
        let sign: Int128 = denominator < 0 ? -1 : 1
        let quotient = rounding.quotient(
            Int128(units) * Int128(numerator) * sign, Int128(denominator) * sign)
        return try Self.checked(quotient, "\(self) x \(numerator) / \(denominator)")
    }

    /// The nearest whole multiple of `step` in the direction that `rounding` names: prices to ticks, shares to lots.
    /// - Precondition: `step` is positive.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    @inlinable
    public func rounded(toMultipleOf step: Self, _ rounding: Rounding) throws(NumericError) -> Self {
        let multiples = rounding.quotient(Int128(units), Int128(step.units))
        return try Self.checked(multiples * Int128(step.units), "\(self) to a multiple of \(step)")
    }

    /// Nothing is a multiple of zero. The signs do not matter (and the most negative number % -1 would trap).
    @inlinable
    public func isMultiple(of step: Self) -> Bool {
        step.units != 0 && units.magnitude % step.units.magnitude == 0
    }

    @inlinable
    static func checked(_ units: Int128, _ operation: @autoclosure () -> String) throws(NumericError) -> Self {
        guard let exact = Int64(exactly: units) else { throw .overflow(type: name, operation: operation()) }
        return Self(units: exact)
    }
}

/// Ten to the power of `exponent`, 0 to 18.
@inlinable
func powerOfTen(_ exponent: Int) -> Int64 {
    var result: Int64 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
}
