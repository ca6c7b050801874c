import JSON

@testable import Wire

enum Side: String, Codable, Sendable { case buy, sell }

struct Symbol: Hashable, Sendable, Codable, CodingKeyRepresentable {
    let text: String

    init(_ text: String) { self.text = text }

    init?<Key: CodingKey>(codingKey: Key) {
        guard codingKey.stringValue == codingKey.stringValue.uppercased() else { return nil }
        self.text = codingKey.stringValue
    }

    var codingKey: any CodingKey { WireAnyKey(stringValue: text) }

    init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

struct Quantity: Equatable, Sendable, Codable {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    let units: Int

    init(_ units: Int) { self.units = units }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let units = Int(text) else { throw Refusal(description: "\"\(text)\" is no quantity") }
        self.units = units
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(units))
    }
}

enum Instruction: Equatable, Sendable, Codable {
    case market
    case limit(price: Int, isPostOnly: Bool)
    case pegged(Int)
    case updateVIX(to: [String: Int])
    case cancelAllOrders(orderIDs: [String]?)
    indirect case both(Instruction, Instruction)
}

struct Order: Equatable, Sendable, Codable {
    var clientOrderID: String
    var symbol: String
    var side: Side
    var quantity: Quantity
    var limitPrice: Int?
    var instruction: Instruction?
}

struct Batch: Equatable, Sendable, Codable {
    var orders: [Order]
    var isVIXKnown: Bool
    var positions: [Symbol: Int]
    var settings: JSON?
}

let sampleOrder = Order(
    clientOrderID: "a-1", symbol: "BRK.B", side: .sell, quantity: Quantity(10), limitPrice: 5,
    instruction: .limit(price: 7, isPostOnly: true))

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func encoded(_ value: some Encodable) throws -> String { text(try WireEncoder().encode(value)) }

func decoded<Value: Decodable>(
    _ type: Value.Type, _ json: String, _ unknown: WireDecoder.UnknownFields = .refuse
) throws(WireDecodingError) -> Value {
    try WireDecoder().decode(type, from: Array(json.utf8), unknownFields: unknown)
}

func parse(_ text: String) throws(JSONError) -> JSON { try JSONParser.parse(Array(text.utf8)) }
