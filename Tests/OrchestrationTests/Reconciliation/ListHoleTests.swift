import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-DOUBT-2: a position that a list leaves out, and what the account itself says of it.
@Suite("A hole in the broker's list is no sale")
struct ListHoleTests {
    private static func leaveOut(_ driver: inout CoreDriver) {
        driver.venue.lie = { $0.positions.removeAll { $0.symbol == "ABC" } }
    }

    /// 100 shares beside a hundred times as many of another symbol.
    private static func smallInLarge() -> CoreDriver {
        var driver = protected {
            $0.cash = "100000000"
            $0.hold("XYZ", 10_000, at: "100")
            $0.quote("XYZ", "100", "100.02")
        }
        driver.quote("XYZ", "100", "100.02")
        for _ in 0..<2 { driver.cycle() }
        return driver
    }

    private static func contradictions(_ driver: CoreDriver) -> [Contradiction] {
        driver.alertReasons(of: .brokerDoubtful).compactMap {
            if case .positionContradicted(let contradiction) = $0 { contradiction } else { nil }
        }
    }

    @Test("cash of about its worth came in by chance: the account is still worth the shares", arguments: [100, -100])
    func cashByChance(quantity: Int64) {
        let quantity = Quantity(units: quantity * Quantity.scale)
        var driver = protected(quantity, stop: quantity.isNegative ? "105" : "95")
        for _ in 0..<2 { driver.cycle() }
        driver.venue.cash = Money(units: driver.venue.cash.units + quantity.units / Quantity.scale * 100 * Money.scale)
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == quantity)
        #expect(driver.orders.count == 1)
        #expect(Self.contradictions(driver).count == 1)
        driver.expectSound()
    }

    @Test("while new shares of another symbol are awaited, cash of about its worth is no witness")
    func cashInASplit() {
        var driver = protected { venue in
            venue.hold("XYZ", 100, at: "100")
            venue.quote("XYZ", "100", "100.02")
        }
        driver.quote("XYZ", "100", "100.02")
        for _ in 0..<2 { driver.cycle() }
        let action = CorporateAction(
            id: "s", symbol: "XYZ", kind: .split(numerator: 4, denominator: 1), effectiveAt: driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        driver.venue.cash = Money(units: driver.venue.cash.units + 10_000 * Money.scale)
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.state.reconciler.awaitsSplits)
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
    }

    @Test("nothing rests for it: the account's own figures are the witness")
    func noStop() {
        var driver = protected { $0.faults.refuses = { _ in true } }
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(Self.contradictions(driver) == [Contradiction(ours: 100, brokers: 0, order: nil)])
        driver.venue.lie = nil
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == 100)
        driver.expectSound()
    }

    @Test("a reading of an account that is worth nothing says nothing of some shares")
    func emptyAccount() {
        var driver = protected()
        driver.venue.lie = {
            $0.positions = []
            ($0.account.cash, $0.account.equity) = (.zero, .zero)
        }
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test("most is sold by hand while more money comes in than that: believed after a quarter of an hour")
    func soldAndPaid() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.cycle()
        driver.venue.tradeManually("ABC", -60, at: "100")
        driver.venue.cash = Money(units: driver.venue.cash.units + 50_000 * Money.scale)
        for _ in 0..<14 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        driver.venue.wasTradedByHand = true
        for _ in 0..<120 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("what no list shows and the account is worth is no hole")
    func unlistedAssets() {
        var driver = protected { venue in
            venue.capabilities.reservesShares = false
            venue.lie = { $0.account.equity = Money(units: $0.account.equity.units + 10_000 * Money.scale) }
        }
        for _ in 0..<30 { driver.cycle() }
        driver.venue.tradeManually("ABC", -100, at: "100")
        driver.lookTwice()
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("a time in which nobody looked does not count")
    func pause() {
        var driver = protected()
        driver.cycle()
        Self.leaveOut(&driver)
        driver.lookTwice()
        driver.disconnect()
        driver.pass(.seconds(86_400))
        driver.connect()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        driver.expectSound()
    }

    @Test("the quarter of an hour goes on over connections")
    func connections() {
        var driver = protected()
        driver.cycle()
        driver.venue.hold("ABC", 0, at: "100")
        for _ in 0..<3 {
            for _ in 0..<45 { driver.cycle() }
            driver.disconnect()
            driver.connect()
        }
        #expect(driver.position("ABC") == nil, "a quarter of an hour after the first list")
        driver.expectSound()
    }

    @Test("shares that are worth less than prices make the others differ by: our stop is the witness")
    func smallPosition() {
        var driver = Self.smallInLarge()
        // A jump of the cash that is not believed, and figures of which the list's hole is a part.
        driver.venue.lie = { $0.account.cash = Money(units: $0.account.cash.units + 9_000_000 * Money.scale) }
        driver.lookTwice()
        driver.venue.lie = { state in
            state.positions.removeAll { $0.symbol == "ABC" }
            state.account.equity = Money(units: state.account.equity.units - 10_000 * Money.scale)
        }
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("shares that were found without any cash for them are not gone for it when the list leaves them out again")
    func foundAndLeftOut() {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.venue.hold("XYZ", 10_000, at: "100")
        for symbol in ["ABC", "XYZ"] as [Symbol] { driver.quote(symbol, "100", "100.02", last: "100") }
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("95"), on: "ABC")]) }
        driver.start()
        Self.leaveOut(&driver)
        driver.connect()
        driver.cycle()
        driver.venue.lie = nil
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100 && driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("what somebody sold of another symbol came in, and a little more: that is no word on a few shares")
    func soldBesideSmall() {
        var driver = Self.smallInLarge()
        driver.venue.tradeManually("XYZ", -5_000, at: "102")
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.position("XYZ")?.quantity == 5_000)
        driver.expectSound()
    }

    @Test("cash of about its worth that came in before a list has shown the shares is no witness")
    func cashBefore() {
        var driver = Self.smallInLarge()
        driver.venue.lie = { $0.account.cash = Money(units: $0.account.cash.units + 10_000 * Money.scale) }
        driver.lookTwice()
        driver.venue.lie = nil
        driver.lookTwice()
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test(
        "cash of about its worth came in for what a person sold elsewhere, as was told and as the list does not show yet"
    )
    func soldElsewhere() {
        var driver = protected {
            $0.hold("XYZ", 100, at: "100")
            $0.quote("XYZ", "100", "100.02")
        }
        driver.quote("XYZ", "100", "100.02")
        for _ in 0..<2 { driver.cycle() }
        driver.venue.tradeManually("XYZ", -88, at: "100")
        let order = NewOrder(
            clientOrderID: "by-hand", symbol: "XYZ", side: .sell, type: .limit, quantity: 100, limitPrice: "100",
            role: .external)
        let sale = ExecutionReport(
            clientOrderID: "by-hand", event: .partialFill, executionID: ExecutionID(unchecked: "h1"), price: "100",
            quantity: 88, cumulativeQuantity: 88, terms: order, at: driver.now)
        driver.send(.execution(sale))
        driver.venue.lie = { state in
            state.positions.removeAll { $0.symbol == "ABC" }
            for index in state.positions.indices { state.positions[index].quantity = 100 }
        }
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test(
        "half is sold by hand while about as much comes in: the account is worth the other half, and the list is no witness"
    )
    func halfSold() {
        var driver = protected { $0.capabilities.reservesShares = false }
        for _ in 0..<2 { driver.cycle() }
        driver.venue.cash = Money(units: driver.venue.cash.units + 3_000 * Money.scale)
        driver.lookTwice()
        driver.venue.tradeManually("ABC", -50, at: "100")
        Self.leaveOut(&driver)
        driver.lookTwice()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(Self.contradictions(driver).map(\.brokers) == [0])
        driver.venue.lie = nil
        for _ in 0..<120 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 50)
        #expect(driver.venue.stopped("ABC") == 50)
        driver.expectSound()
    }
}
