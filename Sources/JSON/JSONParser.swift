/// Reads JSON more strictly than RFC 8259 asks: what two readers could understand in two ways is refused.
///
/// - I-JSON-3: Refused: duplicate keys, exponents (unless they are asked for), NaN and Infinity, a byte order mark, invalid UTF-8, lone surrogates.
/// - I-JSON-4: Nesting and length are bounded by `JSONLimits`, so neither the stack nor the memory can be run out of.
/// - I-JSON-5: Keys that Swift takes to be equal (canonical equivalence) are duplicates, so a Dictionary never loses
///   one.
///
/// ```swift
/// let order = try JSONParser.parse(Array(#"{"symbol":"AAPL","quantity":"10"}"#.utf8))
/// ```
package enum JSONParser {
    /// Parses one document.
    ///
    /// - Parameter takesExponents: Whether a number may have an exponent, as others' programs write the very small and the
    ///   very large (`1e-07`). It is kept in the number's text, and whoever reads that must know it.
    /// - Throws: `JSONError` with the reason and the place of the first fault.
    package static func parse(
        _ bytes: [UInt8], maximumBytes: Int = JSONLimits.maximumBytes, takesExponents: Bool = false
    ) throws(JSONError) -> JSON {
        var tape = JSONTape()
        try tape.load(bytes, maximumBytes: maximumBytes, takesExponents: takesExponents)
        return tape.tree(at: 0)
    }

    /// Parses one document that lies in borrowed memory, such as a received message.
    ///
    /// - Throws: `JSONError` with the reason and the place of the first fault.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, maximumBytes: Int = JSONLimits.maximumBytes
    ) throws(JSONError) -> JSON {
        try parse(Array(bytes), maximumBytes: maximumBytes)
    }
}
