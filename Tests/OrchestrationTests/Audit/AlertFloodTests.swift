import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("An emergency is told once, however many inputs come while it lasts")
struct AlertFloodTests {
    @Test("a stuck stop whose cancel waits for the budget is told once, and so is the waiting")
    func stuckStopWithoutBudget() {
        let policy: PluginName = "stop-loss"
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100")
        // The state and the stop use it up.
        venue.capabilities.ordersPerMinute = 4
        venue.faults.forgetsStops = true
        var driver = CoreDriver(venue: venue)
        driver.recommend([policy.says(.stop("95"), on: "ABC")])
        driver.start()
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.pass(.seconds(15))
        for _ in 0..<40 {
            driver.pass(.milliseconds(500))
            driver.quote("ABC", "94", "94.02", last: "94")
        }
        let emergencies = driver.records.compactMap { record -> Alert.Kind? in
            guard case .alert(let alert) = record, alert.level != .notice, alert.symbol == "ABC" else { return nil }
            return alert.kind
        }
        #expect(emergencies.count { $0 == .stopStuck } == 1, "\(driver.alertReasons)")
        #expect(emergencies.count { $0 == .orderBudget } == 1, "\(driver.alertReasons)")
        driver.expectSound()
    }

    @Test("reasons of different kinds take each other's place no more; one that has ended is news again")
    func reasons() {
        var holds = SymbolHolds()
        let (shrink, sell) = (
            ActionSummary.shrinkStop(to: .one), ActionSummary.close(side: .sell, quantity: .one, symbol: "ABC")
        )
        func report(_ reason: HoldReason) -> Bool { holds.report(reason, of: "ABC") }
        #expect(report(.stopStuck) == true)
        #expect(report(.orderBudget(shrink)) == true)
        #expect(report(.stopStuck) == false)
        #expect(report(.orderBudget(shrink)) == false)
        #expect(report(.orderBudget(sell)) == true, "another action waits")
        #expect(holds.reportedReasons(of: "ABC") == [.orderBudget(sell), .stopStuck])
        holds.endReport(.stopStuck, of: "ABC")
        #expect(report(.stopStuck) == true)
        #expect(holds.reportedReasons(of: "XYZ").isEmpty)
    }
}
