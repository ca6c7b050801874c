extension Ratio {
    /// As a percentage with at most one decimal: 0.42 is `42 %`.
    public var percent: String {
        let tenths = Rounding.halfAwayFromZero.quotient(Int128(units) * 1_000, Int128(Ratio.scale))
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10) %" : "\(sign)\(size / 10).\(size % 10) %"
    }

    /// As a percentage with at most two decimals: 0.0305 is `3.05 %`.
    package var precisePercent: String {
        let hundredths = Rounding.halfAwayFromZero.quotient(Int128(units) * 10_000, Int128(Ratio.scale))
        guard hundredths % 10 != 0 else { return percent }
        let size = hundredths.magnitude
        let fraction = size % 100
        return "\(hundredths < 0 ? "-" : "")\(size / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
    }

    /// With two decimals and its sign: `+2.50`.
    public var signed: String {
        let hundredths = Rounding.halfAwayFromZero.quotient(Int128(units) * 100, Int128(Ratio.scale))
        let size = hundredths.magnitude
        let fraction = size % 100
        return "\(hundredths < 0 ? "-" : "+")\(size / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Money {
    /// Dollars and cents with separators: `1,207.01`; rounded half away from zero.
    public var words: String {
        let cents = Rounding.halfAwayFromZero.quotient(Int128(units) * 100, Int128(Money.scale))
        let size = cents.magnitude
        var whole = String(size / 100)
        var grouped = ""
        while whole.utf8.count > 3 {
            grouped = "," + whole.suffix(3) + grouped
            whole.removeLast(3)
        }
        let fraction = size % 100
        return "\(cents < 0 ? "-" : "")\(whole)\(grouped).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// `$1,207.01`, `-$2.40`.
    package var dollars: String { isNegative ? "-$\(words.drop { $0 == "-" })" : "$\(words)" }

    /// A realized figure: `profit of $602.83`, `loss of $651.00`.
    package var profitWords: String {
        let words = words
        return isNegative ? "loss of $\(words.drop { $0 == "-" })" : "profit of $\(words)"
    }
}
