import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Own exits on the wrong side")
struct WrongSideTests {
    @Test("a person sells more than is held: our stop must not sell even more", arguments: [100, -100] as [Int64])
    func flippedByHand(shares: Int64) {
        var driver = protected(Quantity(shares: shares), stop: shares > 0 ? "95" : "105") {
            $0.capabilities.reservesShares = false
        }
        #expect(driver.venue.working("ABC").count == 1)
        driver.venue.tradeManually("ABC", Quantity(shares: -2 * shares), at: "100")
        driver.recommend([])
        for _ in 0..<40 { driver.cycle() }
        let held = driver.venue.held("ABC")
        #expect(held == Quantity(shares: -shares), "what a person did is not fought")
        let opening = driver.venue.working("ABC").filter { ($0.terms.side == .sell) != held.isPositive }
        #expect(opening.isEmpty)
        #expect(driver.venue.stopped("ABC") == 100)
    }

    @Test("nobody protects, and a person turns the position over while the core is blind: the core's own stop again")
    func flippedWhileUnprotected() {
        var driver = protected { $0.capabilities.reservesShares = false }
        driver.recommend([])
        driver.venueDoes { venue in venue.working("ABC").first.map { venue.drop($0.id) } ?? [] }
        driver.disconnect()
        var venue = driver.venue
        for order in venue.working("ABC") { _ = venue.drop(order.id) }
        venue.tradeManually("ABC", -150, at: "100")
        driver.venue = venue
        driver.wait(.seconds(40))
        driver.connect()
        for _ in 0..<12 { driver.cycle() }
        #expect(driver.venue.held("ABC") == -50)
        #expect(driver.venue.stopped("ABC") == 50)
    }

    @Test("a fill beyond its order flips the books: the old plan closes nothing, and the position is asked for")
    func overfilled() {
        var driver = protected()
        guard let stop = driver.working("ABC").first else { return #expect(Bool(false)) }
        driver.venueDoes { $0.drop(stop.id) }
        driver.wait(.milliseconds(250))
        let sent = driver.submissions.count
        guard let second = driver.working("ABC").first else { return #expect(Bool(false)) }
        driver.send(
            .execution(
                ExecutionReport(
                    clientOrderID: second.id, event: .fill, executionID: ExecutionID(unchecked: "lie"), price: "95",
                    quantity: 150,
                    cumulativeQuantity: 150, at: driver.now)))
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.submissions[sent...].allSatisfy { $0.orders.allSatisfy { $0.role == .stop } })
        #expect(driver.venue.held("ABC") == 100)
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an exit of ours that was given up and lives is cancelled, though nothing is planned any more")
    func livesOn() {
        var driver = protected()
        guard var stop = driver.working("ABC").first else { return #expect(Bool(false)) }
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        driver.cycle()
        driver.recommend([])
        driver.cycle()
        #expect(driver.plan("ABC") == nil && driver.venue.held("ABC") == 0)
        stop.terms.clientOrderID = stop.id
        driver.venue.rest(stop.terms)
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }
}

@Suite("Words that never came")
struct MissingWordTests {
    @Test("legs of a bracket that woke unheard are known to protect after the next reconciliation")
    func wokenLegs() {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95", target: "110"), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.delivers = false
        driver.connect()
        while driver.position("ABC") == nil, !driver.inbox.isEmpty { driver.deliver() }
        driver.inbox.removeAll { if case .execution = $0 { true } else { false } }
        driver.delivers = true
        driver.settle()
        #expect(driver.working("ABC").allSatisfy { $0.status == .held })
        #expect(!driver.state.protection.unprotected.isEmpty)
        for _ in 0..<31 { driver.cycle() }
        #expect(driver.working("ABC").allSatisfy { $0.status == .new })
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.expectSound()
    }

    @Test("a leg's fill that is heard before its entry's: the entry is not sent again")
    func legBeforeEntry() {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95", target: "110"), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.delivers = false
        driver.connect()
        while driver.venue.held("ABC") == 0, !driver.inbox.isEmpty { driver.deliver() }
        driver.inbox += driver.venue.trade("ABC", "94", "94.02")
        #expect(driver.venue.held("ABC") == 0)
        let known = driver.venue.orders
        func isEntryFill(_ input: Input) -> Bool {
            guard case .execution(let report) = input, report.event == .fill else { return false }
            return known[report.clientOrderID]?.terms.role == .entry
        }
        driver.recommend([])
        let late = driver.inbox.filter(isEntryFill)
        #expect(late.count == 1)
        driver.inbox.removeAll(where: isEntryFill)
        driver.settle()
        for input in late { driver.send(input) }
        driver.delivers = true
        driver.settle()
        #expect(driver.submissions.filter { $0.orders.contains { $0.role == .entry } }.count == 1)
        #expect(driver.position("ABC") == nil)
    }

    @Test("an entry whose target lies behind its price is refused", arguments: ["100", "96"] as [Price])
    func targetBehind(target: Price) {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95", target: target), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        #expect(driver.submissions.isEmpty)
        driver.expectSound()
    }
}
