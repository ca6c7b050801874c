/// Square roots in whole numbers, digit by digit in base 2 (the abacus method, Hacker's Delight, 11-1).
public enum SquareRoot {
    /// The largest whole number whose square is at most `value`.
    public static func floor(_ value: UInt128) -> UInt128 {
        guard value != 0 else { return 0 }
        var rest = value
        var root: UInt128 = 0
        var bit: UInt128 = 1 << UInt128((127 - value.leadingZeroBitCount) & ~1)
        while bit != 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = (root >> 1) + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        return root
    }

    /// The root of `numerator / denominator`, rounded once to a whole number, half to even; nil beyond 128 bits.
    /// - Precondition: `numerator >= 0` and `denominator > 0`.
    public static func ofQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128? {
        precondition(numerator >= 0 && denominator > 0, "a root is taken of a figure that is zero or more")
        let root = Int128(floor(UInt128(numerator / denominator)))
        // The exact root against root + 1/2: numerator / denominator against (2 root + 1)^2 / 4.
        let half = 2 * root + 1
        let (square, squareOverflow) = half.multipliedReportingOverflow(by: half)
        let (right, rightOverflow) = square.multipliedReportingOverflow(by: denominator)
        let (left, leftOverflow) = numerator.multipliedReportingOverflow(by: 4)
        guard !squareOverflow, !rightOverflow, !leftOverflow else { return nil }
        if left == right { return root % 2 == 0 ? root : root + 1 }
        return left < right ? root : root + 1
    }
}
