/// Scalars of the wire and how they are refused. The error carries no path; the caller adds its own.
enum WireScalar {
    static func string(_ value: JSON) throws(WireDecodingError.Reason) -> String {
        guard case .string(let text) = value else { throw mismatch("a string", value) }
        return text
    }

    static func bool(_ value: JSON) throws(WireDecodingError.Reason) -> Bool {
        guard case .bool(let flag) = value else { throw mismatch("true or false", value) }
        return flag
    }

    /// Exact digits only: `1.0` is no whole number.
    static func integer<Number: FixedWidthInteger>(_ value: JSON) throws(WireDecodingError.Reason) -> Number {
        guard case .number(let text) = value else { throw mismatch("a whole number", value) }
        if let number = Number(text) { return number }
        let digits = text.utf8.first == ASCII.minus ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else {
            throw .mismatch(expected: "a whole number", found: text)
        }
        throw .outOfRange(number: text, range: "\(Number.self) (\(Number.min) to \(Number.max))")
    }

    static let floatingPoint = WireDecodingError.Reason.rejected(
        "floating point is not allowed on the wire; use a decimal in a string")

    static func mismatch(_ expected: String, _ value: JSON) -> WireDecodingError.Reason {
        .mismatch(expected: expected, found: value.kindName)
    }
}

extension WireDecodingError.Reason: Error {}
