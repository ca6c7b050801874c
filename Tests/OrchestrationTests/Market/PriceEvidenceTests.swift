import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("One datum moves no money")
struct PriceEvidenceTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_773_671_400 + seconds) }

    private func quote(_ seconds: Int64, _ bid: Price?, _ ask: Price?, last: Price? = nil) -> Quote {
        Quote(symbol: "ABC", bid: bid, ask: ask, last: last, at: at(seconds))
    }

    private func bar(_ seconds: Int64, _ open: Price, _ high: Price, _ low: Price, _ close: Price) -> Bar {
        Bar(
            symbol: "ABC", start: at(seconds), period: .seconds(60), open: open, high: high, low: low, close: close,
            volume: 100)
    }

    /// A market at 100.
    private func standing() -> PriceEvidence {
        var evidence = PriceEvidence()
        _ = evidence.see(quote(0, "99.99", "100.01", last: "100"), at: at(0))
        return evidence
    }

    @Test("a print far outside the spread is not believed, however often it comes; inside it is")
    func printOutsideTheSpread() {
        var evidence = standing()
        for second in 1...3 as ClosedRange<Int64> {
            #expect(evidence.see(quote(second, "99.99", "100.01", last: "1000"), at: at(second)) == nil)
            #expect(evidence.price == "100")
        }
        #expect(evidence.see(quote(4, "99.99", "100.01", last: "100.01"), at: at(4)) == "100.01")
    }

    @Test(
        "a print far from the last is believed with the second that agrees, up and down",
        arguments: ["60", "160"] as [Price])
    func secondPrint(far: Price) {
        var evidence = PriceEvidence()
        _ = evidence.see(quote(0, nil, nil, last: "100"), at: at(0))
        #expect(evidence.see(quote(1, nil, nil, last: far), at: at(1)) == nil && evidence.price == "100")
        #expect(evidence.see(quote(1, nil, nil, last: far), at: at(1)) == nil, "the same one twice is one")
        #expect(evidence.unconfirmed?.price == far)
        #expect(evidence.see(quote(2, nil, nil, last: far), at: at(2)) == far && evidence.price == far)
        #expect(evidence.unconfirmed == nil)
    }

    @Test("a crash that quote and print tell together is believed at once")
    func crash() {
        var evidence = standing()
        #expect(evidence.see(quote(1, "60", "60.1", last: "60.05"), at: at(1)) == "60.05")
        #expect(evidence.price == "60.05" && evidence.spread?.bid == "60")
    }

    @Test(
        "a whole spread far from what is believed is one datum as well: nothing can be had there before the next agrees",
        arguments: [nil, "100"] as [Price?], [("10", "10.01"), ("160", "160.2")] as [(Price, Price)])
    func farSpread(last: Price?, sides: (Price, Price)) {
        var evidence = PriceEvidence()
        _ = evidence.see(quote(0, "99.99", "100.01", last: last), at: at(0))
        _ = evidence.see(quote(1, sides.0, sides.1), at: at(1))
        #expect(evidence.price == "100" && evidence.spread == nil && evidence.unconfirmed != nil)
        #expect(evidence.see(quote(1, nil, nil, last: "100.01"), at: at(1)) == "100.01", "it speaks against no print")
        _ = evidence.see(quote(2, sides.0, sides.1), at: at(2))
        _ = evidence.see(quote(3, sides.0, sides.1), at: at(3))
        #expect(evidence.spread?.bid == sides.0 && evidence.price != "100.01")
    }

    @Test("a quote that was old when it came is one witness, whatever it says: its sides do not confirm its print")
    func oldQuote() {
        var evidence = standing()
        #expect(evidence.see(quote(1, "60", "60.1", last: "60.05"), at: at(90), isFresh: false) == nil)
        #expect(evidence.price == "100" && evidence.unconfirmed?.price == "60.05")
        #expect(evidence.see(quote(2, "60", "60.1", last: "60.05"), at: at(91), isFresh: false) == nil, "nor another")
        var old = PriceEvidence()
        _ = old.see(quote(0, "99.99", "100.01", last: "100"), at: at(89), isFresh: false)
        #expect(old.see(quote(1, "60", "60.1", last: "60.05"), at: at(90), isFresh: false) == nil)
        #expect(old.see(quote(2, "60", "60.1", last: "60.05"), at: at(91), isFresh: false) == "60.05")
    }

    @Test(
        "bars of before that are far from a price of now are not believed, however many and however long nothing else comes"
    )
    func oldBars() {
        var evidence = PriceEvidence()
        _ = evidence.see(quote(0, nil, nil, last: "100"), at: at(0))
        for minute in 1...3 as ClosedRange<Int64> {
            let end = at(60 * minute)
            let bar = bar(60 * (minute - 1), "170", "170", "170", "170")
            #expect(evidence.see(bar, end: end, at: at(4_000 + 60 * minute), isFresh: false) == nil)
        }
        #expect(evidence.price == "100")
        var weeks = evidence
        #expect(weeks.see(bar(180, "170", "170", "170", "170"), end: at(240), at: at(90_000), isFresh: false) != nil)
        #expect(weeks.price == "170", "what was new days ago does not stand for ever against a feed that is late")
        #expect(evidence.see(bar(180, "101", "101", "101", "101"), end: at(240), at: at(4_240), isFresh: false) != nil)
    }

    @Test(
        "a stub, a crossed quote and a side alone are no market: what is believed stands",
        arguments: [
            ("1", "200"), ("60", "100.02"), ("0.01", "199999.99"), ("130", "100.01"), ("60", nil), (nil, "130"),
        ]
            as [(Price?, Price?)])
    func noMarket(bid: Price?, ask: Price?) {
        var evidence = standing()
        _ = evidence.see(quote(1, bid, ask), at: at(1))
        #expect(evidence.spread == nil && evidence.price == "100")
        #expect((evidence.unsoundSince != nil) == (bid != nil && ask != nil))
        _ = evidence.see(quote(2, "99.98", "100"), at: at(2))
        #expect(evidence.spread?.bid == "99.98" && evidence.unsoundSince == nil)
    }

    @Test("a widest spread that is a market, and the next that is none")
    func edgeOfTheSpread() {
        var evidence = PriceEvidence()
        _ = evidence.see(quote(0, "90", "100"), at: at(0))
        #expect(evidence.spread != nil && evidence.price == "95")
        _ = evidence.see(quote(1, "89.99", "100"), at: at(1))
        #expect(evidence.spread == nil)
    }

    @Test("what is older by its own time is passed over: quotes, and bars of another source")
    func ownTime() {
        var evidence = standing()
        _ = evidence.see(quote(-14_400, "94.99", "95.01", last: "95"), at: at(1))
        #expect(evidence.price == "100" && evidence.believed?.at == at(0))
        #expect(
            evidence.see(bar(-1_000, "95", "95", "95", "95"), end: at(-940), at: at(2)) == nil
                && evidence.price == "100")
    }

    @Test("a clock that is set back: after a minute without anything newer, what goes on counts from then on")
    func clockSetBack() {
        var evidence = standing()
        for second in 1...60 as ClosedRange<Int64> {
            _ = evidence.see(quote(second - 3_600, "97.99", "98.01", last: "98"), at: at(second))
            #expect(evidence.price == "100", "\(second)")
        }
        _ = evidence.see(quote(61 - 3_600, "97.99", "98.01", last: "98"), at: at(61), isFresh: false)
        #expect(
            evidence.price == "98" && evidence.believed?.at == at(61 - 3_600) && evidence.believed?.isFresh == false)
        _ = evidence.see(quote(62 - 3_600, "98.99", "99.01", last: "99"), at: at(62), isFresh: false)
        #expect(evidence.price == "99")
    }

    @Test("a repetition of one old quote is never more than that, nor is a source that is behind while another goes on")
    func oldWithoutEnd() {
        var repeated = standing()
        for second in 1...600 as ClosedRange<Int64> {
            _ = repeated.see(quote(-14_400, "94.99", "95.01", last: "95"), at: at(second))
        }
        #expect(repeated.price == "100")
        var two = standing()
        for second in 1...600 as ClosedRange<Int64> {
            _ = two.see(quote(second - 900, "94.99", "95.01", last: "95"), at: at(second))
            if second.isMultiple(of: 30) { _ = two.see(quote(second, "99.99", "100.01", last: "100"), at: at(second)) }
        }
        #expect(two.price == "100")
    }

    @Test("an extreme of a bar that nothing beside it confirms is cut off; its close is believed")
    func badHigh() {
        var evidence = standing()
        let seen = evidence.see(bar(0, "100", "141.4", "99.5", "101"), end: at(60), at: at(60))
        #expect(seen?.close == "101" && seen?.high == "101" && seen?.low == "99.5")
    }

    @Test("a bar alone: open and close confirm each other, a close alone does not")
    func bars() {
        var evidence = PriceEvidence()
        _ = evidence.see(bar(0, "100", "101", "99", "100"), end: at(60), at: at(60))
        #expect(
            evidence.see(bar(60, "100", "160", "99", "160"), end: at(120), at: at(120)) == nil
                && evidence.price == "100")
        #expect(
            evidence.see(bar(120, "61", "62", "59", "60"), end: at(180), at: at(180))?.close == "60"
                && evidence.price == "60")
    }

    @Test("a position keeps its stop through a bad print, a bad high and a stub; a real fall is answered")
    func protectedPosition() {
        let trailing: PluginName = "stop-loss"
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "99.99", "100.01")
        var driver = CoreDriver(venue: venue)
        driver.start([trailing])
        driver.quote("ABC", "99.99", "100.01", last: "100")
        driver.recommend([
            trailing.says(.protect(StopAdvice(distance: .percent("0.04"), from: .highWater)), on: "ABC")
        ])
        driver.connect()
        // The venue knows better: it is the core that must not believe it.
        for (bid, ask, last) in [
            ("99.99", "100.01", "1000"), ("1", "200", "100"), ("130", "100.01", "100"), ("60", "100.02", "100"),
        ] as [(Price, Price, Price)] {
            driver.pass(.seconds(1))
            driver.send(
                .market(
                    MarketUpdate(
                        at: driver.now, quotes: [Quote(symbol: "ABC", bid: bid, ask: ask, last: last, at: driver.now)]))
            )
            driver.cycle()
            #expect(driver.venue.held("ABC") == 100, "\(bid) \(ask) \(last)")
            #expect(driver.symbolStop?.terms.stopPrice == "96", "\(bid) \(ask) \(last)")
        }
        driver.quote("ABC", "90", "90.02", last: "90.01")
        driver.cycle()
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero || driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("a first quote sells nothing of what was there before, neither an old one nor a fresh one")
    func oldFirstQuote() {
        let policy: PluginName = "stop-loss"
        func held(quotedAgo age: Int64) -> Quantity {
            var venue = FakeVenue()
            venue.hold("ABC", 100, at: "100")
            venue.quote("ABC", "100", "100.02")
            var driver = CoreDriver(venue: venue)
            driver.recommend([policy.says(.stop("98"), on: "ABC")])
            driver.start([policy])
            let at = Timestamp(nanoseconds: driver.now.nanoseconds - age * 1_000_000_000)
            driver.send(
                .market(
                    MarketUpdate(
                        at: driver.now, quotes: [Quote(symbol: "ABC", bid: "70", ask: "70", last: "70", at: at)])))
            driver.connect()
            driver.cycle()
            return driver.venue.held("ABC")
        }
        #expect(held(quotedAgo: 3_600) == 100)
        #expect(held(quotedAgo: 0) == 100, "nobody here has opened it: its first stop is below the market")
    }

    @Test("a quote that is dated far ahead keeps out nothing that comes after it")
    func datedAhead() {
        var market = Market()
        func see(_ price: Price, dated ahead: Int64, now: Int64) {
            let quote = Quote(symbol: "ABC", bid: price, ask: price, last: price, at: at(now + ahead))
            market.apply(MarketUpdate(at: at(now), quotes: [quote]), now: at(now))
        }
        see("100", dated: 1_000_000, now: 1)
        see("101", dated: 0, now: 2)
        #expect(market.price(of: "ABC") == "101")
    }
}
