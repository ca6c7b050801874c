import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// What a hostile tester found.
@Suite("A hostile test of the decision engine")
struct HostileTests {
    private let a: PluginName = "a"
    private let b: PluginName = "b"

    private func record(_ quantity: Quantity, _ change: (inout PositionRecord) -> Void = { _ in }) -> PositionRecord {
        var record = PositionRecord(
            symbol: "ABC", quantity: quantity, averagePrice: "100", openedAt: Timestamp(seconds: 1))
        change(&record)
        return record
    }
    private var empty: PositionPlan { PositionPlan(id: DecisionID(cycle: 1, symbol: "ABC"), symbol: "ABC") }
    private func facts(_ position: PositionRecord?, price: Price? = "100", equity: Money = "100000") -> Merge.Facts {
        Merge.Facts(
            position: position, price: price, equity: equity, now: Timestamp(seconds: 1_000), tickSize: .usEquity,
            damping: Damping())
    }
    private func driver(
        _ quantity: Quantity, at average: Price = "100", market: Price = "100", _ advice: [PolicyAdvice],
        _ venue: (inout FakeVenue) -> Void = { _ in }, _ change: (inout CoreConfiguration) -> Void = { _ in }
    ) -> CoreDriver {
        var fake = FakeVenue()
        if !quantity.isZero { fake.hold("ABC", quantity, at: average) }
        fake.quote("ABC", market, market)
        venue(&fake)
        var driver = CoreDriver(venue: fake)
        driver.recommend(advice)
        driver.start(["a", "b"], change)
        driver.quote("ABC", market, market, last: market)
        driver.connect()
        return driver
    }

