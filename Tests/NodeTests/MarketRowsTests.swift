import Testing
import Trading
import Wire

@testable import Node

/// I-BOUND-2.
@Suite("Rows of an update that cannot be read")
struct MarketRowsTests {
    private func quote(_ symbol: String, _ last: String) -> String {
        #"{"symbol":"\#(symbol)","last":"\#(last)","at":"1000000000"}"#
    }

    @Test("a price with ten decimals leaves out its row, and not what stands beside it")
    func tooPrecise() throws {
        let text =
            #"{"at":"1000000000","session":"regular","quotes":[\#(quote("AAA", "100")),\#(quote("PEPE/USD", "0.0000119698")),\#(quote("BBB", "50"))]}"#
        let (update, unreadable) = try MessageCodec().market(Array(text.utf8))
        #expect(update.quotes?.map(\.symbol.text) == ["AAA", "BBB"])
        #expect(update.session == .regular)
        #expect(unreadable.map(\.name) == ["PEPE/USD"])
        #expect(unreadable.first?.words.hasPrefix("quotes[1] of PEPE/USD: ") == true)
    }

    @Test("what is no update at all is refused as before", arguments: ["{}", "[]", "{", #"{"at":"x","quotes":[]}"#])
    func noUpdate(text: String) {
        #expect(throws: WireDecodingError.self) { try MessageCodec().market(Array(text.utf8)) }
    }

    @Test("a symbol that cannot be said, a bar without a close, an action of an unknown kind")
    func otherRows() throws {
        let text =
            #"{"at":"1000000000","corporate_actions":[{"id":"1","symbol":"AAA","kind":{"bonus":{}},"effective_at":"1"}],"bars":[{"symbol":"AAA"}],"quotes":[\#(quote("a b", "1")),\#(quote("AAA", "2"))]}"#
        let (update, unreadable) = try MessageCodec().market(Array(text.utf8))
        #expect(update.quotes?.count == 1)
        #expect(Set(unreadable.map(\.field)) == ["corporate_actions", "bars", "quotes"])
    }

    @Test("each symbol is told once")
    func told() {
        var rows = ToldOnce()
        let told = ["a", "a", "b", "c"].map { rows.insert($0, atMost: 2) }
        #expect(told == [true, false, true, false])
    }
}
