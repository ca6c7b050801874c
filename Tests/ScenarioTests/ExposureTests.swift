import CoreTestSupport
import Orchestration
import Testing
import Trading

/// Equity of 100 000: 40 000 in cash, 10 000 of AAA that stands where it was bought, 20 000 of BBB that has lost a fifth,
/// 30 000 of CCC that has gained a quarter.
@Suite("Scenario: the portfolio as a whole")
struct ExposureTests {
    private func three() -> Story {
        Story(
            Held("AAA", 100, at: "100"), Held("BBB", 200, at: "125"), Held("CCC", 300, at: "80"), cash: "40000",
            says: ["AAA", "BBB", "CCC"].map { stopLoss.says(.stop("90"), on: $0) })
    }

    private func expect(
        _ story: Story, _ quantities: [Quantity], _ location: SourceLocation = #_sourceLocation
    ) {
        for (symbol, quantity) in zip(["AAA", "BBB", "CCC"] as [Symbol], quantities) {
            story.expect(symbol, holds: quantity, stop: "\(quantity) @ 90.00", location)
        }
    }

    @Test("60 % of equity is to become 45 %: each position gives a quarter")
    func proportional() {
        var story = three()
        story.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(story, [75, 150, 225])
        #expect(story.fates() == ["portfolio-risk reduce_exposure: taken"])
        story.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(story, [75, 150, 225])
        #expect(story.steps == [], "it is within it now")
        story.expectSound()
    }

    @Test("60 % of equity is to become 45 %: the two largest are cut to the same height")
    func largestFirst() {
        var story = three()
        story.cycle(risk.says(.exposure("0.45", .largestFirst), on: nil))
        expect(story, [100, 175, 175])
        let sales = story.steps.filter { $0.hasPrefix("sell") }
        #expect(sales == ["sell 25 BBB at market", "sell 125 CCC at market"])
        story.expectSound()
    }

    @Test("60 % of equity is to become 45 %: the one that has lost most gives all of it")
    func weakestFirst() {
        var story = three()
        story.cycle(risk.says(.exposure("0.45", .weakestFirst), on: nil))
        expect(story, [100, 50, 300])
        story.expectSound()
    }

    @Test("60 % of equity is to become 35 %: the weakest goes altogether, the next weakest gives the rest")
    func weakestGoes() {
        var story = three()
        story.cycle(risk.says(.exposure("0.35", .weakestFirst), on: nil))
        story.expect("AAA", holds: 50, stop: "50 @ 90.00")
        story.expect("BBB", holds: 0)
        story.expect("CCC", holds: 300, stop: "300 @ 90.00")
        story.expectSound()
    }

    @Test("two positions of a sector are to be worth 20 % together, and the third is left alone")
    func sector() {
        var story = three()
        story.cycle(risk.says(.exposure("0.2", of: ["AAA", "CCC"]), on: nil))
        expect(story, [50, 200, 150])
        story.expectSound()
    }

    @Test("an exposure of nothing closes every position, and takes every stop away with it")
    func nothing() {
        var story = three()
        story.cycle(risk.says(.exposure("0"), on: nil, .emergency))
        for symbol in ["AAA", "BBB", "CCC"] as [Symbol] { story.expect(symbol, holds: 0) }
        #expect(story.driver.position("AAA") == nil)
        story.expectSound()
    }

