import CoreTestSupport
import Orchestration
import Testing
import Trading

/// Equity of 100 000: 40 000 in cash, 10 000 of AAA that stands where it was bought, 20 000 of BBB that has lost a fifth,
/// 30 000 of CCC that has gained a quarter.
@Suite("Scenario: the portfolio as a whole")
struct ExposureTests {
    private func three() -> TradingScenario {
        TradingScenario(
            Held("AAA", 100, at: "100"), Held("BBB", 200, at: "125"), Held("CCC", 300, at: "80"), cash: "40000",
            says: ["AAA", "BBB", "CCC"].map { stopLoss.says(.stop("90"), on: $0) })
    }

    private func expect(
        _ scenario: TradingScenario, _ quantities: [Quantity], _ location: SourceLocation = #_sourceLocation
    ) {
        for (symbol, quantity) in zip(["AAA", "BBB", "CCC"] as [Symbol], quantities) {
            scenario.expect(symbol, holds: quantity, stop: "\(quantity) @ 90.00", location)
        }
    }

    @Test("60 % of equity is to become 45 %: each position gives a quarter")
    func proportional() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(scenario, [75, 150, 225])
        #expect(scenario.fates() == ["portfolio-risk reduce_exposure: taken"])
        scenario.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(scenario, [75, 150, 225])
        #expect(scenario.steps == [], "it is within it now")
        scenario.expectSound()
    }

    @Test("60 % of equity is to become 45 %: the two largest are cut to the same height")
    func largestFirst() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.45", .largestFirst), on: nil))
        expect(scenario, [100, 175, 175])
        let sales = scenario.steps.filter(\.isClose)
        #expect(sales == [.sell(25, "BBB"), .sell(125, "CCC")])
        scenario.expectSound()
    }

    @Test("60 % of equity is to become 45 %: the one that has lost most gives all of it")
    func weakestFirst() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.45", .weakestFirst), on: nil))
        expect(scenario, [100, 50, 300])
        scenario.expectSound()
    }

    @Test("60 % of equity is to become 35 %: the weakest goes altogether, the next weakest gives the rest")
    func weakestGoes() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.35", .weakestFirst), on: nil))
        scenario.expect("AAA", holds: 50, stop: "50 @ 90.00")
        scenario.expect("BBB", holds: 0)
        scenario.expect("CCC", holds: 300, stop: "300 @ 90.00")
        scenario.expectSound()
    }

    @Test("two positions of a sector are to be worth 20 % together, and the third is left alone")
    func sector() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.2", of: ["AAA", "CCC"]), on: nil))
        expect(scenario, [50, 200, 150])
        scenario.expectSound()
    }

    @Test("an exposure of nothing closes every position, and takes every stop away with it")
    func nothing() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0"), on: nil, .emergency))
        for symbol in ["AAA", "BBB", "CCC"] as [Symbol] { scenario.expect(symbol, holds: 0) }
        #expect(scenario.driver.position("AAA") == nil)
        scenario.expectSound()
    }

    @Test("less exposure for all and a part of one: the position with both keeps the smaller remainder")
    func exposureAndPartial() {
        var scenario = three()
        scenario.cycle(
            risk.says(.exposure("0.45"), on: nil),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "CCC"))
        expect(scenario, [75, 150, 150])
        #expect(
            scenario.fates("CCC") == ["partial-profit take_partial: taken", "portfolio-risk reduce_to: absorbed"])
        scenario.expectSound()
    }

    @Test("exposure that is within its bound already moves nothing")
    func within() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.6"), on: nil))
        expect(scenario, [100, 200, 300])
        #expect(scenario.steps == [])
        #expect(scenario.fates() == ["portfolio-risk reduce_exposure: absorbed"])
        scenario.expectSound()
    }

    @Test("exposure with the name of a symbol makes no sense, and is refused")
    func namesSymbol() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.1"), on: "AAA"))
        expect(scenario, [100, 200, 300])
        #expect(scenario.fates() == ["portfolio-risk reduce_exposure: refused"])
        scenario.expectSound()
    }

    @Test("in a drawdown no entry is made anywhere, while stops and sales go on")
    func drawdown() {
        var scenario = three()
        scenario.market("NEW", "50")
        scenario.cycle(
            risk.says(.veto, on: nil, .high), trend.says(.buy(10, stop: "48"), on: "NEW"),
            stopLoss.says(.stop("95"), on: "AAA"), takeProfit.says(.exit, on: "BBB"))
        scenario.expect("NEW", holds: 0, fates: ["portfolio-risk veto: taken", "trend enter: vetoed"])
        scenario.expect("AAA", holds: 100, stop: "100 @ 95.00")
        scenario.expect("BBB", holds: 0)
        scenario.cycle(trend.says(.buy(10, stop: "48"), on: "NEW"))
        scenario.expect("NEW", holds: 10, stop: "10 @ 48.00")
        scenario.expectSound()
    }

    @Test("an advisory beyond its bounds is held at the bound, and the others hear of it in the next cycle")
    func advisory() {
        var scenario = TradingScenario(
            Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")],
            needs: [stopLoss: PolicyNeeds(sections: SnapshotSection.allCases)])
        scenario.cycle(
            risk.says(.advise(AdvisoryAdvice(name: "stop_scale", value: "9")), on: nil),
            trend.says(.advise(AdvisoryAdvice(name: "mood", value: "9")), on: "ABC"))
        #expect(scenario.fates() == ["portfolio-risk advise: taken", "trend advise: taken"])
        #expect(scenario.why(risk) == .advisoryBounded("2"))
        #expect(scenario.lastSnapshot?.advisories ?? [] == [])
        scenario.cycle()
        let heard = scenario.lastSnapshot?.advisories ?? []
        #expect(heard.map(\.name) == ["stop_scale", "mood"])
        #expect(heard.map(\.value) == ["2", "9"], "a figure that scales nothing has no bound")
        #expect(heard.map(\.symbol) == [nil, "ABC"])
        scenario.driver.pass(.seconds(300))
        scenario.cycle()
        #expect(scenario.lastSnapshot?.advisories ?? [] == [], "it is forgotten")
        scenario.expectSound()
    }

    @Test("exposure a hair above its bound is not worth an order, until it is urgent")
    func hairAbove() {
        var scenario = three()
        scenario.cycle(risk.says(.exposure("0.595"), on: nil))
        expect(scenario, [100, 200, 300])
        #expect(scenario.steps == [] && scenario.fates("AAA") == ["portfolio-risk reduce_to: deferred"])
        scenario.cycle(risk.says(.exposure("0.595"), on: nil, .high))
        // A fifth, a third and a half of a share too much would be sold: the last of these is kept.
        expect(scenario, [99, 198, 298])
        scenario.expectSound()
    }

    @Test("one position is halted: the others give their share, and it gives its own when it trades again")
    func oneHalted() {
        var scenario = three()
        scenario.halt("BBB", true)
        scenario.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(scenario, [75, 200, 225])
        scenario.halt("BBB", false)
        expect(scenario, [75, 150, 225])
        scenario.expectSound()
    }

    @Test("longs and shorts count alike, and the weakest of them is the short that has risen most")
    func withShort() {
        var scenario = TradingScenario(
            Held("LNG", 100, at: "110"), Held("SHR", -100, at: "80"), cash: "100000",
            says: [stopLoss.says(.stop("90"), on: "LNG"), stopLoss.says(.stop("110"), on: "SHR")])
        scenario.cycle(risk.says(.exposure("0.15", .weakestFirst), on: nil))
        scenario.expect("LNG", holds: 100, stop: "100 @ 90.00")
        scenario.expect("SHR", holds: -50, stop: "50 @ 110.00")
        scenario.expectSound()
    }
}
