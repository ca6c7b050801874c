import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Pauses after losses of more than a day")
struct LossPauseTests {
    /// 40,000 in cash, 100 of ABC at 100 and 100 of XYZ at 200, on a Wednesday; `enter` wants NEW as soon as it may.
    private func held(
        policies: [PluginName] = ["stop-loss", "enter"], _ change: (inout CoreConfiguration) -> Void
    ) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.venue.hold("XYZ", 100, at: "200")
        driver.quote("ABC", "100", "100", last: "100")
        driver.quote("XYZ", "200", "200", last: "200")
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("60"), on: "ABC"),
                PluginName("stop-loss").says(.stop("80"), on: "XYZ"),
            ])
        }
        driver.start(policies) {
            $0.cyclePeriod = .seconds(60)
            $0.reconcileEveryCycles = 1
            change(&$0)
        }
        driver.connect()
        driver.cycle()
        return driver
    }

    private func later(_ driver: inout CoreDriver, _ span: TimeSpan, xyz: Price) {
        driver.pass(span)
        driver.quote("ABC", "100", "100", last: "100")
        // A fall of more than a fifth is believed at the second print.
        for _ in 0..<2 { driver.quote("XYZ", xyz, xyz, last: xyz) }
        driver.cycle()
    }

    private func pause(_ driver: CoreDriver) -> LossCause.Kind? {
        driver.state.losses.pause(at: driver.now)?.cause.kind
    }

    private func wantsEntry(_ driver: inout CoreDriver) {
        driver.quote("NEW", "10", "10", last: "10")
        driver.policies = { _ in
            answers([
                PluginName("enter").says(.buy(10, stop: "9"), on: "NEW"),
                PluginName("stop-loss").says(.stop("61"), on: "ABC"),
                PluginName("stop-loss").says(.stop("80"), on: "XYZ"),
            ])
        }
        driver.cycle()
    }

    private static let drawdown: @Sendable (inout CoreConfiguration) -> Void = {
        $0.limits.drawdownPause = DrawdownRule(limit: "0.1")
    }

    @Test("a fall that no single day has reached begins a pause; just above it nothing happens")
    func overDays() {
        var driver = held(Self.drawdown)
        later(&driver, .day, xyz: "165")
        #expect(pause(driver) == nil)
        later(&driver, .day, xyz: "131")
        #expect(pause(driver) == nil, "6,900 of 70,000")
        later(&driver, .seconds(60), xyz: "130")
        #expect(pause(driver) == .drawdown)
        #expect(driver.state.control.state == .active, "it ends by itself")
        driver.expectSound()
    }

    @Test("while it lasts nothing is entered, stops are moved, and the reason names figure and time")
    func inForce() throws {
        var driver = held(Self.drawdown)
        later(&driver, .day, xyz: "130")
        let found = try #require(driver.state.losses.pause(at: driver.now))
        #expect(found.cause == .drawdown("0.1", limit: "0.1", within: .seconds(30 * 86_400)))
        #expect(found.until == found.since + .day)
        #expect(driver.alertReasons(.warning).contains(.entriesPaused(found)))
        wantsEntry(&driver)
        #expect(driver.position("NEW") == nil && driver.working("NEW").isEmpty)
        #expect(driver.working("ABC").contains { $0.terms.stopPrice == "61" })
        #expect(driver.decisionReasons("NEW").contains(.entriesPaused(found)))
        driver.expectSound()
    }

    @Test("an entry that rests is canceled when it begins")
    func restingEntry() {
        var driver = held(Self.drawdown)
        driver.quote("NEW", "10", "10", last: "10")
        driver.policies = { _ in
            answers([
                PluginName("enter").says(.buy(10, stop: "8", limit: "9"), on: "NEW"),
                PluginName("stop-loss").says(.stop("60"), on: "ABC"),
                PluginName("stop-loss").says(.stop("80"), on: "XYZ"),
            ])
        }
        driver.cycle()
        #expect(!driver.working("NEW").isEmpty)
        for _ in 0..<2 { driver.quote("XYZ", "130", "130", last: "130") }
        driver.cycle()
        #expect(pause(driver) == .drawdown && driver.working("NEW").isEmpty)
        driver.expectSound()
    }

    @Test("it ends by itself after its time, or by `resume`, and the fall is counted anew", arguments: [false, true])
    func ends(byResume: Bool) {
        var driver = held { $0.limits.drawdownPause = DrawdownRule(limit: "0.05") }
        later(&driver, .day, xyz: "165")
        if byResume {
            driver.send(.control(Control(command: .resume, who: "me", why: "seen")))
        } else {
            later(&driver, .seconds(86_300), xyz: "165")
            #expect(pause(driver) == .drawdown)
            later(&driver, .seconds(100), xyz: "165")
        }
        #expect(pause(driver) == nil)
        #expect(driver.alertReasons(.notice).contains { if case .pauseOver = $0 { true } else { false } })
        wantsEntry(&driver)
        #expect(driver.position("NEW") != nil)
        later(&driver, .seconds(60), xyz: "132")
        #expect(pause(driver) == nil, "3,300 of 66,500")
        later(&driver, .seconds(60), xyz: "131")
        #expect(pause(driver) == .drawdown)
        driver.expectSound()
    }

    @Test("it survives a restart, and so does the peak")
    func restart() {
        var driver = held(Self.drawdown)
        later(&driver, .day, xyz: "140")
        driver.disconnect()
        driver.start(["stop-loss", "enter"], isObserving: false, Self.drawdown)
        driver.connect()
        later(&driver, .day, xyz: "129")
        #expect(pause(driver) == .drawdown)
        driver.disconnect()
        driver.start(["stop-loss", "enter"], isObserving: false, Self.drawdown)
        driver.connect()
        #expect(pause(driver) == .drawdown)
        wantsEntry(&driver)
        #expect(driver.position("NEW") == nil)
        driver.expectSound()
    }

    @Test("a peak that is older than the window does not count")
    func window() {
        var driver = held {
            $0.limits.drawdownPause = with(DrawdownRule(limit: "0.08")) { $0.within = .seconds(3 * 86_400) }
        }
        for price in ["175", "155", "140"] as [Price] { later(&driver, .day, xyz: price) }
        #expect(pause(driver) == nil)
        later(&driver, .day, xyz: "120")
        #expect(pause(driver) == nil, "8,000 of 70,000, but 3,500 of the last three days")
        later(&driver, .day, xyz: "88")
        #expect(pause(driver) == .drawdown, "5,200 of 64,000")
    }

    @Test(
        "what is paid in or out is no loss and hides none", arguments: ["-35000", "60000"] as [Money],
        ["131", "129"] as [Price])
    func paid(amount: Money, price: Price) throws {
        var driver = held(Self.drawdown)
        later(&driver, .day, xyz: "140")
        driver.venue.cash = try driver.venue.cash + amount
        for _ in 0..<12 { driver.cycle() }
        #expect(driver.alertReasons.contains(.moneyMoved(amount)))
        #expect(pause(driver) == nil)
        // Of 70,000 it was 8.571 % until now; of what is left, the same share.
        let equity = try Money("64000") + amount
        let fall = try (equity.ratio(to: "64000")).units
        let more = Price(units: (Price("140").units - price.units) * fall / Ratio.scale)
        later(&driver, .seconds(60), xyz: try Price("140") - more)
        #expect(pause(driver) == (price == "129" ? .drawdown : nil))
    }

    @Test("a figure that is not believed sets no peak", arguments: ["cash", "price"])
    func unconfirmed(_ what: String) {
        var driver = held(Self.drawdown)
        if what == "cash" {
            driver.venue.lie = { ($0.account.cash, $0.account.equity) = ("90000", "120000") }
        } else {
            driver.quote("XYZ", "200", "200", last: "900")
        }
        driver.cycle()
        driver.venue.lie = nil
        later(&driver, .seconds(60), xyz: "200")
        #expect(pause(driver) == nil)
        later(&driver, .seconds(60), xyz: "131")
        #expect(pause(driver) == nil)
    }

    @Test("a loss of the week pauses until the next one begins; the week before is not counted")
    func week() throws {
        var driver = held { $0.limits.weeklyLossPause = WeeklyLossRule(limit: "0.05") }
        later(&driver, .day, xyz: "180")
        #expect(pause(driver) == nil)
        later(&driver, .day, xyz: "165")
        let found = try #require(driver.state.losses.pause(at: driver.now))
        #expect(found.cause == .weeklyLoss("0.05", limit: "0.05"))
        // June 15, 2026, 00:00 in New York.
        #expect(found.until == Timestamp(rfc3339: "2026-06-15T04:00:00Z"))
        driver.pass(found.until - driver.now)
        later(&driver, .seconds(9 * 3_600), xyz: "150")
        #expect(pause(driver) == nil, "1,500 of 66,500, the gap over the weekend with it")
        later(&driver, .seconds(60), xyz: "131")
        #expect(pause(driver) == .weeklyLoss)
    }

    @Test(
        "positions that are closed with a loss in a row pause; one without a loss ends the row",
        arguments: [false, true])
    func streak(isBroken: Bool) {
        var driver = held(policies: ["trade"]) {
            $0.limits.lossStreakPause = with(LossStreakRule(losses: 2)) { $0.pause = .seconds(3_600) }
            $0.damping.reentryCoolDown = .zero
        }
        trade(&driver, from: "10", to: "9.5")
        #expect(pause(driver) == nil)
        if isBroken { trade(&driver, from: "10", to: "10.5") }
        trade(&driver, from: "10", to: "9.5")
        #expect(pause(driver) == (isBroken ? nil : .lossStreak))
        driver.pass(.seconds(3_600))
        trade(&driver, from: "10", to: "9.5")
        #expect(driver.outcomes == (isBroken ? 4 : 3), "it is over, and counted anew")
        driver.expectSound()
    }

    private func trade(_ driver: inout CoreDriver, from: Price, to: Price) {
        driver.quote("NEW", from, from, last: from)
        driver.policies = { _ in answers([PluginName("trade").says(.buy(10, stop: "8"), on: "NEW")]) }
        driver.cycle()
        driver.quote("NEW", to, to, last: to)
        driver.policies = { _ in answers([PluginName("trade").says(.exit, on: "NEW")]) }
        driver.cycle()
        driver.cycle()
    }

    @Test("what was there before, and is sold at a loss, is no loss of ours")
    func adopted() {
        var driver = held(policies: ["trade"]) { $0.limits.lossStreakPause = LossStreakRule(losses: 1) }
        driver.quote("ABC", "90", "90", last: "90")
        driver.send(.asked(PersonRequest(symbol: "ABC", wish: .close, who: "me", why: "enough")))
        driver.cycle()
        #expect(driver.position("ABC") == nil)
        #expect(pause(driver) == nil)
    }

    @Test("where it is configured positions are reduced while it lasts, and not longer")
    func reduces() throws {
        var driver = held { $0.limits.drawdownPause = with(DrawdownRule(limit: "0.1")) { $0.gross = "0.25" } }
        later(&driver, .day, xyz: "130")
        for _ in 0..<3 { driver.cycle() }
        let gross = try driver.state.marked.heldValue()
        #expect(gross <= "15750" && gross > "15000", "a quarter of 63,000, in whole shares: \(gross)")
        #expect(driver.portfolioReasons.contains { if case .exposureReduced = $0 { true } else { false } })
        driver.expectSound()
    }

    @Test("without a rule nothing pauses; a rule that is taken out ends its pause")
    func off() {
        var driver = held { _ in }
        later(&driver, .day, xyz: "90")
        #expect(pause(driver) == nil)
        var other = held(Self.drawdown)
        later(&other, .day, xyz: "130")
        var configuration = other.state.configuration
        configuration.limits.drawdownPause = nil
        other.send(.configured(Reconfiguration(why: "the test", configuration: configuration)))
        other.cycle()
        #expect(pause(other) == nil)
    }
}

extension CoreDriver {
    fileprivate var decisions: [Decision] {
        effects.compactMap { if case .record(.decision(let decision)) = $0 { decision } else { nil } }
    }
    fileprivate func decisionReasons(_ symbol: Symbol) -> [DispositionReason] {
        decisions.filter { $0.symbol == symbol }.flatMap(\.dispositions).map(\.why)
            + effects.flatMap { effect -> [DispositionReason] in
                guard case .record(.dispositions(let told)) = effect, told.symbol == symbol else { return [] }
                return told.items.map(\.why)
            }
    }
    fileprivate var portfolioReasons: [DispositionReason] {
        effects.flatMap { effect -> [DispositionReason] in
            if case .record(.portfolio(let told)) = effect { told.dispositions.map(\.why) } else { [] }
        }
    }
    fileprivate var outcomes: Int {
        effects.count {
            if case .record(.outcome(let outcome)) = $0 {
                outcome.symbol == "NEW" && outcome.remaining.isZero
            } else {
                false
            }
        }
    }
}
