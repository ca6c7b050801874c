import Testing

@testable import JSON

/// One row of the grammar table.
struct Refused: CustomTestStringConvertible, Sendable {
    let text: String
    let reason: JSONError.Reason
    var testDescription: String { "\(text.prefix(40)): \(reason)" }

    init(_ text: String, _ reason: JSONError.Reason) {
        self.text = text
        self.reason = reason
    }
}

/// One row of bytes that are no UTF-8 text.
struct RefusedBytes: Sendable {
    let bytes: [UInt8]
    let reason: JSONError.Reason
    let offset: Int
}

func parse(_ text: String) throws(JSONError) -> JSON {
    try JSONParser.parse(Array(text.utf8))
}

@Suite("The grammar of JSON")
struct JSONGrammarTests {
    static let accepted: [(String, JSON)] = [
        ("null", .null), ("true", .bool(true)), ("false", .bool(false)), (" \t\r\n1 \t\r\n", .number("1")),
        ("0", .number("0")), ("-0", .number("-0")), ("-1", .number("-1")), ("10", .number("10")),
        ("0.5", .number("0.5")), ("-12.50", .number("-12.50")), ("1.000", .number("1.000")),
        ("123456789012345678901234567890", .number("123456789012345678901234567890")),
        (#""""#, .string("")), (#""a""#, .string("a")), (#""größe €  𝄞""#, .string("größe €  𝄞")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")), (#""\u0041\u00e9\u00E9""#, .string("Aéé")),
        (#""\ud834\udd1e""#, .string("𝄞")), (#""a\u0000b""#, .string("a\0b")), (#""é\n€""#, .string("é\n€")),
        ("\"\u{7F}\u{2028}\"", .string("\u{7F}\u{2028}")),
        ("[]", .array([])), ("[ ]", .array([])), ("{}", .object([])), ("{ }", .object([])),
        ("[1, [2], {}]", .array([.number("1"), .array([.number("2")]), .object([])])),
        (#"{"":0}"#, .object([.init(key: "", value: .number("0"))])),
        (
            #"{ "b" : 1 , "a" : [ null ] }"#,
            .object([.init(key: "b", value: .number("1")), .init(key: "a", value: .array([.null]))])
        ),
        (#"{"a":{"a":1}}"#, .object([.init(key: "a", value: .object([.init(key: "a", value: .number("1"))]))])),
    ]

    @Test("a text of the grammar is accepted and keeps order and digits", arguments: accepted)
    func accepts(text: String, value: JSON) throws {
        #expect(try parse(text) == value)
    }

    static let refused: [Refused] = [
        Refused("", .textEnds(expected: "a value")), Refused("  ", .textEnds(expected: "a value")),
        Refused("tru", .textEnds(expected: "true")), Refused("trux", .unexpected(byte: 0x78, expected: "true")),
        Refused("True", .unexpected(byte: 0x54, expected: "a value")),
        Refused("nul", .textEnds(expected: "null")), Refused("nil", .unexpected(byte: 0x69, expected: "null")),
        Refused("NaN", .notFinite), Refused("Infinity", .notFinite), Refused("-Infinity", .notFinite),
        Refused("[NaN]", .notFinite), Refused("+1", .plusSign), Refused("01", .leadingZero),
        Refused("-01", .leadingZero), Refused("00", .leadingZero), Refused("-", .missingDigit),
        Refused("1.", .missingDigit), Refused("1.x", .missingDigit), Refused("-a", .missingDigit),
        Refused(".5", .unexpected(byte: 0x2E, expected: "a value")), Refused("1e5", .exponent),
        Refused("1E5", .exponent), Refused("1.5e-3", .exponent), Refused("0e0", .exponent), Refused("1e", .exponent),
        Refused("0x10", .trailingText), Refused("1 2", .trailingText), Refused("{} {}", .trailingText),
        Refused("1,", .trailingText), Refused("[]]", .trailingText), Refused("null\0", .trailingText),
        Refused("[", .textEnds(expected: "a value")), Refused("[1", .textEnds(expected: "a comma or ]")),
        Refused("[1,", .textEnds(expected: "a value")), Refused("[1,]", .trailingComma),
        Refused("[,1]", .unexpected(byte: 0x2C, expected: "a value")),
        Refused("[1 2]", .unexpected(byte: 0x32, expected: "a comma or ]")),
        Refused("[1}", .unexpected(byte: 0x7D, expected: "a comma or ]")),
        Refused("]", .unexpected(byte: 0x5D, expected: "a value")),
        Refused("{", .textEnds(expected: "a key in quotes")),
        Refused("{1:2}", .unexpected(byte: 0x31, expected: "a key in quotes")),
        Refused("{a:2}", .unexpected(byte: 0x61, expected: "a key in quotes")),
        Refused("{'a':2}", .unexpected(byte: 0x27, expected: "a key in quotes")),
        Refused(#"{"a"}"#, .unexpected(byte: 0x7D, expected: "a colon")),
        Refused(#"{"a"=1}"#, .unexpected(byte: 0x3D, expected: "a colon")),
        Refused(#"{"a":}"#, .unexpected(byte: 0x7D, expected: "a value")),
        Refused(#"{"a":1"#, .textEnds(expected: "a comma or }")), Refused(#"{"a":1,}"#, .trailingComma),
        Refused(#"{"a":1]"#, .unexpected(byte: 0x5D, expected: "a comma or }")),
        Refused(#"{"a":1 "b":2}"#, .unexpected(byte: 0x22, expected: "a comma or }")),
        Refused(#"{"a":1,"a":1}"#, .duplicateKey("a")), Refused(#"{"a":1,"\u0061":2}"#, .duplicateKey("a")),
        Refused("{\"\u{E9}\":1,\"e\u{301}\":2}", .duplicateKey("é")),
        Refused("// x\n1", .comment), Refused("[1, /* x */ 2]", .comment),
        Refused("\u{FEFF}1", .byteOrderMark), Refused("\"a", .textEnds(expected: "a closing quote")),
        Refused(#""a\"#, .textEnds(expected: "an escape")), Refused(#""a\""#, .textEnds(expected: "a closing quote")),
        Refused(#""\x41""#, .unknownEscape(0x78)), Refused(#""\'""#, .unknownEscape(0x27)),
        Refused(#""\u12""#, .badHexEscape), Refused(#""\u12g4""#, .badHexEscape), Refused(#""\u+123""#, .badHexEscape),
        Refused(#""\ud800""#, .loneSurrogate), Refused(#""\udc00""#, .loneSurrogate),
        Refused(#""\ud800x""#, .loneSurrogate), Refused(#""\ud800\n""#, .loneSurrogate),
        Refused(#""\ud800\u0041""#, .loneSurrogate), Refused(#""\ud800\ud800""#, .loneSurrogate),
        Refused(#""\udd1e\ud834""#, .loneSurrogate), Refused("\"a\nb\"", .controlCharacter(0x0A)),
        Refused("\"\t\"", .controlCharacter(0x09)), Refused("\"\\n\0\"", .controlCharacter(0)),
        Refused("'a'", .unexpected(byte: 0x27, expected: "a value")),
        Refused("é", .unexpected(byte: 0xC3, expected: "a value")),
        Refused("\u{A0}1", .unexpected(byte: 0xC2, expected: "a value")), Refused("1\u{B}", .trailingText),
    ]

    @Test("a text outside the grammar is refused with its reason", arguments: refused)
    func refuses(row: Refused) throws {
        let error = #expect(throws: JSONError.self) { try parse(row.text) }
        #expect(error?.reason == row.reason)
    }

    @Test(
        "bytes that are no UTF-8 are refused at their offset",
        arguments: [
            RefusedBytes(bytes: [0x22, 0xFF, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0x22, 0x61, 0x80, 0x22], reason: .invalidUTF8, offset: 2),
            RefusedBytes(bytes: [0x22, 0xC0, 0xAF, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0x22, 0xE2, 0x82, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0x22, 0x5C, 0x6E, 0x61, 0xC3, 0x22], reason: .invalidUTF8, offset: 4),
            RefusedBytes(bytes: [0x22, 0xC3, 0x5C, 0x6E, 0x22], reason: .invalidUTF8, offset: 1),
            RefusedBytes(bytes: [0xFF], reason: .unexpected(byte: 0xFF, expected: "a value"), offset: 0),
        ])
    func refusesBadUTF8(row: RefusedBytes) throws {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(row.bytes) }
        #expect(error?.reason == row.reason)
        #expect(error?.byteOffset == row.offset)
    }

    @Test("an error names path, line, column and byte in one sentence")
    func errorPlace() throws {
        let text = "{\"orders\": [\n  {\"é\": 1, \"quantity\": 1e5}]}"
        let error = try #require(#expect(throws: JSONError.self) { try parse(text) })
        #expect(error.path.description == "orders[0].quantity")
        #expect(error.line == 2)
        #expect(error.column == 25)
        #expect(error.byteOffset == 38)
        let place = "orders[0].quantity (line 2, column 25, byte 38)"
        #expect(error.description == "\(place): an exponent is not allowed; write the number out")
    }

    @Test(
        "an exponent is kept where it is asked for, and half an exponent is refused there too",
        arguments: ["1e5", "1E+21", "-1.5e-07", "0e0"])
    func exponents(text: String) throws {
        #expect(try JSONParser.parse(Array("[\(text)]".utf8), takesExponents: true) == .array([.number(text)]))
        for half in ["1e", "1e+", "1e1.5", "1e0x"] {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(half.utf8), takesExponents: true) }
        }
    }

    @Test("a key that is no plain name is quoted in the path")
    func quotedPath() throws {
        let error = #expect(throws: JSONError.self) { try parse(#"{"prices":{"BRK.B":[0, 01]}}"#) }
        #expect(error?.path.description == #"prices["BRK.B"][1]"#)
    }

    @Test("a long foreign key is cut in the message")
    func longKey() throws {
        let key = String(repeating: "k", count: 100_000)
        let error = #expect(throws: JSONError.self) { try parse(#"{"\#(key)":1,"\#(key)":1}"#) }
        #expect((error?.description.utf8.count ?? .max) < 300)
    }

    @Test("every reason reads as words", arguments: refused)
    func reasons(row: Refused) {
        #expect(row.reason.description.count > 10)
        #expect(row.reason.description.contains(" "), "no case name of Swift shows through")
    }

    @Test("nesting is accepted to the limit and refused beyond", arguments: ["[", #"{"a":"#])
    func depth(open: String) throws {
        func nested(_ depth: Int) -> String {
            let close = open == "[" ? "]" : "}"
            return String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        _ = try parse(nested(JSONLimits.maximumDepth))
        let error = #expect(throws: JSONError.self) { try parse(nested(JSONLimits.maximumDepth + 1)) }
        #expect(error?.reason == .tooDeep(limit: 32))
        let bomb = String(repeating: open, count: 100_000)
        #expect(throws: JSONError.self) { try parse(bomb) }
    }

    @Test("depth is nesting, not the number of brackets")
    func siblings() throws {
        _ = try parse("[" + String(repeating: "[],{},", count: 1000) + "[]]")
    }

    @Test("a text above the size limit is refused before it is read")
    func size() throws {
        let bytes = [UInt8](repeating: 0x20, count: 100)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(bytes, maximumBytes: 99) }
        #expect(error?.reason == .tooLarge(bytes: 100, limit: 99))
    }

    @Test("a duplicate is found in large objects too", arguments: [2, 15, 16, 17, 18, 500])
    func duplicateInLargeObject(count: Int) throws {
        let keys = (0..<count).map { #""k\#($0)":0"# }
        _ = try parse("{" + keys.joined(separator: ",") + "}")
        for duplicate in [0, count / 2, count - 1] {
            let text = "{" + (keys + [#""k\#(duplicate)":1"#]).joined(separator: ",") + "}"
            let error = #expect(throws: JSONError.self) { try parse(text) }
            #expect(error?.reason == .duplicateKey("k\(duplicate)"))
        }
    }

    @Test("borrowed memory is parsed as an array is")
    func borrowed() throws {
        let bytes = Array(#"{"a":[1,"é"]}"#.utf8)
        let value = try bytes.withUnsafeBytes { buffer throws(JSONError) in try JSONParser.parse(buffer) }
        #expect(try value == JSONParser.parse(bytes))
        #expect(throws: JSONError.self) { try JSONParser.parse(UnsafeRawBufferPointer(start: nil, count: 0)) }
    }
}
