import JSON

/// Scalars of the wire and how they are refused. The error carries no path; the caller adds its own.
enum WireScalar {
    static func string(_ tape: JSONTape, _ at: Int) throws(WireDecodingError.Reason) -> String {
        guard tape.tokens[at].kind == .string else { throw mismatch("a string", tape, at) }
        return tape.string(at)
    }

    static func bool(_ tape: JSONTape, _ at: Int) throws(WireDecodingError.Reason) -> Bool {
        switch tape.tokens[at].kind {
        case .true: return true
        case .false: return false
        case .null, .number, .string, .array, .object: throw mismatch("true or false", tape, at)
        }
    }

    /// Exact digits only: `1.0` is no whole number.
    static func integer<Number: FixedWidthInteger>(
        _ tape: JSONTape, _ at: Int
    ) throws(WireDecodingError.Reason) -> Number {
        let token = tape.tokens[at]
        guard token.kind == .number else { throw mismatch("a whole number", tape, at) }
        let small = tape.text.withUnsafeBufferPointer { text in
            JSONDigits.value(UnsafeBufferPointer(rebasing: text[Int(token.start)..<Int(token.end)]))
        }
        if let small, let number = Number(exactly: small) { return number }
        let text = tape.string(at)
        if let number = Number(text) { return number }
        let digits = text.utf8.first == ASCII.minus ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else {
            throw .mismatch(expected: "a whole number", found: text)
        }
        throw .outOfRange(number: text, range: "\(Number.self) (\(Number.min) to \(Number.max))")
    }

    static let floatingPoint = WireDecodingError.Reason.rejected(
        "floating point is not allowed on the wire; use a decimal in a string")

    static func mismatch(_ expected: String, _ tape: JSONTape, _ at: Int) -> WireDecodingError.Reason {
        .mismatch(expected: expected, found: tape.kindName(at))
    }
}

extension WireDecodingError.Reason: Error {}
