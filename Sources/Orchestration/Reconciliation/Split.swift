import Trading

/// New shares for old, recognized by the figures alone: the quantity is multiplied, the average price divided, and the
/// value is the same.
package struct Split: Sendable, Hashable, Codable {
    let numerator: Int64
    let denominator: Int64

    /// Splits and reverse splits of one to this many.
    private static let most: Int64 = 50
    /// Brokers round averages: so many parts in a million of the value may differ.
    private static let tolerance: UInt128 = 1_000

    init?(from ours: PositionRecord, to theirs: BrokerPosition) {
        let (before, after) = (Int128(ours.quantity.units), Int128(theirs.quantity.units))
        guard before != 0, after != 0, (before > 0) == (after > 0), before != after else { return nil }
        let value = before * Int128(ours.averagePrice.units)
        let other = after * Int128(theirs.averagePrice.units)
        let (parts, overflow) = (value - other).magnitude.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow, parts <= value.magnitude.multipliedClamped(by: Self.tolerance) else { return nil }
        for denominator in 1...Self.most {
            let share = after * Int128(denominator)
            guard share % before == 0, case let numerator = share / before, numerator <= Int128(Self.most) else {
                continue
            }
            self.numerator = Int64(numerator)
            self.denominator = denominator
            return
        }
        return nil
    }

    /// Nearer to the price before the split than to what that is for a new share.
    func isPreSplit(_ price: Price, before: Price) -> Bool {
        let most: Int64 = 1 << 58
        guard (1..<most).contains(price.units), (1..<most).contains(before.units) else { return false }
        // The middle of both, as ratios: before x the root of (denominator / numerator).
        let now = Int128(price.units) * Int128(price.units) * Int128(numerator)
        let middle = Int128(before.units) * Int128(before.units) * Int128(denominator)
        return numerator > denominator ? now > middle : now < middle
    }
}

extension UInt128 {
    fileprivate func multipliedClamped(by factor: UInt128) -> UInt128 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
