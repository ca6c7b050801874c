import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-HAND-2 to I-HAND-4.
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

    @Test("a word that ends our stop is checked against the lists: it lives, and no second one is placed")
    func toldAsExpired() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        #expect(id != "none")
        driver.venueDoes { $0.say(id, .expired) }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").map(\.id) == [id])
        #expect(driver.working("ABC").map(\.id) == [id])
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test(
        "an exit that waits for the open and is ended at the venue is not sent again for shares that are others by now")
    func queuedExitEnds() {
        var driver = protected {
            $0.capabilities.reservesShares = false
            $0.faults.fillsOnly = .zero
        }
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        driver.cycle()
        let exit = driver.venue.working("ABC").first { $0.terms.role == .reduce }?.id ?? "none"
        #expect(exit != "none")
        driver.venue.split("ABC", 1, 4)
        driver.venueDoes { $0.drop(exit) }
        #expect(driver.venue.working("ABC").allSatisfy { $0.leavesQuantity <= 25 })
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").allSatisfy { $0.leavesQuantity <= 25 })
        driver.expectSound()
    }

    @Test(
        "an end that our request did not ask for is checked against the lists as well",
        arguments: [true, false])
    func toldAsExpiredWhileCanceled(isSale: Bool) {
        var driver = protected {
            $0.capabilities.reportLag = .seconds(5)
            ($0.capabilities.replacesPrice, $0.capabilities.replacesQuantity) = (false, false)
            $0.faults.holdsCancels = true
        }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        driver.recommend([PluginName("stop-loss").says(isSale ? .exit : .stop("97"), on: "ABC")])
        driver.cycle()
        #expect(driver.working("ABC").map(\.status) == [.pendingCancel])
        driver.venueDoes { $0.say(id, .expired) }
        #expect(driver.submissions.count == 1)
        driver.cycle()
        #expect(driver.venue.working("ABC").map(\.id) == [id])
        #expect(driver.submissions.count == 1)
        driver.expectSound()
    }

    @Test(
        "an end that is told before the adapter says how late its lists are: they are awaited for as long all the same")
    func toldBeforeConnection() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        driver.disconnect()
        driver.pass(.seconds(1))
        for word in driver.venue.say(id, .expired) { driver.feed(word) }
        driver.pass(.seconds(1))
        driver.connect()
        driver.settle()
        #expect(driver.orders.count == 1)
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").map(\.id) == [id])
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test("a person's exit that ends is replaced when the lists were read: the shares may be others by now")
    func othersExitEnds() {
        var driver = protected {
            $0.capabilities.reportLag = .seconds(5)
            $0.rest(
                NewOrder(
                    clientOrderID: "hand", symbol: "ABC", side: .sell, type: .limit, quantity: 100, limitPrice: "120",
                    timeInForce: .gtc, role: .external))
        }
        driver.cycle()
        #expect(driver.orders.isEmpty, "the person's order holds the shares")
        driver.venue.split("ABC", 1, 4)
        driver.venueDoes { $0.drop("hand") }
        #expect(driver.orders.isEmpty)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.offered("ABC") == 25)
        driver.expectSound()
    }

    @Test("one whose beginning was not told yet, and whose end is: no second one is placed either")
    func toldAsExpiredFirst() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        (driver.venue.faults.withholdsWords, driver.venue.faults.withholdsAnswers) = (true, true)
        driver.recommend([PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        driver.cycle()
        let id = Self.stop(driver)
        #expect(driver.working("ABC").map(\.status) == [.pendingNew])
        driver.venueDoes { $0.say(id, .expired) }
        #expect(driver.orders.count == 1)
        driver.venue.faults = .init()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.working("ABC").map(\.id) == [id])
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test(
        "told as over, it lives on at the level to which somebody has moved it: that is news as well",
        arguments: [0, 1])
    func livesElsewhere(seconds: Int64) {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        for word in driver.venue.say(id, .expired) { driver.feed(word) }
        driver.pass(.seconds(seconds))
        let words = driver.venue.change(id) { $0.stopPrice = "98" }
        for word in words { driver.feed(word) }
        driver.settle()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.symbolStop?.id == id && driver.symbolStop?.terms.stopPrice == "98")
        #expect(driver.plan("ABC")?.stop?.stopPrice == "98")
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test(
        "a change that the venue announces first is news as well",
        arguments: [.pendingReplace, .pendingCancel] as [OrderEvent])
    func announced(event: OrderEvent) {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        let words = driver.venue.say(id, event) + driver.venue.change(id) { $0.stopPrice = "98" }
        for word in words { driver.feed(word) }
        driver.settle()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.symbolStop?.id == id && driver.symbolStop?.terms.stopPrice == "98")
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test("a stop that the venue ends over night, for a split that it books later, is not put back for the old shares")
    func endedOverNight() {
        var driver = protected { $0.capabilities.reservesShares = false }
        let id = Self.stop(driver)
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        driver.venueDoes { $0.drop(id) }
        for _ in 0..<3 { driver.cycle() }
        driver.disconnect()
        driver.connect()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders.count == 1)
        driver.venue.split("ABC", 1, 4)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.policies = { _ in [] }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "380" && driver.venue.stopped("ABC") == 25)
        driver.expectSound()
    }

    @Test(
        "what others placed on either side ends over night, as for a split: nothing is sent before the next session (I-CORP-7)",
        arguments: Side.allCases)
    func ofOthersOverNight(side: Side) {
        let order = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: side, type: .limit, quantity: 1,
            limitPrice: side == .sell ? "130" : "70", role: .external)
        var driver = protected {
            $0.capabilities.reservesShares = false
            $0.rest(order)
        }
        let before = driver.orders.count
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        driver.venueDoes { $0.drop("by-hand") }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders.count == before)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("where nothing was behind it, it is put back when the market opens")
    func endedOverNightForNothing() {
        var driver = protected()
        let id = Self.stop(driver)
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        driver.venueDoes { $0.drop(id) }
        driver.cycle()
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.wait(.seconds(1))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("ended in truth, it is put back when the lists have been read, and not before")
    func endedByOthers() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let id = Self.stop(driver)
        driver.venueDoes { $0.drop(id) }
        #expect(driver.orders.count == 1)
        #expect(driver.alertReasons(of: .changedByOthers).count == 1)
        driver.wait(.seconds(6))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an order told as over that gives a sign of life is in doubt until the broker has been asked")
    func livesAgain() {
        var driver = protected { $0.capabilities.reservesShares = false }
        let id = Self.stop(driver)
        // Hidden from the list, so that another one takes its place.
        driver.venueDoes { $0.drop(id) }
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.venue.wasTradedByHand = true
        driver.venue.revive(id)
        driver.pass(.seconds(1))
        driver.venueDoes { $0.say(id, .new) }
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100, "one of both is gone")
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

    @Test("both ends of a group, told without what was filled: nothing takes its place before the lists were read")
    func endsOfAGroup() {
        var driver = protected(target: "120")
        let before = driver.submissions.count
        driver.venue.faults.omitsSums = true
        let stop = Self.stop(driver)
        driver.venueDoes { venue in
            let words = venue.drop(stop)
            venue.hold("ABC", 200, at: "50")
            venue.quote("ABC", "50", "50.02")
            return words
        }
        driver.quote("ABC", "50", "50.02")
        driver.lookTwice()
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 200)
        let after = driver.submissions.dropFirst(before).flatMap(\.orders)
        #expect(!after.isEmpty && after.allSatisfy { $0.quantity == 200 && $0.stopPrice ?? "0" < "50" })
        #expect(driver.venue.stopped("ABC") == 200)
        driver.expectSound()
    }

    @Test("both ends of a group whose stop was moved before: the one that has its place is no end of a leg")
    func endsOfAGroupAfterAMove() {
        var driver = protected(target: "120") {
            $0.capabilities.reservesShares = false
            $0.capabilities.replacement = .newID
        }
        driver.recommend([
            PluginName("stop-loss").says(.stop("97"), on: "ABC"),
            PluginName("take-profit").says(.target(price: "120"), on: "ABC"),
        ])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        let before = driver.submissions.count
        let legs = driver.venue.working("ABC").map(\.id)
        #expect(legs.count == 2)
        driver.venue.split("ABC", 1, 4)
        for leg in legs.sorted(by: { one, _ in one != Self.stop(driver) }) { driver.venueDoes { $0.drop(leg) } }
        driver.lookTwice()
        let after = driver.submissions.dropFirst(before).flatMap(\.orders)
        #expect(!after.isEmpty && after.allSatisfy { $0.quantity == 25 })
        driver.expectSound()
    }

    @Test("an end that was asked for, and comes while nothing is traded, may be a split's: the lists are read first")
    func askedForOverNight() {
        var driver = protected {
            $0.capabilities.reservesShares = false
            ($0.capabilities.replacesPrice, $0.capabilities.replacesQuantity) = (false, false)
            $0.faults.holdsCancels = true
        }
        let id = Self.stop(driver)
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        #expect(driver.working("ABC").map(\.status) == [.pendingCancel])
        let before = driver.submissions.count
        driver.venue.split("ABC", 1, 4)
        driver.venueDoes { $0.drop(id) }
        for _ in 0..<3 { driver.cycle() }
        let after = driver.submissions.dropFirst(before).flatMap(\.orders)
        #expect(!after.isEmpty && after.allSatisfy { $0.quantity == 25 })
        driver.expectSound()
    }
}
