import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// A refusal names its order and not the request that it refuses: after a reconnect, or in disorder, an old one may come
/// while a newer request of the same kind is under way.
@Suite("Refusals that come late, and what a restart forgets")
struct LateRefusalTests {
    private let policy: PluginName = "stop-loss"

    private func held(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var venue = FakeVenue()
        venue.capabilities.replacement = .newID
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100")
        change(&venue)
        var driver = CoreDriver(venue: venue)
        driver.recommend([policy.says(.stop("95"), on: "ABC")])
        driver.start { $0.damping = .none }
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        return driver
    }

    private func word(_ id: ClientOrderID, _ event: OrderEvent, at time: Timestamp) -> Input {
        .execution(ExecutionReport(clientOrderID: id, event: event, reason: "told late", at: time))
    }

    @Test("the refusal of one replacement is not taken for that of the next: its successor stays in doubt")
    func replacement() throws {
        var driver = held()
        let stop = try #require(driver.working("ABC").first)
        // The first move is refused, and the stop works on.
        driver.venue.faults.refusesReplacements = 1
        driver.venue.faults.withholdsState = true
        driver.recommend([policy.says(.stop("96"), on: "ABC")])
        driver.cycle()
        let refused = driver.now
        #expect(driver.state.portfolio.orders[stop.id]?.status == .new)
        // The second is carried out, and not reported; instead the old refusal comes once more.
        driver.venue.faults.withholdsState = false
        driver.venue.faults.withholdsAnswers = true
        driver.venue.faults.withholdsWords = true
        driver.wait(.seconds(6))
        let successor = try #require(driver.working("ABC").first { $0.replacesOrder == stop.id })
        #expect(driver.venue.stopped("ABC") == 100)
        driver.send(word(stop.id, .replaceRejected, at: refused))
        #expect(driver.state.portfolio.orders[successor.id]?.isWorking == true, "it may be there")
        #expect(driver.state.portfolio.orders[stop.id]?.status.isInFlight == true)
        // When the broker's reports arrive again, all agrees, and never more than the position was on offer.
        driver.venue.faults = FakeVenue.Faults()
        for _ in 0..<4 { driver.wait(.seconds(10)) }
        driver.cycle()
        #expect(driver.working("ABC").filter(\.isExit).count == 1)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.venue.mostOffered <= 100)
        driver.expectSound()
    }

    @Test("a refusal of another kind, or the second of one kind, ends no doubt; the first of its kind does")
    func kinds() {
        func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }
        let cancel = Request(.cancel, number: 1, leftBy: at(1)).following(nil)
        #expect(cancel.isRefused(by: .cancelRejected, at: at(1)))
        #expect(!cancel.isRefused(by: .replaceRejected, at: at(1)))
        var replace = Request(.replace, number: 2, leftBy: at(2)).following(cancel)
        #expect(replace.isRefused(by: .replaceRejected, at: at(2)), "no replacement was refused before")
        let again = Request(.cancel, number: 3, leftBy: at(3)).following(replace)
        #expect(!again.isRefused(by: .cancelRejected, at: at(3)), "what became of the first cancel was not heard")
        replace.noteRefusal(at: at(5))
        let next = Request(.replace, number: 4, leftBy: at(6)).following(replace)
        #expect(!next.isRefused(by: .replaceRejected, at: at(5)), "the same refusal once more")
        #expect(next.isRefused(by: .replaceRejected, at: at(6)))
        var carriedOut = next
        carriedOut.close()
        let after = Request(.replace, number: 5, leftBy: at(7)).following(carriedOut)
        #expect(after.isRefused(by: .replaceRejected, at: at(7)), "the one before was carried out")
        var unsent = next
        unsent.close()
        let sent = Request(.replace, number: 5, leftBy: at(8)).following(unsent)
        #expect(sent.isRefused(by: .replaceRejected, at: at(8)), "what never left this process is refused by nobody")
    }

    @Test("an order that was given up and lives counts as on offer until the broker has said what it is")
    func alive() throws {
        var driver = held()
        let stop = try #require(driver.working("ABC").first)
        driver.venue.faults.withholdsState = true
        driver.send(word(stop.id, .rejected, at: driver.now))
        #expect(driver.state.portfolio.orders[stop.id]?.status == .rejected)
        driver.send(word(stop.id, .new, at: driver.now))
        #expect(driver.working("ABC").map(\.id) == [stop.id], "it counts again")
        driver.venue.faults.withholdsState = false
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.mostOffered == 100)
        #expect(driver.working("ABC").map(\.id) == [stop.id])
        driver.expectSound()
    }

    @Test("after a restart nothing is entered before a policy of this run asks for it")
    func restart() {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100")
        venue.faults.losesSubmissions = true
        var driver = CoreDriver(venue: venue)
        driver.recommend([policy.says(.buy(10, stop: "95"), on: "ABC")])
        driver.start()
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.cycle()
        #expect(driver.plan("ABC")?.entry != nil)
        driver.disconnect()
        driver.recommend([])
        driver.venue.faults = FakeVenue.Faults()
        driver.start()
        #expect(driver.plan("ABC")?.entry == nil)
        let before = driver.submissions.count
        driver.connect()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.submissions.count == before, "the old entry was sent again")
        driver.expectSound()
    }

    @Test("a missing stop that the broker refuses is tried three times, then once a cycle; old refusals do not count")
    func tries() {
        var driver = held { $0.faults.refusesSubmissions = 1_000 }
        let first = driver.submissions.count
        #expect(first == 3, "three tries, and then the next cycle")
        driver.cycle()
        #expect(driver.submissions.count == first + 1)
        driver.pass(.seconds(120))
        driver.venue.faults.refusesSubmissions = 2
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }
}
