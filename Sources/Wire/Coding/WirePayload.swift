/// An enum case with one unlabeled value is written as that value: `{"protect":{"stop_price":"186.23"}}`.
///
/// Swift's synthesized Codable wraps it once more, in an object with the key `_0`, which has no meaning for a reader.
enum WirePayload {
    /// The name that synthesized Codable gives to an unlabeled value.
    static let key = "_0"

    /// Whether these are the keys of a case with an unlabeled value, and not keys that take any text.
    static func isPayload<Key: CodingKey>(_ type: Key.Type) -> Bool {
        Key(stringValue: key) != nil && Key(stringValue: "\u{1}") == nil
    }
}
