import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Splits that provider and broker tell at different times")
struct SplitOrderTests {
    private func split(_ numerator: Int64, _ denominator: Int64, _ driver: CoreDriver) -> Input {
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: numerator, denominator: denominator),
            effectiveAt: driver.now)
        return .market(MarketUpdate(at: driver.now, corporateActions: [action]))
    }

    private static func slow(_ venue: inout FakeVenue) {
        venue.capabilities.reservesShares = false
        venue.capabilities.reportLag = .seconds(5)
    }

    @Test("announced while the broker is away, and not booked when it is back: nothing is offered that is not held")
    func announcedWhileAway() {
        var driver = protected { Self.slow(&$0) }
        for _ in 0..<3 { driver.wait(.seconds(6)) }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.disconnect()
        driver.send(split(7, 1, driver))
        driver.connect()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.venue.split("ABC", 7, 1)
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 700)
        driver.expectSound()
    }

    @Test(
        "booked, and as many shares there as before since somebody has traded: the average price says so (I-CORP-14)",
        arguments: ["50", "60"] as [Price])
    func bookedAndTraded(average: Price) {
        var driver = protected()
        for _ in 0..<3 { driver.wait(.seconds(6)) }
        driver.disconnect()
        driver.send(split(2, 1, driver))
        driver.venue.split("ABC", 2, 1)
        driver.venue.tradeManually("ABC", -100, at: "50")
        driver.venue.hold("ABC", 100, at: average)
        driver.connect()
        driver.quote("ABC", "50", "50.02")
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "47.5")
    }

    @Test(
        "booked and traded by hand before it is told: the shares stay what they are, and their stop is restated once",
        arguments: [(2, 1, -30), (1, 4, 10)] as [(Int64, Int64, Int64)])
    func bookedTradedAndToldLate(numerator: Int64, denominator: Int64, traded: Int64) {
        var driver = protected()
        driver.policies = { _ in [] }
        driver.cycle()
        driver.disconnect()
        let price = Price(units: 100 * Price.scale * denominator / numerator)
        let split = split(numerator, denominator, driver)
        driver.pass(.seconds(1))
        driver.venue.split("ABC", numerator, denominator)
        driver.venue.tradeManually("ABC", Quantity(shares: traded), at: price)
        driver.quote("ABC", price, price, last: price)
        let held = Quantity(shares: 100 * numerator / denominator + traded)
        driver.connect()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == held)
        driver.send(split)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == held)
        #expect(driver.plan("ABC")?.stop?.stopPrice.units == 95 * Price.scale * denominator / numerator)
        #expect(driver.alertReasons(of: .splitNotBooked).isEmpty)
        driver.expectSound()
    }

    @Test(
        "booked by the broker before it is announced: applied once", arguments: [(7, 1), (1, 10)] as [(Int64, Int64)])
    func bookedFirst(numerator: Int64, denominator: Int64) {
        var driver = protected()
        driver.disconnect()
        driver.venue.split("ABC", numerator, denominator)
        driver.connect()
        let held = Quantity(shares: 100 * numerator / denominator)
        #expect(driver.venue.held("ABC") == held)
        #expect(driver.position("ABC")?.quantity == held)
        driver.send(split(numerator, denominator, driver))
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.held("ABC") == held)
        #expect(driver.position("ABC")?.quantity == held)
        #expect(driver.venue.stopped("ABC") == held)
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        driver.cycle()
        #expect(driver.venue.held("ABC") == 0, "it is not stuck")
        driver.expectSound()
    }

    @Test(
        "told as older than the position, as where clocks differ, and booked afterwards: position and plan are restated",
        arguments: [1, 2, 25] as [Int64], [(2, 1), (1, 4)] as [(Int64, Int64)])
    func olderThanThePosition(hours: Int64, ratio: (Int64, Int64)) {
        var driver = protected()
        driver.policies = { _ in [] }
        driver.cycle()
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: ratio.0, denominator: ratio.1),
            effectiveAt: Timestamp(nanoseconds: driver.now.nanoseconds - hours * 3_600 * 1_000_000_000))
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        #expect(driver.position("ABC")?.quantity == 100 && driver.plan("ABC")?.stop?.stopPrice == "95")
        driver.venue.split("ABC", ratio.0, ratio.1)
        driver.lookTwice()
        for _ in 0..<4 { driver.cycle() }
        let held = Quantity(shares: 100 * ratio.0 / ratio.1)
        #expect(driver.venue.held("ABC") == held, "nothing was sold")
        #expect(driver.position("ABC")?.quantity == held)
        #expect(driver.plan("ABC")?.stop?.stopPrice == (ratio.0 == 2 ? "47.5" : "380"))
        driver.expectSound()
    }

    @Test(
        "told before the position was found, and booked afterwards: a stop that was made since is of new shares (I-CORP-13)",
        arguments: [true, false], [(1, 2, 50), (2, 1, 200)] as [(Int64, Int64, Quantity)])
    func foundBetween(isFresh: Bool, ratio: (numerator: Int64, denominator: Int64, held: Quantity)) throws {
        var venue = FakeVenue()
        venue.capabilities.reservesShares = false
        var driver = CoreDriver(venue: venue)
        driver.start([])
        if isFresh {
            driver.quote("ABC", "100", "100.02", last: "100")
        } else {
            let bar = Bar(
                symbol: "ABC", start: driver.now + .seconds(-5_400), period: .seconds(60), open: "100", high: "100",
                low: "100", close: "100", volume: .one)
            driver.send(.market(MarketUpdate(at: driver.now, bars: [bar])))
        }
        driver.connect()
        driver.send(split(ratio.numerator, ratio.denominator, driver))
        let price: Price = ratio.numerator == 1 ? "200" : "50"
        driver.venue.quote("ABC", price, price)
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", 100, at: "100")
        driver.lookTwice()
        for _ in 0..<(isFresh ? 6 : 12) { driver.cycle() }
        let stop = try #require(driver.plan("ABC")?.stop)
        #expect(ratio.numerator == 1 ? stop.stopPrice > "150" : stop.stopPrice < "50")
        // A broker that leaves resting orders as they are.
        driver.venue.hold("ABC", ratio.held, at: price)
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == ratio.held)
        #expect(driver.plan("ABC")?.stop == stop)
    }

    @Test("a split that the broker never books does not keep the symbol for ever")
    func neverBooked() {
        var driver = protected()
        driver.send(split(7, 1, driver))
        for _ in 0..<5 { driver.cycle() }
        driver.pass(.seconds(2 * 86_400))
        driver.quote("ABC", "100", "100.02")
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        driver.cycle()
        #expect(driver.venue.held("ABC") == 0)
        driver.expectSound()
    }
}
