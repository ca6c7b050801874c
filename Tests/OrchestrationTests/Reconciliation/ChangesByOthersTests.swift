import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-HAND-3 and I-HAND-4; ends are in EndsByOthersTests.
@Suite("What others do to our orders is news, and not undone")
struct ChangesByOthersTests {
    private static func driver(isLong: Bool, _ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        protected(isLong ? 100 : -100, stop: isLong ? "95" : "105", change)
    }

    private static func stop(_ driver: CoreDriver) -> ClientOrderID {
        driver.venue.working("ABC").first { $0.terms.type.isStop }?.id ?? "none"
    }

    @Test(
        "a stop that somebody tightens stays tight, told or found in the list", arguments: [true, false], [true, false])
    func tightened(isLong: Bool, isTold: Bool) {
        var driver = Self.driver(isLong: isLong)
        let id = Self.stop(driver)
        let words = driver.venue.change(id) { $0.stopPrice = isLong ? "98" : "102" }
        if isTold { for word in words { driver.send(word) } }
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "98" : "102"))
        #expect(driver.plan("ABC")?.stop?.stopPrice == (isLong ? "98" : "102"))
        #expect(driver.orders.count == 1)
        #expect(driver.alertReasons(of: .changedByOthers).count == 1)
        driver.expectSound()
    }

    @Test("a stop that somebody loosens is told and left, until the plan wants another", arguments: [true, false])
    func loosened(isLong: Bool) {
        var driver = Self.driver(isLong: isLong)
        let id = Self.stop(driver)
        driver.venueDoes { $0.change(id) { $0.stopPrice = isLong ? "92" : "108" } }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "92" : "108"))
        #expect(
            driver.alertReasons(.warning) == [
                .stopLoosenedByOthers(from: isLong ? "95" : "105", to: isLong ? "92" : "108")
            ])
        // Not sold at what the plan wanted before.
        driver.quote("ABC", isLong ? "94" : "106", isLong ? "94.02" : "106.02")
        driver.cycle()
        #expect(driver.position("ABC")?.size == 100)
        driver.quote("ABC", "100", "100.02")
        driver.recommend([PluginName("stop-loss").says(.stop(isLong ? "97" : "103"), on: "ABC")])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "97" : "103"))
        driver.expectSound()
    }

    @Test("a stop that somebody has moved, and moves to beside where we had asked for it, is left there")
    func movedBeside() {
        var driver = Self.driver(isLong: true)
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        let id = Self.stop(driver)
        driver.venueDoes { $0.change(id) { $0.stopPrice = "98" } }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.plan("ABC")?.stop?.stopPrice == "98")
        driver.venueDoes { $0.change(id) { $0.stopPrice = "96.99" } }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "96.99")
        driver.expectSound()
    }

    @Test("a stop and a target that somebody moves, and moves back, stay where they were")
    func movedBack() {
        var driver = protected(target: "120")
        let (stop, target) = (Self.stop(driver), driver.symbolTarget?.id ?? "none")
        for (level, limit) in [("92", "112"), ("95", "120")] as [(Price, Price)] {
            driver.venueDoes { $0.change(stop) { $0.stopPrice = level } }
            for _ in 0..<3 { driver.cycle() }
            driver.venueDoes { $0.change(target) { $0.limitPrice = limit } }
            for _ in 0..<3 { driver.cycle() }
        }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        #expect(driver.symbolTarget?.terms.limitPrice == "120")
        #expect(driver.venue.working("ABC").map(\.id).sorted() == [stop, target].sorted())
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test("a target that somebody moves is told and left")
    func target() {
        var driver = protected(target: "120")
        let id = driver.symbolTarget?.id ?? "none"
        driver.venueDoes { $0.change(id) { $0.limitPrice = "112" } }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolTarget?.terms.limitPrice == "112")
        #expect(driver.alertReasons(.warning) == [.targetMovedByOthers(from: "120", to: "112")])
        driver.expectSound()
    }

    @Test("what the venue rounds stays rounded, also when it says so in its list alone", arguments: [true, false])
    func rounded(isTold: Bool) {
        var driver = protected(stop: "95.13")
        let id = Self.stop(driver)
        let words = driver.venue.change(id) { $0.stopPrice = "95.10" }
        if isTold { for word in words { driver.send(word) } } else { driver.lookTwice() }
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "95.10")
        #expect(driver.orders.count == 1)
        #expect(driver.alertReasons(of: .changedByOthers) == [])
        driver.expectSound()
    }

    @Test("a stop that cannot execute is no protection, and another takes its place", arguments: [true, false])
    func suspended(isLong: Bool) {
        var driver = Self.driver(isLong: isLong)
        let id = Self.stop(driver)
        driver.venueDoes { $0.interrupt(id, .suspended, .suspended) }
        #expect(driver.state.protection.isUnprotected("ABC"))
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.alertReasons(of: .unprotected).count == 1)
        #expect(driver.symbolStop?.id != id)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.expectSound()
    }

    @Test("an entry that somebody cancels is not sent again at once")
    func canceledEntry() {
        var driver = CoreDriver(venue: FakeVenue())
        driver.recommend([LimitTests.enter(.buy, 10, "ABC", limit: "98")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        #expect(driver.submissions.count == 1)
        let id = driver.venue.working("ABC").first?.id ?? "none"
        driver.venueDoes { $0.drop(id) }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.submissions.count == 1)
        driver.expectSound()
    }

    @Test("a move of which nobody has told, and which the answer to our own replacement shows, is news")
    func movedUnseen() {
        var driver = Self.driver(isLong: true)
        let id = Self.stop(driver)
        _ = driver.venue.change(id) { $0.stopPrice = "92" }
        // A person's order takes a part: the stop is to become smaller, and nothing else.
        driver.venueDoes { venue in
            venue.wasTradedByHand = true
            venue.rest(
                NewOrder(
                    clientOrderID: "hand", symbol: "ABC", side: .sell, type: .limit, quantity: 40, limitPrice: "120",
                    role: .external))
            return []
        }
        // As a list that is older than the move shows it.
        driver.venue.lie = { state in
            for (index, order) in state.openOrders.enumerated() where order.id == id && order.terms.quantity == 100 {
                state.openOrders[index].terms.stopPrice = "95"
            }
        }
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").first { $0.id == id }?.terms.stopPrice == "92")
        #expect(driver.venue.stopped("ABC") == 60)
        #expect(driver.alertReasons(of: .changedByOthers).contains(.stopLoosenedByOthers(from: "95", to: "92")))
        driver.expectSound()
    }

    @Test(
        "a stop that somebody moved before a dividend was told of is compared with what the plan is then",
        arguments: [("86", "86"), ("84", "84")] as [(Price, Price)])
    func movedBeforeDividend(moved: Price, expected: Price) {
        var driver = Self.driver(isLong: true)
        let id = Self.stop(driver)
        driver.venueDoes { $0.change(id) { $0.stopPrice = moved } }
        driver.cycle()
        driver.policies = { _ in [] }
        let action = CorporateAction(
            id: "d", symbol: "ABC", kind: .dividend(amount: "10"), effectiveAt: driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        driver.quote("ABC", "90", "90.02")
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.id == id && driver.symbolStop?.terms.stopPrice == expected)
        #expect(driver.plan("ABC")?.stop?.stopPrice == (moved > "85" ? moved : "85"), "95 without its dividend of 10")
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }
}
