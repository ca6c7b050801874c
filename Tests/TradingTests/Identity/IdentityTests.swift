import Foundation
import Testing
import Trading

@Suite("symbols and identifiers")
struct IdentityTests {
    @Test(
        "symbols of shares, classes of shares and pairs",
        arguments: ["A", "NVDA", "BRK.B", "BTC/USD", "BF-B", "X_1", "0700", String(repeating: "A", count: 24)])
    func good(text: String) throws {
        #expect(try Symbol(text).text == text)
        #expect(try Symbol(text).description == text)
    }

    @Test(
        "what is no symbol is refused with the rule",
        arguments: [
            "", " ", "nvda", "NVDA ", " NVDA", "NV DA", "NVDA\n", "NVDA\u{0}", "ÄPPL", "ＮVDA", "$SPX", "^VIX", "A,B",
            "A\"B",
            "A\\B", "..\u{2F}etc/passwd", String(repeating: "A", count: 25), "A\u{301}",
        ])
    func bad(text: String) {
        #expect(throws: IdentityError.badSymbol(String(text.prefix(40)))) { try Symbol(text) }
        #expect(IdentityError.badSymbol(text).description.contains("expected 1 to 24 of A-Z 0-9 . / - _"))
    }

    @Test("symbols sort by their bytes, as files and messages have them")
    func order() throws {
        let sorted = try ["B", "A", "A.B", "A/B", "A-B", "A_B", "A1", "AA"].map { try Symbol($0) }.sorted()
        #expect(sorted.map(\.text) == ["A", "A-B", "A.B", "A/B", "A1", "AA", "A_B", "B"])
    }

    @Test("an identifier has its own length, and printable ASCII without blanks")
    func identifiers() throws {
        try check(AccountID.self, 64)
        try check(ClientOrderID.self, 48)
        try check(BrokerOrderID.self, 128)
        try check(ExecutionID.self, 128)
        try check(OrderGroupID.self, 64)
        try check(PluginName.self, 64)
        try check(DecisionID.self, 64)
    }

    private func check<ID: Identifier>(_ type: ID.Type, _ length: Int) throws {
        #expect(ID.maximumLength == length)
        let longest = String(repeating: "x", count: length)
        #expect(try ID(longest).text == longest)
        #expect(try ID("!~aZ09-._:/").description == "!~aZ09-._:/")
        for text in ["", longest + "x", "a b", " ", "a\t", "a\n", "a\u{0}", "a\u{7F}", "é", "１", "a\u{301}"] {
            #expect(
                throws: IdentityError.badIdentifier(
                    type: ID.name, text: String(text.prefix(40)), maximumLength: length)
            ) { try ID(text) }
        }
    }

    @Test("a decision's id is always one that can be read back")
    func decisions() throws {
        let longest = try Symbol(String(repeating: "A", count: 24))
        for cycle in [0, 42, Int64.max, .min] {
            let id = DecisionID(cycle: cycle, symbol: longest)
            #expect(try DecisionID(id.text) == id)
            let beside = DecisionID(byPersonAfter: cycle, symbol: longest)
            #expect(try DecisionID(beside.text) == beside && beside != id && beside.cycleText == id.cycleText)
        }
        #expect(try DecisionID(cycle: 42, symbol: Symbol("NVDA")).text == "42.NVDA")
    }

    @Test("on the wire they are strings, in values and in keys; what breaks the rule is refused")
    func codable() throws {
        let map = [try Symbol("NVDA"): try ClientOrderID("bb-1")]
        let bytes = try JSONEncoder().encode(map)
        #expect(bytes == Data(#"{"NVDA":"bb-1"}"#.utf8))
        #expect(try JSONDecoder().decode([Symbol: ClientOrderID].self, from: bytes) == map)
        for bad in [#"{"nvda":"bb-1"}"#, #"{"NVDA":"b b"}"#, #"{"NVDA":1}"#, #"{"":"bb-1"}"#] {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode([Symbol: ClientOrderID].self, from: Data(bad.utf8))
            }
        }
    }
}
