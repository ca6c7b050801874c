import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-HAND-1, on both sides of the market.
@Suite("Other people's orders are planned around, and never touched")
struct OtherPeoplesOrdersTests {
    private static func order(
        _ side: Side, _ type: OrderType, _ quantity: Quantity, limit: Price? = nil, stop: Price? = nil,
        trail: Price? = nil, id: ClientOrderID = "by-hand"
    ) -> NewOrder {
        NewOrder(
            clientOrderID: id, symbol: "ABC", side: side, type: type, quantity: quantity, limitPrice: limit,
            stopPrice: stop, trailAmount: trail, role: .external)
    }

    /// 100 long with a stop wanted at 95, or 100 short with one at 105.
    private static func driver(
        _ side: Side, _ foreign: [NewOrder], _ change: (inout FakeVenue) -> Void = { _ in }
    ) -> CoreDriver {
        protected(side == .sell ? 100 : -100, stop: side == .sell ? "95" : "105") { venue in
            for order in foreign { venue.rest(order) }
            change(&venue)
        }
    }

    private static func touched(_ driver: CoreDriver) -> [OrderCommand] {
        driver.orders.filter { command in
            command.symbolIDs?.contains { $0.text.hasPrefix("by-hand") } == true
        }
    }

    @Test("an order for a part stays; the rest gets its stop, and what has none is told once", arguments: Side.allCases)
    func part(side: Side) {
        let target = Self.order(side, .limit, 40, limit: side == .sell ? "110" : "90")
        var driver = Self.driver(side, [target])
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 60)
        #expect(driver.venue.working("ABC").count == 2, "no target is made of it")
        #expect(Self.touched(driver) == [])
        let told = driver.alertReasons(.emergency).filter { if case .obstacle = $0 { true } else { false } }
        #expect(told == [.obstacle(Obstacle(order: target, unprotected: 40))])
        driver.venueDoes { $0.drop("by-hand") }
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("what somebody asked of an order is over when the list shows it at rest, though its beginning was told last")
    func reordered() {
        var driver = Self.driver(.sell, [Self.order(.sell, .limit, 40, limit: "110")])
        driver.send(.execution(ExecutionReport(clientOrderID: "by-hand", event: .pendingReplace, at: driver.now)))
        #expect(driver.state.portfolio.orders["by-hand"]?.status == .pendingReplace)
        driver.lookTwice()
        #expect(driver.state.portfolio.orders["by-hand"]?.status == .new)
        #expect(Self.touched(driver) == [])
        driver.expectSound()
    }

