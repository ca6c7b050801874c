import Trading

/// Words and figures of a report as lines of at most 80 columns.
enum Text {
    static let width = 80

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `+1,207.01`.
    static func signed(_ money: Money) -> String { (money.isPositive ? "+" : "") + money.words }

    static func percent(_ figure: Figure?, decimals: Int = 2, isSigned: Bool = false) -> String {
        guard let figure else { return "-" }
        return plus(Figure.text(figure.value * 100, decimals: decimals), isSigned) + " %"
    }

    static func number(_ figure: Figure?, decimals: Int = 2, isSigned: Bool = false) -> String {
        guard let figure else { return "-" }
        return plus(Figure.text(figure.value, decimals: decimals), isSigned)
    }

    /// Nothing is neither gained nor lost.
    private static func plus(_ text: String, _ isSigned: Bool) -> String {
        isSigned && !text.hasPrefix("-") && text.contains { $0.isNumber && $0 != "0" } ? "+" + text : text
    }

    /// Two decimals; below 1 up to four.
    static func price(_ price: Price?) -> String {
        guard let price else { return "-" }
        let step = price.units.magnitude < UInt64(Price.scale) ? Price.scale / 10_000 : Price.scale / 100
        let rounded = Rounding.halfAwayFromZero.quotient(Int128(price.units), Int128(step)) * Int128(step)
        return Price(units: Int64(clamping: rounded)).text(minimumDecimals: 2)
    }

    /// `2026-03-16 14:31` in UTC.
    static func minute(_ time: Timestamp) -> String {
        let text = time.description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    /// What does not fit goes on in a line of its own.
    static func wrapped(_ parts: [String], indent: Int) -> [String] {
        var lines: [String] = []
        let space = String(repeating: " ", count: indent)
        for part in parts {
            guard let last = lines.last, last.count + 2 + part.count <= width else {
                if !lines.isEmpty { lines[lines.count - 1] += "," }
                lines.append(space + part)
                continue
            }
            lines[lines.count - 1] = last + ", " + part
        }
        return lines
    }
}
