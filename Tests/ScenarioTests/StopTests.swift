import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: stops and targets")
struct StopTests {
    private func protected(market: Price = "100", stop: Price = "95", initial: Price? = nil) -> TradingScenario {
        TradingScenario(
            Held("ABC", 100, market: market), says: [stopLoss.says(.stop(stop), on: "ABC")],
            initialStops: initial.map { ["ABC": $0] } ?? [:])
    }

    @Test("a stop is loosened by the policy that owns it, and by no other")
    func reset() {
        var scenario = protected()
        scenario.cycle(trend.says(.reset("90"), on: "ABC", .high))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["trend reset_stop: overridden"])
        #expect(scenario.why(trend, "ABC") == .notStopOwner(owner: stopLoss))
        scenario.cycle(stopLoss.says(.reset("92"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 92.00", steps: [.moveStop(from: "95", to: "92")],
            fates: ["stop-loss reset_stop: taken"])
        scenario.expectSound()
    }

    @Test("who tightens a stop becomes its owner: the owner before may not loosen it any more")
    func newOwner() {
        var scenario = protected()
        scenario.cycle(trend.says(.stop("97"), on: "ABC"))
        scenario.cycle(stopLoss.says(.reset("92"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 97.00", steps: [], fates: ["stop-loss reset_stop: overridden"])
        scenario.cycle(trend.says(.reset("94"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 94.00")
        scenario.expectSound()
    }

    @Test("advice to protect never loosens a stop, not even its owner's")
    func neverLooser() {
        var scenario = protected()
        scenario.cycle(stopLoss.says(.stop("90"), on: "ABC", .high))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        scenario.expectSound()
    }

    @Test("a stop 5 % behind the high follows the market up, and stays when the market falls back")
    func trails() {
        var scenario = TradingScenario(Held("ABC", 100))
        let trail = stopLoss.says(.trail(.percent("0.05"), from: .highWater), on: "ABC")
        scenario.cycle(trail)
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        for (price, stop) in [("110", "104.50"), ("120", "114.00"), ("116", "114.00"), ("118", "114.00")] {
            scenario.market("ABC", Price(stringLiteral: price))
            scenario.cycle(trail)
            scenario.expect("ABC", holds: 100, stop: "100 @ \(stop)")
        }
        scenario.market("ABC", "114")
        scenario.expect("ABC", holds: 0)
        #expect(scenario.driver.outcomes.map(\.realizedByDecision) == ["1400"])
        scenario.expectSound()
    }

    @Test("a stop half an R below the average price, where R was 5")
    func stopByR() {
        var scenario = protected(initial: "95")
        scenario.cycle(stopLoss.says(.trail(.r("0.5")), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 97.50", steps: [.moveStop(from: "95", to: "97.50")])
        scenario.expectSound()
    }

    @Test("R is counted from the initial stop, wherever the stop is by now")
    func rStaysTheSame() {
        var scenario = protected(market: "110", initial: "95")
        scenario.cycle(stopLoss.says(.stop("105"), on: "ABC"))
        scenario.cycle(takeProfit.says(.target(TargetAdvice(distance: .r("3"))), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 105.00", target: "100 @ 115.00")
        scenario.expectSound()
    }

    @Test("a stop by R is refused while there is no R: the position gets its stop otherwise")
    func withoutR() {
        let scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.trail(.r("1")), on: "ABC")])
        scenario.expect("ABC", holds: 100, steps: [], fates: ["stop-loss protect: refused"])
        scenario.expectSound()
    }

    @Test("a stop by ATR is refused while the ATR is not known, and the standing stop stays")
    func withoutATR() throws {
        var scenario = protected()
        let atr = try Indicator("atr(14,1d)")
        scenario.cycle(stopLoss.says(.trail(.atr(multiple: "2", indicator: atr), from: .highWater), on: "ABC", .high))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["stop-loss protect: refused"])
        #expect(scenario.why(stopLoss, "ABC") == .defect(.indicatorUnknown(atr)))
        scenario.expectSound()
    }

    @Test("a target at two R rests beside the stop, in one group")
    func targetByR() {
        var scenario = protected(initial: "95")
        scenario.cycle(takeProfit.says(.target(TargetAdvice(distance: .r("2"))), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 110.00",
            steps: [
                .cancelStop(100, at: "95"),
                .protect(100, stop: "95", target: "110"),
            ], fates: ["take-profit target: taken"])
        scenario.expectSound()
    }

    @Test("the target is filled: the stop goes with it, and nothing is planned any more")
    func targetFilled() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "110"), on: "ABC"))
        scenario.beginChapter()
        scenario.market("ABC", "110")
        scenario.expect("ABC", holds: 0, steps: [])
        #expect(scenario.driver.plan("ABC") == nil)
        #expect(scenario.driver.working("ABC").isEmpty)
        #expect(scenario.driver.outcomes.map(\.realizedByDecision) == ["1000"])
        scenario.cycle()
        scenario.expect("ABC", holds: 0, steps: [])
        scenario.expectSound()
    }

    @Test("a policy gives its target up: the stop alone remains")
    func released() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "110"), on: "ABC"))
        scenario.cycle(trend.says(.release, on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 110.00", steps: [])
        scenario.cycle(takeProfit.says(.release, on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", fates: ["take-profit release: taken"])
        scenario.expectSound()
    }

    @Test("a stop that creeps up by a cent a cycle is worth no order in 20 cycles")
    func creeping() {
        var scenario = protected()
        let sent = scenario.driver.orders.count
        for cents in 1...9 {
            scenario.cycle(stopLoss.says(.stop(Price(stringLiteral: "95.0\(cents)")), on: "ABC", .high))
        }
        for _ in 0..<11 { scenario.cycle(stopLoss.says(.stop("95.09"), on: "ABC", .high)) }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        #expect(scenario.driver.orders.count == sent)
        scenario.cycle(stopLoss.says(.stop("95.10"), on: "ABC", .high))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.10")
        scenario.expectSound()
    }

    @Test("the market has fallen through the stop before it could rest: what is held is sold at once")
    func gapBeforeTheStop() {
        var scenario = TradingScenario(
            Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")],
            venue: { $0.faults.refusesSubmissions = 4 })
        scenario.expect("ABC", holds: 100, fates: ["stop-loss protect: taken"])
        scenario.cycle()
        scenario.market("ABC", "90")
        scenario.cycle()
        scenario.expect("ABC", holds: 0)
        #expect(scenario.steps.last == .sell(100))
        scenario.expectSound()
    }

    @Test("what was there before gets no stop that the market is through already, and is not sold for it")
    func firstStopThroughTheMarket() {
        var scenario = TradingScenario(Held("ABC", 100, market: "90"), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.expect("ABC", holds: 100, steps: [], fates: ["stop-loss protect: refused"])
        #expect(scenario.why(stopLoss, "ABC") == .defect(.stopNotOnLosingSide(stop: "95", of: "90")))
        for _ in 0..<4 { scenario.cycle(stopLoss.says(.stop("95"), on: "ABC")) }
        scenario.expect("ABC", holds: 100, stop: "100 @ 85.50")
        scenario.expectSound()
    }

    @Test("the market gaps through a resting stop: it is sold where the market is")
    func gapThroughTheStop() {
        var scenario = protected()
        scenario.beginChapter()
        scenario.market("ABC", "88")
        scenario.expect("ABC", holds: 0, steps: [])
        #expect(scenario.driver.outcomes.map(\.realizedByDecision) == ["-1200"])
        scenario.expectSound()
    }

    @Test("the market gaps through the limit of a stop-limit: after its patience what is held is sold at market")
    func stopLimitGapped() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95", limit: "94"), on: "ABC")])
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00 limit 94.00")
        scenario.beginChapter()
        scenario.market("ABC", "90")
        scenario.driver.wait(.seconds(9))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00 limit 94.00", steps: [])
        scenario.driver.wait(.seconds(1))
        scenario.expect("ABC", holds: 0)
        #expect(scenario.steps.last == .sell(100))
        #expect(scenario.driver.alertReasons.contains(.stopStuck(isEscalated: true)))
        scenario.expectSound()
    }

    @Test("no policy says anything at all: after 30 s the core sets its own stop, 5 % below the market")
    func defaultStop() {
        var scenario = TradingScenario(Held("ABC", 100))
        scenario.cycle()
        scenario.expect("ABC", holds: 100, steps: [])
        scenario.cycle()
        scenario.cycle()
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [.protect(100, stop: "95")])
        #expect(scenario.unprotected == [.init("ABC", for: .seconds(30), until: .stopRests)])
        #expect(scenario.driver.plan("ABC")?.stopOwner == PositionPlan.core)
        scenario.cycle(stopLoss.says(.reset("93"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", fates: ["stop-loss reset_stop: overridden"])
        scenario.cycle(stopLoss.says(.stop("93"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 93.00", fates: ["stop-loss protect: taken"])
        scenario.expectSound()
    }

    @Test("a stop that is meant for another symbol, far from this market, moves nothing: the standing one stays")
    func farAway() {
        var scenario = protected()
        scenario.cycle(stopLoss.says(.stop("9.50"), on: "ABC", .high), trend.says(.reset("12"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", steps: [],
            fates: ["stop-loss protect: absorbed", "trend reset_stop: overridden"])
        scenario.cycle(stopLoss.says(.stop("950"), on: "ABC", .high), stopLoss.says(.reset("951"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", steps: [],
            fates: ["stop-loss protect: refused", "stop-loss reset_stop: refused"])
        scenario.expectSound()
    }

    @Test("policies fall silent for an hour: the stop that was set stands")
    func silence() {
        var scenario = protected()
        scenario.beginChapter()
        for _ in 0..<360 { scenario.driver.cycle() }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        #expect(scenario.unprotected.count == 1)
        scenario.expectSound()
    }

    @Test("a decision says that a stop is moved where the venue changes prices in place, and else that it is cancelled")
    func intended() {
        for (moves, intended) in [
            (true, [.moveStop(to: "96")]),
            (
                false,
                [.cancel(.stop(100, at: "95")), .stop(quantity: 100, at: ProtectiveStop(stopPrice: "96"))]
            ),
        ] as [(Bool, [IntendedStep])] {
            var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
                $0.capabilities.replacesPrice = moves
            }
            scenario.cycle(stopLoss.says(.stop("96"), on: "ABC"))
            #expect(scenario.intended("ABC") == intended)
            scenario.expect("ABC", holds: 100, stop: "100 @ 96.00")
            #expect(scenario.steps.count == intended.count, "\(scenario.steps)")
            scenario.expectSound()
        }
    }
}
