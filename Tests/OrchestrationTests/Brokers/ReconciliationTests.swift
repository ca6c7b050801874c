import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Differences between our books and the broker's, by their class")
struct ReconciliationTests {
    @Test(
        "somebody traded it elsewhere: it is adopted, and the stop follows", arguments: [-40, 50, -100] as [Int64])
    func manualTrade(shares: Int64) {
        var driver = protected()
        driver.venue.tradeManually("ABC", Quantity(shares: shares), at: "103")
        driver.reconcile()
        driver.cycle()
        #expect(driver.differences.map(\.kind).contains(.manualTrade))
        #expect(driver.position("ABC")?.quantity ?? .zero == Quantity(shares: 100 + shares))
        #expect(driver.venue.stopped("ABC") == Quantity(shares: 100 + shares))
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        driver.expectSound()
    }

    @Test(
        "a split that nobody announced is known from the figures alone",
        arguments: [(2, 1), (3, 2), (3, 1)] as [(Int64, Int64)])
    func split(numerator: Int64, denominator: Int64) throws {
        var driver = protected()
        driver.venue.split("ABC", numerator, denominator)
        driver.policies = { _ in [] }
        driver.lookTwice()
        #expect(driver.differences.filter { $0.order == nil }.map(\.kind) == [.corporateAction])
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == driver.venue.held("ABC"))
        #expect(position.realizedProfit == .zero)
        let stop: Price = "95"
        let expected = try PriceIncrement.usEquity.rounded(
            stop.scaled(numerator: denominator, denominator: numerator, .halfEven), .halfEven)
        #expect(driver.plan("ABC")?.stop?.stopPrice == expected)
        #expect(driver.orders.count == 1, "what rests is right as it rests")
        driver.expectSound()
    }

    @Test("a reverse split that nobody announced: nothing is offered beyond the new shares")
    func reverseSplit() {
        var driver = protected()
        driver.policies = { _ in [] }
        driver.venue.split("ABC", 1, 4)
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == 25)
        #expect(driver.venue.stopped("ABC") == 25)
        #expect(driver.orders.count == 1, "what rests is right as it rests")
        driver.expectSound()
    }

    @Test("a split that the broker books late waits, and nothing is done until it has")
    func lateSplit() {
        var driver = protected()
        let action = CorporateAction(
            id: "s1", symbol: "ABC", kind: .split(numerator: 2, denominator: 1), effectiveAt: driver.now)
        driver.policies = { _ in [] }
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        #expect(driver.position("ABC")?.quantity == 200)
        let sent = driver.orders.count
        for _ in 0..<4 {
            driver.cycle()
            driver.reconcile()
        }
        #expect(driver.orders.count == sent)
        #expect(driver.position("ABC")?.quantity == 200)
        #expect(driver.differences.map(\.kind).filter { $0 == .corporateAction }.count == 1)
        #expect(driver.differences.allSatisfy { $0.kind != .manualTrade })
        #expect(driver.alertReasons(.warning).count { $0 == .splitNotBooked(brokers: 100, ours: 200) } == 1)
        driver.venue.split("ABC", 2, 1)
        for _ in 0..<2 {
            driver.cycle()
            driver.reconcile()
        }
        #expect(!driver.state.reconciler.awaitsSplits)
        #expect(driver.venue.stopped("ABC") == 200)
        #expect(driver.symbolStop?.terms.stopPrice == "47.5")
        driver.expectSound()
    }

    @Test("a short that none of our orders made is adopted, alarmed, and protected on its own side")
    func externalShort() {
        var driver = protected()
        driver.policies = { _ in [] }
        driver.venue.tradeManually("ABC", -150, at: "100")
        driver.lookTwice()
        #expect(driver.differences.map(\.kind).contains(.externalShort))
        #expect(driver.position("ABC")?.quantity == -50)
        #expect(driver.alertReasons(.emergency).count { $0 == .externalShort } == 1)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.working("ABC").map(\.terms.side) == [.buy], "the old stop would sell more")
        #expect(driver.venue.stopped("ABC") == 50)
        #expect(driver.venue.held("ABC") == -50)
        driver.expectSound()
    }

    @Test("an order that nobody here placed is adopted from the list, and not from a word", arguments: [true, false])
    func externalOrder(namesTerms: Bool) {
        var driver = protected()
        let terms = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: .buy, type: .limit, quantity: 10, limitPrice: "90",
            role: .external)
        driver.venue.rest(terms)
        driver.delivers = false
        driver.feed(
            .execution(
                ExecutionReport(
                    clientOrderID: "by-hand", event: .new, terms: namesTerms ? terms : nil, at: driver.now)))
        #expect(driver.state.portfolio.orders["by-hand"] == nil, "a word may be an old one")
        driver.delivers = true
        driver.wait(.milliseconds(250))
        #expect(driver.state.portfolio.orders["by-hand"]?.terms.role == .external)
        #expect(driver.differences.map(\.kind) == [.externalOrder])
        driver.expectSound()
    }

    @Test("fills that an adopted order had are in the position: told once more, they are not booked; new ones are")
    func replayedFills() {
        var driver = protected()
        let terms = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: .buy, type: .limit, quantity: 10, limitPrice: "100",
            role: .external)
        driver.venue.rest(terms)
        let old = driver.venue.fill("by-hand", 4, at: "100")
        driver.lookTwice()
        #expect(driver.position("ABC")?.quantity == 104)
        for word in old + old { driver.send(word) }
        #expect(driver.position("ABC")?.quantity == 104)
        driver.venueDoes { $0.fill("by-hand", 6, at: "100") }
        for word in old { driver.send(word) }
        #expect(driver.position("ABC")?.quantity == 110)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(driver.venue.stopped("ABC") == 110)
        driver.expectSound()
    }

    @Test("a fill of an order that nobody knows is not booked; the lists tell")
    func strangersFill() {
        var driver = protected()
        driver.venue.rest(
            NewOrder(
                clientOrderID: "by-hand", symbol: "ABC", side: .buy, type: .limit, quantity: 10, limitPrice: "100",
                role: .external))
        let words = driver.venue.fill("by-hand", 10, at: "100")
        driver.delivers = false
        for word in words + words { driver.feed(word) }
        #expect(driver.position("ABC")?.quantity == 100)
        driver.delivers = true
        driver.wait(.milliseconds(250))
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == 110)
        #expect(driver.venue.stopped("ABC") == 110)
        driver.expectSound()
    }

    @Test("unprotected time names the decision in which it happened")
    func decision() throws {
        var driver = protected()
        driver.pass(.seconds(3))
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        driver.wait(.milliseconds(250))
        let plan = try #require(driver.plan("ABC"))
        #expect(driver.unprotected.map(\.decision) == [plan.id, plan.id])
        driver.expectSound()
    }

    @Test(
        "the core's own events are no words of a broker",
        arguments: [.cancelRequested, .replaceRequested, .timedOut, .notFound] as [OrderEvent])
    func ownEvents(event: OrderEvent) throws {
        var driver = protected { $0.faults.withholdsAnswers = true }
        let id = try #require(driver.working("ABC").first?.id)
        driver.send(.execution(ExecutionReport(clientOrderID: id, event: event, cumulativeQuantity: 0, at: driver.now)))
        #expect(driver.working("ABC").map(\.status) == [.pendingNew])
        #expect(driver.alertReasons.contains(.reportNotTaken(order: id, .eventOfTheCore(event))))
        #expect(driver.orders.count == 1, "else it could be sent twice")
        driver.expectSound()
    }
}

extension CoreDriver {
    /// A difference counts when it is still there at the next look.
    mutating func lookTwice() {
        reconcile()
        reconcile()
    }
}
