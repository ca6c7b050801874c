import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: what the venue can do, and what comes in between")
struct VenueTests {
    private func protected(_ venue: (inout FakeVenue) -> Void = { _ in }) -> TradingScenario {
        TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")], venue: venue)
    }

    @Test("where there is no OCO the stop alone rests, and at its target the position is sold at market")
    func noOCO() {
        var scenario = protected { $0.capabilities.groups = [] }
        scenario.cycle(takeProfit.says(.target(price: "110"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["take-profit target: taken"])
        scenario.market("ABC", "110")
        scenario.expect(
            "ABC", holds: 0, steps: [.cancelStop(100, at: "95"), .sell(100)])
        scenario.expectSound()
    }

    @Test("where there are no brackets an entry with a target is bought alone, and gets both exits in one group")
    func noBracket() {
        var scenario = TradingScenario(Held("ABC", 0)) { $0.capabilities.groups = [.oco] }
        scenario.cycle(trend.says(.buy(50, stop: "95", target: "110"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", target: "50 @ 110.00",
            steps: [.enter(.buy, 50, stop: "95"), .protect(50, stop: "95", target: "110")])
        scenario.expectSound()
    }

    @Test("where there are no stop-limits a plain stop rests in its place")
    func noStopLimit() {
        let scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95", limit: "94"), on: "ABC")]) {
            $0.capabilities.orderTypes = [.market, .limit, .stop]
        }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("a stop-limit becomes a plain stop when it moves, and at the same price when its owner resets it")
    func plainStop() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95", limit: "94"), on: "ABC")])
        scenario.cycle(stopLoss.says(.reset("95"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00",
            steps: [.cancelStop(100, at: "95", limit: "94"), .protect(100, stop: "95")])
        scenario.cycle(stopLoss.says(.stop("96", limit: "95.50"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 96.00 limit 95.50")
        scenario.cycle(stopLoss.says(.stop("97"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 97.00")
        scenario.expectSound()
    }

    @Test("the stop is filled while the part that would shrink it is being decided: nothing is sold twice")
    func stopFilledFirst() {
        var scenario = protected()
        scenario.driver.delivers = false
        scenario.driver.venueDoes { venue in
            let id = venue.working("ABC").first?.id ?? "none"
            return venue.fill(id, 100, at: "95")
        }
        let late = scenario.driver.inbox
        scenario.driver.inbox = []
        scenario.driver.delivers = true
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        scenario.driver.inbox += late
        scenario.driver.settle()
        for _ in 0..<3 { scenario.cycle() }
        scenario.expect("ABC", holds: 0)
        #expect(scenario.driver.actions.filter(\.isClose) == [])
        scenario.expectSound()
    }

    @Test("the broker goes away in the middle of a sale, and the plan is finished when it is back")
    func brokerAway() {
        var scenario = protected()
        scenario.driver.venue.faults.fillsOnly = 20
        scenario.cycle(risk.says(.reduceTo(quantity: 40), on: "ABC"))
        scenario.expect("ABC", holds: 80, stop: "40 @ 95.00")
        scenario.driver.disconnect()
        _ = scenario.driver.venue.finishMarketOrders()
        scenario.driver.wait(.seconds(60))
        scenario.driver.connect()
        for _ in 0..<2 { scenario.cycle() }
        scenario.expect("ABC", holds: 40, stop: "40 @ 95.00")
        #expect(scenario.driver.actions.count(where: \.isClose) == 1)
        scenario.expectSound()
    }

    @Test("a larger reduction comes while a smaller one is being made: both are made, one after the other")
    func largerWhileSmaller() {
        var scenario = protected()
        scenario.driver.venue.faults.fillsOnly = 20
        scenario.cycle(risk.says(.reduceTo(quantity: 60), on: "ABC"))
        scenario.cycle(risk.says(.reduceTo(quantity: 30), on: "ABC"), trend.says(.reduceTo(quantity: 50), on: "ABC"))
        #expect(scenario.fates("ABC") == ["portfolio-risk reduce_to: taken", "trend reduce_to: absorbed"])
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.expect("ABC", holds: 30, stop: "30 @ 95.00")
        #expect(
            scenario.driver.actions.filter(\.isClose) == [.sell(40), .sell(30)])
        scenario.expectSound()
    }

    @Test("an exit is asked for while a bracket still waits for its entry: the entry is taken back")
    func exitWhileEntering() {
        var scenario = TradingScenario(Held("ABC", 0))
        let entry = trend.says(.buy(50, stop: "95", target: "110", limit: "98"), on: "ABC")
        scenario.cycle(entry)
        #expect(scenario.driver.venue.working("ABC").count == 3)
        scenario.cycle(entry, risk.says(.veto, on: nil, .high))
        #expect(scenario.driver.venue.working("ABC") == [])
        scenario.market("ABC", "97")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("an entry is filled in part and an exit is asked for: the rest is not bought, and the part is sold")
    func exitOfPartlyEntered() {
        var scenario = TradingScenario(Held("ABC", 0))
        let entry = trend.says(.buy(50, stop: "95", limit: "98"), on: "ABC")
        scenario.cycle(entry)
        scenario.driver.venueDoes { venue in
            let id = venue.working("ABC").first?.id ?? "none"
            return venue.fill(id, 20, at: "98")
        }
        #expect(scenario.holds("ABC") == 20)
        scenario.cycle(risk.says(.exit, on: "ABC"))
        scenario.expect("ABC", holds: 0)
        #expect(scenario.steps == [.cancelEntry(50, limit: "98"), .cancelStop(20, at: "95"), .sell(20)])
        #expect(scenario.driver.venue.working("ABC") == [])
        scenario.expectSound()
    }

    @Test("a target that the market has passed already is refused, and what is held stays protected")
    func targetInTheMoney() {
        var scenario = protected()
        scenario.market("ABC", "108")
        scenario.cycle(takeProfit.says(.target(price: "105"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", fates: ["take-profit target: refused"])
        #expect(scenario.why(takeProfit, "ABC") == .defect(.targetNotOnWinningSide(target: "105", of: "108")))
        scenario.expectSound()
    }

    @Test("a target below the stop makes no sense beside it, and the stop alone rests")
    func targetBelowTheStop() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "94"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        scenario.expectSound()
    }

    @Test("an ATR that is known by its bars: the stop trails two of it behind the high")
    func trailsByATR() throws {
        let atr = try Indicator("atr(2,1m)")
        var scenario = TradingScenario(
            Held("ABC", 100), says: [stopLoss.says(.stop("90"), on: "ABC")],
            needs: [stopLoss: PolicyNeeds(indicators: [atr])])
        for _ in 0..<6 {
            let start = scenario.driver.now
            scenario.driver.pass(.seconds(60))
            scenario.driver.send(
                .market(
                    MarketUpdate(
                        at: scenario.driver.now,
                        bars: [
                            Bar(
                                symbol: "ABC", start: start, period: .seconds(60), open: "100", high: "101", low: "99",
                                close: "100", volume: 10)
                        ])))
        }
        scenario.cycle(stopLoss.says(.trail(.atr(multiple: "2", indicator: atr), from: .highWater), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 97.00", steps: [.moveStop(from: "90", to: "97")],
            fates: ["stop-loss protect: taken"])
        scenario.expectSound()
    }
}
