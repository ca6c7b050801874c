import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Corporate actions: when they take effect, and that they do so once")
struct AnnouncementTests {
    private func action(
        _ kind: CorporateAction.Kind, at time: Timestamp, id: String = "a1", _ symbol: Symbol = "ABC"
    ) -> CorporateAction {
        CorporateAction(id: id, symbol: symbol, kind: kind, effectiveAt: time)
    }

    private func tell(_ action: CorporateAction, _ driver: inout CoreDriver) {
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
    }

    private func lookAgain(_ driver: inout CoreDriver) {
        for _ in 0..<3 {
            driver.cycle()
            driver.reconcile()
        }
    }

    @Test("announced a day ahead: nothing changes before its time, then all is restated", arguments: [false, true])
    func early(restarts: Bool) {
        var driver = protected()
        driver.policies = { _ in [] }
        let effective = driver.now + .seconds(86_400)
        tell(action(.split(numerator: 7, denominator: 1), at: effective), &driver)
        #expect(driver.position("ABC")?.quantity == 100)
        driver.pass(.seconds(3_600))
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        if restarts {
            driver.disconnect()
            driver.start()
            driver.connect()
        }
        driver.pass(.seconds(86_400))
        driver.venue.split("ABC", 7, 1)
        driver.send(.wake)
        #expect(driver.position("ABC")?.quantity == 700)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 700)
        #expect(driver.venue.stopped("ABC") == 700)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "13.57")
        #expect(driver.submissions.allSatisfy { $0.orders[0].type != .market })
        driver.expectSound()
    }