    @Test("less exposure for all and a part of one: the position with both keeps the smaller remainder")
    func exposureAndPartial() {
        var story = three()
        story.cycle(
            risk.says(.exposure("0.45"), on: nil),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "CCC"))
        expect(story, [75, 150, 150])
        #expect(
            story.fates("CCC") == ["partial-profit take_partial: taken", "portfolio-risk reduce_to: absorbed"])
        story.expectSound()
    }

    @Test("exposure that is within its bound already moves nothing")
    func within() {
        var story = three()
        story.cycle(risk.says(.exposure("0.6"), on: nil))
        expect(story, [100, 200, 300])
        #expect(story.steps == [])
        #expect(story.fates() == ["portfolio-risk reduce_exposure: absorbed"])
        story.expectSound()
    }

    @Test("exposure with the name of a symbol makes no sense, and is refused")
    func namesSymbol() {
        var story = three()
        story.cycle(risk.says(.exposure("0.1"), on: "AAA"))
        expect(story, [100, 200, 300])
        #expect(story.fates() == ["portfolio-risk reduce_exposure: refused"])
        story.expectSound()
    }

    @Test("in a drawdown no entry is made anywhere, while stops and sales go on")
    func drawdown() {
        var story = three()
        story.market("NEW", "50")
        story.cycle(
            risk.says(.veto, on: nil, .high), trend.says(.buy(10, stop: "48"), on: "NEW"),
            stopLoss.says(.stop("95"), on: "AAA"), takeProfit.says(.exit, on: "BBB"))
        story.expect("NEW", holds: 0, fates: ["portfolio-risk veto: taken", "trend enter: vetoed"])
        story.expect("AAA", holds: 100, stop: "100 @ 95.00")
        story.expect("BBB", holds: 0)
        story.cycle(trend.says(.buy(10, stop: "48"), on: "NEW"))
        story.expect("NEW", holds: 10, stop: "10 @ 48.00")
        story.expectSound()
    }

    @Test("an advisory beyond its bounds is held at the bound, and the others hear of it in the next cycle")
    func advisory() {
        var story = Story(
            Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")],
            needs: [stopLoss: PolicyNeeds(sections: SnapshotSection.allCases)])
        story.cycle(
            risk.says(.advise(AdvisoryAdvice(name: "stop_scale", value: "9")), on: nil),
            trend.says(.advise(AdvisoryAdvice(name: "mood", value: "9")), on: "ABC"))
        #expect(story.fates() == ["portfolio-risk advise: taken", "trend advise: taken"])
        #expect(story.why(risk) == "the policies hear of it in the next cycle; held at the bound of 2")
        #expect(story.lastSnapshot?.advisories ?? [] == [])
        story.cycle()
        let heard = story.lastSnapshot?.advisories ?? []
        #expect(heard.map(\.name) == ["stop_scale", "mood"])
        #expect(heard.map(\.value) == ["2", "9"], "a figure that scales nothing has no bound")
        #expect(heard.map(\.symbol) == [nil, "ABC"])
        story.driver.pass(.seconds(300))
        story.cycle()
        #expect(story.lastSnapshot?.advisories ?? [] == [], "it is forgotten")
        story.expectSound()
    }

    @Test("exposure a hair above its bound is not worth an order, until it is urgent")
    func hairAbove() {
        var story = three()
        story.cycle(risk.says(.exposure("0.595"), on: nil))
        expect(story, [100, 200, 300])
        #expect(story.steps == [] && story.fates("AAA") == ["portfolio-risk reduce_to: deferred"])
        story.cycle(risk.says(.exposure("0.595"), on: nil, .high))
        expect(story, [99, 198, 297])
        story.expectSound()
    }

    @Test("one position is halted: the others give their share, and it gives its own when it trades again")
    func oneHalted() {
        var story = three()
        story.halt("BBB", true)
        story.cycle(risk.says(.exposure("0.45"), on: nil))
        expect(story, [75, 200, 225])
        story.halt("BBB", false)
        expect(story, [75, 150, 225])
        story.expectSound()
    }

    @Test("longs and shorts count alike, and the weakest of them is the short that has risen most")
    func withShort() {
        var story = Story(
            Held("LNG", 100, at: "110"), Held("SHR", -100, at: "80"), cash: "100000",
            says: [stopLoss.says(.stop("90"), on: "LNG"), stopLoss.says(.stop("110"), on: "SHR")])
        story.cycle(risk.says(.exposure("0.15", .weakestFirst), on: nil))
        story.expect("LNG", holds: 100, stop: "100 @ 90.00")
        story.expect("SHR", holds: -50, stop: "50 @ 110.00")
        story.expectSound()
    }
}
