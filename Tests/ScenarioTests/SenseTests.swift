import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: advice at its edges, and advice that makes no sense")
struct SenseTests {
    private func protected() -> TradingScenario {
        TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
    }

    /// What nobody can follow.
    private static let nonsense: [Advice] = [
        .reduceTo(quantity: -5), .reduceToWeight(weight: "-0.1"), .takePartial(fraction: "1.5", rung: "x"),
        .takePartial(fraction: "0", rung: "x"), .takePartial(fraction: "-1", rung: "x"),
        .takePartial(PartialAdvice(quantity: 0, rung: "x")), .stop("0"), .stop("-1"), .stop("95", limit: "96"),
        .stop("95", limit: "-1"), .trail(.percent("1")), .trail(.percent("0")), .trail(.price("-1")),
        .trail(.price("200")), .protect(StopAdvice(distance: .percent("0.05"), limitOffset: "1")),
        .protect(StopAdvice(stopPrice: nil, limitPrice: nil, distance: nil, from: nil, limitOffset: nil)),
        .target(price: "0"), .target(price: "1000"), .target(TargetAdvice(distance: .price("0"))), .reset("0"),
    ]

    @Test("what makes no sense is refused with a reason, and everything stays as it was", arguments: nonsense)
    func refused(advice: Advice) {
        var scenario = protected()
        scenario.cycle(stopLoss.says(advice, on: "ABC", .emergency))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["stop-loss \(advice.kind): refused"])
        #expect(scenario.why(stopLoss, "ABC")?.defect != nil)
        scenario.expectSound()
    }

    @Test("nonsense from one policy keeps back no sense from another")
    func nonsenseAndSense() {
        var scenario = protected()
        scenario.cycle(
            trend.says(.reduceTo(quantity: -5), on: "ABC", .emergency), trend.says(.stop("0"), on: "ABC"),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"),
            stopLoss.says(.stop("97"), on: "ABC"))
        scenario.expect("ABC", holds: 50, stop: "50 @ 97.00")
        scenario.expectSound()
    }

    @Test("an entry that risks a fifth of equity is refused, as is one that names no size or two")
    func sizes() {
        let stop = StopAdvice(stopPrice: "95")
        let sizes = [
            EntryAdvice(side: .buy, risk: "0.2", stop: stop), EntryAdvice(side: .buy, stop: stop),
            EntryAdvice(side: .buy, quantity: 5, risk: "0.01", stop: stop),
            EntryAdvice(side: .buy, quantity: -5, stop: stop), EntryAdvice(side: .buy, notional: "-5", stop: stop),
            EntryAdvice(side: .buy, quantity: 5, stop: stop, target: "99"),
            EntryAdvice(side: .buy, quantity: 5, stop: StopAdvice(stopPrice: "0")),
            EntryAdvice(side: .buy, quantity: 5, stop: stop, target: "110", targetDistance: .r("2")),
        ]
        for size in sizes {
            var scenario = TradingScenario(Held("ABC", 0))
            scenario.cycle(trend.says(.enter(size), on: "ABC"))
            scenario.expect("ABC", holds: 0, steps: [], fates: ["trend enter: refused"])
            scenario.expectSound()
        }
    }

    @Test("advice on no symbol that needs one is refused, and touches no position")
    func noSymbol() {
        var scenario = protected()
        scenario.cycle(risk.says(.exit, on: nil, .emergency), stopLoss.says(.stop("99"), on: nil))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [])
        #expect(scenario.fates() == ["portfolio-risk exit: refused", "stop-loss protect: refused"])
        scenario.expectSound()
    }

    @Test("two shares in a hundred are just worth an order")
    func justEnough() {
        var scenario = protected()
        scenario.cycle(risk.says(.reduceTo(quantity: 98), on: "ABC", .low))
        scenario.expect("ABC", holds: 98, stop: "98 @ 95.00", fates: ["portfolio-risk reduce_to: taken"])
        scenario.expectSound()
    }

    @Test("a small part of profit is taken though a reduction of that size would wait")
    func smallPartial() {
        var scenario = protected()
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.01", rung: "1R"), on: "ABC"),
            risk.says(.reduceTo(quantity: 99), on: "ABC"))
        scenario.expect(
            "ABC", holds: 99, stop: "99 @ 95.00",
            fates: ["partial-profit take_partial: taken", "portfolio-risk reduce_to: deferred"])
        scenario.expectSound()
    }

    @Test("a weight of nothing is an exit")
    func weightOfNothing() {
        var scenario = protected()
        scenario.cycle(risk.says(.reduceToWeight(weight: "0"), on: "ABC", .low))
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("a first stop above the average price gives no R: what is counted in R is refused")
    func noR() {
        var scenario = TradingScenario(Held("ABC", 100, market: "110"), says: [stopLoss.says(.stop("105"), on: "ABC")])
        scenario.cycle(
            takeProfit.says(.target(TargetAdvice(distance: .r("2"))), on: "ABC"),
            stopLoss.says(.trail(.r("1"), from: .highWater), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 105.00", steps: [],
            fates: ["stop-loss protect: refused", "take-profit target: refused"])
        scenario.expectSound()
    }

    @Test("the cool-down of parts is each symbol's own")
    func twoSymbols() {
        var scenario = TradingScenario(
            Held("ABC", 100), Held("XYZ", 40),
            says: [stopLoss.says(.stop("95"), on: "ABC"), stopLoss.says(.stop("95"), on: "XYZ")])
        scenario.cycle(partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"))
        scenario.cycle(
            partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC"),
            partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "XYZ"))
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00", fates: ["partial-profit take_partial: deferred"])
        scenario.expect("XYZ", holds: 20, stop: "20 @ 95.00", fates: ["partial-profit take_partial: taken"])
        scenario.expectSound()
    }

    @Test("a new position in the same symbol has its ladder from the start")
    func newLadder() {
        var scenario = protected()
        let part = partialProfit.says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC")
        scenario.cycle(part)
        scenario.cycle(risk.says(.exit, on: "ABC"))
        scenario.driver.pass(.seconds(900))
        scenario.market("ABC", "100")
        scenario.cycle(trend.says(.buy(60, stop: "95"), on: "ABC"))
        scenario.expect("ABC", holds: 60, stop: "60 @ 95.00")
        scenario.cycle(part)
        scenario.expect("ABC", holds: 30, stop: "30 @ 95.00", fates: ["partial-profit take_partial: taken"])
        scenario.expectSound()
    }

    @Test("stop and target move in one cycle: the stop first, each in its place")
    func bothMove() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "120"), on: "ABC"))
        scenario.cycle(takeProfit.says(.target(price: "115"), on: "ABC"), stopLoss.says(.stop("97"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 100, stop: "100 @ 97.00", target: "100 @ 115.00",
            steps: [.moveStop(from: "95", to: "97"), .moveTarget(from: "120", to: "115")])
        scenario.expectSound()
    }

    @Test("the owner of a target moves it away, and a stranger brings it nearer")
    func targetMoves() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "110"), on: "ABC"))
        scenario.cycle(takeProfit.says(.target(price: "115"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 115.00")
        scenario.cycle(trend.says(.target(price: "112"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 112.00")
        scenario.expectSound()
    }

    @Test(
        "a target stands while its owner is silent for a cycle: a stranger, whose target is further, does not move it")
    func targetOfAnother() {
        var scenario = protected()
        scenario.cycle(takeProfit.says(.target(price: "115"), on: "ABC"))
        scenario.cycle(trend.says(.target(price: "130"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", target: "100 @ 115.00", steps: [])
        scenario.expectSound()
    }

    @Test("the time without a stop is measured: two seconds between its cancel and its return")
    func measured() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")]) {
            $0.capabilities.replacesQuantity = false
        }
        scenario.driver.delivers = false
        scenario.cycle(risk.says(.reduceTo(quantity: 50), on: "ABC"))
        while !scenario.driver.inbox.isEmpty {
            scenario.driver.deliver()
            if scenario.stop("ABC") == "none" { scenario.driver.pass(.milliseconds(500)) }
        }
        scenario.driver.delivers = true
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        #expect(scenario.driver.unprotected.count == 2)
        let lasted = scenario.driver.unprotected.last?.lasted ?? .zero
        #expect(lasted > .zero && lasted <= .seconds(5))
        scenario.expectSound()
    }
}
