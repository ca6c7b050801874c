/// An enum case with one unlabelled value is written as that value: `{"protect":{"stop_price":"186.23"}}`.
///
/// Swift's synthesized Codable wraps it once more, in an object with the key `_0`, which tells a reader nothing.
enum WirePayload {
    /// The name that synthesized Codable gives to an unlabelled value.
    static let key = "_0"
}