    @Test("a split that leaves as many shares, with the fraction in cash, is waited for by nobody", arguments: [1, -1])
    func asMany(shares: Int64) {
        let isLong = shares > 0
        var driver = protected(Quantity(shares: shares), stop: isLong ? "90" : "110")
        for _ in 0..<3 { driver.cycle() }
        driver.policies = { _ in [] }
        let ends = driver.venue.working("ABC").flatMap { driver.venue.drop($0.id) }
        driver.venue.split("ABC", 3, 2)
        tell(action(.split(numerator: 3, denominator: 2), at: driver.now), &driver)
        for end in ends { driver.send(end) }
        driver.quote("ABC", "66.67", "66.69")
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == Quantity(shares: shares))
        #expect(driver.venue.stopped("ABC") == 1)
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "60" : "73.33"))
        driver.expectSound()
    }

    @Test("the core is woken when an action takes effect")
    func wakes() {
        var driver = protected()
        let effective = driver.now + .seconds(86_400)
        tell(action(.split(numerator: 2, denominator: 1), at: effective), &driver)
        #expect((driver.state.earliestDeadline ?? effective) <= effective)
        #expect(driver.state.actions.nextDue == effective)
    }

    @Test(
        "booked by the broker first, with the fraction in cash, and announced hours later: applied once",
        arguments: [(1, 20, 287), (3, 2, 101), (1, 15, 287), (7, 1, 31), (1, 20, -287), (3, 2, -101)]
            as [(Int64, Int64, Int64)])
    func bookedFirst(numerator: Int64, denominator: Int64, shares: Int64) {
        let isLong = shares > 0
        var driver = holding(Quantity(shares: shares), stop: isLong ? "90" : "110")
        driver.policies = { _ in [] }
        driver.venue.split("ABC", numerator, denominator)
        lookAgain(&driver)
        let held = driver.venue.held("ABC")
        #expect(driver.position("ABC")?.quantity == held)
        #expect(driver.differences.filter { $0.order == nil }.map(\.kind) == [.corporateAction])
        let stop = driver.plan("ABC")?.stop?.stopPrice
        driver.pass(.seconds(3 * 3_600))
        tell(action(.split(numerator: numerator, denominator: denominator), at: driver.now), &driver)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == held)
        #expect(driver.plan("ABC")?.stop?.stopPrice == stop)
        #expect(driver.venue.held("ABC") == held)
        #expect(driver.venue.stopped("ABC") == Quantity(units: Int64(held.units.magnitude)))
        driver.expectSound()
    }

    @Test("announced early and booked before its time: applied with the booking, and not again")
    func bookedBeforeItsTime() {
        var driver = protected()
        driver.policies = { _ in [] }
        let effective = driver.now + .seconds(7_200)
        tell(action(.split(numerator: 3, denominator: 1), at: effective), &driver)
        driver.venue.split("ABC", 3, 1)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 300)
        driver.pass(.seconds(7_300))
        driver.send(.wake)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 300)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "31.67")
        driver.expectSound()
    }

    @Test("two providers tell of one split, each with an id of its own: applied once")
    func twoProviders() {
        var driver = protected()
        driver.policies = { _ in [] }
        let effective = driver.now + .seconds(600)
        tell(action(.split(numerator: 4, denominator: 2), at: effective, id: "one"), &driver)
        tell(action(.split(numerator: 2, denominator: 1), at: effective + .seconds(3_600), id: "two"), &driver)
        driver.pass(.seconds(601))
        driver.venue.split("ABC", 2, 1)
        driver.send(.wake)
        driver.pass(.seconds(3_600))
        driver.send(.wake)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 200)
        driver.expectSound()
    }

    @Test("announced again with another date before it took effect: the newer counts")
    func corrected() {
        var driver = protected()
        driver.policies = { _ in [] }
        tell(action(.split(numerator: 2, denominator: 1), at: driver.now + .seconds(600)), &driver)
        tell(action(.split(numerator: 2, denominator: 1), at: driver.now + .seconds(7_200)), &driver)
        driver.pass(.seconds(3_600))
        driver.send(.wake)
        #expect(driver.position("ABC")?.quantity == 100)
    }

    @Test("a split from before the position was opened is none of it")
    func beforeThePosition() {
        var driver = protected()
        driver.policies = { _ in [] }
        tell(
            action(
                .split(numerator: 2, denominator: 1),
                at: Timestamp(nanoseconds: driver.now.nanoseconds - 86_400_000_000_000)),
            &driver)
        lookAgain(&driver)
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("the broker restates the quantity at once, and the average price later: ours is right meanwhile")
    func averageIsLate() throws {
        var driver = protected()
        driver.policies = { _ in [] }
        tell(action(.split(numerator: 2, denominator: 1), at: driver.now + .seconds(7_200)), &driver)
        driver.venue.hold("ABC", 200, at: "100")
        lookAgain(&driver)
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == 200)
        #expect(position.averagePrice == "50")
        #expect(driver.plan("ABC")?.stop?.stopPrice == "47.5")
    }

    @Test(
        "as many shares more that somebody has bought before its time are no booking (I-CORP-3)",
        arguments: [true, false], [(2, 1, 200), (1, 2, 50)] as [(Int64, Int64, Quantity)])
    func traded(isTold: Bool, split: (numerator: Int64, denominator: Int64, held: Quantity)) throws {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.policies = { _ in [] }
        let effective = driver.now + .seconds(7_200)
        tell(action(.split(numerator: split.numerator, denominator: split.denominator), at: effective), &driver)
        let bought = try split.held - Quantity("100")
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", split.held, at: "100")
        driver.pass(.seconds(1))
        // Either alone says it.
        if !isTold { driver.venue.cash = try driver.venue.cash - Price("100").times(bought) }
        if isTold {
            let terms = NewOrder(
                clientOrderID: "by-hand", symbol: "ABC", side: bought.isPositive ? .buy : .sell, type: .market,
                quantity: Quantity(units: Int64(bought.units.magnitude)), role: .external)
            driver.send(
                .execution(
                    ExecutionReport(
                        clientOrderID: "by-hand", event: .fill, executionID: ExecutionID(unchecked: "h1"),
                        price: "100", quantity: terms.quantity, cumulativeQuantity: terms.quantity, terms: terms,
                        at: driver.now)))
        }
        lookAgain(&driver)
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == split.held && position.averagePrice == "100")
        #expect(driver.plan("ABC")?.stop?.stopPrice == "95")
        #expect(driver.differences.last { $0.order == nil }?.kind == .manualTrade)
    }

    @Test("figures that do not fit leave out the symbol, and not the account")
    func overflow() {
        var driver = holding(Quantity(units: 900_000_000 * Quantity.scale), stop: "90")
        driver.policies = { _ in [] }
        tell(action(.split(numerator: 10_000, denominator: 1), at: driver.now), &driver)
        #expect(driver.state.control.state == .active)
        #expect(driver.alertReasons(of: .corporateAction).count == 1)
    }

    @Test("what the broker ends by itself is not put back before its lists were read")
    func endedByTheBroker() throws {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.wait(.seconds(6)) }
        driver.policies = { _ in [] }
        let sent = driver.submissions.count
        let stop = try #require(driver.symbolStop)
        driver.venueDoes {
            $0.split("ABC", 2, 1)
            return $0.drop(stop.id)
        }
        #expect(driver.submissions.count == sent)
        for _ in 0..<6 { driver.wait(.seconds(6)) }
        #expect(driver.venue.stopped("ABC") == 200)
        #expect(driver.symbolStop?.terms.stopPrice == "47.5")
        driver.expectSound()
    }

    private func holding(_ quantity: Quantity, stop: Price) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100.02")
        driver.recommend([PluginName("stop-loss").says(.stop(stop), on: "ABC")])
        driver.connect()
        driver.cycle()
        return driver
    }
}
