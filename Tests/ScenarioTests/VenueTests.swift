import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: what the venue can do, and what comes in between")
struct VenueTests {
    private func protected(_ venue: (inout FakeVenue) -> Void = { _ in }) -> Story {
        Story(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")], venue: venue)
    }

    @Test("where there is no OCO the stop alone rests, and at its target the position is sold at market")
    func noOCO() {
        var story = protected { $0.capabilities.groups = [] }
        story.cycle(takeProfit.says(.target(price: "110"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["take-profit target: taken"])
        story.market("ABC", "110")
        story.expect(
            "ABC", holds: 0, steps: ["cancel the stop order: sell 100 ABC stop 95.00", "sell 100 ABC at market"])
        story.expectSound()
    }

    @Test("where there are no brackets an entry with a target is bought alone, and gets both exits in one group")
    func noBracket() {
        var story = Story(Held("ABC", 0)) { $0.capabilities.groups = [.oco] }
        story.cycle(trend.says(.buy(50, stop: "95", target: "110"), on: "ABC"))
        story.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", target: "50 @ 110.00",
            steps: ["buy 50 ABC, stop 95.00", "stop 50 ABC @ 95.00 and take-profit @ 110.00, one OCO group"])
        story.expectSound()
    }

    @Test("where there are no stop-limits a plain stop rests in its place")
    func noStopLimit() {
        let story = Story(Held("ABC", 100), says: [stopLoss.says(.stop("95", limit: "94"), on: "ABC")]) {
            $0.capabilities.orderTypes = [.market, .limit, .stop]
        }
        story.expect("ABC", holds: 100, stop: "100 @ 95.00")
        story.expectSound()
    }

    @Test("a stop-limit becomes a plain stop when it moves, and at the same price when its owner resets it")
    func plainStop() {
        var story = Story(Held("ABC", 100), says: [stopLoss.says(.stop("95", limit: "94"), on: "ABC")])
        story.cycle(stopLoss.says(.reset("95"), on: "ABC"))
        story.expect(
            "ABC", holds: 100, stop: "100 @ 95.00",
            steps: ["cancel the stop order: sell 100 ABC stop-limit 95.00 (limit 94.00)", "stop 100 ABC @ 95.00"])
        story.cycle(stopLoss.says(.stop("96", limit: "95.50"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 96.00 limit 95.50")
        story.cycle(stopLoss.says(.stop("97"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 97.00")
        story.expectSound()
    }

    @Test("the stop is filled while the part that would shrink it is being decided: nothing is sold twice")
    func stopFilledFirst() {
        var story = protected()
        story.driver.delivers = false
        story.driver.venueDoes { venue in
            let id = venue.working("ABC").first?.id ?? "none"
            return venue.fill(id, 100, at: "95")
        }
        let late = story.driver.inbox
        story.driver.inbox = []
        story.driver.delivers = true
        story.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        story.driver.inbox += late
        story.driver.settle()
        for _ in 0..<3 { story.cycle() }
        story.expect("ABC", holds: 0)
        #expect(story.driver.steps.filter { $0.hasPrefix("sell") } == [])
        story.expectSound()
    }

    @Test("the broker goes away in the middle of a sale, and the plan is finished when it is back")
    func brokerAway() {
        var story = protected()
        story.driver.venue.faults.fillsOnly = 20
        story.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC"))
        story.expect("ABC", holds: 80, stop: "40 @ 95.00")
        story.driver.disconnect()
        _ = story.driver.venue.finishMarketOrders()
        story.driver.wait(.seconds(60))
        story.driver.connect()
        for _ in 0..<2 { story.cycle() }
        story.expect("ABC", holds: 40, stop: "40 @ 95.00")
        #expect(story.driver.steps.count { $0.hasPrefix("sell") } == 1)
        story.expectSound()
    }

    @Test("a larger reduction comes while a smaller one is being made: both are made, one after the other")
    func largerWhileSmaller() {
        var story = protected()
        story.driver.venue.faults.fillsOnly = 20
        story.cycle(risk.says(.reduceTo(quantity: 60), on: "ABC"))
        story.cycle(risk.says(.reduceTo(quantity: 30), on: "ABC"), trend.says(.reduceTo(quantity: 50), on: "ABC"))
        #expect(story.fates("ABC") == ["portfolio-risk reduce_to: taken", "trend reduce_to: absorbed"])
        story.driver.venueDoes { $0.finishMarketOrders() }
        story.expect("ABC", holds: 30, stop: "30 @ 95.00")
        #expect(
            story.driver.steps.filter { $0.hasPrefix("sell") } == ["sell 40 ABC at market", "sell 30 ABC at market"])
        story.expectSound()
    }

    @Test("an exit is asked for while a bracket still waits for its entry: the entry is taken back")
    func exitWhileEntering() {
        var story = Story(Held("ABC", 0))
        let entry = trend.says(.buy(50, stop: "95", target: "110", limit: "98"), on: "ABC")
        story.cycle(entry)
        #expect(story.driver.venue.working("ABC").count == 3)
        story.cycle(entry, risk.says(.veto, on: nil, .high))
        #expect(story.driver.venue.working("ABC") == [])
        story.market("ABC", "97")
        story.expect("ABC", holds: 0)
        story.expectSound()
    }

    @Test("an entry is filled in part and an exit is asked for: the rest is not bought, and the part is sold")
    func exitOfPartlyEntered() {
        var story = Story(Held("ABC", 0))
        let entry = trend.says(.buy(50, stop: "95", limit: "98"), on: "ABC")
        story.cycle(entry)
        story.driver.venueDoes { venue in
            let id = venue.working("ABC").first?.id ?? "none"
            return venue.fill(id, 20, at: "98")
        }
        #expect(story.holds("ABC") == 20)
        story.cycle(risk.says(.exit, on: "ABC"))
        story.expect("ABC", holds: 0)
        #expect(story.steps == ["cancel the entry order: buy 50 ABC limit 98.00", "sell 20 ABC at market"])
        #expect(story.driver.venue.working("ABC") == [])
        story.expectSound()
    }

    @Test("a target that the market has passed already is filled at once, and the stop goes with it")
    func targetInTheMoney() {
        var story = protected()
        story.market("ABC", "108")
        story.cycle(takeProfit.says(.target(price: "105"), on: "ABC"))
        story.expect("ABC", holds: 0)
        #expect(story.driver.outcomes.map(\.lockedIn) == ["800"])
        story.expectSound()
    }

    @Test("a target below the stop makes no sense beside it, and the stop alone rests")
    func targetBelowTheStop() {
        var story = protected()
        story.cycle(takeProfit.says(.target(price: "94"), on: "ABC"))
        story.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        story.expectSound()
    }

    @Test("an ATR that is known by its bars: the stop trails two of it behind the high")
    func trailsByATR() throws {
        let atr = try Indicator("atr(2,1m)")
        var story = Story(
            Held("ABC", 100), says: [stopLoss.says(.stop("90"), on: "ABC")],
            needs: [stopLoss: PolicyNeeds(indicators: [atr])])
        for _ in 0..<6 {
            let start = story.driver.now
            story.driver.pass(.seconds(60))
            story.driver.send(
                .market(
                    MarketUpdate(
                        at: story.driver.now,
                        bars: [
                            Bar(
                                symbol: "ABC", start: start, period: .seconds(60), open: "100", high: "101", low: "99",
                                close: "100", volume: 10)
                        ])))
        }
        story.cycle(stopLoss.says(.trail(.atr(multiple: "2", indicator: atr), from: .highWater), on: "ABC"))
        story.expect(
            "ABC", holds: 100, stop: "100 @ 97.00", steps: ["move the stop from 90.00 to 97.00"],
            fates: ["stop-loss protect: taken"])
        story.expectSound()
    }
}
