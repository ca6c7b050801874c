import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("The NVDA scenario")
struct ScenarioTests {
    @Test("cancel confirmed, 143 sold, stop and target of 144 in one group; never more than 287 on offer")
    func wholeScenario() throws {
        var driver = NVDA.driver()
        driver.connect()
        #expect(driver.violations == [])
        // Handed over by the configuration.
        var target = NVDA.takeProfit
        target.role = .target
        #expect(
            driver.actions == [
                .cancel(target), .close(side: .sell, quantity: 143, symbol: "NVDA"),
                .protect(
                    quantity: 144, symbol: "NVDA", stop: ProtectiveStop(stopPrice: "186.23", limitPrice: "185.30"),
                    target: "194.50"),
            ])
        let position = try #require(driver.position("NVDA"))
        #expect(position.quantity == 144)
        #expect(position.realizedProfit == "602.8308")
        #expect(driver.outcomes.map(\.realizedByDecision) == ["602.8308"])
        #expect(driver.venue.mostOffered <= 287)
        let resting = driver.venue.working("NVDA")
        #expect(Set(resting.map(\.terms.quantity)) == [144])
        #expect(Set(resting.map { $0.terms.stopPrice ?? $0.terms.limitPrice }) == ["186.23", "194.50"])
        #expect(resting.allSatisfy { $0.groupKind == .oco })
        #expect(driver.decisions.map(\.headline) == [.partialProfitWithProtection])
        #expect(driver.decisions.first?.dispositions.count == 4)
        #expect(driver.replayDifference() == nil)
    }

    @Test("nothing is sold before the cancel is confirmed")
    func cancelFirst() throws {
        var driver = NVDA.driver()
        driver.delivers = false
        driver.connect()
        while let next = driver.inbox.first {
            if case .execution(let report) = next, report.event == .canceled {
                #expect(driver.submissions.isEmpty)
            }
            driver.deliver()
        }
        #expect(driver.submissions.count == 2)
        #expect(driver.violations == [])
    }

    @Test("the same again in the next cycles changes nothing")
    func quietAfterwards() {
        var driver = NVDA.driver()
        driver.connect()
        let count = driver.orders.count
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.orders.count == count)
        #expect(driver.violations == [])
    }

    @Test("the R of the position is counted from the configured stop")
    func profitInR() throws {
        var driver = NVDA.driver()
        driver.connect()
        let facts = try #require(driver.decisions.first?.facts)
        #expect(facts.profit == "1207.0072")
        #expect(facts.profitInR?.signed == "+2.50")
        #expect(facts.weight?.percent == "42 %")
    }
}
