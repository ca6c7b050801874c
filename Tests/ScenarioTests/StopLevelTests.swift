import CoreTestSupport
import Orchestration
import Testing
import Trading

/// E10: each policy has its own stop level; what rests is the tightest.
@Suite("Scenario: whose stop it is")
struct StopLevelTests {
    private let good: PluginName = "stop-loss"
    private let evil: PluginName = "trend"

    @Test(
        "a tighter stop takes nothing over: its owner loosens it down to the tightest of the others",
        arguments: [true, false])
    func tightest(isLong: Bool) {
        func at(_ distance: Int64) -> Price {
            Price(units: (isLong ? 10_000 - distance : 10_000 + distance) * Price.scale / 100)
        }
        var scenario = TradingScenario(
            Held("ABC", isLong ? 100 : -100), says: [good.says(.stop(at(500)), on: "ABC")])
        scenario.cycle(evil.says(.stop(at(480)), on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == at(480))
        scenario.cycle(evil.says(.reset(at(4_900)), on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == at(500))
        #expect(scenario.driver.plan("ABC")?.stopOwner == good)
        scenario.cycle(evil.says(.reset(at(4_950)), on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == at(500))
        scenario.cycle(good.says(.reset(at(4_000)), on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == at(4_000))
        #expect(scenario.driver.venue.working("ABC").map(\.terms.stopPrice) == [at(4_000)])
        scenario.expectSound()
    }

    @Test("levels survive a split")
    func split() {
        var scenario = TradingScenario(Held("ABC", 100), says: [good.says(.stop("90"), on: "ABC")])
        scenario.cycle(evil.says(.stop("95"), on: "ABC"))
        scenario.driver.send(
            .market(
                MarketUpdate(
                    at: scenario.driver.now,
                    corporateActions: [
                        CorporateAction(
                            id: "s", symbol: "ABC", kind: .split(numerator: 2, denominator: 1),
                            effectiveAt: scenario.driver.now)
                    ])))
        scenario.driver.venue.split("ABC", 2, 1)
        for _ in 0..<3 { scenario.driver.cycle() }
        scenario.cycle(evil.says(.reset("30"), on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == "45")
    }

    @Test("a stop far from a winner stands at the edge of the collar, and does not follow the market from there")
    func collar() {
        var scenario = TradingScenario(
            Held("ABC", 100, at: "20", market: "180"), says: [good.says(.stop("18"), on: "ABC")])
        scenario.expect("ABC", holds: 100, stop: "100 @ 90.00", fates: ["stop-loss protect: taken"])
        scenario.market("ABC", "200")
        scenario.cycle(good.says(.stop("18"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 90.00")
        scenario.market("ABC", "169")
        scenario.expect("ABC", holds: 100, stop: "100 @ 90.00")
        scenario.expectSound()
    }

    @Test("the core's own stop that never rested follows a market that has gone through it, and closes nothing")
    func ownStopRenewed() {
        var scenario = TradingScenario(Held("ABC", 100), venue: { $0.faults.refusesSubmissions = 12 })
        for _ in 0..<4 { scenario.driver.cycle() }
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == "95")
        scenario.market("ABC", "90")
        scenario.driver.venue.faults.refusesSubmissions = 0
        for _ in 0..<40 { scenario.driver.cycle() }
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.stop("ABC") == "100 @ 85.50")
        scenario.expectSound()
    }

    @Test("advice that was made from a snapshot of before an adoption is void for its symbol, and for no other")
    func overtaken() {
        var scenario = TradingScenario(
            Held("ABC", 100), Held("XYZ", 100),
            says: [
                good.says(.stop("95"), on: "ABC"), good.says(.stop("95"), on: "XYZ"),
            ])
        scenario.driver.venue.split("ABC", 3, 2)
        scenario.driver.delivers = false
        scenario.cycle(good.says(.stop("96"), on: "ABC"), good.says(.stop("96"), on: "XYZ"))
        // The broker's list is asked for with the cycle, and comes before the policies have answered.
        let evaluated = scenario.driver.inbox.filter { if case .evaluated = $0 { true } else { false } }
        scenario.driver.inbox.removeAll { if case .evaluated = $0 { true } else { false } }
        for _ in 0..<3 {
            scenario.driver.feed(.messageGap(plugin: "broker", what: "the test"))
            scenario.driver.settle()
        }
        #expect(scenario.driver.position("ABC")?.quantity == 150)
        for input in evaluated { scenario.driver.send(input) }
        scenario.driver.delivers = true
        scenario.driver.settle()
        #expect(scenario.driver.plan("ABC")?.stop?.stopPrice == "63.33")
        #expect(scenario.driver.plan("XYZ")?.stop?.stopPrice == "96")
        #expect(scenario.why(good, "ABC") == .snapshotOvertaken)
    }
}
