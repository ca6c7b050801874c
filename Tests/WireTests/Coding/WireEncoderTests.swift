import JSON
import SeededRandom
import TestSupport
import Testing

@testable import Wire

@Suite("WireEncoder")
struct WireEncoderTests {
    @Test("fields stand in their order, in snake case, and nil is left out")
    func fields() throws {
        let order = #"{"client_order_id":"a-1","symbol":"BRK.B","side":"sell","quantity":"10","limit_price":5,"#
        #expect(try encoded(sampleOrder) == order + #""instruction":{"limit":{"price":7,"is_post_only":true}}}"#)
        let short = Order(clientOrderID: "b", symbol: "A", side: .buy, quantity: Quantity(1))
        #expect(try encoded(short) == #"{"client_order_id":"b","symbol":"A","side":"buy","quantity":"1"}"#)
    }

    @Test(
        "an enum is an object of its case",
        arguments: [
            (Instruction.market, #"{"market":{}}"#), (.pegged(3), #"{"pegged":3}"#),
            (.limit(price: 1, isPostOnly: false), #"{"limit":{"price":1,"is_post_only":false}}"#),
            (.updateVIX(to: ["b": 1, "aB": 2]), #"{"update_vix":{"to":{"aB":2,"b":1}}}"#),
            (.cancelAllOrders(orderIDs: ["x"]), #"{"cancel_all_orders":{"order_ids":["x"]}}"#),
            (.cancelAllOrders(orderIDs: nil), #"{"cancel_all_orders":{}}"#),
            (.both(.market, .pegged(-1)), #"{"both":{"_0":{"market":{}},"_1":{"pegged":-1}}}"#),
        ])
    func enums(value: Instruction, json: String) throws {
        #expect(try encoded(value) == json)
        #expect(try decoded(Instruction.self, json) == value)
    }

    @Test("the keys of a dictionary are verbatim and sorted by bytes, wherever it stands")
    func dictionaries() throws {
        struct Nested: Encodable {
            var byName: [String: [String: Int]]
            var list: [[Symbol: Int]]
            var maybe: [String: Int]?
        }
        let value = Nested(
            byName: ["zB": ["é": 1, "z": 2, "Z": 3], "aA": [:]], list: [[Symbol("B"): 1, Symbol("A"): 2]],
            maybe: ["b": 1, "a": 2])
        let expected =
            #"{"by_name":{"aA":{},"zB":{"Z":3,"z":2,"é":1}},"list":[{"A":2,"B":1}],"maybe":{"a":2,"b":1}}"#
        #expect(try encoded(value) == expected)
        #expect(try encoded(["bB": 1, "aA": 2]) == #"{"aA":2,"bB":1}"#)
        #expect(try encoded(Optional(["bB": 1])) == #"{"bB":1}"#)
        #expect(try encoded([10: "a", 9: "b"]) == #"{"10":"a","9":"b"}"#)
    }

    @Test("a dictionary is sorted whatever the order in which it was filled", arguments: Seed.several)
    func dictionaryOrder(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let keys = (0..<200).map { "key\($0)" }
        let expected = try encoded(Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }))
        for capacity in [0, 300, 5000] {
            var dictionary: [String: Int] = [:]
            dictionary.reserveCapacity(capacity)
            for key in keys.shuffled(using: &random) { dictionary[key] = 0 }
            #expect(try encoded(dictionary) == expected, "seed \(seed)")
        }
        let members = try #require(parse(expected).memberKeys)
        #expect(members == members.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test("numbers are exact to the ends of their types")
    func numbers() throws {
        #expect(try encoded([Int64.min, .max]) == "[-9223372036854775808,9223372036854775807]")
        #expect(try encoded([UInt64.max]) == "[18446744073709551615]")
        #expect(try encoded([UInt128.max]) == "[340282366920938463463374607431768211455]")
        #expect(try encoded([1, nil, 3] as [Int?]) == "[1,null,3]")
        #expect(try encoded("text") == #""text""#)
        #expect(try encoded(Int?.none) == "null")
    }

    @Test("a value that writes nothing is an empty object")
    func empty() throws {
        struct Empty: Encodable {}
        struct Silent: Encodable { func encode(to encoder: any Encoder) {} }
        #expect(try encoded([Empty()]) == "[{}]")
        #expect(try encoded(["a": Silent()]) == #"{"a":{}}"#)
    }

    private func refusal(_ value: some Encodable) throws -> (path: [String], why: String) {
        let error = try #require(#expect(throws: EncodingError.self) { try WireEncoder().encode(value) })
        guard case .invalidValue(_, let context) = error else { return ([], "") }
        return (context.codingPath.map(\.stringValue), context.debugDescription)
    }

    @Test("floating point, sets and dictionaries without string keys are refused with their place")
    func refusals() throws {
        struct Bad<Value: Encodable>: Encodable { var someField: [Value] }
        struct Plain<Value: Encodable>: Encodable { var someField: Value }
        let double = try refusal(Plain(someField: 1.5))
        #expect(double.path == ["some_field"])
        #expect(double.why == "floating point is not allowed on the wire; use a decimal in a string")
        #expect(try refusal(Bad(someField: [0.5 as Float])).path == ["some_field", "0"])
        #expect(try refusal(1.0).path == [])
        let set = try refusal(Bad(someField: [Set([1])]))
        #expect(set.path == ["some_field", "0"])
        #expect(set.why == "the order of a set is not deterministic; use a sorted array")
        struct Key: Hashable, Codable { var a = 1 }
        #expect(try refusal([Key(): 1]).why.contains("CodingKeyRepresentable"))
        #expect(try refusal(["a": ["b": 1.5]]).path == ["a", "b"])
    }

    @Test("misuse of the containers is refused, not written")
    func misuse() throws {
        #expect(try refusal(Custom { try ["b": 1].encode(to: $0) }).why.contains("unsorted"))
        let twice = Custom { encoder in
            var container = encoder.container(keyedBy: WireAnyKey.self)
            try container.encode(1, forKey: WireAnyKey(stringValue: "a"))
            try container.encode(1, forKey: WireAnyKey(stringValue: "a"))
        }
        #expect(try refusal(twice).why == #"the key "a" is written twice"#)
        let back = Custom { encoder in
            var outer = encoder.unkeyedContainer()
            var inner = outer.nestedUnkeyedContainer()
            try outer.encode(1)
            try inner.encode(2)
        }
        #expect(try refusal(back).why == "a container is written to after it was closed")
        let kinds = Custom { encoder in
            _ = encoder.unkeyedContainer()
            _ = encoder.container(keyedBy: WireAnyKey.self)
        }
        #expect(try refusal(kinds).why == "one value is written as two kinds")
        let values = Custom { encoder in
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode(2)
        }
        #expect(try refusal(values).why == "one value is written twice")
        #expect(try refusal(Instruction.deep(20)).why == "the value nests deeper than 32 levels")
    }

    @Test("nested containers and super encoders write in their place")
    func nested() throws {
        let value = Custom { encoder in
            var container = encoder.container(keyedBy: WireAnyKey.self)
            _ = container.superEncoder()
            var list = container.nestedUnkeyedContainer(forKey: WireAnyKey(stringValue: "aList"))
            try list.encode(1)
            var object = list.nestedContainer(keyedBy: WireAnyKey.self)
            try object.encodeNil(forKey: WireAnyKey(stringValue: "b"))
            #expect(list.count == 2)
            try "x".encode(to: container.superEncoder(forKey: WireAnyKey(stringValue: "s")))
            var again = encoder.container(keyedBy: WireAnyKey.self)
            try again.encode(true, forKey: WireAnyKey(stringValue: "last"))
        }
        #expect(try encoded(value) == #"{"super":{},"aList":[1,{"b":null}],"s":"x","last":true}"#)
    }

    @Test("one encoder gives the same bytes again and again")
    func reuse() throws {
        let encoder = WireEncoder()
        let first = try encoder.encode(sampleOrder)
        #expect(throws: EncodingError.self) { try encoder.encode([1.5]) }
        #expect(try encoder.encode(sampleOrder) == first)
        #expect(text(try encoder.encode(Instruction.market)) == #"{"market":{}}"#)
    }
}

/// A value that encodes itself by a closure.
struct Custom: Encodable {
    let body: (any Encoder) throws -> Void

    init(_ body: @escaping (any Encoder) throws -> Void) { self.body = body }

    func encode(to encoder: any Encoder) throws { try body(encoder) }
}

extension Instruction {
    static func deep(_ depth: Int) -> Instruction {
        depth == 0 ? .market : .both(.market, deep(depth - 1))
    }
}

extension JSON {
    var memberKeys: [String]? {
        guard case .object(let members) = self else { return nil }
        return members.map(\.key)
    }
}
