import SeededRandom
import TestSupport
import Testing

@testable import Wire

@Suite("WireDecoder")
struct WireDecoderTests {
    @Test("what the encoder writes is read back the same")
    func roundTrip() throws {
        let settings = try parse(#"{"camelKey":[1.50,null],"snake_key":{}}"#)
        let batch = Batch(
            orders: [sampleOrder, sampleOrder], isVIXKnown: true, positions: [Symbol("A_B"): 1, Symbol("BRK.B"): -2],
            settings: settings)
        let json = try encoded(batch)
        #expect(json.contains(#""settings":{"camelKey":[1.50,null],"snake_key":{}}"#))
        #expect(try decoded(Batch.self, json) == batch)
        #expect(try WireDecoder().decode(Batch.self, from: parse(json), unknownFields: .refuse) == batch)
    }

    @Test("fields are found in any order, and absent or null optionals are nil")
    func order() throws {
        let json = #"{"limit_price":null,"quantity":"1","side":"buy","symbol":"A","client_order_id":"x"}"#
        let expected = Order(clientOrderID: "x", symbol: "A", side: .buy, quantity: Quantity(1))
        #expect(try decoded(Order.self, json) == expected)
    }

    static let good = #"{"client_order_id":"x","symbol":"A","side":"buy","quantity":"1"}"#

    static let faulty: [(String, String)] = [
        (#"{"orders":[]}"#, "is_vix_known: missing"),
        ("[]", "expected an object, found an array"),
        (#"{"orders":{}}"#, "orders: expected an array, found an object"),
        (#"{"orders":[\#(good),{}]}"#, "orders[1].client_order_id: missing"),
        (#"{"orders":[{"client_order_id":7}]}"#, "orders[0].client_order_id: expected a string, found a number"),
        (
            #"{"orders":[{"client_order_id":"x","symbol":"A","side":"hold"}]}"#,
            "orders[0].side: Cannot initialize Side from invalid String value hold"
        ),
        (
            #"{"orders":[{"client_order_id":"x","symbol":"A","side":"buy","quantity":"ten"}]}"#,
            #"orders[0].quantity: "ten" is no quantity"#
        ),
        (
            #"{"orders":[\#(good.dropLast()),"limit_price":"5"}]}"#,
            "orders[0].limit_price: expected a whole number, found a string"
        ),
        (
            #"{"orders":[\#(good.dropLast()),"limit_price":5.0}]}"#,
            "orders[0].limit_price: expected a whole number, found 5.0"
        ),
        (
            #"{"orders":[\#(good.dropLast()),"limit_pryce":5}]}"#,
            #"orders[0]: unknown field "limit_pryce", did you mean "limit_price"?"#
        ),
        (#"{"orders":[\#(good.dropLast()),"qty":5}]}"#, #"orders[0]: unknown field "qty""#),
        (
            #"{"orders":[\#(good.dropLast()),"instruction":{"stop":{}}}]}"#,
            #"orders[0].instruction: unknown case "stop""#
        ),
        (
            #"{"orders":[\#(good.dropLast()),"instruction":{"market":{},"pegged":1}}]}"#,
            "orders[0].instruction: Invalid number of keys found, expected one."
        ),
        (
            #"{"orders":[\#(good.dropLast()),"instruction":{"market":{},"x":{}}}]}"#,
            #"orders[0].instruction: unknown field "x""#
        ),
        (
            #"{"orders":[\#(good.dropLast()),"instruction":{"market":{"price":1}}}]}"#,
            #"orders[0].instruction.market: unknown field "price""#
        ),
        (
            #"{"orders":[\#(good.dropLast()),"instruction":{"limit":{"price":1}}}]}"#,
            "orders[0].instruction.limit.is_post_only: missing"
        ),
        (
            #"{"orders":[],"is_vix_known":1}"#, "is_vix_known: expected true or false, found a number"
        ),
        (
            #"{"orders":[],"is_vix_known":true,"positions":{"A":1,"B.C":true}}"#,
            #"positions["B.C"]: expected a whole number, found a boolean"#
        ),
        (
            #"{"orders":[],"is_vix_known":true,"positions":{"a":1}}"#, #"positions: "a" is not a valid key"#
        ),
        (
            #"{"orders":[],"isVIXKnown":true}"#, "is_vix_known: missing"
        ),
    ]

    @Test("an error names the place and the reason in words", arguments: faulty)
    func errors(json: String, description: String) throws {
        let error = try #require(#expect(throws: WireDecodingError.self) { try decoded(Batch.self, json) })
        #expect(error.description == description)
    }

    @Test("bytes that are not JSON are malformed, with the place in the text")
    func malformed() throws {
        let json = #"{"orders":[{"quantity":1e3}]}"#
        let error = try #require(#expect(throws: WireDecodingError.self) { try decoded(Batch.self, json) })
        #expect(error.path.description == "orders[0].quantity")
        #expect(error.description.hasSuffix("byte 24): an exponent is not allowed; write the number out"))
    }

    @Test("unknown fields are ignored in data and refused in commands, however deep")
    func unknownFields() throws {
        let json = #"{"orders":[\#(Self.good.dropLast()),"x":{"y":1}}],"is_vix_known":true,"positions":{}}"#
        #expect(try decoded(Batch.self, json, .ignore).orders.count == 1)
        let error = #expect(throws: WireDecodingError.self) { try decoded(Batch.self, json, .refuse) }
        #expect(error?.reason == .unknownField("x", nearest: nil))
        #expect(error?.path.description == "orders[0]")
    }

    @Test("a field asked for by any container of the value is known")
    func sharedContainers() throws {
        struct Common: Decodable { var seq: Int }
        struct Message: Decodable {
            enum Key: CodingKey { case body }
            let common: Common
            let body: String?
            init(from decoder: any Decoder) throws {
                common = try Common(from: decoder)
                body = try decoder.container(keyedBy: Key.self).decodeIfPresent(String.self, forKey: .body)
            }
        }
        #expect(try decoded(Message.self, #"{"body":"b","seq":1}"#).common.seq == 1)
        #expect(throws: WireDecodingError.self) { try decoded(Message.self, #"{"body":"b","seq":1,"z":1}"#) }
    }

    @Test("nested containers are checked for unknown fields too")
    func nestedContainers() throws {
        struct Flat: Decodable {
            enum Key: CodingKey { case outerObject, a, list }
            let a: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                a = try container.nestedContainer(keyedBy: Key.self, forKey: .outerObject).decode(Int.self, forKey: .a)
                var list = try container.nestedUnkeyedContainer(forKey: .list)
                while !list.isAtEnd {
                    if try !list.decodeNil() { _ = try list.decode(Int.self) }
                }
            }
        }
        #expect(try decoded(Flat.self, #"{"outer_object":{"a":1},"list":[1,null]}"#).a == 1)
        let unknown = #expect(throws: WireDecodingError.self) {
            try decoded(Flat.self, #"{"outer_object":{"a":1,"b":2},"list":[]}"#)
        }
        #expect(unknown?.path.description == "outer_object")
        let wrong = #expect(throws: WireDecodingError.self) {
            try decoded(Flat.self, #"{"outer_object":{"a":1},"list":[1,true]}"#)
        }
        #expect(wrong?.path.description == "list[1]")
        let missing = #expect(throws: WireDecodingError.self) { try decoded(Flat.self, #"{"outer_object":{}}"#) }
        #expect(missing?.path.description == "outer_object.a")
    }

    @Test("errors of a type's own init keep their words and get the path")
    func ownErrors() throws {
        struct Picky: Decodable {
            enum Key: CodingKey { case maxPrice }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                throw DecodingError.dataCorruptedError(forKey: .maxPrice, in: container, debugDescription: "too high")
            }
        }
        let error = #expect(throws: WireDecodingError.self) { try decoded([String: [Picky]].self, #"{"aB":[{}]}"#) }
        #expect(error?.description == "aB[0].max_price: too high")
    }

    @Test("a whole number must be exact and in range")
    func integers() throws {
        #expect(try decoded([UInt8].self, "[0,255]") == [0, 255])
        #expect(try decoded([Int64].self, "[-9223372036854775808]") == [.min])
        #expect(try decoded([Int128].self, "[-170141183460469231731687303715884105728]") == [.min])
        let range = #expect(throws: WireDecodingError.self) { try decoded([UInt8].self, "[1,256]") }
        #expect(range?.description == "[1]: 256 is outside the range of UInt8 (0 to 255)")
        #expect(throws: WireDecodingError.self) { try decoded([UInt8].self, "[-1]") }
        #expect(throws: WireDecodingError.self) { try decoded([Int].self, "[1.0]") }
        #expect(throws: WireDecodingError.self) { try decoded([Int].self, #"["1"]"#) }
        #expect(throws: WireDecodingError.self) { try decoded(Int.self, "null") }
    }

    @Test("floating point and sets are refused")
    func refusals() throws {
        struct Price: Decodable { var price: Double }
        let error = #expect(throws: WireDecodingError.self) { try decoded(Price.self, #"{"price":1.5}"#) }
        #expect(error?.description == "price: floating point is not allowed on the wire; use a decimal in a string")
        #expect(throws: WireDecodingError.self) { try decoded([Float].self, "[1]") }
        #expect(throws: WireDecodingError.self) { try decoded(Set<Int>.self, "[1]") }
    }

    @Test("the keys of a dictionary are data, also where it decodes itself")
    func dictionaries() throws {
        struct Wrapper: Decodable {
            let map: [String: Int]
            init(from decoder: any Decoder) throws { map = try [String: Int](from: decoder) }
        }
        let json = #"{"camelKey":1,"snake_key":2,"B.C":3}"#
        let expected = ["camelKey": 1, "snake_key": 2, "B.C": 3]
        #expect(try decoded([String: Int].self, json) == expected)
        #expect(try decoded(Wrapper.self, json).map == expected)
        #expect(try decoded([Int: Bool].self, #"{"7":true}"#) == [7: true])
        #expect(throws: WireDecodingError.self) { try decoded([Int: Bool].self, #"{"x":true}"#) }
        #expect(throws: WireDecodingError.self) { try decoded([Int: Bool].self, #"{"7":true,"07":true}"#) }
    }

    @Test(
        "the distance between names is counted in edits",
        arguments: [
            ("", "", 0), ("a", "", 1), ("qty", "qty", 0), ("quantity", "quantty", 1), ("price", "prcie", 2),
            ("kitten", "sitting", 3),
        ])
    func distance(one: String, other: String, edits: Int) {
        #expect(Typo.distance(Array(one.utf8), Array(other.utf8)) == edits)
        #expect(Typo.distance(Array(other.utf8), Array(one.utf8)) == edits)
    }

    @Test("a decoding leaves nothing behind, nested containers included")
    func freed() throws {
        let bytes = Array(#"{"outer":{"inner":{}}}"#.utf8)
        _ = try WireDecoder().decode(DecodingProbe.self, from: bytes, unknownFields: .refuse)
        #expect(DecodingProbe.wasSeen)
        #expect(DecodingProbe.decoding == nil, "a core that runs for weeks reads millions of messages")
    }

    @Test("no mutated message crashes the decoder", arguments: Seed.several)
    func mutations(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let batch = Batch(orders: [sampleOrder], isVIXKnown: false, positions: [Symbol("A"): 1], settings: .null)
        let bytes = try WireEncoder().encode(batch)
        let decoder = WireDecoder()
        for _ in 0..<2_000 {
            var mutant = bytes
            for _ in 0...1 {
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? decoder.decode(Batch.self, from: mutant, unknownFields: .refuse)
        }
    }
}

/// Remembers, weakly, what it was decoded by.
private struct DecodingProbe: Decodable {
    enum Keys: String, CodingKey { case outer, inner }
    // One test decodes it, once.
    nonisolated(unsafe) static weak var decoding: WireDecoding?
    nonisolated(unsafe) static var wasSeen = false

    init(from decoder: any Decoder) throws {
        let outer = try decoder.container(keyedBy: Keys.self).nestedContainer(keyedBy: Keys.self, forKey: .outer)
        _ = try outer.nestedContainer(keyedBy: Keys.self, forKey: .inner)
        Self.decoding = (decoder as? WireDecodingNode)?.decoding
        Self.wasSeen = Self.decoding != nil
    }
}
