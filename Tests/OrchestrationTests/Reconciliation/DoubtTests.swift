import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-DOUBT-1 to I-DOUBT-4.
@Suite("Doubt has a clock")
struct DoubtTests {
    private static func entering(_ side: Side, _ change: (inout FakeVenue) -> Void) -> CoreDriver {
        var venue = FakeVenue()
        venue.capabilities.groups = []
        change(&venue)
        var driver = CoreDriver(venue: venue)
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.recommend([LimitTests.enter(side, 100, "ABC")])
        driver.cycle()
        driver.policies = { _ in [] }
        return driver
    }

    @Test(
        "an entry whose words are lost: after a minute what the broker shows is held and protected",
        arguments: Side.allCases)
    func lostEntry(side: Side) {
        var driver = Self.entering(side) {
            $0.faults.withholdsAnswers = true
            $0.faults.withholdsWords = true
        }
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC") == nil)
        driver.venue.faults.withholdsAnswers = false
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.size == 100)
        #expect(driver.symbolStop?.terms.stopPrice == (side == .buy ? "95" : "105"), "as its entry asked for")
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.alertReasons(.emergency).contains { if case .adoptedInDoubt = $0 { true } else { false } })
        #expect(!driver.alertReasons.contains(.externalShort), "it is ours")
        // What comes late books nothing twice.
        driver.venue.faults.withholdsWords = false
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.size == 100)
        driver.expectSound()
    }

    @Test("an order that stays unknown is told again and again")
    func unknown() {
        var driver = Self.entering(.buy) {
            $0.faults.losesSubmissions = true
            $0.faults.withholdsWords = true
        }
        for _ in 0..<70 { driver.cycle() }
        #expect(driver.alertReasons(of: .orderStuck).count == 3)
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("an empty list is not believed while our stop rests beside it", arguments: [100, -100] as [Quantity])
    func emptyList(quantity: Quantity) {
        var driver = protected(quantity, stop: quantity.isNegative ? "105" : "95")
        driver.venue.hold("ABC", 0, at: "100")
        driver.lookTwice()
        for _ in 0..<18 { driver.cycle() }
        #expect(driver.orders.count == 1)
        #expect(driver.position("ABC")?.quantity == quantity)
        #expect(driver.alertReasons(of: .brokerDoubtful).count == 1)
        driver.venue.hold("ABC", quantity, at: "100")
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test(
        "money that is paid in, or taken out, is no witness that a position was sold",
        arguments: [100, -100] as [Quantity])
    func deposit(quantity: Quantity) {
        var driver = protected(quantity, stop: quantity.isNegative ? "105" : "95")
        driver.venue.cash = Money(units: driver.venue.cash.units / 10 * (quantity.isNegative ? 5 : 15))
        driver.venue.hold("ABC", 0, at: "100")
        driver.lookTwice()
        for _ in 0..<18 { driver.cycle() }
        #expect(driver.orders.count == 1)
        #expect(driver.position("ABC")?.quantity == quantity)
        driver.expectSound()
    }

    @Test("a sale by hand that was paid for is believed at once; one that was not, after a quarter of an hour")
    func sold() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.venue.tradeManually("ABC", -60, at: "100")
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", 10, at: "100")
        for _ in 0..<60 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 40)
        for _ in 0..<60 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 10)
        #expect(driver.venue.stopped("ABC") == 10)
        driver.expectSound()
    }

    @Test("nothing is entered on top of what the broker shows and the books do not have yet")
    func entryOnTop() {
        var venue = FakeVenue()
        venue.capabilities.reportLag = .seconds(30)
        var driver = CoreDriver(venue: venue)
        driver.start(["entry"]) { $0.limits.maximumGrossExposure = "0.15" }
        driver.quote("ABC", "100", "100.02")
        driver.quote("XYZ", "100", "100.02")
        driver.connect()
        driver.venue.tradeManually("ABC", 100, at: "100")
        driver.reconcile()
        driver.recommend([LimitTests.enter(.buy, 100, "ABC"), LimitTests.enter(.buy, 100, "XYZ")])
        driver.cycle()
        #expect(driver.submissions == [])
        #expect(driver.gateRefusals.contains { if case .grossExposure = $0 { true } else { false } })
        driver.expectSound()
    }

    /// A short of 100 without a stop, and lists that may be behind by five seconds.
    private static func shortBehind() -> CoreDriver {
        var venue = FakeVenue()
        venue.capabilities.reportLag = .seconds(5)
        venue.capabilities.reservesShares = false
        venue.hold("ABC", -100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.wait(.seconds(6))
        return driver
    }

    @Test(
        "a position that the broker shows otherwise is not reduced before that is settled, and its stop is for the smaller one"
    )
    func unconfirmed() {
        var driver = Self.shortBehind()
        #expect(driver.position("ABC")?.quantity == -100 && driver.orders == [])
        driver.venue.tradeManually("ABC", 30, at: "100")
        driver.recommend([
            PluginName("stop-loss").says(.reduceTo(quantity: 50), on: "ABC"),
            PluginName("stop-loss").says(.stop("105"), on: "ABC"),
        ])
        driver.reconcile()
        driver.send(.cycleDue)
        #expect(driver.position("ABC")?.quantity == -100)
        #expect(driver.submissions.map { $0.orders[0].type } == [.stop], "a part may be gone already")
        #expect(driver.venue.stopped("ABC") == 70)
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == -50)
        #expect(driver.venue.held("ABC") == -50)
        #expect(driver.venue.stopped("ABC") == 50)
        driver.expectSound()
    }

    @Test("books and list have it on different sides: no stop is sent, since it would open what it is to close")
    func otherSide() {
        var driver = Self.shortBehind()
        driver.venue.hold("ABC", 100, at: "100")
        driver.recommend([PluginName("stop-loss").says(.stop("105"), on: "ABC")])
        driver.reconcile()
        driver.send(.cycleDue)
        #expect(driver.position("ABC")?.quantity == -100)
        #expect(driver.state.reconciler.discrepancy(of: "ABC")?.brokers == 100)
        #expect(driver.submissions == [])
    }

    @Test("a list that stays contradicted: the shares that it shows get their stop meanwhile", arguments: [100, -100])
    func agreedShares(quantity: Int64) {
        let quantity = Quantity(units: quantity * Quantity.scale)
        var driver = protected(quantity, stop: quantity.isNegative ? "105" : "95") {
            $0.faults.refuses = { _ in true }
        }
        driver.venue.lie = { state in
            for index in state.positions.indices {
                state.positions[index].quantity = Quantity(units: state.positions[index].quantity.units / 2)
            }
        }
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.alertReasons.contains { if case .positionContradicted = $0 { true } else { false } })
        driver.venue.faults.refuses = nil
        for _ in 0..<12 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == quantity)
        #expect(driver.venue.stopped("ABC") == 50)
    }

    /// So many were sold by hand and adopted, and the stop of all 100 rests on, since the broker refuses to change it.
    private static func leftOver(sold: Quantity) -> CoreDriver {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.venue.tradeManually("ABC", Quantity(units: -sold.units), at: "100")
        driver.venue.faults.refusesCancels = 1_000
        driver.venue.faults.refusesReplacements = 1_000
        driver.lookTwice()
        #expect(
            driver.position("ABC")?.size.units == 100 * Quantity.scale - sold.units
                && driver.venue.stopped("ABC") == 100)
        return driver
    }

    @Test("a stop that rests for more than our books have is no witness for them")
    func leftOver() {
        var driver = Self.leftOver(sold: 40)
        // Of cash nothing is seen.
        driver.venue.hold("ABC", 59, at: "100")
        driver.lookTwice()
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 59)
    }

    @Test("it is one where the list shows none")
    func leftOverAndNone() {
        var driver = Self.leftOver(sold: 98)
        // Of cash nothing is seen, and two shares are too few for the account's figures to tell.
        driver.venue.hold("ABC", 0, at: "100")
        driver.lookTwice()
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 2)
    }

    @Test("what others have executed explains nothing after the position that it was told of")
    func toldOfAnotherPosition() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.cycle()
        driver.send(Self.soldByHand(60, at: driver.now))
        driver.cycle()
        #expect(driver.state.reconciler.unbookedFills(beside: "XYZ").map(\.bought) == [-60])
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC") == nil)
        #expect(driver.state.reconciler.unbookedFills(beside: "XYZ").isEmpty)
    }

    private static func soldByHand(_ quantity: Quantity, at time: Timestamp) -> Input {
        let terms = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: .sell, type: .market, quantity: quantity, timeInForce: .day,
            role: .external)
        return .execution(
            ExecutionReport(
                clientOrderID: "by-hand", event: .fill, executionID: ExecutionID(unchecked: "h1"), price: "100",
                quantity: quantity, cumulativeQuantity: quantity, terms: terms, at: time))
    }

    @Test("what others have sold long ago, and is told again after a reconnect, explains no hole of today")
    func toldAgain() {
        var driver = protected()
        let then = driver.now
        for _ in 0..<6 { driver.cycle() }
        driver.disconnect()
        driver.connect()
        driver.send(Self.soldByHand(100, at: then))
        driver.venue.hold("ABC", 0, at: "100")
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("what others have executed, and the broker has told, is no hole in its list")
    func toldByOthers() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.cycle()
        // Of cash nothing is seen, so that the list alone says it.
        driver.venue.hold("ABC", 40, at: "100")
        driver.send(Self.soldByHand(60, at: driver.now))
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("what an order of ours has filled whose end nobody saw, and the broker tells late, is no hole in its list")
    func toldLate() throws {
        var driver = protected {
            $0.capabilities.idempotency = .none
            $0.capabilities.reportLag = .seconds(5)
        }
        for _ in 0..<10 { driver.wait(.seconds(4)) }
        let stop = try #require(driver.symbolStop)
        let account = driver.venue.state.account
        let fills = driver.venue.fill(stop.id, 40, at: "95")
        _ = driver.venue.drop(stop.id)
        // Figures that say that all are held.
        driver.venue.lie = { $0.account = account }
        driver.reconcile()
        for _ in 0..<10 where driver.state.portfolio.orders[stop.id]?.status != .canceled { driver.wait(.seconds(1)) }
        for _ in 0..<8 { driver.wait(.seconds(4)) }
        #expect(driver.position("ABC")?.quantity == 100, "the account contradicts its list")
        for fill in fills { driver.send(fill) }
        for _ in 0..<4 { driver.wait(.seconds(4)) }
        #expect(driver.position("ABC")?.quantity == 60)
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 60)
    }

    @Test("what a person trades meanwhile does not begin the time of a doubt anew")
    func tradedMeanwhile() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.cycle()
        driver.venue.hold("ABC", 60, at: "100")
        driver.lookTwice()
        for _ in 0..<60 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        driver.venue.hold("ABC", 40, at: "100")
        driver.send(Self.soldByHand(20, at: driver.now))
        for _ in 0..<20 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        for _ in 0..<20 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("a list that was asked for earlier and comes later than another takes nothing back")
    func olderList() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let before = driver.venue.state
        driver.venue.faults.withholdsState = true
        driver.reconcile()
        driver.pass(.seconds(2))
        driver.venue.tradeManually("ABC", -40, at: "100")
        driver.reconcile()
        let questions = driver.effects.compactMap { effect -> Int64? in
            guard case .command(let approved) = effect, approved.command == .reconcile else { return nil }
            return approved.number
        }
        driver.send(.brokerState(state: driver.venue.state, query: questions.last))
        #expect(driver.state.reconciler.discrepancy(of: "ABC")?.brokers == 60)
        driver.send(.brokerState(state: before, query: questions.dropLast().last))
        #expect(driver.state.reconciler.discrepancy(of: "ABC")?.brokers == 60)
        driver.expectSound()
    }
}
