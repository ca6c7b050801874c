import Testing
import Trading

@testable import PaperExchange

@Suite("Corporate actions")
struct CorporateActionTests {
    @Test("a split scales the position and cancels its orders, and happens once")
    func split() throws {
        var desk = try Desk(holding(100, at: "645.57"))
        try desk.quote("645", "646", last: "645.57")
        try desk.submit(oco(100, target: "700", stop: "600"))
        #expect(try desk.act(.split(numerator: 7, denominator: 1)) == ["target canceled", "stop canceled"])
        #expect(desk.reason == "corporate action: 7:1 split")
        let before = try desk.state()
        #expect(before.positions.map(\.quantity) == [shares(700)])
        #expect(before.positions.map(\.averagePrice) == [price("92.22428571")])
        try desk.act(.split(numerator: 7, denominator: 1))
        #expect(desk.position == shares(700))
        // The old quote is forgotten, the last trade restated.
        #expect(try desk.submit(order("a", .sell, 1)).last == "a fill 1@92.22428571")
    }

    @Test("a fraction left by a split is paid in cash")
    func cashInLieu() throws {
        var desk = try Desk(holding(25, at: "2"))
        try desk.quote(nil, nil, last: "2")
        try desk.act(.split(numerator: 1, denominator: 20))
        #expect(desk.position == shares(1))
        #expect(try desk.state().account.cash == money("100010"))
        desk = try Desk(holding(-25, at: "2") { $0.allowShort = true })
        try desk.act(.split(numerator: 1, denominator: 20))
        #expect(desk.position == shares(-1))
        #expect(try desk.state().account.cash == money("99990"))
    }

    @Test("a dividend pays the long and charges the short", arguments: [(100, "100050"), (-100, "99950")])
    func dividend(quantity: Int64, cash: String) throws {
        var desk = try Desk(holding(quantity) { $0.allowShort = true })
        try desk.act(.dividend(amount: price("0.5")))
        try desk.act(.dividend(amount: price("0.5")))
        #expect(try desk.state().account.cash == money(cash))
    }

    @Test("an action that is announced before its time waits for it")
    func announced() throws {
        var desk = try Desk(holding(100))
        try desk.submit(order("a", .sell, 10, .limit, limit: "200"))
        #expect(try desk.act(.split(numerator: 2, denominator: 1), effective: nextMorning) == [])
        #expect(desk.position == shares(100))
        #expect(try desk.advance(to: nextMorning) == ["a canceled"])
        #expect(desk.position == shares(200))
    }
}
