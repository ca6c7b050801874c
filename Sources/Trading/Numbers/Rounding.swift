/// How a quotient that does not come out even is rounded. Every inexact operation names one.
public enum Rounding: String, Sendable, Codable, CaseIterable {
    /// Toward zero.
    case towardZero = "toward_zero"
    /// Away from zero.
    case awayFromZero = "away_from_zero"
    /// Toward negative infinity.
    case down
    /// Toward positive infinity.
    case up
    /// To the nearest; a tie goes to the even neighbor (IEEE 754 roundTiesToEven).
    case halfEven = "half_even"
    /// To the nearest; a tie goes away from zero (commercial rounding).
    case halfAwayFromZero = "half_away_from_zero"
}

extension Rounding {
    /// `numerator / denominator` as a whole number.
    /// - Precondition: `denominator > 0`.
    @inlinable
    public func quotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
        precondition(denominator > 0, "a rounding denominator is positive")
        // One division of 128 bits in place of two.
        let whole = numerator / denominator
        let remainder = numerator - whole * denominator
        guard remainder != 0 else { return whole }
        let sign: Int128 = numerator < 0 ? -1 : 1
        let twice = remainder.magnitude * 2
        let nearest: Bool? = twice == denominator.magnitude ? nil : twice > denominator.magnitude
        switch self {
        case .towardZero: return whole
        case .awayFromZero: return whole + sign
        case .down: return sign < 0 ? whole - 1 : whole
        case .up: return sign < 0 ? whole : whole + 1
        case .halfEven: return nearest ?? (whole % 2 != 0) ? whole + sign : whole
        case .halfAwayFromZero: return nearest ?? true ? whole + sign : whole
        }
    }
}