    @Test("shares that cost nothing are held like others: trading goes on")
    func noCost() {
        var driver = driver(100, at: "0", [a.says(.stop("95"), on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.state.control.state == .active, "\(driver.alertReasons)")
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("nothing is held, one policy enters and another exits, or holds less: nothing is entered")
    func flatContradiction() throws {
        for (advice, enters) in [
            (Advice.exit, false), (.reduceTo(quantity: 5), false), (.reduceTo(quantity: 10), true),
            (.reduceToWeight(weight: "0"), false), (.takePartial(fraction: "1", rung: "x"), true),
        ] {
            let merge = try Merge(
                [a.says(advice, on: "ABC"), b.says(.buy(10, stop: "95"), on: "ABC")], onto: empty, facts: facts(nil))
            #expect((merge.plan.entry != nil) == enters, "\(advice)")
        }
    }

    @Test("a reset that wavers by a cent sends no orders; one worth an order is taken")
    func resetFlapping() {
        var driver = driver(100, [a.says(.stop("95"), on: "ABC")])
        let before = driver.orders.count
        for round in 0..<20 {
            driver.recommend([a.says(.reset(round % 2 == 0 ? "94.99" : "95.01"), on: "ABC")])
            driver.cycle()
        }
        #expect(driver.orders.count == before)
        driver.recommend([a.says(.reset("94"), on: "ABC")])
        driver.cycle()
        #expect(driver.plan("ABC")?.stop?.stopPrice == "94")
        driver.expectSound()
    }

    @Test("a market that has not moved has no range: no stop is set at the market for it")
    func noRange() throws {
        let indicator = try Indicator("atr(14,1d)")
        for position in [record(100), record(-100)] {
            var facts = facts(position)
            facts.figures = [indicator: "0"]
            let stop = StopAdvice(distance: .atr(multiple: "3", indicator: indicator), from: .last)
            let merge = try Merge([a.says(.protect(stop), on: "ABC")], onto: empty, facts: facts)
            #expect(merge.plan.stop == nil && merge.dispositions.map(\.outcome) == [.refused])
        }
    }

    @Test("no cool-down holds back what is an emergency")
    func emergencyPartial() throws {
        let position = record(100) { $0.lastPartialAt = Timestamp(seconds: 999) }
        let part = Advice.takePartial(fraction: "0.5", rung: "x")
        for (urgency, waits) in [(Urgency.high, true), (.emergency, false)] {
            let merge = try Merge([a.says(part, on: "ABC", urgency)], onto: empty, facts: facts(position))
            #expect((merge.plan.quantityLimit == nil) == waits)
        }
    }

    @Test("one more advice to protect never leaves a looser stop, whatever its range")
    func protectionIsMonotone() throws {
        let (days, minutes) = (try Indicator("atr(14,1d)"), try Indicator("atr(14,5m)"))
        var facts = facts(record(100))
        facts.figures = [days: "20", minutes: "1"]
        var plan = empty
        (plan.stop, plan.stopOwner) = (ProtectiveStop(stopPrice: "90"), "c")
        let near = a.says(
            .protect(StopAdvice(distance: .atr(multiple: "9.2", indicator: minutes), from: .last)), on: "ABC")
        let far = b.says(
            .protect(StopAdvice(distance: .atr(multiple: "0.455", indicator: days), from: .last)), on: "ABC")
        #expect(try Merge([near], onto: plan, facts: facts).plan.stop?.stopPrice == "90.8")
        #expect(try Merge([near, far], onto: plan, facts: facts).plan.stop?.stopPrice == "90.8")
    }

    @Test("what the broker cannot sell keeps no exit alive: what is bought later is not sold for it")
    func crumb() {
        var driver = driver("10.5", [a.says(.stop("95"), on: "ABC"), a.says(.exit, on: "ABC")])
        #expect(driver.venue.held("ABC") == "0.5")
        driver.recommend([a.says(.stop("95"), on: "ABC")])
        driver.cycle()
        driver.venue.hold("ABC", "100.5", at: "100")
        driver.venue.wasTradedByHand = true
        for _ in 0..<65 { driver.cycle() }
        #expect(driver.venue.held("ABC") == "100.5", "\(driver.actions)")
        #expect(driver.venue.stopped("ABC") == 100)
    }

    @Test("an exposure that is within its bound is told once, and not with every figure of a moving market")
    func exposureTold() {
        let wish = Advice.reduceExposure(ExposureAdvice(grossWeight: "0.9"))
        var driver = driver(100, [a.says(.stop("90"), on: "ABC"), b.says(wish, on: nil)])
        for price in ["100.5", "101", "101.5", "102"] as [Price] {
            driver.quote("ABC", price, price, last: price)
            driver.cycle()
        }
        #expect(driver.portfolioDecisions.count == 1, "\(driver.portfolioDecisions.map(\.dispositions.first?.why))")
        driver.expectSound()
    }

    @Test("of what the broker cannot sell a flatten makes no decision in every cycle")
    func flattenedCrumb() {
        var driver = driver("10.5", [a.says(.stop("95"), on: "ABC")])
        driver.send(.control(Control(command: .flatten, who: "anna", why: "the test")))
        #expect(driver.venue.held("ABC") == "0.5")
        let before = driver.decisions.count
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.decisions.count <= before + 1, "\(driver.decisions.map(\.headline))")
        driver.expectSound()
    }

    @Test("an account that has lost everything can still be closed by a policy", arguments: ["0", "-500"] as [Money])
    func noEquity(equity: Money) throws {
        let held = Portfolio(positions: [record(100)])
        let advice = a.says(.reduceExposure(ExposureAdvice(grossWeight: .zero)), on: nil, .emergency)
        let portfolio = try PortfolioMerge(
            [advice], MarkedPortfolio(held), equity: equity, now: Timestamp(seconds: 1),
            configuration: CoreConfiguration(account: "test", policies: []))
        #expect(portfolio.advice.map(\.recommendation.advice) == [.reduceTo(quantity: .zero)])
        #expect(portfolio.dispositions.map(\.outcome) == [.taken])
        for price in ["100", nil] as [Price?] {
            let merge = try Merge(
                [a.says(.reduceToWeight(weight: .zero), on: "ABC")], onto: empty,
                facts: facts(record(100), price: price, equity: equity))
            #expect(merge.plan.quantityLimit == .zero)
        }
    }

    @Test("an entry by a limit beyond the market is bought at the market: its stop must lie under that too")
    func marketableLimit() throws {
        for (advice, enters) in [
            (Advice.buy(10, stop: "105", limit: "110"), false), (.buy(10, stop: "95", limit: "110"), true),
            (.buy(10, stop: "85", limit: "90"), true), (.buy(10, stop: "95", target: "97", limit: "90"), false),
            (.buy(10, stop: "85", target: "95", limit: "90"), true),
        ] {
            let merge = try Merge([a.says(advice, on: "ABC")], onto: empty, facts: facts(nil))
            #expect((merge.plan.entry != nil) == enters, "\(advice)")
        }
    }

    @Test("a resting entry of the other side is taken back")
    func otherSide() {
        var driver = driver(0, [a.says(.buy(10, stop: "85", limit: "90"), on: "ABC")])
        #expect(driver.working("ABC").count == 1)
        let short = Advice.enter(
            Entry(side: .sell, quantity: 5, limitPrice: "110", stop: ProtectiveStop(stopPrice: "120")))
        driver.recommend([a.says(short, on: "ABC")])
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.working("ABC").map(\.terms.side) == [.sell])
        driver.expectSound()
    }

    @Test("advisories without an end do not pile up")
    func advisories() {
        var driver = driver(0, [])
        for round in 0..<12 {
            driver.recommend(
                (0..<256).map { number in
                    a.says(
                        .advise(AdvisoryAdvice(name: "n\(round)-\(number)", value: "1")), on: nil,
                        until: Timestamp(nanoseconds: .max))
                } + [b.says(.advise(AdvisoryAdvice(name: "regime", value: "2")), on: nil)])
            driver.cycle()
        }
        #expect(driver.state.audit.advisories.count <= 2 * CoreLimits.advisories)
        #expect(driver.state.audit.advisories.contains { $0.policy == "b" }, "one policy does not crowd out another")
    }
}

@Suite("A hostile test of what the core remembers")
struct HostileMemoryTests {
    private func driver(_ quantity: Quantity = 0) -> CoreDriver {
        var venue = FakeVenue()
        if !quantity.isZero { venue.hold("ABC", quantity, at: "100") }
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start(["a", "b"])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        return driver
    }

