import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: one thing comes on top of another")
struct CombinationTests {
    private func protected() -> TradingScenario {
        TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
    }

    private func split(_ scenario: inout TradingScenario, _ numerator: Int64, _ denominator: Int64, market: Price) {
        scenario.driver.venue.split("ABC", numerator, denominator)
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: numerator, denominator: denominator),
            effectiveAt: scenario.driver.now)
        scenario.driver.send(.market(MarketUpdate(at: scenario.driver.now, corporateActions: [action])))
        scenario.market("ABC", market)
    }

    @Test("the owner loosens its stop while another policy wants it where it is: it stays, and has a new owner")
    func resetAndProtect() {
        var scenario = protected()
        scenario.cycle(stopLoss.says(.reset("92"), on: "ABC"), trend.says(.stop("95"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        #expect(scenario.driver.plan("ABC")?.stopOwner == trend)
        scenario.expectSound()
    }

    @Test("the policy that owns the stop is gone: its stop stands, and still no stranger loosens it")
    func ownerGone() {
        var scenario = protected()
        scenario.driver.send(.policyGone(name: stopLoss, why: "the test"))
        scenario.cycle(trend.says(.reset("90"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["trend reset_stop: overridden"])
        scenario.cycle(trend.says(.stop("96"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 96.00")
        scenario.expectSound()
    }

    @Test("a stop exactly at the market is reached: what is held is sold")
    func stopAtTheMarket() {
        var scenario = protected()
        scenario.cycle(stopLoss.says(.stop("100"), on: "ABC"))
        scenario.expect("ABC", holds: 0)
        #expect(scenario.steps.last == .sell(100))
        scenario.expectSound()
    }

    @Test("an exit that comes right after a part was sold does not wait for any cool-down")
    func exitAfterPartial() {
        var scenario = protected()
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        scenario.cycle(risk.says(.exit, on: "ABC", .low))
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("a veto for all that has expired keeps no entry out")
    func expiredVeto() {
        var scenario = TradingScenario(Held("ABC", 0))
        let now = scenario.driver.now
        scenario.cycle(risk.says(.veto, on: nil, until: now), trend.says(.buy(50, stop: "95"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", fates: ["portfolio-risk veto: expired", "trend enter: taken"])
        scenario.expectSound()
    }

    @Test("two policies bound the exposure: the lower bound holds, whoever said it first")
    func twoBounds() {
        var scenario = protected()
        scenario.cycle(risk.says(.exposure("0.05"), on: nil), trend.says(.exposure("0.03"), on: nil))
        // 110 000 of equity: 3 % is 3 300, at 100 a share.
        scenario.expect(
            "ABC", holds: 33, stop: "33 @ 95.00",
            fates: ["portfolio-risk reduce_to: absorbed", "trend reduce_to: taken"])
        scenario.expectSound()
    }

    @Test("nobody protects a short: the core's own stop is above the market")
    func defaultStopOfShort() {
        var scenario = TradingScenario(Held("ABC", -100))
        for _ in 0..<3 { scenario.driver.cycle() }
        scenario.expect("ABC", holds: -100, stop: "100 @ 105.00")
        scenario.expectSound()
    }

    @Test(
        "a split while a reduction waits for the open: as much of the new shares is kept, as long as somebody asks for it"
    )
    func splitWhileWaiting() {
        var scenario = protected()
        scenario.session(.preMarket)
        scenario.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        split(&scenario, 5, 1, market: "20")
        for _ in 0..<3 { scenario.cycle(risk.says(.reduceTo(quantity: 200), on: "ABC")) }
        scenario.expect("ABC", holds: 500, stop: "500 @ 19.00")
        scenario.session(.regular)
        scenario.expect("ABC", holds: 200, stop: "200 @ 19.00")
        scenario.expectSound()
    }

    @Test("a trailing stop does not move by a split: the high that it trails is restated with it")
    func splitWhileTrailing() {
        var scenario = TradingScenario(Held("ABC", 100))
        let trail = stopLoss.says(.trail(.percent("0.05"), from: .highWater), on: "ABC")
        scenario.market("ABC", "120")
        scenario.cycle(trail)
        scenario.expect("ABC", holds: 100, stop: "100 @ 114.00")
        scenario.market("ABC", "116")
        split(&scenario, 4, 1, market: "29")
        scenario.beginChapter()
        for _ in 0..<3 { scenario.cycle(trail) }
        scenario.expect("ABC", holds: 400, stop: "400 @ 28.50", steps: [])
        scenario.expectSound()
    }

    @Test("a reverse split that leaves half a share: the whole ones are protected, and all can be sold but the half")
    func reverseSplit() {
        var scenario = TradingScenario(Held("ABC", 105), says: [stopLoss.says(.stop("95"), on: "ABC")])
        split(&scenario, 1, 10, market: "1000")
        for _ in 0..<3 { scenario.driver.cycle() }
        #expect(scenario.stop("ABC") == "10 @ 950.00")
        scenario.cycle(risk.says(.exit, on: "ABC"))
        #expect(scenario.stop("ABC") == "none")
        #expect(scenario.holds("ABC") < 1)
        scenario.expectSound()
    }

    @Test("an entry that is asked for before the open is made at the open, if it is still asked for")
    func entryBeforeTheOpen() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.session(.preMarket)
        let entry = trend.says(.buy(50, stop: "95"), on: "ABC")
        scenario.cycle(entry)
        scenario.cycle()
        scenario.session(.regular)
        scenario.expect("ABC", holds: 0, steps: [])
        scenario.session(.preMarket)
        scenario.cycle(entry)
        scenario.session(.regular)
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        scenario.expectSound()
    }

    @Test("an entry in a halted symbol is not sent")
    func entryInHalt() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.halt("ABC", true)
        scenario.cycle(trend.says(.buy(50, stop: "95"), on: "ABC"))
        scenario.expect("ABC", holds: 0, steps: [])
        #expect(scenario.driver.venue.working("ABC") == [])
        scenario.expectSound()
    }

    @Test("a short with a target at two R is one bracket: the target is below, and buys")
    func shortBracket() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(
            trend.says(
                .enter(
                    EntryAdvice(
                        side: .sell, risk: "0.005", stop: StopAdvice(distance: .percent("0.05")),
                        targetDistance: .r("2"))), on: "ABC"))
        scenario.expect("ABC", holds: -100, stop: "100 @ 105.00", target: "100 @ 90.00")
        #expect(scenario.driver.venue.working("ABC").allSatisfy { $0.terms.side == .buy })
        scenario.market("ABC", "89.90")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("the halt ends far below the stop: it is filled there, and nothing else is sent")
    func gapAfterHalt() {
        var scenario = protected()
        scenario.halt("ABC", true)
        scenario.cycle(stopLoss.says(.stop("97"), on: "ABC"))
        let resting = scenario.stop("ABC")
        #expect(resting == "100 @ 95.00" || resting == "100 @ 97.00", "one full stop, whichever")
        scenario.driver.venue.quote("ABC", "80", "80.02")
        scenario.beginChapter()
        scenario.halt("ABC", false)
        scenario.market("ABC", "80")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("the same advice in every cycle of an hour, from five policies, is decided once and sent once")
    func sameAdvice() {
        var scenario = protected()
        let advice = [
            stopLoss.says(.stop("95"), on: "ABC"), takeProfit.says(.target(price: "120"), on: "ABC"),
            risk.says(.exposure("0.5"), on: nil), partialProfit.says(.hold, on: "ABC"), trend.says(.hold, on: "ABC"),
        ]
        scenario.cycle(advice[0], advice[1], advice[2], advice[3], advice[4])
        let (sent, decided) = (scenario.driver.orders.count, scenario.driver.decisions.count)
        for _ in 0..<360 { scenario.cycle(advice[0], advice[1], advice[2], advice[3], advice[4]) }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 120.00", steps: [])
        #expect(scenario.driver.orders.count == sent)
        #expect(scenario.driver.decisions.count == decided, "the journal does not fill with what is no news")
        scenario.expectSound()
    }
}
