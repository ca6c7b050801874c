import Testing

@testable import JSON

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("the writer puts commas, colons and brackets")
    func byHand() {
        var writer = JSONWriter()
        writer.reserveCapacity(64)
        writer.beginObject()
        writer.key("seq")
        writer.int(41)
        let dynamic = "a\"b"
        writer.key(dynamic)
        writer.beginArray()
        writer.null()
        writer.bool(true)
        writer.bool(false)
        writer.string("x:{[")
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.raw(Array("[1]".utf8))
        writer.endArray()
        writer.key("last")
        writer.int(Int8.min)
        writer.endObject()
        let expected = #"{"seq":41,"a\"b":[null,true,false,"x:{[",{},[],[1]],"last":-128}"#
        #expect(String(decoding: writer.finish(), as: UTF8.self) == expected)
    }

    @Test("bytes that stood before are kept and get no comma", arguments: ["", "HEAD", "x,", "{"])
    func appends(prefix: String) {
        var writer = JSONWriter(appendingTo: Array(prefix.utf8))
        writer.beginArray()
        writer.int(1)
        writer.int(2)
        writer.endArray()
        #expect(String(decoding: writer.finish(), as: UTF8.self) == prefix + "[1,2]")
        var bytes = Array(prefix.utf8)
        JSON.array([.null, .null]).write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == prefix + "[null,null]")
    }

    @Test("only quotes, backslashes and control characters are escaped")
    func escapes() throws {
        let expected: [(String, String)] = [
            ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\u{8}", #"\b"#), ("\u{C}", #"\f"#), ("\n", #"\n"#),
            ("\r", #"\r"#), ("\t", #"\t"#), ("\0", #"\u0000"#), ("\u{1F}", #"\u001f"#), ("\u{7F}", "\u{7F}"),
            ("é€𝄞\u{2028}", "é€𝄞\u{2028}"), ("a\nb\"c", #"a\nb\"c"#),
        ]
        for (text, escaped) in expected {
            let written = String(decoding: JSON.string(text).bytes, as: UTF8.self)
            #expect(written == "\"\(escaped)\"")
            #expect(try parse(written) == .string(text))
        }
    }

    @Test("whole numbers are written digit by digit to the ends of their ranges")
    func integers() {
        func written(_ value: some FixedWidthInteger) -> String {
            var writer = JSONWriter()
            writer.int(value)
            return String(decoding: writer.finish(), as: UTF8.self)
        }
        #expect(written(0) == "0")
        #expect(written(Int64.min) == "-9223372036854775808")
        #expect(written(UInt64.max) == "18446744073709551615")
        #expect(written(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(written(-Int128(UInt64.max)) == "-18446744073709551615")
        #expect(written(UInt128.max) == "340282366920938463463374607431768211455")
    }

    @Test("the pretty form is for people: one member to a line, two spaces for each level")
    func pretty() throws {
        let value = try parse(#"{"a":[1,{"b":"c,{"}],"empty":[],"none":{},"s":null}"#)
        let expected = """
            {
              "a": [
                1,
                {
                  "b": "c,{"
                }
              ],
              "empty": [],
              "none": {},
              "s": null
            }
            """
        #expect(value.pretty == expected)
        #expect(try parse(value.pretty) == value)
    }

    @Test("a value is found by its key")
    func subscripts() throws {
        let value = try parse(#"{"a":{"b":2}}"#)
        #expect(value["a"]?["b"] == .integer(2))
        #expect(value["b"] == nil)
        #expect(JSON.null["a"] == nil)
    }
}