    @Test("all shares are held by somebody's orders: nothing is sent, and it is told at once", arguments: Side.allCases)
    func all(side: Side) {
        let price: Price = side == .sell ? "130" : "70"
        var driver = Self.driver(side, [Self.order(side, .limit, 50, limit: price)])
        #expect(driver.venue.stopped("ABC") == 50)
        driver.venue.wasTradedByHand = true
        driver.venue.rest(Self.order(side, .limit, 50, limit: price, id: "by-hand-2"))
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").map(\.id) == ["by-hand", "by-hand-2"], "only ours gives way")
        #expect(Self.touched(driver) == [])
        #expect(
            driver.alertReasons(.emergency).contains {
                if case .obstacle(let obstacle) = $0 { obstacle.unprotected == 100 } else { false }
            })
        driver.expectSound()
    }

    @Test(
        "a stop or a trailing stop of somebody protects, and is left where it is", arguments: Side.allCases,
        [OrderType.stop, .trailingStop, .stopLimit])
    func stops(side: Side, type: OrderType) {
        let level: Price = side == .sell ? "90" : "110"
        let order = Self.order(
            side, type, 100, limit: type == .stopLimit ? level : nil, stop: type == .trailingStop ? nil : level,
            trail: type == .trailingStop ? "3" : nil)
        var driver = Self.driver(side, [order])
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.orders == [])
        #expect(driver.state.protection.unprotected.isEmpty)
        #expect(driver.alertReasons(.emergency) == [])
        driver.expectSound()
    }

    @Test("somebody's market order that waits defers for a minute, and hides nothing", arguments: Side.allCases)
    func marketOrder(side: Side) {
        var driver = Self.driver(side, [Self.order(side, .market, 1)]) { $0.faults.fillsOnly = 0 }
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.position("ABC")?.size == 100)
        #expect(driver.venue.stopped("ABC") == 99)
        #expect(Self.touched(driver) == [])
        driver.expectSound()
    }

    @Test("somebody's cancel that hangs is theirs: it is asked for by nobody, and the rest is protected")
    func pendingCancel() {
        var driver = Self.driver(.sell, [Self.order(.sell, .limit, 1, limit: "500")]) {
            _ = $0.interrupt("by-hand", .pendingCancel, .pendingCancel)
        }
        for _ in 0..<30 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 99)
        #expect(Self.touched(driver) == [])
        #expect(driver.alertReasons(of: .orderStuck) == [])
        driver.expectSound()
    }

    @Test("a stop of somebody that the venue has taken out of the market protects nothing")
    func suspended() {
        var driver = Self.driver(.sell, [Self.order(.sell, .stop, 100, stop: "90")]) {
            _ = $0.interrupt("by-hand", .suspended, .suspended)
        }
        driver.cycle()
        #expect(driver.alertReasons(of: .obstacle).count == 1)
        #expect(driver.state.protection.isUnprotected("ABC"))
        driver.expectSound()
    }

    @Test("an exit sells what is free, and leaves what somebody's order holds", arguments: Side.allCases)
    func exits(side: Side) {
        var driver = Self.driver(side, [Self.order(side, .limit, 40, limit: side == .sell ? "110" : "90")])
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.size == 40)
        #expect(driver.venue.working("ABC").map(\.id) == ["by-hand"])
        driver.expectSound()
    }

    @Test("handed over by the configuration or by a person, it is managed like ours", arguments: [true, false])
    func handedOver(byConfiguration: Bool) {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100.02")
        venue.rest(Self.order(.sell, .stop, 100, stop: "80"))
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        driver.start { $0.managesExternalOrders = byConfiguration }
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        if !byConfiguration {
            #expect(driver.symbolStop?.terms.stopPrice == "80")
            driver.send(.control(Control(command: .handOver, order: "by-hand", who: "me", why: "the test")))
        }
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test(
        "nothing is entered while somebody's order could close it; the entry follows when that is over",
        arguments: Side.allCases)
    func entryWaits(side: Side) {
        var venue = FakeVenue()
        venue.capabilities.groups = [.oco, .bracket]
        venue.quote("ABC", "100", "100.02")
        venue.rest(Self.order(side.opposite, .limit, 217, limit: side == .buy ? "130" : "70"))
        var driver = CoreDriver(venue: venue)
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.recommend([LimitTests.enter(side, 100, "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.submissions == [])
        let reasons = driver.decisions.flatMap(\.dispositions).map(\.why)
        #expect(reasons.contains(.othersWouldClose(side.opposite, 217)))
        driver.venueDoes { $0.drop("by-hand") }
        driver.lookTwice()
        driver.cycle()
        #expect(driver.position("ABC")?.size == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an entry that works is canceled when somebody's order could close it")
    func entryGivesWay() {
        var driver = CoreDriver(venue: FakeVenue())
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.recommend([LimitTests.enter(.buy, 100, "ABC", limit: "97")])
        driver.cycle()
        #expect(driver.venue.working("ABC").map(\.terms.role) == [.entry])
        driver.venueDoes { venue in
            venue.rest(Self.order(.sell, .limit, 50, limit: "130"))
            return []
        }
        driver.lookTwice()
        driver.cycle()
        #expect(driver.venue.working("ABC").map(\.id) == ["by-hand"])
        driver.expectSound()
    }

    @Test("what others' orders leave, and the broker takes no order for, is told with that reason")
    func tooFew() {
        var driver = Self.driver(.sell, [Self.order(.sell, .stop, 97, stop: "95")]) {
            $0.capabilities.minimumQuantity = 5
        }
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.orders == [])
        let told = driver.alertReasons(.emergency).compactMap { reason -> NothingSent? in
            if case .unprotected(3, _, let nothing) = reason { nothing } else { nil }
        }
        #expect(told.first == .tooFewBesideOthers(least: 5))
        driver.expectSound()
    }
}
