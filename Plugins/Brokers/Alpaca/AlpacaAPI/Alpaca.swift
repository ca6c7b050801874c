import JSON

/// The words of Alpaca's Trading API v2 and Market Data API v2 as exact types: requests, responses and stream messages.
///
/// Entry points: ``Endpoint`` for what is asked and what its answer is, ``TradingStreamMessage`` and ``DataStreamMessage`` for
/// the sockets, ``EventStream`` for server-sent events, ``Refusal`` for what an HTTP status other than 2xx means. Nothing here
/// has a socket, a clock or a key of its own.
///
/// What holds for every type:
/// - A decimal is read exactly from a JSON string or a JSON number, with or without exponent, and never becomes floating point.
/// - A figure that has more decimals than its type is refused where an order or a position hangs on it (quantities, limit and
///   stop prices). Figures that are shown, averaged or estimated are rounded, in the direction that stands beside the field:
///   half to even, and money that can be spent always down.
/// - Fields that are not known are kept (``Record/unknown``) and written again; words that are not known stay as text
///   (``Open/other(_:)``). `null` and an absent key are the same.
/// - A value that cannot be read is a ``DecodingError`` with its path; in lists it costs its own row only (``Rows``).
///
/// Sources: Alpaca's OpenAPI documents of 2026-10 (Trading API 2.0.1, Market Data API 1.1) and its documentation.
package enum Alpaca {
    /// Reads one document or message.
    /// - Throws: ``DecodingError``: the bytes are no JSON, or something in them is not what it should be.
    package static func decode<Value: Alpaca.Value>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws(DecodingError) -> Value {
        try Value.read(parse(bytes), .exact)
    }

    /// The value as JSON without spaces, its known fields in the order of their declaration.
    package static func encode(_ value: some Value) -> [UInt8] { value.json(.exact).bytes }

    static func parse(_ bytes: [UInt8]) throws(DecodingError) -> JSON {
        do throws(JSONError) {
            // Go writes what is smaller than a millionth as 1e-7, and Python what is smaller than a ten-thousandth.
            return try JSONParser.parse(bytes, maximumBytes: Limits.frameBytes, takesExponents: true)
        } catch {
            throw DecodingError(.noJSON(error))
        }
    }

    /// What bounds that which others send.
    package enum Limits {
        /// Of a response or a frame.
        package static let frameBytes = 16 * 1024 * 1024
        /// Of one record.
        package static let fields = 128
        /// Characters of a decimal number's text.
        package static let decimalCharacters = 64
        /// Of an exponent, either way.
        package static let exponent = 40
        /// Bytes of an id.
        package static let idBytes = 512
        /// Bytes of one server-sent event, and of one of its lines.
        package static let eventBytes = 1024 * 1024
    }
}
