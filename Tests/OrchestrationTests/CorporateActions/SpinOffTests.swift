import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Spin-offs: the old shares are lowered, the new ones adopted and protected, and nothing is lost")
struct SpinOffTests {
    /// 100 of ABC at 100 with a stop at 90; a fifth of it goes to NEW, one share for four.
    private func spunOff(_ quantity: Quantity = 100) throws -> CoreDriver {
        let isLong = quantity.isPositive
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start {
            $0.initialStops = ["ABC": isLong ? "90" : "110"]
            $0.limits.maximumDailyLoss = "0.01"
            $0.reconcileEveryCycles = 1
        }
        driver.quote("ABC", "100", "100", last: "100")
        driver.recommend([PluginName("stop-loss").says(.stop(isLong ? "90" : "110"), on: "ABC")])
        driver.connect()
        driver.cycle()
        driver.policies = { _ in [] }
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .spinOff(to: "NEW", numerator: 1, denominator: 4, costShare: "0.2"),
            effectiveAt: driver.now)
        driver.venue.quote("ABC", "80", "80")
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action, action])))
        return driver
    }

    @Test(
        "stop, marks, R and cost of the old shares are lowered by the part, and the day has no loss",
        arguments: [100, -100] as [Int64])
    func old(shares: Int64) throws {
        var driver = try spunOff(Quantity(shares: shares))
        let position = try #require(driver.position("ABC"))
        #expect(position.averagePrice == "80" && position.quantity == Quantity(shares: shares))
        #expect(position.initialStop == (shares > 0 ? "72" : "88"))
        #expect(driver.symbolStop?.terms.stopPrice == (shares > 0 ? "72" : "88"))
        driver.quote("ABC", "80", "80", last: "80")
        driver.cycle()
        #expect(driver.venue.held("ABC") == Quantity(shares: shares))
        #expect(driver.state.control.state == .active)
        driver.expectSound()
    }

    @Test("the new shares are adopted with their part of the cost, protected, and no profit of the day")
    func new() throws {
        var driver = try spunOff()
        driver.quote("ABC", "80", "80", last: "80")
        driver.cycle()
        let before = driver.state.portfolio.marks.dayStart
        driver.venue.hold("NEW", 25, at: "0")
        driver.venue.quote("NEW", "80", "80")
        driver.quote("NEW", "80", "80", last: "80")
        driver.lookTwice()
        let fresh = try #require(driver.position("NEW"))
        #expect(fresh.quantity == 25 && fresh.averagePrice == "80")
        #expect(fresh.isAdopted)
        let found = driver.records.compactMap { if case .discrepancy(let found) = $0 { found } else { nil } }.last
        #expect(found?.kind == .corporateAction && found?.done == .spunOffFrom("ABC"))
        #expect(driver.alertReasons(of: .account).isEmpty)
        // 2,000 went out with the old shares, and came in with the new.
        #expect(before == "108000")
        #expect(driver.state.portfolio.marks.dayStart == "110000")
        driver.wait(.seconds(31))
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.stopped("NEW") == 25)
        driver.expectSound()
    }

    @Test("figures that cannot be are refused", arguments: ["0", "1", "-0.1"] as [Ratio])
    func defect(share: Ratio) {
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .spinOff(to: "NEW", numerator: 1, denominator: 4, costShare: share),
            effectiveAt: Timestamp(seconds: 1))
        #expect(action.defect != nil)
    }
}
