import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// A long position with a policy that protects it, cycled once.
func protected(
    _ quantity: Quantity = 100, stop: Price = "95", target: Price? = nil,
    _ change: (inout FakeVenue) -> Void = { _ in }
) -> CoreDriver {
    var venue = FakeVenue()
    venue.hold("ABC", quantity, at: "100")
    venue.quote("ABC", "100", "100.02")
    change(&venue)
    var driver = CoreDriver(venue: venue)
    driver.recommend(
        [PluginName("stop-loss").says(.stop(stop), on: "ABC")]
            + (target.map { [PluginName("stop-loss").says(.target(price: $0), on: "ABC")] } ?? []))
    driver.start()
    driver.quote("ABC", "100", "100.02")
    driver.connect()
    return driver
}

extension CoreDriver {
    mutating func recommend(_ advice: [PolicyAdvice]) {
        let fixed = answers(advice)
        policies = { _ in fixed }
    }
    var symbolStop: Order? { venue.working("ABC").first { $0.terms.type.isStop } }
    var symbolTarget: Order? { venue.working("ABC").first { $0.terms.type == .limit } }
    func expectSound(_ location: SourceLocation = #_sourceLocation) {
        #expect(violations == [], sourceLocation: location)
        #expect(replayDifference() == nil, sourceLocation: location)
    }
}

@Suite("The coordinator against a venue")
struct CoordinatorTests {
    @Test("a stop is set for all shares, and the unprotected time is measured")
    func protects() {
        let driver = protected()
        #expect(driver.symbolStop?.terms.quantity == 100)
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        #expect(driver.unprotected.count == 1)
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.expectSound()
    }

