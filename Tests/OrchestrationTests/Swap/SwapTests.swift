import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// The part of the live loop that a swap needs: adapters that leave and join when the core says so.
extension CoreDriver {
    static let plain = BrokerCapabilities.everything.with {
        $0.groups = []
        $0.replacesPrice = false
        $0.replacesQuantity = false
    }

    mutating func askForSwap(to name: PluginName = "second") {
        feed(.swapBroker(SwapRequest(to: name, who: "me@here", why: "the test")))
    }

    /// The adapter that was asked to leave is gone.
    mutating func leave(_ name: PluginName = "first") {
        disconnect(name)
        send(.brokerLeft(name: name))
    }

    mutating func join(_ name: PluginName = "second", _ capabilities: BrokerCapabilities = plain) {
        venue.capabilities = capabilities
        connect(as: name)
    }

    var swaps: [SwapProgress.Step] {
        records.compactMap { if case .swap(let told) = $0 { told.step } else { nil } }
    }

    /// Dismissals and engagements, in order.
    var moves: [String] {
        effects.compactMap { effect in
            switch effect {
            case .dismissBroker(let name): "- \(name)"
            case .engageBroker(let engagement): "+ \(engagement.broker) \(engagement.epoch)"
            case .evaluate, .command, .configure, .wake, .record: nil
            }
        }
    }
}

/// 100 ABC under a stop, at the first of two adapters.
func swappable(target: Price? = nil, _ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
    var venue = FakeVenue()
    venue.hold("ABC", 100, at: "100")
    venue.quote("ABC", "100", "100.02")
    change(&venue)
    var driver = CoreDriver(venue: venue)
    driver.advise("95", target: target)
    driver.start { $0.brokers = ["first", "second"] }
    driver.quote("ABC", "100", "100.02")
    driver.connect(as: "first")
    return driver
}

extension CoreDriver {
    mutating func advise(_ stop: Price, target: Price? = nil) {
        recommend(
            [PluginName("stop-loss").says(.stop(stop), on: "ABC")]
                + (target.map { [PluginName("stop-loss").says(.target(price: $0), on: "ABC")] } ?? []))
    }
}

