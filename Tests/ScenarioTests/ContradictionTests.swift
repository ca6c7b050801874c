import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: policies contradict each other")
struct ContradictionTests {
    @Test("three policies want 100, 50 and 20 shares kept: 20 are, under the stop of the one who wanted all of them")
    func threePolicies() {
        let scenario = TradingScenario(
            Held("ABC", 100, market: "110"),
            says: [
                stopLoss.says(.stop("105"), on: "ABC"),
                partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC", .high),
                risk.says(.reduceTo(quantity: 20), on: "ABC"),
            ])
        scenario.expect(
            "ABC", holds: 20, stop: "20 @ 105.00", steps: [.sell(80), .protect(20, stop: "105")],
            fates: [
                "partial-profit take_partial: absorbed", "portfolio-risk reduce_to: taken", "stop-loss protect: taken",
            ])
        #expect(
            scenario.why(partialProfit, "ABC") == .reductionPrevails(.riskReduction, leaves: 20, asked: 50))
        scenario.expectSound()
    }

    @Test("a partial that a stronger reduction absorbed has not used up its rung")
    func absorbedRung() {
        var scenario = TradingScenario(
            Held("ABC", 100, market: "110"),
            says: [
                stopLoss.says(.stop("105"), on: "ABC"),
                partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"),
                risk.says(.reduceTo(quantity: 20), on: "ABC"),
            ])
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"))
        scenario.expect("ABC", holds: 10, stop: "10 @ 105.00", fates: ["partial-profit take_partial: taken"])
        scenario.expectSound()
    }

    @Test("an exit and an entry at once: the position is closed, and nothing is bought")
    func exitAndEntry() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.cycle(risk.says(.exit, on: "ABC"), trend.says(.buy(50, stop: "95"), on: "ABC", .high))
        scenario.expect(
            "ABC", holds: 0, steps: [.cancelStop(100, at: "95"), .sell(100)],
            fates: ["portfolio-risk exit: taken", "trend enter: refused"])
        scenario.expectSound()
    }

    @Test("an emergency is over everything: partial, target, tighter stop and hold are of no account")
    func emergency() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.cycle(
            risk.says(.exit, on: "ABC", .emergency), stopLoss.says(.stop("97"), on: "ABC", .high),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC", .high),
            takeProfit.says(.target(price: "120"), on: "ABC"), trend.says(.hold, on: "ABC", .high))
        scenario.expect(
            "ABC", holds: 0,
            steps: [.cancelStop(100, at: "95"), .sell(100)],
            fates: [
                "partial-profit take_partial: absorbed", "portfolio-risk exit: taken", "stop-loss protect: absorbed",
                "take-profit target: absorbed", "trend hold: noted",
            ])
        #expect(scenario.driver.decisions.last?.headline == .emergencyExit)
        #expect(scenario.driver.plan("ABC") == nil, "the plan ended with the position")
        scenario.expectSound()
    }

    @Test("one policy would buy and another would sell short: neither is done")
    func bothSides() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(
            trend.says(.buy(50, stop: "95"), on: "ABC"),
            risk.says(
                .enter(EntryAdvice(side: .sell, quantity: 50, stop: StopAdvice(stopPrice: "105"))), on: "ABC"))
        #expect(scenario.fates("ABC") == ["portfolio-risk enter: overridden", "trend enter: overridden"])
        scenario.expect("ABC", holds: 0, steps: [])
        scenario.expectSound()
    }

    @Test("two policies would buy: the smaller size is bought, with the stop that belongs to it")
    func twoEntries() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(trend.says(.buy(50, stop: "95"), on: "ABC"), risk.says(.buy(30, stop: "97"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 30, stop: "30 @ 97.00", steps: [.enter(.buy, 30, stop: "97"), .protect(30, stop: "97")],
            fates: ["portfolio-risk enter: taken", "trend enter: absorbed"])
        scenario.expectSound()
    }

    @Test("of two stops the tighter rests, and of two targets the nearer")
    func tighterAndNearer() {
        let scenario = TradingScenario(
            Held("ABC", 100),
            says: [
                stopLoss.says(.stop("95"), on: "ABC"), risk.says(.stop("96"), on: "ABC"),
                takeProfit.says(.target(price: "120"), on: "ABC"), trend.says(.target(price: "115"), on: "ABC"),
            ])
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 96.00", target: "100 @ 115.00",
            steps: [.protect(100, stop: "96", target: "115")],
            fates: [
                "portfolio-risk protect: taken", "stop-loss protect: absorbed", "take-profit target: absorbed",
                "trend target: taken",
            ])
        scenario.expectSound()
    }

    @Test("advice that has expired is not followed, and advice that is valid to this very moment is")
    func expired() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        let now = scenario.driver.now
        scenario.cycle(
            risk.says(.exit, on: "ABC", .emergency, until: now),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC", until: now + .seconds(10)))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 95.00",
            fates: ["partial-profit take_partial: taken", "portfolio-risk exit: expired"])
        scenario.expectSound()
    }
}
