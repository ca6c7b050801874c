import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: odd positions")
struct OddPositionTests {
    @Test("half of one share is less than can be sold: it is refused, and the stop stays")
    func oneShare() {
        var story = Story(Held("ABC", 1), says: [stopLoss.says(.stop("95"), on: "ABC")])
        story.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC", .high))
        story.expect(
            "ABC", holds: 1, stop: "1 @ 95.00", steps: [], fates: ["partial-profit take_partial: refused"])
        #expect(story.why(partialProfit, "ABC") == "0.5 of 1 is less than one tradable unit")
        #expect(story.driver.position("ABC")?.rungsTaken == [])
        story.expectSound()
    }

    @Test("fractions of a share, in steps of a thousandth: half of 1.501 sells 0.75")
    func fractions() {
        var story = Story(Held("ABC", "1.501"), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
            $0.capabilities.quantityIncrement = "0.001"
        }
        story.expect("ABC", holds: "1.501", stop: "1.501 @ 95.00")
        story.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        story.expect(
            "ABC", holds: "0.751", stop: "0.751 @ 95.00",
            steps: ["shrink the stop to 0.751", "sell 0.75 ABC at market"])
        story.cycle(risk.says(.exit, on: "ABC"))
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("an entry by value where fractions trade: 50 at 100 a share buys half a share")
    func fractionalEntry() {
        var story = Story(Held("ABC", 0)) { $0.capabilities.quantityIncrement = "0.001" }
        story.cycle(
            trend.says(
                .enter(EntryAdvice(side: .buy, notional: "50", stop: StopAdvice(stopPrice: "95"))), on: "ABC"))
        story.expect("ABC", holds: "0.5", stop: "0.5 @ 95.00")
        story.expectSound()
    }

    @Test("a short has its stop above the market, tightens it downwards, and buys to reduce and to exit")
    func short() {
        var story = Story(Held("ABC", -100), says: [stopLoss.says(.stop("105"), on: "ABC")])
        story.expect("ABC", holds: -100, stop: "100 @ 105.00")
        story.cycle(stopLoss.says(.stop("103"), on: "ABC"), trend.says(.stop("107"), on: "ABC"))
        story.expect(
            "ABC", holds: -100, stop: "100 @ 103.00", steps: ["move the stop from 105.00 to 103.00"],
            fates: ["stop-loss protect: taken", "trend protect: absorbed"])
        story.cycle(
            partialProfit.says(.takePartial(fraction: "0.4", rung: "1R"), on: "ABC"),
            takeProfit.says(.target(price: "90"), on: "ABC"))
        story.expect("ABC", holds: -60, stop: "60 @ 103.00", target: "60 @ 90.00")
        #expect(story.steps.contains("buy 40 ABC at market"))
        #expect(story.driver.venue.working("ABC").allSatisfy { $0.terms.side == .buy })
        story.cycle(risk.says(.exit, on: "ABC"))
        story.expect("ABC", holds: 0)
        #expect(story.steps.last == "buy 60 ABC at market")
        story.expectSound()
    }

    @Test("a stop 5 % above the low of a short follows the market down, and stays when it rises")
    func shortTrails() {
        var story = Story(Held("ABC", -100))
        let trail = stopLoss.says(.trail(.percent("0.05"), from: .highWater), on: "ABC")
        story.cycle(trail)
        for (price, stop) in [("90", "94.50"), ("80", "84.00"), ("82", "84.00")] {
            story.market("ABC", Price(stringLiteral: price))
            story.cycle(trail)
            story.expect("ABC", holds: -100, stop: "100 @ \(stop)")
        }
        story.market("ABC", "83.99")
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("a person's order to take profit becomes the target of the plan, in one group with the stop")
    func personsOrder() {
        let story = Story(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
            $0.rest(
                NewOrder(
                    clientOrderID: "by-hand", symbol: "ABC", side: .sell, type: .limit, quantity: 100,
                    limitPrice: "120", role: .foreign))
        }
        story.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 120.00",
            steps: [
                "cancel the order: sell 100 ABC limit 120.00",
                "stop 100 ABC @ 95.00 and take-profit @ 120.00, one OCO group",
            ])
        story.expectSound()
    }

    @Test("advice on a symbol of which nothing is held does nothing")
    func nothingHeld() {
        var story = Story(Held("ABC", 0))
        story.cycle(
            stopLoss.says(.stop("95"), on: "ABC"), takeProfit.says(.target(price: "120"), on: "ABC"),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"), risk.says(.exit, on: "ABC"))
        story.expect(
            "ABC", holds: 0, steps: [],
            fates: [
                "partial-profit take_partial: absorbed", "portfolio-risk exit: absorbed",
                "stop-loss protect: absorbed", "take-profit target: absorbed",
            ])
        story.expectSound()
    }

    @Test("a position of half a share where whole shares trade has no stop, and nothing is tried again and again")
    func crumbAlone() {
        var story = Story(Held("ABC", "0.5"), says: [stopLoss.says(.stop("95"), on: "ABC")])
        for _ in 0..<10 { story.cycle(stopLoss.says(.stop("96"), on: "ABC")) }
        story.expect("ABC", holds: "0.5")
        #expect(story.driver.orders.isEmpty)
        story.expectSound()
    }
}
