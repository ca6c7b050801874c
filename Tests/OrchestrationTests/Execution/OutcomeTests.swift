import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Outcomes")
struct OutcomeTests {
    @Test(
        "the outcome of a close is that of the whole position, and not of its last sale", arguments: [1, -1] as [Int64])
    func wholePosition(sign: Int64) throws {
        var venue = FakeVenue()
        venue.hold("ABC", Quantity(shares: sign * 100), at: "100")
        venue.quote("ABC", "100", "100.01")
        var driver = CoreDriver(venue: venue)
        let policy = PluginName("stop-loss")
        driver.start()
        driver.quote("ABC", "100", "100.01")
        let stop = policy.says(.stop(sign > 0 ? "96" : "104"), on: "ABC")
        driver.recommend([stop])
        driver.connect()
        driver.quote("ABC", sign > 0 ? "104" : "96", sign > 0 ? "104.01" : "96.01")
        driver.recommend([stop, policy.says(.takePartial(fraction: "0.5", rung: "half"), on: "ABC", .high)])
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == Quantity(shares: sign * 50))
        driver.recommend([stop])
        driver.pass(.seconds(540))
        driver.quote("ABC", sign > 0 ? "95.98" : "104.02", sign > 0 ? "95.99" : "104.03")
        driver.cycle()
        #expect(driver.venue.held("ABC") == .zero)
        let last = try #require(driver.outcomes.last)
        #expect(last.remaining == .zero)
        // Half of it gained 4 a share, and the other half lost 4.
        #expect(abs(last.realizedProfit.units) < 5 * Money.scale)
        #expect(last.heldFor > .seconds(500))
        driver.expectSound()
    }
}
