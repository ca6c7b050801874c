import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Restrictions: halt, reduce, flatten, resume, and the loss of the day")
struct RestrictionTests {
    private func say(_ command: Control.Command) -> Input {
        .control(Control(command: command, who: "me@here", why: "the test"))
    }

    /// A limit entry for ABC rests at the broker, below the market.
    private func resting(
        groups: [OrderGroupKind] = [], _ change: (inout CoreDriver) -> Void = { _ in }
    ) -> CoreDriver {
        let stop = ProtectiveStop(stopPrice: "95")
        let entry = Entry(side: .buy, quantity: 10, limitPrice: "99", stop: stop, target: "110")
        var driver = LimitTests.driver([LimitTests.entry.says(.enter(entry), on: "ABC")]) {
            $0.capabilities.groups = groups
        }
        driver.connect()
        #expect(driver.venue.working("ABC").contains { $0.terms.role == .entry })
        change(&driver)
        return driver
    }

    @Test(
        "each command is journaled with who and why, and sets its state",
        arguments: Control.Command.allCases.filter { $0 != .handOver })
    func journaled(command: Control.Command) {
        var driver = protected()
        driver.send(say(command))
        let states: [Control.Command: TradingState] = [
            .halt: .halted, .reduce: .reducing, .flatten: .reducing, .resume: .active,
        ]
        let state = states[command] ?? .active
        #expect(
            driver.records.contains(
                .tradingState(state, who: "me@here", why: .command(command: command, words: "the test"))))
        #expect(driver.state.control.state == state)
        #expect(driver.state.control.isFlattening == (command == .flatten))
        driver.expectSound()
    }

    @Test(
        "an entry that rests at the broker does not survive reduce and flatten; halted, nothing is sent, and it stays",
        arguments: Control.Command.allCases, [[], [.oco, .bracket]] as [[OrderGroupKind]])
    func restingEntry(command: Control.Command, groups: [OrderGroupKind]) {
        var driver = resting(groups: groups)
        let sent = driver.orders.count
        driver.send(say(command))
        switch command {
        case .reduce, .flatten: #expect(driver.venue.working("ABC").isEmpty)
        case .halt, .resume, .handOver: #expect(driver.orders.count == sent)
        }
        driver.cycle()
        #expect(driver.venue.working("ABC").isEmpty == (command == .reduce || command == .flatten))
        driver.expectSound()
    }

    @Test(
        "a market entry that the venue has not filled yet is ended too",
        arguments: [.reduce, .flatten] as [Control.Command])
    func marketEntry(command: Control.Command) {
        var driver = LimitTests.driver([LimitTests.enter(.buy, 10, "ABC")]) { $0.faults.fillsOnly = 0 }
        driver.connect()
        #expect(driver.venue.working("ABC").count == 1)
        driver.send(say(command))
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("an entry in doubt is ended as soon as the broker says that it lives")
    func entryInDoubt() {
        var driver = LimitTests.driver([])
        driver.connect()
        driver.venue.faults.withholdsAnswers = true
        driver.venue.faults.withholdsWords = true
        driver.recommend([LimitTests.enter(.buy, 10, "ABC", limit: "99")])
        driver.cycle()
        driver.send(say(.reduce))
        #expect(driver.orders.count == 1)
        driver.venue.faults = .init()
        driver.wait(.seconds(6))
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("an entry that is filled in part: the rest is cancelled, what is held is protected or sold")
    func partlyFilled() {
        for command in [Control.Command.reduce, .flatten] {
            var driver = resting { driver in
                let entry = driver.venue.working("ABC").first?.id ?? "none"
                driver.venueDoes { $0.fill(entry, 4, at: "99") }
            }
            driver.send(say(command))
            #expect(!driver.venue.working("ABC").contains { $0.terms.role == .entry })
            #expect(driver.venue.held("ABC") == (command == .reduce ? 4 : .zero))
            #expect(driver.venue.stopped("ABC") == driver.venue.held("ABC"))
            driver.expectSound()
        }
    }

    @Test("flatten frees a halted core to sell, and resume ends it")
    func flattenFromHalted() {
        var driver = protected(target: "120")
        driver.send(say(.halt))
        driver.cycle()
        #expect(driver.venue.held("ABC") == 100)
        driver.send(say(.flatten))
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.venue.working("ABC").isEmpty)
        driver.send(say(.resume))
        #expect(driver.state.control.state == .active)
        #expect(!driver.state.control.isFlattening)
        driver.expectSound()
    }

    /// Every exit at market belongs to a decision that wants as much to go.
    private func expectExplained(_ driver: CoreDriver, _ name: PluginName) {
        let closes = driver.records.compactMap { record -> ActionTaken? in
            guard case .action(let step) = record, case .close = step.action else { return nil }
            return step
        }
        #expect(!closes.isEmpty)
        for step in closes {
            let decisions = driver.records.compactMap { record -> Decision? in
                if case .decision(let decision) = record, decision.id == step.decision { decision } else { nil }
            }
            #expect(decisions.last?.plan.quantityLimit == .zero, "\(step.decision)")
            let taken = decisions.last?.dispositions.filter { $0.outcome == .taken }.map(\.policy)
            #expect(taken?.contains(name) == true, "\(step.decision)")
        }
    }

    @Test("what flatten sells is the person's decision, with who and why, beside the cycle's and within the next one")
    func flattenDecides() {
        var driver = protected()
        driver.cycle()
        let cycle = driver.state.cycle.number
        driver.send(say(.flatten))
        #expect(driver.venue.held("ABC").isZero)
        expectExplained(driver, Handover.person)
        let decision = driver.records.compactMap { if case .decision(let made) = $0 { made } else { nil } }.last
        #expect(decision?.id == DecisionID(byPersonAfter: cycle, symbol: "ABC"))
        #expect(decision?.dispositions.map(\.recommendation.reason) == ["the test"])
        #expect(driver.venue.orders.keys.allSatisfy { $0.text.count <= 48 })
        driver.expectSound()
    }

    @Test("what is found after flatten goes in the person's name too, whatever policies want in that cycle")
    func flattenFound() {
        var driver = LimitTests.driver([])
        driver.send(say(.flatten))
        driver.venue.hold("ABC", 100, at: "100")
        driver.recommend([LimitTests.entry.says(.takePartial(fraction: "0.5", rung: "1"), on: "ABC")])
        driver.connect()
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero)
        expectExplained(driver, Handover.person)
        driver.expectSound()
    }

    @Test("a plan that goes back to an id of its cycle gives no action a number again")
    func numbers() {
        var plans = PlanStore()
        let person = DecisionID(byPersonAfter: 12, symbol: "ABC")
        plans.noteAction("ABC", of: person, number: 3)
        #expect(plans.nextAction("ABC", of: DecisionID(cycle: 12, symbol: "ABC")) == 4)
        #expect(plans.nextAction("ABC", of: DecisionID(cycle: 1, symbol: "ABC")) == 1)
        #expect(plans.nextAction("ABC", of: DecisionID(cycle: 13, symbol: "ABC")) == 1)
    }

    // MARK: - Unprotected while halted

    @Test(
        "unprotected while halted: told at the limit and every five minutes, with why nothing is sent; until it is protected"
    )
    func unprotectedWhileHalted() {
        var driver = protected()
        driver.send(say(.halt))
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        let since = driver.now
        func emergencies() -> Int { driver.alertReasons(of: .unprotected).count }
        driver.wait(.seconds(30))
        #expect(emergencies() == 1)
        #expect(
            driver.alertReasons.last?.nothingSent
                == .tradingHalted(who: "me@here", why: .command(command: .halt, words: "the test")))
        driver.wait(.seconds(299))
        #expect(emergencies() == 1)
        #expect(driver.effects.contains(.wake(at: since + .seconds(330))))
        driver.wait(.seconds(1))
        #expect(emergencies() == 2)
        driver.wait(.seconds(300))
        #expect(emergencies() == 3)
        driver.send(say(.resume))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.wait(.seconds(900))
        #expect(emergencies() == 3)
        driver.expectSound()
    }

    @Test("figures that cannot be reckoned with halt trading, and the unprotected position is told all the same")
    func doubtAboutFigures() {
        var driver = protected()
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        driver.venue.faults.losesCommands = true
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        // Every cycle from here on fails at the equity.
        driver.quote("ABC", Price(units: .max - 1), Price(units: .max), last: Price(units: .max))
        driver.cycle()
        #expect(driver.state.control.state == .halted)
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.alertReasons(of: .unprotected).count >= 2, "\(driver.alertReasons.suffix(5))")
    }

    // MARK: - The loss of the day

    private func losing(_ change: (inout HardLimits) -> Void = { _ in }) -> CoreDriver {
        var driver = LimitTests.driver([], cash: "0") {
            $0.hold("ABC", 100, at: "100")
            $0.hold("XYZ", 100, at: "100")
        } limits: {
            $0.maximumDailyLoss = "0.1"
            change(&$0)
        }
        for symbol in ["ABC", "XYZ"] as [Symbol] { driver.quote(symbol, "100", "100", last: "100") }
        driver.connect()
        return driver
    }

    @Test("a fill shows the loss, not the next cycle; and entries under way are ended at once")
    func lossByFill() {
        var driver = losing { $0.maximumDailyLoss = "0.04" }
        driver.recommend([
            LimitTests.entry.says(.stop("50"), on: "ABC"), LimitTests.entry.says(.exit, on: "ABC"),
            LimitTests.entry.says(.stop("50"), on: "XYZ"),
        ])
        // The last trade hides what the market would pay.
        driver.quote("ABC", "91", "100", last: "100")
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.state.control.state == .reducing)
        #expect(driver.alertReasons.contains(.restricted(state: .reducing, why: .dailyLoss("0.045", limit: "0.04"))))
        driver.expectSound()
    }

    @Test("an entry is not sent into a loss that came after the cycle", arguments: [("81", true), ("80", false)])
    func lossBeforeEntry(price: Price, isEntered: Bool) {
        var venue = FakeVenue(cash: "10000")
        venue.hold("ABC", 100, at: "100")
        for symbol in ["ABC", "XYZ"] as [Symbol] { venue.quote(symbol, "100", "100") }
        var driver = CoreDriver(venue: venue)
        driver.start(["entry"]) { $0.limits.maximumDailyLoss = "0.1" }
        for symbol in ["ABC", "XYZ"] as [Symbol] { driver.quote(symbol, "100", "100", last: "100") }
        driver.send(.market(MarketUpdate(at: driver.now, session: .preMarket)))
        driver.recommend([
            LimitTests.enter(.buy, 10, "XYZ", limit: "99"), LimitTests.entry.says(.stop("50"), on: "ABC"),
        ])
        driver.connect()
        #expect(!driver.hasEntered)
        driver.quote("ABC", price, price, last: price)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        #expect(driver.hasEntered == isEntered, "\(driver.alertReasons)")
        #expect(driver.state.control.state == (isEntered ? .active : .reducing))
        driver.expectSound()
    }

    @Test("a restart within the day counts on from where the day began, and so does a new connection")
    func restartKeepsTheDay() {
        var driver = losing()
        driver.quote("ABC", "90", "90", last: "90")
        driver.cycle()
        #expect(driver.state.control.state == .active)
        driver.disconnect()
        driver.start(["entry"]) { $0.limits.maximumDailyLoss = "0.1" }
        driver.connect()
        driver.quote("XYZ", "90", "90", last: "90")
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        driver.expectSound()
    }

    @Test("a day that begins before prices are known begins with the first of them; so does the peak")
    func startWithoutPrices() throws {
        var venue = FakeVenue(cash: "0")
        venue.hold("ABC", 100, at: "50")
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.connect()
        // Worth twice what it has cost, and no price to see it by: the first figures are read again.
        for _ in 0..<21 { driver.wait(.seconds(1)) }
        driver.cycle()
        #expect(driver.state.portfolio.marks.dayStart == nil && driver.state.portfolio.marks.peak == .zero)
        #expect(try driver.state.marked.equity() == "10000", "the broker's figure")
        driver.quote("ABC", "100", "100")
        driver.cycle()
        #expect(driver.state.portfolio.marks.dayStart == "10000" && driver.state.portfolio.marks.peak == "10000")
    }
}

extension CoreDriver {
    fileprivate var hasEntered: Bool { submissions.contains { $0.isEntry } }

    @Test("the core's own stop takes no reduction over from the decision that wanted it")
    func ownStopBesideFlatten() {
        let flattening = DecisionID(byPersonAfter: 3, symbol: "ABC")
        var plans = PlanStore()
        var plan = PositionPlan(id: flattening, symbol: "ABC")
        plan.quantityLimit = .zero
        plans.adopt(plan)
        plans.setCoreStop(ProtectiveStop(stopPrice: "95"), "ABC", id: DecisionID(cycle: 3, symbol: "ABC"))
        #expect(plans["ABC"]?.id == flattening)
        #expect(plans["ABC"]?.stop?.stopPrice == "95")
        plans.endReduction("ABC")
        plans.setCoreStop(ProtectiveStop(stopPrice: "94"), "ABC", id: DecisionID(cycle: 4, symbol: "ABC"))
        #expect(plans["ABC"]?.id == DecisionID(cycle: 4, symbol: "ABC"))
    }
}
