/// Reads JSON more strictly than RFC 8259 asks: what two readers could understand in two ways is refused.
///
/// 1. Refused: duplicate keys, exponents, NaN and Infinity, a byte order mark, invalid UTF-8, lone surrogates.
/// 2. Nesting and length are bounded by `JSONLimits`, so neither the stack nor the memory can be run out of.
/// 3. Keys that Swift takes to be equal (canonical equivalence) are duplicates, so a Dictionary never loses one.
///
/// ```swift
/// let order = try JSONParser.parse(Array(#"{"symbol":"AAPL","quantity":"10"}"#.utf8))
/// ```
package enum JSONParser {
    /// Parses one document.
    ///
    /// - Throws: `JSONError` with the reason and the place of the first fault.
    package static func parse(
        _ bytes: [UInt8], maximumBytes: Int = JSONLimits.maximumBytes
    ) throws(JSONError) -> JSON {
        try bytes.withUnsafeBufferPointer { text throws(JSONError) in
            try parse(text, maximumBytes: maximumBytes)
        }
    }

    /// Parses one document that lies in borrowed memory, such as a received message.
    ///
    /// - Throws: `JSONError` with the reason and the place of the first fault.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, maximumBytes: Int = JSONLimits.maximumBytes
    ) throws(JSONError) -> JSON {
        try bytes.withMemoryRebound(to: UInt8.self) { text throws(JSONError) in
            try parse(text, maximumBytes: maximumBytes)
        }
    }

    private static func parse(_ text: UnsafeBufferPointer<UInt8>, maximumBytes: Int) throws(JSONError) -> JSON {
        var scanner = JSONScanner(text)
        do throws(JSONFault) {
            guard text.count <= maximumBytes else {
                throw JSONFault(.tooLarge(bytes: text.count, limit: maximumBytes), at: 0)
            }
            return try scanner.document()
        } catch {
            throw error.located(in: text)
        }
    }
}
