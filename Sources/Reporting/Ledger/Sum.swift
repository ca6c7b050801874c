import Trading

/// An amount of money in millionths of the account's currency, in 128 bits: no sum of values overflows.
package struct Sum: Hashable, Sendable, Comparable {
    package var units: Int128

    package static let zero = Sum(units: 0)

    package init(units: Int128) { self.units = units }
    package init(_ money: Money) { units = Int128(money.units) }

    /// Price x quantity, rounded half to even as the core's cash is.
    package init(_ price: Price, _ quantity: Quantity) {
        let excess: Int128 = 100_000_000_000
        units = Rounding.halfEven.quotient(Int128(price.units) * Int128(quantity.units), excess)
    }

    package static func < (left: Sum, right: Sum) -> Bool { left.units < right.units }
    package static func + (left: Sum, right: Sum) -> Sum { Sum(units: left.units + right.units) }
    package static func - (left: Sum, right: Sum) -> Sum { Sum(units: left.units - right.units) }
    package static func += (left: inout Sum, right: Sum) { left.units += right.units }
    package static func -= (left: inout Sum, right: Sum) { left.units -= right.units }
    package static prefix func - (sum: Sum) -> Sum { Sum(units: -sum.units) }

    package var isZero: Bool { units == 0 }
    package var isPositive: Bool { units > 0 }
    package var magnitude: Sum { Sum(units: abs(units)) }

    /// `self x part / whole`, rounded half to even.
    /// - Precondition: `whole` is not zero.
    package func share(_ part: Quantity, of whole: Quantity) -> Sum {
        let sign: Int128 = whole.units < 0 ? -1 : 1
        // Beyond 128 bits only when both are at their ends; then the fraction is taken first.
        let (product, overflow) = units.multipliedReportingOverflow(by: Int128(part.units) * sign)
        guard !overflow else { return Sum(units: units / Int128(whole.units) * Int128(part.units)) }
        return Sum(units: Rounding.halfEven.quotient(product, Int128(whole.units) * sign))
    }

    /// What one share of so many comes to; the nearest price.
    /// - Precondition: `quantity` is not zero.
    func price(of quantity: Quantity) -> Price {
        let sign: Int128 = quantity.units < 0 ? -1 : 1
        let shift: Int128 = 100_000_000_000
        let (product, overflow) = units.multipliedReportingOverflow(by: shift * sign)
        let value =
            overflow
            ? units / Int128(quantity.units) * shift
            : Rounding.halfEven.quotient(product, Int128(quantity.units) * sign)
        return Price(units: Int64(clamping: value))
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` beyond nine trillion.
    package func money() throws(NumericError) -> Money {
        guard let exact = Int64(exactly: units) else {
            throw .overflow(type: Money.name, operation: "a sum of the report")
        }
        return Money(units: exact)
    }

    /// For ratios alone.
    package var double: Double { Double(units) / 1_000_000 }
}
