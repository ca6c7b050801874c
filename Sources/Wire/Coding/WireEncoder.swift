/// Writes Encodable values as canonical JSON: the same value gives the same bytes, in every run.
///
/// - I-WIRE-5: The fields of a struct stand in the order in which they are encoded, named in snake case.
/// - I-WIRE-6: The members of a dictionary keep their keys and are sorted by the UTF-8 bytes of these.
/// - I-WIRE-7: Floating point and sets are refused, since neither has one spelling. So is a key that is written twice.
/// - I-WIRE-8: A container is written before the next one is begun. A value that goes back to an earlier one is
///   refused.
///
/// An encoder keeps what it learned about names. It is not for sharing between threads.
///
/// ```swift
/// let encoder = WireEncoder()
/// let bytes = try encoder.encode(order)  // {"client_order_id":"a-1","quantity":"10"}
/// ```
package struct WireEncoder {
    private let state = WireEncoding()

    package init() {}

    /// The bytes of one value.
    ///
    /// - Throws: `EncodingError` for what the wire does not allow, and whatever an `encode(to:)` throws.
    package func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
        // Within an `encode(to:)` that asks its own encoder, the state is taken.
        try (state.isBusy ? WireEncoding() : state).bytes(of: value)
    }
}
