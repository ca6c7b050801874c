import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: the market and the account at large")
struct MarketTests {
    private func protected() -> TradingScenario {
        TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
    }

    @Test("the symbol is halted: the reduction waits until the halt ends, and the stop stays all the while")
    func halted() {
        var scenario = protected()
        scenario.halt("ABC", true)
        scenario.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["portfolio-risk reduce_to: taken"])
        for _ in 0..<5 { scenario.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC")) }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        scenario.halt("ABC", false)
        scenario.expect(
            "ABC", holds: 40, stop: "40 @ 95.00", steps: [.shrinkStop(to: 40), .sell(60)])
        #expect(
            scenario.unprotected == [
                .init("ABC", for: .zero, until: .stopRests), .init("ABC", for: .zero, until: .stopRests),
            ],
            "before the first stop, and while the part was sold")
        scenario.expectSound()
    }

    @Test("even an emergency exit waits for the end of a halt, since nothing may take the stop away for nothing")
    func emergencyInHalt() {
        var scenario = protected()
        scenario.halt("ABC", true)
        scenario.cycle(risk.says(.exit, on: "ABC", .emergency))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["portfolio-risk exit: taken"])
        scenario.halt("ABC", false)
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("before the open a part waits, and the stop may move; at the open the part is sold")
    func beforeTheOpen() {
        var scenario = protected()
        scenario.session(.preMarket)
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"),
            stopLoss.says(.stop("97"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 97.00", steps: [.moveStop(from: "95", to: "97")])
        scenario.session(.regular)
        scenario.expect("ABC", holds: 50, stop: "50 @ 97.00")
        scenario.expectSound()
    }

    @Test("a split of seven for one: shares, stop and target are restated, and no share is sold")
    func split() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "140"), on: "ABC"))
        scenario.beginChapter()
        scenario.driver.venue.split("ABC", 7, 1)
        scenario.driver.send(
            .market(
                MarketUpdate(
                    at: scenario.driver.now,
                    corporateActions: [
                        CorporateAction(
                            id: "s", symbol: "ABC", kind: .split(numerator: 7, denominator: 1),
                            effectiveAt: scenario.driver.now)
                    ])))
        scenario.market("ABC", "14.28")
        for _ in 0..<5 { scenario.driver.cycle() }
        scenario.expect("ABC", holds: 700, stop: "700 @ 13.57", target: "700 @ 20.00", steps: [])
        #expect(scenario.driver.outcomes == [])
        scenario.expectSound()
    }

    @Test("a person halts trading: nothing is sent whatever policies say, and it is caught up on resume")
    func kill() {
        var scenario = protected()
        scenario.person(.halt)
        scenario.cycle(risk.says(.exit, on: "ABC", .emergency))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        scenario.person(.resume)
        scenario.cycle()
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("a person flattens: every position is closed, whatever policies want to keep or open")
    func flatten() {
        var scenario = TradingScenario(
            Held("ABC", 100), Held("XYZ", 50), Held("NEW", 0),
            says: [stopLoss.says(.stop("95"), on: "ABC"), stopLoss.says(.stop("95"), on: "XYZ")])
        scenario.person(.flatten)
        scenario.cycle(
            stopLoss.says(.stop("97"), on: "ABC"), trend.says(.hold, on: "XYZ"),
            trend.says(.buy(10, stop: "95"), on: "NEW"))
        scenario.expect("ABC", holds: 0)
        scenario.expect("XYZ", holds: 0)
        scenario.expect("NEW", holds: 0)
        scenario.expectSound()
    }

    @Test("the venue refuses the sale of a part: the stop comes back for all shares")
    func refusedSale() {
        var scenario = protected()
        scenario.driver.venue.faults.refusesMarketOrders = 1
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        for _ in 0..<3 {
            scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        }
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        #expect(scenario.driver.position("ABC")?.rungsTaken == ["1R"])
        scenario.expectSound()
    }
}
