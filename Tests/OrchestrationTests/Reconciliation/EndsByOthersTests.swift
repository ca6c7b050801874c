import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// I-HAND-2: where an order of ours ends, or is said to have ended, and nobody here asked for it.
@Suite("An end that nobody here asked for is looked at before anything takes its place")
struct EndsByOthersTests {
    private static func stop(_ driver: CoreDriver) -> ClientOrderID {
        driver.venue.working("ABC").first { $0.terms.type.isStop }?.id ?? "none"
    }

    @Test("an end that was told before the connection was lost is looked at by lists that are newer than the next one")
    func endBeforeReconnect() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        let words = driver.venue.drop(Self.stop(driver))
        driver.delivers = false
        for word in words { driver.feed(word) }
        driver.disconnect()
        driver.pass(.seconds(60))
        driver.delivers = true
        #expect(driver.state.holds.awaitsSnapshot("ABC"))
        // What happened since the word is not known: the first lists may be behind it.
        driver.connect()
        #expect(driver.state.holds.awaitsSnapshot("ABC") && driver.orders.count == 1)
        driver.wait(.seconds(6))
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.orders.count == 2)
        #expect(driver.symbolStop?.leavesQuantity == 100)
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