@Suite("A broker is swapped for another while orders work")
struct SwapTests {
    @Test("the old one leaves, the new one comes with the next epoch, and the orders rest on")
    func swap() throws {
        var driver = swappable()
        let (stop, sent) = (try #require(driver.symbolStop), driver.orders.count)
        driver.askForSwap()
        #expect(driver.moves == ["- first"])
        #expect(driver.state.chosenBroker == "first" && driver.state.epoch == 1)
        driver.leave()
        #expect(driver.moves == ["- first", "+ second 2"])
        driver.advise("96")
        driver.cycle()
        #expect(driver.orders.count == sent, "frozen")
        driver.join()
        #expect(driver.state.swap == nil && driver.state.chosenBroker == "second" && driver.state.epoch == 2)
        #expect(driver.swaps == [.began, .changed, .done])
        #expect(driver.symbolStop?.terms.stopPrice == "96", "it moves by cancel and a new order there")
        #expect(driver.venue.orders[stop.id]?.status == .canceled)
        #expect(driver.alertReasons(of: .brokerGone) == [], "a departure that was asked for is no emergency")
        driver.expectSound()
    }

    @Test(
        "an OCO group that rests, where the new one knows no groups: the target goes, the stop stays, nothing oversells"
    )
    func groups() {
        var driver = swappable(target: "110")
        #expect(driver.symbolTarget != nil && driver.symbolStop?.groupKind == .oco)
        driver.askForSwap()
        driver.leave()
        driver.join()
        #expect(driver.symbolTarget == nil)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.quote("ABC", "110", "110.02")
        #expect(driver.venue.held("ABC") == 0, "the core watches the target itself")
        driver.askForSwap(to: "first")
        driver.leave("second")
        driver.join("first", .everything)
        #expect(driver.state.swap == nil && driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("a group's leg that is filled while nobody is connected leaves no second exit")
    func filledMeanwhile() {
        var driver = swappable(target: "110")
        driver.askForSwap()
        driver.leave()
        _ = driver.venue.trade("ABC", "110.5", "110.52")
        driver.join()
        #expect(driver.venue.held("ABC") == 0 && driver.position("ABC") == nil)
        #expect(driver.venue.working("ABC").isEmpty && driver.state.swap == nil)
        driver.expectSound()
    }

    @Test("while an order is in doubt the old one stays")
    func drains() {
        var driver = swappable()
        driver.delivers = false
        driver.advise("96")
        driver.cycle()
        driver.deliver()
        #expect(driver.working("ABC").contains { $0.status.isInFlight })
        driver.askForSwap()
        #expect(driver.moves.isEmpty && driver.state.swap?.stage == .draining)
        driver.delivers = true
        driver.settle()
        #expect(driver.moves == ["- first"])
        driver.expectSound()
    }

    @Test("what stays in doubt ends the swap: nothing has changed, and what waited is sent")
    func givenUp() {
        var driver = swappable()
        driver.venue.faults.withholdsAnswers = true
        driver.venue.faults.withholdsWords = true
        driver.advise("96")
        driver.cycle()
        driver.askForSwap()
        for _ in 0..<9 { driver.wait(.seconds(1)) }
        #expect(driver.state.swap?.stage == .draining)
        driver.wait(.seconds(1))
        #expect(driver.state.swap == nil && driver.moves.isEmpty && driver.state.epoch == 1)
        #expect(driver.swaps == [.began, .failed])
        #expect(
            driver.alertReasons.contains {
                if case .swapAbandoned(.orders(_, after: .seconds(10))) = $0 { true } else { false }
            })
        driver.venue.faults = .init()
        driver.advise("97")
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("a stop that is on its way from cancelled to new is placed before the old one leaves")
    func protectsFirst() {
        var driver = swappable { $0.capabilities = CoreDriver.plain }
        driver.delivers = false
        driver.advise("96")
        driver.cycle()
        driver.deliver()
        driver.askForSwap()
        driver.deliver()
        #expect(
            driver.state.protection.isUnprotected("ABC") && driver.moves.isEmpty,
            "cancelled, and its successor under way")
        driver.delivers = true
        driver.settle()
        #expect(driver.venue.stopped("ABC") == 100 && driver.moves == ["- first"])
        driver.expectSound()
    }

    @Test("what is unprotected in the frozen time is timed on, and protected at its end")
    func unprotected() throws {
        var driver = swappable()
        driver.askForSwap()
        driver.leave()
        let stop = try #require(driver.symbolStop)
        _ = driver.venue.drop(stop.id)
        driver.join()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.askForSwap(to: "first")
        _ = driver.venue.drop(driver.symbolStop?.id ?? stop.id)
        driver.feed(
            .execution(
                ExecutionReport(
                    clientOrderID: driver.working("ABC")[0].id, event: .canceled, cumulativeQuantity: 0, at: driver.now)
            ))
        let sent = driver.orders.count
        for _ in 0..<4 { driver.wait(.seconds(10)) }
        #expect(driver.orders.count == sent, "frozen: the old adapter was asked to leave already")
        #expect(driver.alertReasons.contains { $0.nothingSent == .swap(from: "second", to: "first") })
        driver.leave("second")
        driver.join("first", .everything)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.unprotected.last?.lasted == .seconds(40))
        driver.expectSound()
    }

    enum Failure: CaseIterable {
        case doesNotStart, dies, isLate, isNeverReconciled, otherAccount, cannotProtect, noStops, knowsNothing,
            otherPosition
    }

