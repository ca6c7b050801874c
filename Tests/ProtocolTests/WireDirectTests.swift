import Testing
import Trading

@testable import Wire

/// What goes to the wire by itself gives what Codable would give.
struct WireDirectTests {
    /// The ordinary way: through `encode(to:)` and `init(from:)` of the value itself.
    private struct Ordinary<Value: Codable>: Codable {
        var value: Value
        init(_ value: Value) { self.value = value }
        init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

    private func compare<Value: Codable & Equatable>(_ value: Value) throws {
        #expect(Value.self is any WireDirect.Type)
        let ordinary = try WireEncoder().encode(Ordinary(value))
        let direct = try WireEncoder().encode(value)
        #expect(String(decoding: direct, as: UTF8.self) == String(decoding: ordinary, as: UTF8.self))
        #expect(try WireDecoder().decode(Value.self, from: direct, unknownFields: .refuse) == value)
    }

    @Test(
        "amounts",
        arguments: [0, 1, -1, 9, 10, 100_000_000, -100_000_000, 123_456_789, 1_000_000_000, -5_000_000, 18_908_000_000]
            + [.max, .min, .max - 1, 999_999_999_999_999_999, 1_000_000_000_000_000_000] as [Int64])
    func amounts(units: Int64) throws {
        try compare(Price(units: units))
        try compare(Quantity(units: units))
        try compare(Money(units: units))
        try compare(Ratio(units: units))
        try compare(Timestamp(nanoseconds: units))
        try compare(TimeSpan(nanoseconds: units))
    }

    @Test("names and words")
    func words() throws {
        try compare(Symbol("BRK.B"))
        try compare(ClientOrderID("bb1.2.NVDA.3"))
        try compare(PluginName("with\"quote\\"))
        for status in OrderStatus.allCases { try compare(status) }
        for event in OrderEvent.allCases { try compare(event) }
        for type in OrderType.allCases { try compare(type) }
        for role in OrderRole.allCases { try compare(role) }
        for type in MessageType.allCases { try compare(type) }
    }

    private func refusal<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> String {
        do throws(WireDecodingError) {
            _ = try WireDecoder().decode(type, from: Array(text.utf8), unknownFields: .refuse)
            return "taken"
        } catch { return error.description }
    }

    @Test(
        "what is no such value is refused with the same words",
        arguments: [
            "", "-", ".", "1.", ".5", "-.5", "1..2", "1.2.3", "+1", "1e5", " 1", "1 ", "--1", "1-", "00", "01", "-0",
            "0.0",
            "007.5", "1.123456789", "1.1234567891", "9223372036854775807", "9223372036854775808", "é", "nvda", "A B",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "999999999999999999999999999999", "9999999999999999999999999999999",
            "buy", "BUY",
        ])
    func refusals(text: String) throws {
        for json in ["\"\(text)\"", "\"\\u0031\(text)\"", "12", "null", "[]"] {
            #expect(try refusal(Price.self, json) == refusal(Ordinary<Price>.self, json))
            #expect(try refusal(Quantity.self, json) == refusal(Ordinary<Quantity>.self, json))
            #expect(try refusal(Timestamp.self, json) == refusal(Ordinary<Timestamp>.self, json))
            #expect(try refusal(Symbol.self, json) == refusal(Ordinary<Symbol>.self, json))
            #expect(try refusal(ClientOrderID.self, json) == refusal(Ordinary<ClientOrderID>.self, json))
            #expect(try refusal(Side.self, json) == refusal(Ordinary<Side>.self, json))
        }
    }
}
