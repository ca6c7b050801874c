import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: odd positions")
struct OddPositionTests {
    @Test("half of one share is less than can be sold: it is refused, and the stop stays")
    func oneShare() {
        var scenario = TradingScenario(Held("ABC", 1), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC", .high))
        scenario.expect(
            "ABC", holds: 1, stop: "1 @ 95.00", steps: [], fates: ["partial-profit take_partial: refused"])
        #expect(scenario.why(partialProfit, "ABC") == .defect(.belowOneLot("0.5", of: 1)))
        #expect(scenario.driver.position("ABC")?.rungsTaken == [])
        scenario.expectSound()
    }

    @Test("fractions of a share, in steps of a thousandth: half of 1.501 sells 0.75")
    func fractions() {
        var scenario = TradingScenario(Held("ABC", "1.501"), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
            $0.capabilities.quantityIncrement = "0.001"
        }
        scenario.expect("ABC", holds: "1.501", stop: "1.501 @ 95.00")
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        scenario.expect(
            "ABC", holds: "0.751", stop: "0.751 @ 95.00",
            steps: [.shrinkStop(to: "0.751"), .sell("0.75")])
        scenario.cycle(risk.says(.exit, on: "ABC"))
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("an entry by value where fractions trade: 50 at 100 a share buys half a share")
    func fractionalEntry() {
        var scenario = TradingScenario(Held("ABC", 0)) { $0.capabilities.quantityIncrement = "0.001" }
        scenario.cycle(
            trend.says(
                .enter(EntryAdvice(side: .buy, notional: "50", stop: StopAdvice(stopPrice: "95"))), on: "ABC"))
        scenario.expect("ABC", holds: "0.5", stop: "0.5 @ 95.00")
        scenario.expectSound()
    }

    @Test("a short has its stop above the market, tightens it downwards, and buys to reduce and to exit")
    func short() {
        var scenario = TradingScenario(Held("ABC", -100), says: [stopLoss.says(.stop("105"), on: "ABC")])
        scenario.expect("ABC", holds: -100, stop: "100 @ 105.00")
        scenario.cycle(stopLoss.says(.stop("103"), on: "ABC"), trend.says(.stop("107"), on: "ABC"))
        scenario.expect(
            "ABC", holds: -100, stop: "100 @ 103.00", steps: [.moveStop(from: "105", to: "103")],
            fates: ["stop-loss protect: taken", "trend protect: absorbed"])
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.4", rung: "1R"), on: "ABC"),
            takeProfit.says(.target(price: "90"), on: "ABC"))
        scenario.expect("ABC", holds: -60, stop: "60 @ 103.00", target: "60 @ 90.00")
        #expect(scenario.steps.contains(.buy(40)))
        #expect(scenario.driver.venue.working("ABC").allSatisfy { $0.terms.side == .buy })
        scenario.cycle(risk.says(.exit, on: "ABC"))
        scenario.expect("ABC", holds: 0)
        #expect(scenario.steps.last == .buy(60))
        scenario.expectSound()
    }

    @Test("a stop 5 % above the low of a short follows the market down, and stays when it rises")
    func shortTrails() {
        var scenario = TradingScenario(Held("ABC", -100))
        let trail = stopLoss.says(.trail(.percent("0.05"), from: .highWater), on: "ABC")
        scenario.cycle(trail)
        for (price, stop) in [("90", "94.50"), ("80", "84.00"), ("82", "84.00")] {
            scenario.market("ABC", Price(stringLiteral: price))
            scenario.cycle(trail)
            scenario.expect("ABC", holds: -100, stop: "100 @ \(stop)")
        }
        scenario.market("ABC", "83.99")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("a person's order to take profit stays as it is; handed over, it becomes the target of the plan")
    func personsOrder() {
        let byHand = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: .sell, type: .limit, quantity: 100, limitPrice: "120",
            role: .external)
        var managed = byHand
        managed.role = .target
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
            $0.rest(byHand)
        }
        scenario.expect("ABC", holds: 100, target: "100 @ 120.00", steps: [])
        scenario.beginChapter()
        scenario.driver.send(
            .control(Control(command: .handOver, order: "by-hand", who: "a person", why: "the test")))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 120.00",
            steps: [
                .cancel(managed.anonymous),
                .protect(100, stop: "95", target: "120"),
            ])
        scenario.expectSound()
    }

    @Test("advice on a symbol of which nothing is held does nothing")
    func nothingHeld() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(
            stopLoss.says(.stop("95"), on: "ABC"), takeProfit.says(.target(price: "120"), on: "ABC"),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"), risk.says(.exit, on: "ABC"))
        scenario.expect(
            "ABC", holds: 0, steps: [],
            fates: [
                "partial-profit take_partial: absorbed", "portfolio-risk exit: absorbed",
                "stop-loss protect: absorbed", "take-profit target: absorbed",
            ])
        scenario.expectSound()
    }

    @Test("a position of half a share where whole shares trade has no stop, and nothing is tried again and again")
    func crumbAlone() {
        var scenario = TradingScenario(Held("ABC", "0.5"), says: [stopLoss.says(.stop("95"), on: "ABC")])
        for _ in 0..<10 { scenario.cycle(stopLoss.says(.stop("96"), on: "ABC")) }
        scenario.expect("ABC", holds: "0.5")
        #expect(scenario.driver.orders.isEmpty)
        scenario.expectSound()
    }
}
