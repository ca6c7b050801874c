import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: parts of a position are sold")
struct PartialTests {
    private func protected(_ venue: (inout FakeVenue) -> Void = { _ in }) -> TradingScenario {
        TradingScenario(Held("ABC", 100, market: "110"), says: [stopLoss.says(.stop("100"), on: "ABC")], venue: venue)
    }

    @Test("a part is sold while the trailing stop moves up: what remains rests under the new stop")
    func partialWhileTrailing() {
        var scenario = protected()
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"),
            stopLoss.says(.stop("105"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 105.00",
            steps: [.shrinkStop(to: 50), .sell(50), .moveStop(from: "100", to: "105")],
            fates: ["partial-profit take_partial: taken", "stop-loss protect: taken"])
        scenario.expectSound()
    }

    @Test("the stop moves while half of the part is still unsold: it waits for the sale to end")
    func stopMovesDuringSale() {
        var scenario = protected()
        scenario.driver.venue.faults.fillsOnly = 20
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"))
        scenario.cycle(stopLoss.says(.stop("105"), on: "ABC"))
        scenario.expect("ABC", holds: 80, stop: "50 @ 100.00", steps: [], fates: ["stop-loss protect: taken"])
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.expect("ABC", holds: 50, stop: "50 @ 105.00", steps: [.moveStop(from: "100", to: "105")])
        scenario.expectSound()
    }

    @Test("two rungs in one cycle: one is sold, the other waits out the cool-down, and is sold after it")
    func twoRungs() {
        var scenario = protected()
        let first = partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC")
        let second = partialProfit.says(.takePartial(fraction: "0.25", rung: "1R"), on: "ABC")
        scenario.cycle(first, second)
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 100.00",
            fates: ["partial-profit take_partial: absorbed", "partial-profit take_partial: taken"])
        #expect(scenario.driver.position("ABC")?.rungsTaken == ["2R"])
        scenario.cycle(first, second)
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 100.00", steps: [],
            fates: ["partial-profit take_partial: absorbed", "partial-profit take_partial: deferred"])
        scenario.driver.pass(.seconds(270))
        scenario.cycle(second)
        scenario.expect("ABC", holds: 50, stop: "50 @ 100.00", steps: [])
        scenario.cycle(first, second)
        scenario.expect(
            "ABC", holds: 38, stop: "38 @ 100.00", steps: [.shrinkStop(to: 38), .sell(12)])
        #expect(scenario.driver.position("ABC")?.rungsTaken == ["1R", "2R"])
        scenario.expectSound()
    }

    @Test("a rung is taken once, however often it is asked for")
    func onceARung() {
        var scenario = protected()
        for _ in 0..<50 { scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC")) }
        scenario.expect("ABC", holds: 50, stop: "50 @ 100.00")
        #expect(scenario.driver.actions.count(where: \.isClose) == 1)
        scenario.expectSound()
    }

    @Test("the position is too concentrated and a part is due: one sale does for both")
    func concentrationAndPartial() {
        // 100 000 in cash and 100 at 110: equity 111 000, of which 5 % is 5 550, and 50 shares.
        var scenario = protected()
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.25", rung: "2R"), on: "ABC"),
            risk.says(.reduceToWeight(weight: "0.05"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 100.00", steps: [.shrinkStop(to: 50), .sell(50)],
            fates: ["partial-profit take_partial: absorbed", "portfolio-risk reduce_to_weight: taken"])
        scenario.expectSound()
    }

    @Test("a part that leaves less than the concentration allows does for both the other way round")
    func partialBelowConcentration() {
        var scenario = protected()
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.75", rung: "2R"), on: "ABC"),
            risk.says(.reduceToWeight(weight: "0.05"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 25, stop: "25 @ 100.00",
            fates: ["partial-profit take_partial: taken", "portfolio-risk reduce_to_weight: absorbed"])
        scenario.expectSound()
    }

    @Test("a part of more shares than are held sells what is held")
    func moreThanHeld() {
        var scenario = protected()
        scenario.cycle(
            partialProfit.says(.takePartial(PartialAdvice(quantity: 500, rung: "all")), on: "ABC"))
        scenario.expect("ABC", holds: 0, fates: ["partial-profit take_partial: taken"])
        scenario.expectSound()
    }

    @Test("where a stop cannot shrink it is cancelled first, and comes back for what remains")
    func noShrinking() {
        var scenario = protected { $0.capabilities.replacesQuantity = false }
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 100.00",
            steps: [
                .cancelStop(100, at: "100"), .sell(50), .protect(50, stop: "100"),
            ])
        #expect(
            scenario.unprotected == [
                .init("ABC", for: .zero, until: .stopRests), .init("ABC", for: .zero, until: .stopRests),
            ],
            "before the first stop, and while the part was sold")
        scenario.expectSound()
    }

    @Test("with a target resting beside the stop both give way to the sale, and both come back for the rest")
    func withTarget() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "130"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 100.00", target: "100 @ 130.00")
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"))
        scenario.expect("ABC", holds: 50, stop: "50 @ 100.00", target: "50 @ 130.00")
        #expect(scenario.steps.last == .protect(50, stop: "100", target: "130"))
        scenario.expectSound()
    }

    @Test("a reduction of one share in a hundred is not worth an order, until it is urgent")
    func tinyReduction() {
        var scenario = protected()
        scenario.cycle(risk.says(.reduceTo(quantity: 99), on: "ABC", .medium))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 100.00", steps: [], fates: ["portfolio-risk reduce_to: deferred"])
        scenario.cycle(risk.says(.reduceTo(quantity: 99), on: "ABC", .high))
        scenario.expect(
            "ABC", holds: 99, stop: "99 @ 100.00", steps: [.shrinkStop(to: 99), .sell(1)],
            fates: ["portfolio-risk reduce_to: taken"])
        scenario.expectSound()
    }
}
