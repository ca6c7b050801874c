import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A broker that does not answer, and an account that is not ours")
struct BrokerWatchTests {
    private func held() -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.policies = { whole in
            whole.positions.isEmpty ? [] : answers([PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        }
        driver.quote("ABC", "100", "100.02")
        driver.start(["stop-loss"])
        return driver
    }

    private func count(_ driver: CoreDriver, _ level: Alert.Level, _ matches: (AlertReason) -> Bool) -> Int {
        driver.alertReasons(level).filter(matches).count
    }

    private func isSilence(_ reason: AlertReason) -> Bool { if case .brokerSilent = reason { true } else { false } }
    private func isUnreconciled(_ reason: AlertReason) -> Bool {
        if case .brokerUnreconciled = reason { true } else { false }
    }

    @Test(
        "an error is told at once, once for the same words; half a minute without an answer is an emergency, told again"
    )
    func errors() {
        var driver = held()
        driver.connect()
        #expect(driver.venue.stopped("ABC") == 100)
        (driver.venue.faults.withholdsState, driver.venue.faults.withholdsWords) = (true, true)
        let broker = PluginName("broker")
        for second in 0..<29 {
            driver.send(.brokerError(name: broker, query: nil, why: "HTTP 401: key revoked, request \(second)"))
            driver.wait(.seconds(1))
        }
        #expect(count(driver, .warning) { if case .brokerError = $0 { true } else { false } } == 1)
        #expect(count(driver, .emergency, isSilence) == 0)
        driver.wait(.seconds(2))
        #expect(count(driver, .emergency, isSilence) == 1)
        for _ in 0..<320 { driver.wait(.seconds(1)) }
        #expect(count(driver, .emergency, isSilence) == 2)
        (driver.venue.faults.withholdsState, driver.venue.faults.withholdsWords) = (false, false)
        for _ in 0..<10 { driver.wait(.seconds(1)) }
        #expect(driver.state.reconciler.watch.silentSince == nil)
        #expect(driver.alertReasons(.notice).contains { if case .brokerAnswersAgain = $0 { true } else { false } })
    }

    @Test("a state that never comes is an emergency, and so is an adapter that never does", arguments: [true, false])
    func never(isThere: Bool) {
        var driver = held()
        driver.venue.faults.withholdsState = true
        if isThere { driver.connect() }
        for _ in 0..<70 { driver.wait(.seconds(1)) }
        #expect(count(driver, .emergency, isSilence) == 1)
        #expect(driver.submissions.isEmpty)
    }

    @Test("one that answers and is never brought together with ours is an emergency after a minute")
    func unreconciled() {
        var driver = held()
        driver.venue.lie = { $0.account.id = "LIVE-U7654321" }
        driver.connect()
        for _ in 0..<70 { driver.wait(.seconds(1)) }
        #expect(count(driver, .emergency, isUnreconciled) == 1)
    }

    @Test("another account that was told once is asked about again")
    func foreignOnce() {
        var driver = held()
        driver.connect()
        driver.venue.lie = { $0.account.id = "LIVE-U7654321" }
        driver.reconcile()
        #expect(driver.state.broker?.isReconciled == false)
        driver.venue.lie = nil
        for _ in 0..<15 { driver.wait(.seconds(1)) }
        #expect(driver.state.broker?.isReconciled == true)
        driver.expectSound()
    }

    @Test("another account is not traded, from the start or from the middle on", arguments: [true, false])
    func foreign(fromStart: Bool) {
        var driver = held()
        if !fromStart { driver.connect() }
        let sent = driver.orders.count
        driver.venue.lie = {
            $0.account.id = "LIVE-U7654321"
            $0.positions = [BrokerPosition(symbol: "XYZ", quantity: 7, averagePrice: "1")]
            $0.openOrders = []
        }
        if fromStart { driver.connect() }
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("97"), on: "ABC"),
                PluginName("stop-loss").says(.buy(10, stop: "0.5"), on: "XYZ"),
            ])
        }
        // The next reading comes with the cycles.
        for _ in 0..<40 { driver.cycle() }
        let reason = AlertReason.foreignAccount("LIVE-U7654321", configured: "test")
        #expect(driver.alertReasons(.emergency).contains(reason))
        #expect(driver.position("XYZ") == nil)
        #expect(driver.position("ABC")?.quantity == (fromStart ? nil : 100))
        let after = driver.orders.count
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.orders.count == after)
        if fromStart { #expect(after == sent) }
        driver.venue.lie = nil
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an account in another currency is told, protected and not entered; with the right one it is active again")
    func currency() {
        var driver = held()
        driver.venue.lie = { $0.account.currency = "JPY" }
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("95"), on: "ABC"),
                PluginName("stop-loss").says(.buy(10, stop: "90"), on: "XYZ"),
            ])
        }
        driver.quote("XYZ", "100", "100.02")
        driver.connect()
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.alertReasons(.emergency).contains(.foreignCurrency("JPY", configured: "USD")))
        #expect(driver.state.control.state == .reducing)
        #expect(driver.venue.held("XYZ").isZero)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.venue.lie = nil
        for _ in 0..<31 { driver.cycle() }
        #expect(driver.state.control.state == .active)
        driver.expectSound()
    }

    @Test("an order of another journal's core that comes while we agree halts trading; one that was there does not")
    func twoCores() {
        func order(_ id: ClientOrderID) -> NewOrder {
            NewOrder(
                clientOrderID: id, symbol: "ABC", side: .sell, type: .limit, quantity: 10, limitPrice: "140",
                role: .external)
        }
        var driver = held()
        driver.venue.wasTradedByHand = true
        driver.venue.rest(order("bb0old.3.ABC.1"))
        driver.connect()
        #expect(driver.state.control.state == .active)
        driver.pass(.seconds(20))
        driver.venue.rest(order("bb0new.3.ABC.1"))
        driver.disconnect()
        driver.connect()
        #expect(driver.state.control.state == .active)
        driver.pass(.seconds(20))
        driver.venue.rest(order("bb0more.3.ABC.1"))
        for _ in 0..<31 { driver.cycle() }
        #expect(driver.state.control.state == .halted)
        #expect(driver.state.control.why == .anotherCore("bb0more.3.ABC.1"))
    }
}
