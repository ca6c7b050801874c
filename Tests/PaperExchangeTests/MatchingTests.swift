import Testing
import Trading

@testable import PaperExchange

@Suite("Fills")
struct MatchingTests {
    @Test("a market order takes the quote, less slippage on a tick against us")
    func marketAtQuote() throws {
        var harness = try ExchangeHarness(holding(100) { $0.slippage = ratio("0.0001") })
        try harness.quote("100.05", "100.07")
        #expect(try harness.submit(order("s", .sell, 10)).last == "s fill 10@100.03")
        #expect(try harness.submit(order("b", .buy, 10)).last == "b fill 10@100.09")
    }

    @Test("a quote fills no more than its size, and each share of it once, when that is asked for")
    func quoteSize() throws {
        var harness = try ExchangeHarness(holding(100) { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 30)
        #expect(try harness.submit(order("a", .sell, 20)).last == "a fill 20@100")
        #expect(try harness.submit(order("b", .sell, 20)).last == "b partial_fill 10@100")
        #expect(try harness.quote("99", "101", sizes: 30, at: at(1)) == ["b fill 10@99"])
        #expect(harness.exchange.query(id("b")).order?.averageFillPrice == price("99.5"))
        #expect(harness.reports.last?.cumulativeQuantity == shares(20))
    }

    @Test("a market order without a quote takes the last trade, and without a price waits for one")
    func marketAtLast() throws {
        var harness = try ExchangeHarness(holding(100))
        #expect(try harness.submit(order("a", .sell, 10)) == ["a accepted", "a new"])
        #expect(try harness.quote(nil, nil, last: "99.5", at: at(1)) == ["a fill 10@99.5"])
        #expect(try harness.submit(order("b", .sell, 10), at: at(2)).last == "b fill 10@99.5")
    }

    @Test("nothing fills outside the regular session; a market order waits for the open")
    func session() throws {
        var harness = try ExchangeHarness(holding(100), at: beforeOpen)
        try harness.quote("100", "101", last: "100", at: beforeOpen)
        try harness.submit(order("m", .sell, 10), at: beforeOpen)
        try harness.submit(order("l", .sell, 10, .limit, limit: "99"), at: beforeOpen)
        try harness.submit(order("s", .sell, 10, .stop, stop: "98"), at: beforeOpen)
        #expect(try harness.quote("97", "98", last: "97", at: at(-3_000)) == [])
        #expect(
            try harness.bar("101 102 100 100", start: at(-1_800)) == ["m fill 10@101", "l fill 10@101"])
        #expect(harness.status("s") == .new)
    }

    @Test("where it is always open, nobody waits")
    func always() throws {
        var harness = try ExchangeHarness(holding(100) { $0.sessions = .always }, at: afterClose)
        try harness.quote("100", "101", at: afterClose)
        #expect(try harness.submit(order("m", .sell, 10), at: afterClose).last == "m fill 10@100")
    }

