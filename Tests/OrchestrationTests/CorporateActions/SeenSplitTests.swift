import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A split that the market shows before anybody has told of it (I-CORP-9)")
struct SeenSplitTests {
    private func holding(_ quantity: Quantity, stop: Price) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.recommend([PluginName("stop-loss").says(.stop(stop), on: "ABC")])
        driver.connect()
        for _ in 0..<3 {
            driver.cycle()
            driver.reconcile()
        }
        driver.policies = { _ in [] }
        return driver
    }

    private func lookAgain(_ driver: inout CoreDriver) {
        for _ in 0..<4 {
            driver.cycle()
            driver.reconcile()
        }
    }

    @Test(
        "while nobody was here: the prices that follow are believed, and the stop is restated once",
        arguments: [
            (2, 1, 100, "95", "50", "47.5"), (3, 2, 100, "97", "66.67", "64.67"), (1, 4, 100, "95", "400", "380"),
            (2, 1, -100, "105", "50", "52.5"), (1, 4, -100, "105", "400", "420"), (5, 4, 100, "97", "80", "77.6"),
        ] as [(Int64, Int64, Int64, Price, Price, Price)])
    func whileAway(
        numerator: Int64, denominator: Int64, shares: Int64, stop: Price, price: Price, expected: Price
    ) throws {
        var driver = holding(Quantity(shares: shares), stop: stop)
        driver.disconnect()
        driver.pass(.seconds(3 * 86_400))
        driver.venue.split("ABC", numerator, denominator)
        let cents = Price("0.02")
        for _ in 0..<3 {
            driver.quote("ABC", price, try price + cents, last: price)
            driver.pass(.seconds(2))
        }
        driver.start()
        driver.connect()
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == driver.venue.held("ABC"))
        #expect(driver.plan("ABC")?.stop?.stopPrice == expected)
        let next = try price + cents
        driver.quote("ABC", next, try next + cents, last: next)
        #expect(driver.state.market.price(of: "ABC") == next, "what trades are the new shares")
        #expect(driver.submissions.allSatisfy { $0.orders[0].type != .market })
        #expect(driver.venue.stopped("ABC") == driver.position("ABC")?.size)
        driver.expectSound()
    }

    /// 100 short at 100; the market trades the new shares, and the policy follows it to 35. Then the broker books the split.
    private func bookedLate(isAnnounced: Bool) throws -> CoreDriver {
        var driver = holding(-100, stop: "105")
        if isAnnounced {
            // By its date the position was opened after it.
            let action = CorporateAction(
                id: "a", symbol: "ABC", kind: .split(numerator: 3, denominator: 1),
                effectiveAt: Timestamp(nanoseconds: driver.now.nanoseconds - 3_600_000_000_000))
            driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        }
        for _ in 0..<3 {
            driver.pass(.seconds(2))
            driver.quote("ABC", "33.33", "33.35", last: "33.33")
        }
        driver.recommend([PluginName("stop-loss").says(.stop("35"), on: "ABC")])
        driver.cycle()
        #expect(driver.plan("ABC")?.stop?.stopPrice == "35")
        driver.policies = { _ in [] }
        // The broker ends what rests for the old shares.
        driver.venueDoes { venue in
            let ends = venue.working("ABC").flatMap { venue.drop($0.id) }
            venue.split("ABC", 3, 1)
            venue.quote("ABC", "33.33", "33.35")
            return ends
        }
        lookAgain(&driver)
        return driver
    }

    @Test("booked after the market has gone over: what was planned since then stays", arguments: [true, false])
    func late(isAnnounced: Bool) throws {
        var driver = try bookedLate(isAnnounced: isAnnounced)
        #expect(driver.position("ABC")?.quantity == -300)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "35")
        #expect(
            driver.submissions.allSatisfy { $0.orders[0].type != .market }, "nothing is bought for an old share's stop")
        #expect(driver.venue.stopped("ABC") == 300)
        #expect(driver.position("ABC")?.lowWaterMark == "33.33", "no share was ever worth a third of that")
        driver.quote("ABC", "33.4", "33.42", last: "33.4")
        #expect(driver.state.market.price(of: "ABC") == "33.4")
        driver.expectSound()
    }

    @Test("bars of an hour ago say nothing about the new shares, whatever they say", arguments: [true, false])
    func oldBars(isAnnounced: Bool) {
        var driver = holding(100, stop: "95")
        driver.venueDoes { venue in
            let ends = venue.working("ABC").flatMap { venue.drop($0.id) }
            venue.split("ABC", 3, 1)
            return ends
        }
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 300)
        if isAnnounced {
            let action = CorporateAction(
                id: "a", symbol: "ABC", kind: .split(numerator: 3, denominator: 1), effectiveAt: driver.now)
            driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        }
        for price in ["55", "34", "20"] as [Price] {
            let bar = Bar(
                symbol: "ABC", start: Timestamp(nanoseconds: driver.now.nanoseconds - 3_600_000_000_000),
                period: .seconds(60), open: price, high: price, low: price, close: price, volume: .one)
            driver.send(.market(MarketUpdate(at: driver.now, bars: [bar])))
            #expect(driver.state.market.price(of: "ABC") == nil)
        }
        driver.quote("ABC", "33.33", "33.35", last: "33.33")
        #expect(driver.state.market.price(of: "ABC") == "33.33")
        driver.expectSound()
    }

    @Test(
        "bars of long ago that were the newest word before the broker booked it say nothing of what an old share was worth (I-CORP-11)",
        arguments: [(2, 1, "85", "50"), (2, 1, "55", "50"), (1, 2, "160", "200"), (3, 2, "41", "66.67")]
            as [(Int64, Int64, Price, Price)])
    func barsBeforeTheBooking(numerator: Int64, denominator: Int64, bar: Price, price: Price) throws {
        var driver = holding(100, stop: "95")
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        // Told again and again, and nothing else: those near to what was known count from then on as marks.
        for _ in 0..<4 {
            driver.pass(.seconds(90))
            driver.send(
                .market(
                    MarketUpdate(
                        at: driver.now,
                        bars: [
                            Bar(
                                symbol: "ABC", start: driver.now + .seconds(-5_400), period: .seconds(60), open: bar,
                                high: bar, low: bar, close: bar, volume: .one)
                        ])))
        }
        #expect(driver.state.market.price(of: "ABC") == (bar == "85" ? bar : "100"))
        driver.venue.split("ABC", numerator, denominator)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == driver.venue.held("ABC"))
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.quote("ABC", price, try price + Price("0.02"), last: price)
        #expect(driver.state.market.price(of: "ABC") == price, "it trades, and is of the new shares")
        lookAgain(&driver)
        #expect(driver.venue.stopped("ABC") == driver.position("ABC")?.size)
        driver.expectSound()
    }

    @Test(
        "what is left of a price of the old shares is still left out after such bars",
        arguments: [(2, 1, "55"), (1, 2, "160")] as [(Int64, Int64, Price)])
    func oldPriceAfterBars(numerator: Int64, denominator: Int64, bar: Price) {
        var market = Market()
        market.expectPreSplitPrices(
            "ABC", Split(numerator, denominator), listed: "100", until: Timestamp(seconds: 90_000))
        let quote = Quote(symbol: "ABC", bid: "99.98", ask: "100", last: "99.98", at: Timestamp(seconds: 1_000))
        market.apply(MarketUpdate(at: Timestamp(seconds: 1_000), quotes: [quote]))
        #expect(market.price(of: "ABC") == nil)
    }

    @Test("a stop from before the market went over is restated, and one of another policy from after it stays")
    func mixed() throws {
        var plan = PositionPlan(id: DecisionID(cycle: 1, symbol: "ABC"), symbol: "ABC")
        plan.stop = ProtectiveStop(stopPrice: "95")
        plan.stopOwner = "old"
        plan.stopLevels = [
            StopLevel(owner: "new", stop: ProtectiveStop(stopPrice: "48")),
            StopLevel(owner: "old", stop: ProtectiveStop(stopPrice: "95")),
        ]
        plan.target = "120"
        var plans = PlanStore()
        plans.adopt(plan)
        try plans.restate("ABC", by: .split(Split(2, 1)), .usEquity, seen: SeenMarket(price: "50", isLong: true))
        #expect(plans["ABC"]?.stop?.stopPrice == "48")
        #expect(plans["ABC"]?.stopOwner == "new")
        #expect(plans["ABC"]?.stopLevels?.map(\.stop.stopPrice) == ["48", "47.5"])
        #expect(plans["ABC"]?.target == "60")
    }

    /// I-CORP-10: `isBooked` says whether the broker shows new shares when the core starts, in the night before the split's time.
    @Test(
        "found in the night before an announced split: it is split once, booked before or not",
        arguments: [
            (2, 1, 100, "48", true), (2, 1, 100, "48", false), (1, 2, -100, "208", true), (1, 2, -100, "208", false),
            (10, 1, 40, "9.6", true), (10, 1, 40, "9.6", false),
        ] as [(Int64, Int64, Int64, Price, Bool)])
    func foundAtNight(numerator: Int64, denominator: Int64, shares: Int64, stop: Price, isBooked: Bool) throws {
        var venue = FakeVenue()
        venue.hold("ABC", Quantity(shares: shares), at: "100")
        venue.quote("ABC", "100", "100.02")
        if isBooked { venue.split("ABC", numerator, denominator) }
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100.02", last: "100")
        let open = TradingSession(.usEquity, containing: driver.now).nextMidnight + .seconds(9 * 3_600 + 1_800)
        driver.pass(TradingSession(.usEquity, containing: driver.now).close + .seconds(3_600) - driver.now)
        driver.connect()
        let action = CorporateAction(
            id: "a", symbol: "ABC", kind: .split(numerator: numerator, denominator: denominator), effectiveAt: open)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        driver.pass(open - driver.now)
        if !isBooked { driver.venue.split("ABC", numerator, denominator) }
        let price = try Price("100").scaled(numerator: denominator, denominator: numerator, .halfEven)
        driver.quote("ABC", price, try price + Price("0.02"), last: price)
        driver.recommend([PluginName("stop-loss").says(.stop(stop), on: "ABC")])
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == driver.venue.held("ABC"))
        #expect(driver.venue.stopped("ABC") == driver.position("ABC")?.size)
        #expect(driver.symbolStop?.terms.stopPrice == stop)
        #expect(driver.submissions.allSatisfy { $0.orders[0].type != .market })
        driver.expectSound()
    }
}
