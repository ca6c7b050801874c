import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: an order against one's own, grids and the smallest order")
struct SelfCrossTests {
    private static let foreign = NewOrder(
        clientOrderID: "by-hand", symbol: "ABC", side: .buy, type: .limit, quantity: 10, limitPrice: "90",
        role: .external)

    @Test("nothing is placed against a foreign order; one alarm names it, and the stop follows when it is gone")
    func refuses() {
        var driver = protected {
            $0.capabilities.refusesSelfCross = true
            $0.rest(Self.foreign)
        }
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.orders == [])
        #expect(driver.alertReasons(.emergency).count { $0 == .obstacle(Obstacle(order: Self.foreign)) } == 1)
        driver.venueDoes { $0.drop("by-hand") }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an exit waits as well, and is made when the other order is gone")
    func exitWaits() {
        var driver = protected {
            $0.capabilities.refusesSelfCross = true
            $0.rest(Self.foreign)
        }
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders == [])
        driver.venueDoes { $0.drop("by-hand") }
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("a stop that rests already stays where a foreign order comes")
    func comesLater() {
        var driver = protected { $0.capabilities.refusesSelfCross = true }
        driver.venue.rest(Self.foreign)
        driver.reconcile()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders.count == 1)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.alertReasons(.emergency) == [])
        driver.expectSound()
    }

    @Test("where the broker does not mind, the stop rests beside the foreign order")
    func doesNotMind() {
        let driver = protected { $0.rest(Self.foreign) }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test(
        "what the broker trades is protected, and a crumb is left alone",
        arguments: [
            ("100.5", "1", "0", "100"), ("100.5", "0.1", "0", "100.5"), ("0.5", "1", "0", "0"), ("3", "1", "5", "0"),
            ("5", "1", "5", "5"), ("7.25", "0.5", "2", "7"),
        ] as [(Quantity, Quantity, Quantity, Quantity)])
    func crumbs(held: Quantity, increment: Quantity, minimum: Quantity, stopped: Quantity) {
        var driver = protected(held) {
            $0.capabilities.assets = [
                .init(symbol: "ABC", quantityIncrement: increment, minimumQuantity: minimum)
            ]
        }
        for _ in 0..<6 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == stopped)
        #expect(driver.state.protection.unprotected.isEmpty, "nobody can protect a crumb")
        let others = driver.alertReasons(.emergency).filter { if case .unprotectable = $0 { false } else { true } }
        #expect(others == [])
        #expect(driver.orders.count == (stopped.isZero ? 0 : 1))
        driver.expectSound()
    }

    @Test(
        "a reduction below the smallest order is left alone, a larger one is made",
        arguments: [(98, 100), (96, 100), (95, 95), (0, 0)] as [(Quantity, Quantity)])
    func reductions(limit: Quantity, left: Quantity) {
        var driver = protected { $0.capabilities.minimumQuantity = 5 }
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: limit), on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.held("ABC") == left)
        #expect(driver.venue.stopped("ABC") == left)
        driver.expectSound()
    }

    @Test("prices are on the grid of the symbol", arguments: ["95.03", "95.01", "94.99"] as [Price])
    func priceGrid(stop: Price) throws {
        let step: Price = "0.05"
        let driver = protected(stop: stop, target: "120.03") {
            $0.capabilities.assets = [
                .init(symbol: "ABC", priceIncrement: PriceIncrement(atOrAboveOne: step, belowOne: step))
            ]
        }
        let (resting, target) = (try #require(driver.symbolStop), try #require(driver.symbolTarget))
        #expect(try #require(resting.terms.stopPrice).isMultiple(of: step))
        #expect(try #require(target.terms.limitPrice).isMultiple(of: step))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }
}
