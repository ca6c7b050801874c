import Trading

extension Ratio {
    /// A share of nothing, or of less: larger than any limit, and small enough that ten thousand of them can be added up.
    package static let unbounded = Ratio(units: 100_000_000_000_000)
}

extension Money {
    /// As a share of equity, rounded half to even. Of an equity of zero or less every value is unbounded (I-ACCT-3): the
    /// worst drawdown must not look like the smallest position.
    package func weight(of equity: Money) -> Ratio {
        guard !isZero else { return .zero }
        guard equity.isPositive else { return isNegative ? Ratio(units: -Ratio.unbounded.units) : .unbounded }
        let units = Rounding.halfEven.quotient(Int128(self.units) * Int128(Ratio.scale), Int128(equity.units))
        let most = Int128(Ratio.unbounded.units)
        return Ratio(units: Int64(max(-most, min(most, units))))
    }
}