    @Test("the provider knows a holiday that the calendar does not")
    func holiday() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101")
        _ = try harness.exchange.apply(MarketUpdate(at: at(1), session: .closed))
        #expect(try harness.submit(order("m", .sell, 10), at: at(2)) == ["m accepted", "m new"])
        #expect(try harness.quote("99", "100", at: nextMorning) == ["m fill 10@99"])
    }

    @Test(
        "a limit fills at its price or better",
        arguments: [
            ("100 109 99 105", [String]()), ("100 110 99 105", ["a fill 10@110"]),
            ("112 113 111 112", ["a fill 10@112"]),
        ])
    func limitInBar(bar: String, expected: [String]) throws {
        var harness = try ExchangeHarness(holding(10))
        try harness.submit(order("a", .sell, 10, .limit, limit: "110"))
        #expect(try harness.bar(bar) == expected)
    }

    @Test("a limit meets a quote at the quote's price")
    func limitAtQuote() throws {
        var harness = try ExchangeHarness()
        try harness.quote("99", "101")
        try harness.submit(order("a", .buy, 10, .limit, limit: "100"))
        #expect(try harness.quote("98", "99.5", at: at(1)) == ["a fill 10@99.5"])
        #expect(try harness.submit(order("b", .buy, 10, .limit, limit: "100"), at: at(1)).last == "b fill 10@99.5")
    }

    @Test(
        "a sell stop is elected in a bar by its open or its low",
        arguments: [
            ("100 101 95.01 99", [String]()), ("100 101 95 99", ["a fill 10@95"]),
            ("100 101 94 99", ["a fill 10@94.9"]),
            ("100 101 94.95 99", ["a fill 10@94.95"]), ("94 96 93 95", ["a fill 10@93.9"]),
            ("94 96 93.95 95", ["a fill 10@93.95"]),
        ])
    func stopInBar(bar: String, expected: [String]) throws {
        var harness = try ExchangeHarness(holding(10) { $0.slippage = ratio("0.001") })
        try harness.submit(order("a", .sell, 10, .stop, stop: "95"))
        #expect(try harness.bar(bar) == expected)
    }

    @Test("a buy stop mirrors a sell stop")
    func buyStop() throws {
        var harness = try ExchangeHarness()
        try harness.submit(order("a", .buy, 10, .stop, stop: "105"))
        #expect(try harness.bar("100 106 99 104") == ["a fill 10@105"])
        try harness.submit(order("b", .buy, 10, .stop, stop: "110"), at: at(60))
        #expect(try harness.bar("112 113 111 112", start: at(60)) == ["b fill 10@112"])
    }

    @Test("a stop looks at trades, and at the far side of the quote only where there were none")
    func stopReference() throws {
        var harness = try ExchangeHarness(holding(20))
        try harness.quote("100", "101")
        try harness.submit(order("a", .sell, 10, .stop, stop: "95"))
        #expect(try harness.quote("95", "101", at: at(1)) == ["a fill 10@95"])
        try harness.quote("99", "101", last: "100", at: at(2))
        try harness.submit(order("b", .sell, 10, .stop, stop: "95"), at: at(2))
        #expect(try harness.quote("94", "101", last: "100", at: at(3)) == [])
        #expect(try harness.quote("94", "101", last: "95", at: at(4)) == ["b fill 10@94"])
    }

    @Test("a trailing stop follows the best price, in a bar after its old level was tested")
    func trailing() throws {
        var harness = try ExchangeHarness(holding(10))
        try harness.quote(nil, nil, last: "100")
        try harness.submit(order("a", .sell, 10, .trailingStop, trail: "5"))
        #expect(try harness.bar("100 110 100 108") == [])
        #expect(try harness.bar("108 120 106 118", start: at(60)) == [])
        #expect(try harness.bar("118 119 115 116", start: at(120)) == ["a fill 10@115"])
    }

    @Test("in a bar that reaches both legs the stop wins, unless the open fills the target")
    func bothLegs() throws {
        for (bar, expected) in [
            ("100 111 89 100", ["stop fill 10@90", "target canceled"]),
            ("112 113 89 100", ["target fill 10@112", "stop canceled"]),
        ] {
            var harness = try ExchangeHarness(holding(10))
            try harness.submit(oco(10, target: "110", stop: "90"))
            #expect(try harness.bar(bar) == expected)
        }
    }

    @Test("all our fills take a share of a bar's volume, by price and then by time")
    func volume() throws {
        var harness = try ExchangeHarness(holding(100) { $0.participation = PaperConfiguration.tenth })
        try harness.submit(order("a", .sell, 8, .limit, limit: "102"))
        try harness.submit(order("b", .sell, 8, .limit, limit: "101"))
        try harness.submit(order("c", .sell, 8, .limit, limit: "101"))
        #expect(try harness.bar("100 105 99 105", volume: 100) == ["b fill 8@101", "c partial_fill 2@101"])
        #expect(try harness.submit(order("d", .sell, 8), at: at(60)) == ["d accepted", "d new"])
        #expect(try harness.bar("105 105 105 105", volume: 5, start: at(60)) == ["d partial_fill 1@105"])
        #expect(try harness.bar("105 105 105 105", volume: 0, start: at(120)) == [])
    }

    @Test("immediate or cancel takes what there is; fill or kill all or nothing")
    func immediate() throws {
        var harness = try ExchangeHarness(holding(100) { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 10)
        #expect(
            try harness.submit(order("f", .sell, 11, tif: .fok)) == ["f accepted", "f new", "f canceled"])
        #expect(
            try harness.submit(order("i", .sell, 6, .limit, limit: "100", tif: .ioc)).last == "i fill 6@100")
        #expect(
            try harness.submit(order("j", .sell, 6, tif: .ioc)) == [
                "j accepted", "j new", "j partial_fill 4@100", "j canceled",
            ])
        #expect(try harness.submit(order("k", .sell, 6, tif: .ioc), at: afterClose).last == "k canceled")
    }

    @Test("a day order ends at the regular close; one placed after it on the next trading day")
    func dayOrders() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(order("a", .sell, 10, .limit, limit: "110", tif: .day))
        try harness.submit(order("g", .sell, 10, .limit, limit: "110"))
        #expect(try harness.advance(to: at(6 * 3_600 - 1)) == [])
        #expect(try harness.advance(to: at(6 * 3_600)) == ["a expired"])
        // Friday evening to Monday's close.
        try harness.submit(order("b", .sell, 10, .limit, limit: "110", tif: .day), at: at(2 * 86_400 + 7 * 3_600))
        #expect(try harness.advance(to: at(5 * 86_400 + 6 * 3_600 - 1)) == [])
        #expect(try harness.advance(to: at(5 * 86_400 + 6 * 3_600)) == ["b expired"])
    }

    @Test("a day order meets the bar that ends at its close before it expires")
    func dayOrderInClosingBar() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(order("a", .sell, 10, .limit, limit: "110", tif: .day))
        try harness.submit(order("b", .sell, 10, .limit, limit: "120", tif: .day))
        let words = try harness.bar("100 111 100 111", start: at(6 * 3_600 - 60))
        #expect(words == ["a fill 10@110", "b expired"])
    }

    @Test("an order is not filled by what traded before it was asked for")
    func noLookingBack() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(order("late", .sell, 10, .limit, limit: "110"), at: at(30))
        try harness.submit(order("stop", .sell, 10, .stop, stop: "90"), at: at(30))
        #expect(try harness.bar("100 111 89 100") == [])
        try harness.submit(order("close", .sell, 10, .limit, limit: "105"), at: at(90))
        #expect(try harness.bar("100 111 89 106", start: at(60)).contains("close fill 10@105"))
    }

    @Test("a quote from before a bar's end no longer counts, and time is replayed once")
    func staleData() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", at: at(1))
        try harness.bar("90 91 89 90")
        #expect(try harness.submit(order("a", .sell, 10), at: at(61)).last == "a fill 10@90")
        #expect(try harness.quote("200", "201", at: at(70)) == [])
        #expect(try harness.quote("100", "101", at: at(65)) == [])
        #expect(try harness.submit(order("b", .sell, 10), at: at(71)).last == "b fill 10@200")
        try harness.submit(order("c", .sell, 10, .limit, limit: "300"), at: at(-60))
        #expect(try harness.bar("100 400 100 100", start: at(30)) == [])
    }
}
