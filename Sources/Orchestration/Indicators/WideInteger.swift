/// 128 bits with a text of their own, since not every coder takes such a number.
struct WideInteger: Sendable, Hashable, Codable {
    var value: Int128

    init(_ value: Int128) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Int128(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "integer:\(text.prefix(40))")
        }
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(value))
    }
}
