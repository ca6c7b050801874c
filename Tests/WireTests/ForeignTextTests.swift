import Testing

@testable import Wire

@Suite("What others have written is cut, then cleaned (I-BOUND-3)")
struct ForeignTextTests {
    @Test("what fits and is plain stays as it is, and so does what was made to fit", arguments: Self.texts)
    func twice(text: String) {
        let once = text.foreign(atMost: 100)
        #expect(once.utf8.count <= 100)
        #expect(once.foreign(atMost: 100) == once)
        if text.utf8.count <= 100, text.allSatisfy({ $0.isLetter || $0 == " " }) { #expect(once == text) }
    }

    private static let texts = [
        "", "a reason", "Größe 価格", String(repeating: "x", count: 1_000), String(repeating: "\n", count: 1_000),
        String(repeating: "\u{202E}", count: 500), String(repeating: "e\u{301}", count: 500), "a\0b",
        String(repeating: "価", count: 34), String(repeating: "x", count: 101), String(repeating: "\0", count: 20),
    ]

    @Test("what is cut off is said by its length, and no scalar is cut in two")
    func cut() {
        let text = String(repeating: "価", count: 1_000).foreign(atMost: 100)
        #expect(text == String(repeating: "価", count: 22) + "… (3000 bytes)")
    }

    @Test("sixteen million newlines cost no more than the room that there is")
    func linear() {
        let text = String(repeating: "\n", count: 16 << 20)
        // The quadratic way took half a minute for one.
        let took = ContinuousClock().measure { for _ in 0..<1_000 { _ = text.foreign(atMost: 500) } }
        #expect(took < .seconds(5))
    }

    @Test("a name has its bytes and nothing that moves a cursor")
    func names() {
        #expect("1R".isForeignName(atMost: 64) && "half way".isForeignName(atMost: 64))
        #expect(String(repeating: "n", count: 64).isForeignName(atMost: 64))
        for bad in ["", String(repeating: "n", count: 65), "a\0", "a\nb", "\u{202E}a"] {
            #expect(!bad.isForeignName(atMost: 64), "\(bad.debugDescription)")
        }
    }

    @Test("what is wrong with a message is said in bounds, whatever stands in it")
    func defects() {
        let long = String(repeating: "k", count: 1 << 20)
        for body in [
            #"{"reason": 1\#(String(repeating: "0", count: 1 << 20))}"#, #"{"reason": "\#(long)", "\#(long)": 1}"#,
            #"{"\#(long)": 1, "\#(long)": 2}"#,
        ] {
            let error = #expect(throws: WireDecodingError.self) {
                try WireDecoder().decode(Fault.self, from: Array(body.utf8), unknownFields: .refuse)
            }
            #expect((error?.description.utf8.count ?? .max) <= SpokenLimits.defect)
        }
    }
}
