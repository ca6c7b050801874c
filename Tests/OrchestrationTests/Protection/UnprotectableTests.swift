import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Protection is judged by value, and not by units")
struct UnprotectableTests {
    private func holding(_ quantity: Quantity, at price: Price, dust: Money? = nil) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: price)
        venue.quote("ABC", price, price)
        var driver = CoreDriver(venue: venue)
        driver.start { if let dust { $0.dust = dust } }
        driver.connect()
        driver.quote("ABC", price, price)
        for _ in 0..<6 { driver.cycle() }
        return driver
    }

    private func told(_ driver: CoreDriver) -> [AlertReason] {
        driver.alertReasons(.emergency).filter { if case .unprotectable = $0 { true } else { false } }
    }

    @Test(
        "a part of one large share is told once, with its value, and counts as without a stop",
        arguments: [1, -1] as [Int64])
    func largeShare(sign: Int64) throws {
        let driver = holding(Quantity(units: sign * 9 * Quantity.scale / 10), at: "700000")
        #expect(told(driver) == [.unprotectable("0.9", worth: "630000")])
        #expect(driver.state.protection.withoutFullStop == ["ABC"])
        driver.expectSound()
    }

    @Test("half a share beside ten whole ones, and what is left of it when these are sold")
    func halfShare() {
        var driver = holding("10.5", at: "100")
        #expect(driver.venue.stopped("ABC") == 10)
        #expect(told(driver) == [.unprotectable("0.5", worth: "50")])
        driver.quote("ABC", "90", "90.02")
        driver.quote("ABC", "90", "90.02")
        driver.cycle()
        #expect(driver.venue.held("ABC") == "0.5")
        #expect(driver.state.protection.withoutFullStop == ["ABC"])
        #expect(told(driver).count == 1)
    }

    @Test("what is worth less than the configured dust is not told of")
    func dust() {
        #expect(told(holding("10.5", at: "1")).isEmpty)
        #expect(told(holding("10.5", at: "100", dust: "60")).isEmpty)
        #expect(told(holding("10", at: "100")).isEmpty)
    }

    @Test("what a stop for whole shares leaves is told, and not asked for, where the broker takes no order so small")
    func lessThanTheLeast() {
        var venue = FakeVenue()
        venue.capabilities.quantityIncrement = "0.001"
        venue.capabilities.minimumQuantity = 3
        venue.capabilities.groups = []
        venue.faults.refuses = { $0.orders.contains { !$0.quantity.isMultiple(of: .one) } }
        venue.hold("ABC", "3.626", at: "100")
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.connect()
        driver.quote("ABC", "100", "100")
        for _ in 0..<30 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 3)
        #expect(told(driver) == [.unprotectable("0.626", worth: "62.6")])
        #expect(!driver.alertReasons.contains { if case .refusedByRiskGate = $0 { true } else { false } })
        #expect(driver.state.protection.withoutFullStop == ["ABC"])
        driver.expectSound()
    }
}
