import Trading

/// `left x right / divisor` by sign and magnitude with full-width words: the long way round, which shares nothing with
/// the 128-bit arithmetic under test. nil where the answer does not fit.
func reference(_ left: Int64, _ right: Int64, over divisor: Int64, _ rounding: Rounding) -> Int64? {
    let product = left.magnitude.multipliedFullWidth(by: right.magnitude)
    let below = divisor.magnitude
    guard product.high < below else { return nil }
    let (whole, rest) = below.dividingFullWidth(product)
    let isNegative = [left < 0, right < 0, divisor < 0].count { $0 } % 2 == 1
    guard let size = grown(whole, rest, below, isNegative, rounding) else { return nil }
    if isNegative { return size <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- size) : nil }
    return Int64(exactly: size)
}

private func grown(_ whole: UInt64, _ rest: UInt64, _ below: UInt64, _ isNegative: Bool, _ rounding: Rounding)
    -> UInt64?
{
    guard rest != 0 else { return whole }
    let missing = below - rest
    let grows =
        switch rounding {
        case .towardZero: false
        case .awayFromZero: true
        case .down: isNegative
        case .up: !isNegative
        case .halfEven: rest > missing || (rest == missing && whole & 1 == 1)
        case .halfAwayFromZero: rest >= missing
        }
    guard grows else { return whole }
    let (sum, overflow) = whole.addingReportingOverflow(1)
    return overflow ? nil : sum
}
