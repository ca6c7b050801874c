import JSON
import Testing
import Trading

@testable import AlpacaVenue

@Suite("MessagePack")
struct MessagePackTests {
    static let values: [(String, [UInt8])] = [
        ("null", [0xC0]), ("true", [0xC3]), ("false", [0xC2]), ("0", [0]), ("127", [0x7F]), ("-1", [0xFF]),
        ("-32", [0xE0]), ("128", [0xD3, 0, 0, 0, 0, 0, 0, 0, 128]), (#""a""#, [0xA1, 0x61]),
        (#"[1,"b"]"#, [0x92, 1, 0xA1, 0x62]), (#"{"T":[]}"#, [0x81, 0xA1, 0x54, 0x90]),
    ]

    @Test("as the specification has it", arguments: values)
    func bytes(text: String, bytes: [UInt8]) throws {
        #expect(MessagePack.encode(try JSONParser.parse(Array(text.utf8)), timeKeys: []) == bytes)
    }

    @Test("what is written is read again, at every length that has a form of its own")
    func roundTrip() {
        for count in [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536] {
            let text = JSON.string(String(repeating: "x", count: count))
            #expect(MessagePack.decode(MessagePack.encode(text, timeKeys: [])) == text)
            let list = JSON.array(Array(repeating: .integer(5), count: count))
            #expect(MessagePack.decode(MessagePack.encode(list, timeKeys: [])) == list)
            let map = JSON.object((0..<min(count, 300)).map { .init(key: "k\($0)", value: .null) })
            #expect(MessagePack.decode(MessagePack.encode(map, timeKeys: [])) == map)
        }
    }

    @Test("a decimal is a double, and a time under the keys of times an extension")
    func decimalsAndTimes() throws {
        #expect(MessagePack.encode(.number("1.5"), timeKeys: []) == [0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
        let json = JSON.object([.init(key: "t", value: .string("1970-01-01T00:00:01.000000002Z"))])
        #expect(
            MessagePack.encode(json, timeKeys: ["t"])
                == [0x81, 0xA1, 0x74, 0xC7, 12, 0xFF, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test(
        "hostile bytes are refused, and take no memory",
        arguments: [
            [], [0xC1], [0xDB, 0xFF, 0xFF, 0xFF, 0xFF], [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDF, 0x7F, 0xFF, 0xFF, 0xFF],
            [0x92, 1],
            [0x81, 1, 1], [0x82, 0xA1, 0x61, 1, 0xA1, 0x61, 2], [0xA2, 0x61], [0xA1, 0xFF], [1, 1],
            Array(repeating: 0x91, count: 10_000),
        ] as [[UInt8]])
    func hostile(bytes: [UInt8]) {
        #expect(MessagePack.decode(bytes) == nil)
    }
}
