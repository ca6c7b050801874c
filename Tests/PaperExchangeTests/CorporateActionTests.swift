import Testing
import Trading

@testable import PaperExchange

@Suite("Corporate actions")
struct CorporateActionTests {
    @Test("a split scales the position and cancels its orders, and happens once")
    func split() throws {
        var harness = try ExchangeHarness(holding(100, at: "645.57"))
        try harness.quote("645", "646", last: "645.57")
        try harness.submit(oco(100, target: "700", stop: "600"))
        #expect(try harness.act(.split(numerator: 7, denominator: 1)) == ["target canceled", "stop canceled"])
        #expect(harness.reason == "corporate action: 7:1 split")
        let before = try harness.state()
        #expect(before.positions.map(\.quantity) == [shares(700)])
        #expect(before.positions.map(\.averagePrice) == [price("92.22428571")])
        try harness.act(.split(numerator: 7, denominator: 1))
        #expect(harness.position == shares(700))
        // The old quote is forgotten, the last trade restated.
        #expect(try harness.submit(order("a", .sell, 1)).last == "a fill 1@92.22428571")
    }

    @Test("a fraction left by a split is paid in cash")
    func cashInLieu() throws {
        var harness = try ExchangeHarness(holding(25, at: "2"))
        try harness.quote(nil, nil, last: "2")
        try harness.act(.split(numerator: 1, denominator: 20))
        #expect(harness.position == shares(1))
        #expect(try harness.state().account.cash == money("100010"))
        harness = try ExchangeHarness(holding(-25, at: "2") { $0.allowShort = true })
        try harness.act(.split(numerator: 1, denominator: 20))
        #expect(harness.position == shares(-1))
        #expect(try harness.state().account.cash == money("99990"))
    }

    @Test("a dividend pays the long and charges the short", arguments: [(100, "100050"), (-100, "99950")])
    func dividend(quantity: Int64, cash: String) throws {
        var harness = try ExchangeHarness(holding(quantity) { $0.allowShort = true })
        try harness.act(.dividend(amount: price("0.5")))
        try harness.act(.dividend(amount: price("0.5")))
        #expect(try harness.state().account.cash == money(cash))
    }

    @Test("an action that is announced before its time waits for it")
    func announced() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(order("a", .sell, 10, .limit, limit: "200"))
        #expect(try harness.act(.split(numerator: 2, denominator: 1), effective: nextMorning) == [])
        #expect(harness.position == shares(100))
        #expect(try harness.advance(to: nextMorning) == ["a canceled"])
        #expect(harness.position == shares(200))
    }
}