    @Test("a new one that cannot trade is taken back with a further epoch", arguments: Failure.allCases)
    func rolledBack(failure: Failure) {
        var driver = swappable {
            $0.hold("FRAC", "0.5", at: "10"); $0.capabilities.quantityIncrement = "0.1"
        }
        driver.recommend([
            PluginName("stop-loss").says(.stop("95"), on: "ABC"), PluginName("stop-loss").says(.stop("9"), on: "FRAC"),
        ])
        driver.cycle()
        #expect(driver.venue.stopped("FRAC") == "0.5")
        let (capabilities, venue) = (driver.venue.capabilities, driver.venue)
        driver.askForSwap()
        driver.leave()
        fail(&driver, failure, capabilities)
        #expect(driver.state.swap?.stage == .retreating && driver.moves == ["- first", "+ second 2", "- second"])
        let sent = driver.orders.count
        driver.leave("second")
        #expect(driver.moves.last == "+ first 3" && driver.state.chosenBroker == "first")
        driver.venue = venue
        driver.join("first", capabilities)
        #expect(driver.state.swap == nil && driver.swaps == [.began, .changed, .rolledBack, .failed])
        #expect(driver.orders.count == sent)
        #expect(
            driver.alertReasons.contains { if case .swapFailed(why: _, old: "first") = $0 { true } else { false } })
        #expect(driver.position("ABC")?.quantity == 100, "another account's positions are not taken over")
        driver.recommend([PluginName("stop-loss").says(.stop("96"), on: "ABC")])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "96")
        driver.expectSound()
    }

    private func fail(_ driver: inout CoreDriver, _ failure: Failure, _ capabilities: BrokerCapabilities) {
        switch failure {
        case .doesNotStart: driver.send(.brokerFailed(name: "second", why: "exit code 1"))
        case .dies:
            driver.delivers = false
            driver.join("second", capabilities)
            driver.disconnect("second")
            driver.delivers = true
        case .isLate:
            for _ in 0..<30 { driver.wait(.seconds(1)) }
        case .isNeverReconciled:
            driver.venue.faults.withholdsState = true
            driver.join("second", capabilities)
            for _ in 0..<30 { driver.wait(.seconds(1)) }
        case .otherAccount:
            driver.delivers = false
            driver.join("second", capabilities)
            driver.inbox = driver.inbox.map { input in
                guard case .brokerState(var state, let query) = input else { return input }
                state.account.id = "another"
                state.positions = []
                state.openOrders = []
                return .brokerState(state: state, query: query)
            }
            driver.delivers = true
            driver.settle()
        case .cannotProtect: driver.join("second", capabilities.with { $0.quantityIncrement = 1 })
        case .noStops: driver.join("second", capabilities.with { $0.orderTypes = [.market, .limit] })
        case .knowsNothing:
            driver.venue = FakeVenue()
            driver.venue.quote("ABC", "100", "100.02")
            driver.join("second", capabilities)
            for _ in 0..<29 where driver.state.swap?.stage == .joining { driver.wait(.seconds(1)) }
        case .otherPosition:
            driver.venue.hold("ABC", 60, at: "100")
            driver.join("second", capabilities)
            for _ in 0..<29 where driver.state.swap?.stage == .joining { driver.wait(.seconds(1)) }
        }
    }

    @Test("what makes no sense is refused, and disturbs nothing")
    func refused() {
        var driver = swappable()
        driver.askForSwap(to: "third")
        driver.askForSwap(to: "first")
        #expect(driver.swaps == [.failed, .failed] && driver.state.swap == nil && driver.moves.isEmpty)
        driver.askForSwap()
        driver.askForSwap()
        driver.askForSwap(to: "first")
        #expect(driver.moves == ["- first"])
        driver.leave()
        driver.send(.brokerLeft(name: "first"))
        driver.send(.brokerLeft(name: "second"))
        driver.askForSwap(to: "first")
        #expect(driver.moves == ["- first", "+ second 2"] && driver.state.swap?.stage == .joining)
        driver.connect(as: "first")
        #expect(driver.state.broker == nil, "it does not trade any more, and is not heard")
        driver.send(.brokerFailed(name: "first", why: "no matter"))
        driver.join()
        #expect(driver.state.swap == nil && driver.state.chosenBroker == "second")
        driver.send(.brokerLeft(name: "second"))
        driver.send(.brokerFailed(name: "second", why: "late"))
        #expect(driver.state.broker?.isReconciled == true && driver.state.epoch == 2)
        driver.expectSound()
    }

    @Test("a swap before the first start, or where no adapter is named, changes nothing")
    func unnamed() {
        var core = Orchestrator()
        let time = Timestamp(seconds: 1_781_100_000)
        _ = core.handle(.swapBroker(SwapRequest(to: "second", who: "me", why: "so")), at: time)
        _ = core.handle(.brokerLeft(name: "first"), at: time)
        #expect(core.state.swap == nil && core.state.chosenBroker == nil && core.state.epoch == 0)
    }

    enum Moment: CaseIterable { case draining, leaving, joining, ready, retreating, returning }

    @Test(
        "the core is started anew at any stage: before the change the old one trades, after it the new",
        arguments: Moment.allCases)
    func restarted(moment: Moment) {
        var driver = swappable()
        driver.delivers = false
        if moment == .draining {
            driver.advise("96")
            driver.cycle()
            driver.deliver()
        }
        driver.askForSwap()
        if moment > .leaving { driver.leave() }
        if moment == .ready { driver.join() }
        if moment > .ready { driver.send(.brokerFailed(name: "second", why: "the test")) }
        if moment == .returning { driver.leave("second") }
        driver.inbox = []
        let epoch = driver.state.epoch
        driver.delivers = true
        driver.start { $0.brokers = ["first", "second"] }
        let expected: PluginName = moment == .joining || moment == .ready ? "second" : "first"
        #expect(driver.state.epoch == epoch + 1 && driver.state.chosenBroker == expected)
        driver.join(expected)
        #expect(driver.state.swap == nil)
        #expect(driver.swaps.last == (expected == "second" ? .done : .failed))
        driver.advise("97")
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "97" && driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("taken up after a start, a swap that fails goes back to the old one all the same")
    func takenUpAndFailed() {
        var driver = swappable()
        driver.askForSwap()
        driver.leave()
        driver.start { $0.brokers = ["first", "second"] }
        for _ in 0..<30 { driver.wait(.seconds(1)) }
        #expect(driver.moves.last == "- second")
        driver.leave("second")
        driver.join("first", .everything)
        #expect(driver.state.swap == nil && driver.state.chosenBroker == "first")
        driver.expectSound()
    }

    @Test("when neither is to be had, the swap ends all the same, and it is an emergency")
    func neither() {
        var driver = swappable()
        driver.askForSwap()
        driver.leave()
        driver.send(.brokerFailed(name: "second", why: "exit code 1"))
        driver.leave("second")
        for _ in 0..<30 { driver.wait(.seconds(1)) }
        #expect(driver.state.swap == nil && driver.swaps.last == .failed && driver.state.chosenBroker == "first")
        let end = SwapEnd.oldNotBack("first", new: "second", failure: .notStarted("exit code 1"), within: .seconds(30))
        #expect(driver.alertReasons(.emergency).contains(.swapEnded(end)))
        driver.join("first", .everything)
        driver.advise("96")
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "96")
        driver.expectSound()
    }

    @Test("the chosen one outlives starts, and falls back when the configuration does not name it any more")
    func chosen() {
        var driver = swappable()
        driver.askForSwap()
        driver.leave()
        driver.join()
        driver.start { $0.brokers = ["first", "second"] }
        #expect(driver.state.chosenBroker == "second")
        driver.start { $0.brokers = ["first"] }
        #expect(driver.state.chosenBroker == "first")
        #expect(driver.alertReasons.contains(.chosenBrokerNotConfigured("second", now: "first")))
        driver.expectSound()
    }

    @Test("a clock that is set ahead shortens no stage")
    func clock() {
        var driver = swappable()
        driver.askForSwap()
        driver.leave()
        driver.pass(.seconds(3_600))
        driver.send(.clockJumped(by: .seconds(3_600)))
        #expect(driver.state.swap?.stage == .joining)
        driver.join()
        #expect(driver.swaps.last == .done)
        driver.expectSound()
    }
}

extension SwapTests.Moment: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
