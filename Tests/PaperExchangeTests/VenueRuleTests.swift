import Testing
import Trading

@testable import PaperExchange

/// What a venue on top of the exchange asks for, and is not offered otherwise.
@Suite("Rules for a venue on top")
struct VenueRuleTests {
    private func entryWithStop() -> OrderSubmission {
        OrderSubmission(
            orders: [
                order("entry", .buy, 10, role: .entry), order("stop", .sell, 10, .stop, stop: "90", role: .stop),
            ], groupID: group, groupKind: .bracket)
    }

    @Test("an entry with one leg is taken where that is offered, and nowhere else")
    func oneLeg() throws {
        var closed = try ExchangeHarness(configured())
        try closed.quote("100", "100")
        #expect(try closed.submit(entryWithStop()) == ["entry rejected", "stop rejected"])
        var open = try ExchangeHarness(configured { $0.allowsOneLeg = true })
        try open.quote("100", "100")
        try open.submit(entryWithStop())
        #expect(open.exchange.query(id("stop")).order?.status == .new)
        #expect(open.exchange.heldForOrders(nvda) == shares(10))
        #expect(try open.quote("89", "89") == ["stop fill 10@89"])
    }

    @Test("the leg of an entry is no market order, and lives as long as its entry")
    func oneLegShape() throws {
        var harness = try ExchangeHarness(configured { $0.allowsOneLeg = true })
        var submission = entryWithStop()
        submission.orders[1].timeInForce = .day
        #expect(try harness.submit(submission) == ["entry rejected", "stop rejected"])
    }

    @Test("a leg that waits is changed where that is offered: its prices, and not beyond its sibling")
    func heldLegs() throws {
        var closed = try ExchangeHarness(configured())
        try closed.submit(bracket(10, limit: "100", target: "110", stop: "90"))
        #expect(try closed.replace("stop", stop: "91") == ["stop replace_rejected"])
        var open = try ExchangeHarness(configured { $0.replacesHeldLegs = true })
        try open.submit(bracket(10, limit: "100", target: "110", stop: "90"))
        #expect(try open.replace("stop", stop: "91") == ["stop restated [sell 10 NVDA stop 91.00]"])
        #expect(try open.replace("stop", stop: "111") == ["stop replace_rejected"])
        #expect(try open.replace("stop", stop: "91") == ["stop replace_rejected"])
        #expect(open.exchange.query(id("stop")).order?.status == .held)
    }

    @Test("a trail can be a part of the best price, and be changed")
    func trails() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "100")
        try harness.submit(order("trail", .sell, 10, .trailingStop, trail: "1"))
        let isChanged = harness.exchange.amend(id("trail"), trailFraction: ratio("0.1"))
        #expect(isChanged)
        try harness.quote("200", "200")
        let trail = try #require(try harness.exchange.trail(of: id("trail")))
        #expect(trail.best == price("200"))
        #expect(trail.stop == price("180"))
        #expect(try harness.quote("181", "181") == [])
        #expect(try harness.quote("180", "180") == ["trail fill 10@180"])
        let isThere = harness.exchange.amend(id("trail"), trailAmount: price("1"))
        #expect(!isThere)
    }

    @Test("pairs are traded round the clock and at any price beside shares that are not")
    func pairs() throws {
        var harness = try ExchangeHarness(
            configured {
                $0.sessions = .bySymbol
                $0.quantityIncrement = Quantity(units: 1)
            }, at: afterClose)
        let pair = try Symbol("BTC/USD")
        let quotes = [pair, nvda].map { Quote(symbol: $0, bid: price("9"), ask: price("10.12345678"), at: afterClose) }
        _ = try harness.exchange.apply(MarketUpdate(at: afterClose, quotes: quotes))
        try harness.submit(
            order("pair", .buy, 2, .limit, limit: "10.12345678", symbol: pair), at: afterClose)
        try harness.submit(order("share", .buy, 2, .limit, limit: "11"), at: afterClose)
        #expect(harness.status("pair") == .filled)
        #expect(harness.status("share") == .new)
        #expect(try harness.submit(order("odd", .buy, 1, .limit, limit: "1.00001"), at: afterClose) == ["odd rejected"])
    }

    @Test("where fractions are traded, an order of whole shares is filled by whole shares")
    func wholeShares() throws {
        var harness = try ExchangeHarness(
            configured {
                $0.participation = PaperConfiguration.tenth
                $0.quantityIncrement = Quantity(units: 1)
            })
        try harness.submit(order("buy", .buy, 100))
        #expect(try harness.bar("100 100 100 100", volume: 155) == ["buy partial_fill 15@100"])
    }
}