    @Test("symbols that a policy invents are forgotten when nobody speaks of them")
    func invented() {
        var driver = driver()
        for round in 0..<30 {
            driver.recommend(
                (0..<40).map { number in
                    PluginName("a").says(
                        .buy(10, stop: "95", limit: "100"), on: Symbol(unchecked: "X\(round)N\(number)"))
                })
            driver.cycle()
        }
        driver.recommend([])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.state.plans.all.isEmpty)
        #expect(driver.state.holds.heldCount <= 40 && driver.state.plans.countedActions <= 40)
        driver.expectSound()
    }

    @Test("an entry that fills after its cancel was confirmed has the stop that it was asked with")
    func lateEntry() throws {
        var driver = driver()
        driver.recommend([PluginName("a").says(.buy(10, stop: "85", limit: "90"), on: "ABC")])
        driver.cycle()
        let id = try #require(driver.working("ABC").first?.id)
        driver.recommend([])
        driver.cycle()
        #expect(driver.working("ABC").isEmpty && driver.plan("ABC") == nil)
        driver.venue.tradeManually("ABC", 10, at: "90")
        driver.send(
            .execution(
                ExecutionReport(
                    clientOrderID: id, event: .fill, executionID: ExecutionID(unchecked: "late"), price: "90",
                    quantity: 10, cumulativeQuantity: 10, at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 10)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "85" && driver.plan("ABC")?.stopOwner == "a")
        #expect(driver.venue.stopped("ABC") == 10)
        driver.expectSound()
    }

    @Test("a policy that the configuration names no more: its stop stands, its target is anybody's, its advisories end")
    func unnamed() {
        var driver = driver(100)
        driver.recommend([
            PluginName("a").says(.stop("95"), on: "ABC"), PluginName("a").says(.target(price: "110"), on: "ABC"),
            PluginName("a").says(
                .advise(AdvisoryAdvice(name: "stop_scale", value: "2")), on: nil, until: Timestamp(nanoseconds: .max)),
        ])
        driver.cycle()
        driver.recommend([])
        driver.send(
            .configured(
                Reconfiguration(
                    why: "the test", configuration: CoreConfiguration(account: "test", policies: ["b", "c"]))))
        driver.send(.policyGone(name: "a", why: "not named any more"))
        #expect(driver.state.audit.advisories.isEmpty)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "95" && driver.plan("ABC")?.target == "110")
        driver.recommend([
            PluginName("b").says(.reset("90"), on: "ABC"), PluginName("b").says(.target(price: "120"), on: "ABC"),
        ])
        driver.cycle()
        #expect(driver.plan("ABC")?.stop?.stopPrice == "95", "no stranger loosens it")
        #expect(driver.plan("ABC")?.target == "120" && driver.plan("ABC")?.targetOwner == "b")
        driver.expectSound()
    }

    @Test("the same after a restart with another file")
    func unnamedAtStart() {
        var driver = driver(100)
        driver.recommend([
            PluginName("a").says(.stop("95"), on: "ABC"), PluginName("a").says(.target(price: "110"), on: "ABC"),
        ])
        driver.cycle()
        driver.disconnect()
        driver.recommend([PluginName("b").says(.target(price: "120"), on: "ABC")])
        driver.start(["b"])
        driver.connect()
        driver.cycle()
        #expect(driver.plan("ABC")?.target == "120" && driver.plan("ABC")?.stopOwner == "a")
        driver.expectSound()
    }
}
