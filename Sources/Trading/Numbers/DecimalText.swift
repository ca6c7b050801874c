/// Decimal text as it stands on the wire and in files: an optional minus, digits, at most one point, no exponent.
extension ScaledInteger {
    /// Reads decimal text exactly.
    /// - Throws: ``NumericError/malformed(type:text:why:)`` for anything else, NaN, an exponent, a plus sign, a blank,
    ///   a bare point, or more decimals than the type has (even zeros beyond them are refused: nobody sends them by
    ///   accident); ``NumericError/overflow(type:operation:)`` for what does not fit.
    public init(_ text: some StringProtocol) throws(NumericError) {
        var digits: Int128 = 0
        var seenDigits = 0
        var fraction: Int?
        var negative = false
        func refuse(_ why: String) -> NumericError {
            .malformed(type: Self.name, text: String(text.prefix(40)), why: why)
        }
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + Int128(byte - UInt8(ascii: "0"))
                seenDigits += 1
                if let count = fraction { fraction = count + 1 }
                guard seenDigits <= 30 else { throw refuse("it has more digits than any amount of money") }
            case UInt8(ascii: "."):
                guard fraction == nil, seenDigits > 0 else { throw refuse("a point stands between digits, once") }
                fraction = 0
            case UInt8(ascii: "-"):
                guard index == 0 else { throw refuse("a minus stands in front only") }
                negative = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                throw refuse("an exponent is not allowed; write the number out")
            default:
                throw refuse("expected decimal digits such as 189.08")
            }
        }
        guard seenDigits > 0 else { throw refuse("expected decimal digits such as 189.08") }
        guard fraction != 0 else { throw refuse("digits are missing behind the point") }
        let places = fraction ?? 0
        guard places <= Self.decimals else {
            throw refuse("it has \(places) decimals, \(Self.decimals) is the most")
        }
        // 30 digits and 9 more decimals are beyond even 128 bits.
        let (units, overflow) = digits.multipliedReportingOverflow(by: Int128(powerOfTen(Self.decimals - places)))
        guard !overflow else { throw .overflow(type: Self.name, operation: "reading \(text.prefix(40))") }
        self = try Self.checked(negative ? -units : units, "reading \(text.prefix(40))")
    }

    /// The shortest exact text: no trailing zeros, no exponent.
    public var description: String { text(minimumDecimals: 0) }

    /// Exact text with at least so many decimals: `189.10` for 2.
    public func text(minimumDecimals: Int) -> String {
        let magnitude = units.magnitude
        let scale = UInt64(Self.scale)
        let whole = String(magnitude / scale)
        var rest = magnitude % scale
        var places = Self.decimals
        while places > minimumDecimals, rest % 10 == 0 {
            rest /= 10
            places -= 1
        }
        let sign = units < 0 ? "-" : ""
        guard places > 0 else { return sign + whole }
        let digits = String(rest)
        return sign + whole + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try Self(container.decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
