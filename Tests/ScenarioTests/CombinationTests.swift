import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: one thing comes on top of another")
struct CombinationTests {
    private func protected() -> Story {
        Story(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
    }

    private func split(_ story: inout Story, _ numerator: Int64, _ denominator: Int64, market: Price) {
        story.driver.venue.split("ABC", numerator, denominator)
        let action = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: numerator, denominator: denominator),
            effectiveAt: story.driver.now)
        story.driver.send(.market(MarketUpdate(at: story.driver.now, corporateActions: [action])))
        story.market("ABC", market)
    }

    @Test("the owner loosens its stop while another policy wants it where it is: it stays, and has a new owner")
    func resetAndProtect() {
        var story = protected()
        story.cycle(stopLoss.says(.reset("92"), on: "ABC"), trend.says(.stop("95"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        #expect(story.driver.plan("ABC")?.stopOwner == trend)
        story.expectSound()
    }

    @Test("the policy that owns the stop is gone: its stop stands, and still no stranger loosens it")
    func ownerGone() {
        var story = protected()
        story.driver.send(.policyGone(name: stopLoss, why: "the test"))
        story.cycle(trend.says(.reset("90"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["trend reset_stop: overridden"])
        story.cycle(trend.says(.stop("96"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 96.00")
        story.expectSound()
    }

    @Test("a stop exactly at the market is reached: what is held is sold")
    func stopAtTheMarket() {
        var story = protected()
        story.cycle(stopLoss.says(.stop("100"), on: "ABC"))
        story.expect("ABC", holds: 0)
        #expect(story.steps.last == "sell 100 ABC at market")
        story.expectSound()
    }

    @Test("an exit that comes right after a part was sold does not wait for any cool-down")
    func exitAfterPartial() {
        var story = protected()
        story.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        story.cycle(risk.says(.exit, on: "ABC", .low))
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("a veto for all that has expired keeps no entry out")
    func expiredVeto() {
        var story = Story(Held("ABC", 0))
        let now = story.driver.now
        story.cycle(risk.says(.veto, on: nil, until: now), trend.says(.buy(50, stop: "95"), on: "ABC"))
        story.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", fates: ["portfolio-risk veto: expired", "trend enter: taken"])
        story.expectSound()
    }

    @Test("two policies bound the exposure: the lower bound holds, whoever said it first")
    func twoBounds() {
        var story = protected()
        story.cycle(risk.says(.exposure("0.05"), on: nil), trend.says(.exposure("0.03"), on: nil))
        // 110 000 of equity: 3 % is 3 300, at 100 a share.
        story.expect(
            "ABC", holds: 33, stop: "33 @ 95.00",
            fates: ["portfolio-risk reduce_to: absorbed", "trend reduce_to: taken"])
        story.expectSound()
    }

    @Test("nobody protects a short: the core's own stop is above the market")
    func defaultStopOfShort() {
        var story = Story(Held("ABC", -100))
        for _ in 0..<3 { story.driver.cycle() }
        story.expect("ABC", holds: -100, stop: "100 @ 105.00")
        story.expectSound()
    }

    @Test("a split while a reduction waits for the open: as much of the new shares is kept")
    func splitWhileWaiting() {
        var story = protected()
        story.session(.preMarket)
        story.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        split(&story, 5, 1, market: "20")
        for _ in 0..<3 { story.driver.cycle() }
        story.expect("ABC", holds: 500, stop: "500 @ 19.00")
        story.session(.regular)
        story.expect("ABC", holds: 200, stop: "200 @ 19.00")
        story.expectSound()
    }

    @Test("a trailing stop does not move by a split: the high that it trails is restated with it")
    func splitWhileTrailing() {
        var story = Story(Held("ABC", 100))
        let trail = stopLoss.says(.trail(.percent("0.05"), from: .highWater), on: "ABC")
        story.market("ABC", "120")
        story.cycle(trail)
        story.expect("ABC", holds: 100, stop: "100 @ 114.00")
        story.market("ABC", "116")
        split(&story, 4, 1, market: "29")
        story.beginChapter()
        for _ in 0..<3 { story.cycle(trail) }
        story.expect("ABC", holds: 400, stop: "400 @ 28.50", steps: [])
        story.expectSound()
    }

    @Test("a reverse split that leaves half a share: the whole ones are protected, and all can be sold but the half")
    func reverseSplit() {
        var story = Story(Held("ABC", 105), says: [stopLoss.says(.stop("95"), on: "ABC")])
        split(&story, 1, 10, market: "1000")
        for _ in 0..<3 { story.driver.cycle() }
        #expect(story.stop("ABC") == "10 @ 950.00")
        story.cycle(risk.says(.exit, on: "ABC"))
        #expect(story.stop("ABC") == "none")
        #expect(story.holds("ABC") < 1)
        story.expectSound()
    }

    @Test("an entry that is asked for before the open is made at the open, if it is still asked for")
    func entryBeforeTheOpen() {
        var story = Story(Held("ABC", 0))
        story.session(.preMarket)
        let entry = trend.says(.buy(50, stop: "95"), on: "ABC")
        story.cycle(entry)
        story.cycle()
        story.session(.regular)
        story.expect("ABC", holds: 0, steps: [])
        story.session(.preMarket)
        story.cycle(entry)
        story.session(.regular)
        story.expect("ABC", holds: 50, stop: "50 @ 95.00")
        story.expectSound()
    }

    @Test("an entry in a halted symbol is not sent")
    func entryInHalt() {
        var story = Story(Held("ABC", 0))
        story.halt("ABC", true)
        story.cycle(trend.says(.buy(50, stop: "95"), on: "ABC"))
        story.expect("ABC", holds: 0, steps: [])
        #expect(story.driver.venue.working("ABC") == [])
        story.expectSound()
    }

    @Test("a short with a target at two R is one bracket: the target is below, and buys")
    func shortBracket() {
        var story = Story(Held("ABC", 0))
        story.cycle(
            trend.says(
                .enter(
                    EntryAdvice(
                        side: .sell, risk: "0.005", stop: StopAdvice(distance: .percent("0.05")),
                        targetDistance: .r("2"))), on: "ABC"))
        story.expect("ABC", holds: -100, stop: "100 @ 105.00", target: "100 @ 90.00")
        #expect(story.driver.venue.working("ABC").allSatisfy { $0.terms.side == .buy })
        story.market("ABC", "89.90")
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("the halt ends far below the stop: it is filled there, and nothing else is sent")
    func gapAfterHalt() {
        var story = protected()
        story.halt("ABC", true)
        story.cycle(stopLoss.says(.stop("97"), on: "ABC"))
        let resting = story.stop("ABC")
        #expect(resting == "100 @ 95.00" || resting == "100 @ 97.00", "one full stop, whichever")
        story.driver.venue.quote("ABC", "80", "80.02")
        story.beginChapter()
        story.halt("ABC", false)
        story.market("ABC", "80")
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("the same advice in every cycle of an hour, from five policies, is decided once and sent once")
    func sameAdvice() {
        var story = protected()
        let advice = [
            stopLoss.says(.stop("95"), on: "ABC"), takeProfit.says(.target(price: "120"), on: "ABC"),
            risk.says(.exposure("0.5"), on: nil), partialProfit.says(.hold, on: "ABC"), trend.says(.hold, on: "ABC"),
        ]
        story.cycle(advice[0], advice[1], advice[2], advice[3], advice[4])
        let (sent, decided) = (story.driver.orders.count, story.driver.decisions.count)
        for _ in 0..<360 { story.cycle(advice[0], advice[1], advice[2], advice[3], advice[4]) }
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 120.00", steps: [])
        #expect(story.driver.orders.count == sent)
        #expect(story.driver.decisions.count == decided, "the journal does not fill with what is no news")
        story.expectSound()
    }
}