    @Test(
        "I-PRICE-8: a stop that rests is not moved towards a market that nobody knows; away from it is no matter",
        arguments: [100, -100] as [Quantity])
    func movesBlindly(quantity: Quantity) {
        let isLong = quantity.isPositive
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("stop-loss").says(.stop(isLong ? "95" : "105"), on: "ABC")])
        driver.start()
        driver.connect()
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "95" : "105"), "any stop is better than none")
        let tight: Price = isLong ? "98" : "102"
        driver.recommend([PluginName("stop-loss").says(.stop(tight), on: "ABC")])
        driver.cycle()
        #expect(driver.plan("ABC")?.stop?.stopPrice == tight)
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "95" : "105"))
        driver.quote("ABC", "100", "100.02")
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == tight)
        #expect(driver.position("ABC")?.quantity == quantity)
        driver.expectSound()
    }

    @Test("a stop moves in place where the broker can, else by cancel and new order", arguments: [true, false])
    func movesStop(inPlace: Bool) {
        var driver = protected { $0.capabilities.replacesPrice = inPlace }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        #expect(driver.venue.working("ABC").count == 1)
        let replaced = driver.orders.contains { if case .replace = $0 { true } else { false } }
        #expect(replaced == inPlace)
        driver.expectSound()
    }

    @Test("a fill during a cancel: nothing is held, nothing rests, nothing is sold again")
    func fillDuringCancel() {
        var driver = protected { $0.capabilities.replacesPrice = false }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.delivers = false
        driver.cycle()
        // The cancel is on its way; the venue fills the stop before it arrives.
        driver.venue.faults.losesCommands = true
        while driver.orders.count < 2, !driver.inbox.isEmpty { driver.deliver() }
        let stop = driver.symbolStop
        driver.venue.faults.losesCommands = false
        driver.inbox += driver.venue.fill(stop?.id ?? "none", 100, at: "95")
        driver.inbox += driver.venue.execute(.cancel(clientOrderID: stop?.id ?? "none"))
        driver.delivers = true
        driver.settle()
        #expect(driver.position("ABC") == nil)
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("a market reduction filled in parts: the rest is protected only when it is done")
    func partialReduction() {
        var driver = protected()
        driver.venue.faults.fillsOnly = 20
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC")])
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == 80)
        #expect(driver.venue.offered("ABC") == 80)
        driver.venueDoes { $0.finishMarketOrders() }
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.symbolStop?.leavesQuantity == 40)
        #expect(driver.outcomes.count == 1)
        driver.expectSound()
    }

    @Test("a refused submission: the broker's truth first, then again with a new id")
    func refusedOnce() {
        let driver = protected { $0.faults.refusesSubmissions = 1 }
        #expect(driver.symbolStop?.terms.quantity == 100)
        #expect(Set(driver.submissions.flatMap { $0.orders.map(\.clientOrderID) }).count == 2)
        let kinds = driver.commands.map { if case .submit = $0 { "submit" } else { "ask" } }
        #expect(kinds == ["ask", "submit", "ask", "submit"])
        driver.expectSound()
    }

    @Test("three refusals in a row: the symbol waits for the next cycle")
    func refusedThrice() {
        var driver = protected { $0.faults.refusesSubmissions = 3 }
        #expect(driver.submissions.count == 3)
        #expect(driver.symbolStop == nil)
        #expect(driver.alertReasons(.emergency).contains(.ordersRefused(3, why: "refused by the test")))
        driver.quote("ABC", "100.01", "100.03")
        #expect(driver.submissions.count == 3)
        driver.cycle()
        #expect(driver.symbolStop?.terms.quantity == 100)
        driver.expectSound()
    }

    @Test("refusals that go on are told when they have doubled, not with every cycle")
    func refusedForLong() {
        var driver = protected { $0.faults.refusesSubmissions = 8 }
        for _ in 0..<60 { driver.cycle() }
        let told = driver.alertReasons(of: .refusedByBroker)
        #expect(told == [3, 6].map { .ordersRefused($0, why: "refused by the test") })
        #expect(driver.symbolStop?.terms.quantity == 100)
        driver.expectSound()
    }

    @Test("a group of two that is refused is one refusal")
    func refusedGroup() {
        let driver = protected(target: "120") { $0.faults.refusesSubmissions = 2 }
        #expect(driver.submissions.count == 3)
        #expect(driver.symbolStop?.terms.quantity == 100)
        driver.expectSound()
    }

    @Test("a cancel that the venue keeps refusing is not repeated without end", arguments: [5, 50])
    func refusedCancels(times: Int) {
        var driver = protected { $0.capabilities.replacesPrice = false }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.refusesCancels = times
        let before = driver.orders.count
        driver.cycle()
        #expect(driver.orders.count - before <= 3)
        for _ in 0..<times { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("cancels that are refused without end, each dated alike, are an emergency, and not one request a second")
    func refusedCancelsWithoutEnd() {
        var driver = protected { $0.capabilities.replacesPrice = false }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.refusesCancels = .max
        let before = driver.orders.count
        for _ in 0..<40 { driver.cycle() }
        let refused = driver.records.contains { record in
            if case .alert(let alert) = record {
                alert.kind == .refusedByBroker && alert.level == .emergency
            } else {
                false
            }
        }
        #expect(refused, "\(driver.alerts)")
        #expect(driver.orders.count - before < 60, "\(driver.orders.count - before)")
        driver.expectSound()
    }

    @Test("a replacement that the venue keeps refusing is not repeated without end")
    func refusedReplacements() {
        var driver = protected()
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.refusesReplacements = 10
        let before = driver.orders.count
        driver.cycle()
        #expect(driver.orders.count - before <= 3)
        // This venue dates its refusals alike, so that one cannot be distinguished from the next: each waits for its time-out.
        for _ in 0..<100 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("a stop that the broker never shrinks gives way to a new one, so that the reduction is made")
    func neverShrinks() {
        var driver = protected()
        driver.recommend([
            PluginName("stop-loss").says(.stop("95"), on: "ABC"),
            PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC"),
        ])
        driver.venue.faults.refusesReplacements = .max
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("the market is through the stop before it rests: a market exit")
    func throughTheStop() {
        var driver = protected { $0.faults.refusesSubmissions = 3 }
        #expect(driver.venue.stopped("ABC") == 0)
        driver.quote("ABC", "94", "94.02")
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.submissions.last?.orders.first?.type == .market)
        driver.expectSound()
    }

    @Test("the first stop that a policy gives to what was there before is through the market: nothing is sold for it")
    func firstStopThroughTheMarket() {
        var driver = protected(stop: "101")
        for _ in 0..<8 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 100)
        #expect(driver.symbolStop?.terms.stopPrice == "95", "the core's own")
        driver.expectSound()
    }

    @Test(
        "a tighter stop that the market is through already: before the open the resting one stays, then it is an exit")
    func throughTheWantedStop() {
        var driver = protected(100, stop: "95")
        driver.send(.market(MarketUpdate(at: driver.now, session: .preMarket)))
        driver.quote("ABC", "96", "96.02")
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        #expect(
            driver.symbolStop?.terms.stopPrice == "95",
            "nothing is sent that would be refused, and nothing is torn away")
        #expect(driver.orders.allSatisfy { if case .replace = $0 { false } else { true } })
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.quote("ABC", "96", "96.02")
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("a crumb of a share that the broker does not trade leaves the whole shares protected")
    func crumb() {
        var driver = protected("14.35")
        #expect(driver.symbolStop?.terms.quantity == 14)
        let before = driver.orders.count
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders.count == before, "nothing is arranged again for the crumb")
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.expectSound()
    }

    @Test("without OCO a plain stop rests, and the core watches the target")
    func noOCO() {
        var driver = protected(target: "110") { $0.capabilities.groups = [] }
        #expect(driver.venue.working("ABC").map(\.terms.type) == [.stop])
        driver.quote("ABC", "109.99", "110.01")
        #expect(driver.venue.held("ABC") == 100)
        driver.quote("ABC", "110", "110.02")
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("the position grows by hand: the stop is restated for all of it")
    func grows() {
        var driver = protected { _ in }
        driver.venue.tradeManually("ABC", 50, at: "100")
        driver.reconcile()
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity == 150)
        #expect(driver.venue.stopped("ABC") == 150)
        driver.expectSound()
    }

    @Test("a reduction that a manual sale completed does not sell what is bought later")
    func limitEndsWithManualSale() {
        var driver = protected()
        driver.send(.market(MarketUpdate(at: driver.now, session: .afterHours)))
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC")])
        driver.cycle()
        driver.recommend([])
        #expect(driver.venue.held("ABC") == 100)
        driver.venue.tradeManually("ABC", -60, at: "100")
        driver.reconcile()
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity == 40)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.venue.tradeManually("ABC", 60, at: "100")
        driver.reconcile()
        driver.reconcile()
        driver.cycle()
        #expect(driver.venue.held("ABC") == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("the position is closed by hand: its exits are cancelled")
    func closedByHand() {
        var driver = protected(target: "120")
        driver.venue.tradeManually("ABC", -100, at: "100")
        driver.reconcile()
        driver.reconcile()
        #expect(driver.position("ABC") == nil)
        #expect(driver.venue.working("ABC").isEmpty)
        #expect(driver.plan("ABC") == nil)
        driver.expectSound()
    }

    @Test("stopped out: nothing is left behind", arguments: [nil, "120"] as [Price?])
    func flat(target: Price?) {
        var driver = protected(target: target)
        driver.recommend([])
        driver.quote("ABC", "94.90", "94.92")
        #expect(driver.position("ABC") == nil)
        #expect(driver.venue.working("ABC").isEmpty)
        #expect(driver.working("ABC").isEmpty)
        #expect(driver.plan("ABC") == nil)
        #expect(driver.state.protection.unprotected.isEmpty)
        #expect(driver.state.inFlight.waitingCount == 0)
        #expect(driver.outcomes.map(\.realizedByDecision) == ["-510"])
        driver.expectSound()
    }

    @Test("a target filled in part: the stop stays, and covers what is left without a gap")
    func partialTarget() throws {
        var driver = protected(target: "120")
        let target = try #require(driver.symbolTarget)
        let sent = driver.orders.count
        driver.venueDoes { $0.fill(target.id, 30, at: "120") }
        #expect(driver.venue.stopped("ABC") == 70)
        #expect(driver.orders.count == sent)
        #expect(driver.unprotected.count == 1)
        driver.expectSound()
    }

    @Test("the broker goes away in mid-plan and comes back: the plan is finished, nothing twice")
    func brokerGone() {
        for lost in [false, true] {
            var driver = NVDA.driver()
            driver.delivers = false
            driver.connect()
            while driver.submissions.isEmpty {
                driver.venue.faults.losesCommands = lost && driver.orders.count == 1
                driver.deliver()
            }
            driver.delivers = true
            driver.disconnect()
            driver.venue.faults.losesCommands = false
            #expect(driver.working("NVDA").allSatisfy { $0.status == .unknown })
            driver.connect()
            driver.settle()
            #expect(driver.venue.held("NVDA") == 144)
            #expect(driver.venue.stopped("NVDA") == 144)
            driver.expectSound()
        }
    }

    @Test("advice that is merged while the broker is away is on its price grid when it is back")
    func gridWithoutBroker() {
        var driver = protected()
        driver.recommend([PluginName("stop-loss").says(.stop("97.1234"), on: "ABC")])
        driver.delivers = false
        driver.cycle()
        driver.disconnect()
        driver.delivers = true
        driver.settle()
        driver.connect()
        driver.cycle()
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97.12")
        driver.expectSound()
    }
}
