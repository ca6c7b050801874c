import JSON

/// Reads Decodable values from JSON as `WireEncoder` writes it.
///
/// - I-WIRE-1: A field is looked up by its name in snake case; the keys of a dictionary are data and stay as they are.
/// - I-WIRE-2: Whole numbers are exact and in range. Floating point is refused.
/// - I-WIRE-3: With `.refuse`, a key that no type asked for is an error, however deep it stands.
/// - I-WIRE-4: Every error names the place as it stands on the wire.
///
/// A decoder keeps what it learned about names. It is not for sharing between threads.
///
/// ```swift
/// let decoder = WireDecoder()
/// let order = try decoder.decode(Order.self, from: bytes, unknownFields: .refuse)
/// ```
package struct WireDecoder {
    /// What to do with a key that the type does not know: commands refuse it, data may carry it.
    package enum UnknownFields: Sendable {
        case ignore
        case refuse
    }

    private let spare = WireDecoding()
    private let maximumBytes: Int

    /// - Parameter maximumBytes: of a text that is read.
    package init(maximumBytes: Int = JSONLimits.maximumBytes) { self.maximumBytes = maximumBytes }

    /// Parses and decodes one value.
    ///
    /// - Throws: `WireDecodingError`; its reason is `.malformed` if the bytes are not JSON.
    package func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], unknownFields: UnknownFields
    ) throws(WireDecodingError) -> Value {
        let decoding = free
        do throws(JSONError) {
            try decoding.load(bytes, maximumBytes: maximumBytes)
        } catch {
            throw WireDecodingError(path: error.path, reason: .malformed(error))
        }
        return try decoding.value(type, unknownFields, numbersAsText: false)
    }

    /// Decodes one value from a tree.
    ///
    /// - Throws: `WireDecodingError` with the reason and the place of the first fault.
    package func decode<Value: Decodable>(
        _ type: Value.Type, from tree: JSON, unknownFields: UnknownFields
    ) throws(WireDecodingError) -> Value {
        let decoding = free
        decoding.load(tree)
        return try decoding.value(type, unknownFields, numbersAsText: false)
    }

    /// Decodes what a person wrote: a configuration or a plugin's settings. A decimal may stand there without quotes;
    /// its text is taken as it stands. What is not known is refused.
    ///
    /// - Throws: `WireDecodingError` with the reason and the place of the first fault.
    package func decodeSettings<Value: Decodable>(
        _ type: Value.Type, from tree: JSON
    ) throws(WireDecodingError) -> Value {
        let decoding = free
        decoding.load(tree)
        return try decoding.value(type, .refuse, numbersAsText: true)
    }

    /// Within an `init(from:)` that asks its own decoder, the memory is taken.
    private var free: WireDecoding { spare.isBusy ? WireDecoding() : spare }
}
