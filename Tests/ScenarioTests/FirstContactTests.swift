import CoreTestSupport
import Orchestration
import Testing
import Trading

/// E8: first contact protects, and does nothing else.
@Suite("Scenario: positions that were there before")
struct FirstContactTests {
    @Test("a first stop is no initial stop: there is no R until a person names it")
    func noR() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        #expect(scenario.driver.position("ABC")?.initialStop == nil)
        scenario.cycle(takeProfit.says(.target(TargetAdvice(distance: .r("2"))), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", fates: ["take-profit target: refused"])
        #expect(scenario.lastSnapshot?.positions.first?.isAdopted == true)
        #expect(scenario.lastSnapshot?.positions.first?.adoptedPrice == "100")
        scenario.expectSound()
    }

    @Test("the marks of what was there before begin at the market, and not at its average price")
    func marks() {
        let scenario = TradingScenario(Held("ABC", 100, at: "150", market: "97"))
        #expect(scenario.driver.position("ABC")?.highWaterMark == "97")
        #expect(scenario.driver.position("ABC")?.lowWaterMark == "97")
    }

    @Test(
        "a named stop that the market is through is not used, and a person is told",
        arguments: [100, -100] as [Quantity])
    func namedStop(quantity: Quantity) {
        let isLong = quantity.isPositive
        let (wrong, right): (Price, Price) = isLong ? ("983", "98.3") : ("10.2", "102")
        var scenario = TradingScenario(Held("ABC", quantity), initialStops: ["ABC": wrong])
        #expect(scenario.driver.position("ABC")?.initialStop == nil)
        #expect(scenario.driver.alertReasons(.warning).contains(.initialStopNotUsed(at: wrong, market: "100")))
        for _ in 0..<4 { scenario.cycle() }
        scenario.expect("ABC", holds: quantity, stop: isLong ? "100 @ 95.00" : "100 @ 105.00")
        // It is corrected, and the configuration is read again.
        var configuration = scenario.driver.state.configuration
        configuration.initialStops = ["ABC": right]
        scenario.driver.send(.configured(Reconfiguration(why: "the test", configuration: configuration)))
        scenario.market("ABC", "100")
        #expect(scenario.driver.position("ABC")?.initialStop == right)
        scenario.expectSound()
    }

    @Test("a named stop is for what was there at the first reconciliation, and for nothing that comes later")
    func later() {
        var scenario = TradingScenario(Held("ABC", 0), initialStops: ["ABC": "95"])
        scenario.driver.venue.hold("ABC", 100, at: "100")
        scenario.driver.venue.wasTradedByHand = true
        scenario.driver.disconnect()
        scenario.driver.connect()
        #expect(scenario.driver.position("ABC")?.quantity == 100)
        #expect(scenario.driver.position("ABC")?.initialStop == nil)
        #expect(scenario.driver.position("ABC")?.isAdopted == true)
    }

    @Test("a named stop waits for the first price")
    func withoutPrice() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        var driver = CoreDriver(venue: venue)
        driver.start([stopLoss]) { $0.initialStops = ["ABC": "983"] }
        driver.connect()
        #expect(driver.position("ABC")?.initialStop == nil)
        #expect(driver.alertReasons(of: .initialStop) == [])
        driver.quote("ABC", "100", "100.02", last: "100")
        #expect(driver.alertReasons(of: .initialStop) == [.initialStopNotUsed(at: "983", market: "100")])
        #expect(driver.venue.held("ABC") == 100)
    }
}
