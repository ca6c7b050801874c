import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A core that observes decides everything and sends nothing")
struct ObservingTests {
    private let policy: PluginName = "stop-loss"

    /// A position that a policy wants out of, one that it protects, and an entry.
    private func observing(_ isObserving: Bool = true) -> CoreDriver {
        var venue = FakeVenue()
        for symbol in ["ABC", "XYZ"] as [Symbol] {
            venue.hold(symbol, 100, at: "100")
            venue.quote(symbol, "99.99", "100.01")
        }
        venue.quote("NEW", "49.99", "50.01")
        var driver = CoreDriver(venue: venue)
        driver.recommend([
            policy.says(.exit, on: "ABC"), policy.says(.stop("95"), on: "XYZ"),
            policy.says(.enter(EntryAdvice(side: .buy, quantity: 10, stop: StopAdvice(stopPrice: "45"))), on: "NEW"),
        ])
        driver.start([policy], isObserving: isObserving)
        for symbol in ["ABC", "XYZ"] as [Symbol] { driver.quote(symbol, "99.99", "100.01", last: "100") }
        driver.quote("NEW", "49.99", "50.01", last: "50")
        driver.connect()
        return driver
    }

    private func commands(_ driver: CoreDriver) -> [OrderCommand] {
        driver.effects.compactMap { if case .command(let approved) = $0 { approved.command } else { nil } }
            .filter {
                switch $0 {
                case .submit, .cancel, .replace: true
                case .query, .reconcile: false
                }
            }
    }

    private func wouldSend(_ driver: CoreDriver) -> [ActionSummary] {
        driver.records.compactMap {
            guard case .waiting(let waiting) = $0, case .observing(let action)? = waiting.why else { return nil }
            return action
        }
    }

    @Test("what a person wants done is refused, and not kept for a run that trades; modes are taken")
    func refusesWishes() {
        var driver = observing()
        func request(_ wish: PersonRequest.Wish) -> PersonRequest {
            PersonRequest(symbol: "ABC", wish: wish, who: "me", why: "test")
        }
        for wish in [.close, .part(1), .fraction("0.5"), .stop("90"), .target("120")] as [PersonRequest.Wish] {
            #expect(driver.state.objection(to: request(wish)) == .observing)
            driver.send(.asked(request(wish)))
        }
        #expect(!driver.state.handover.hasWishes)
        #expect(driver.state.objection(to: request(.mode(.watched))) == nil)
    }

    @Test("what would be sent is recorded once, and no order command leaves, whatever happens")
    func nothingIsSent() {
        var driver = observing()
        for _ in 0..<60 { driver.cycle() }
        driver.quote("XYZ", "89.99", "90.01", last: "90")
        for _ in 0..<10 { driver.cycle() }
        driver.send(.control(Control(command: .flatten, who: "test", why: "test")))
        for _ in 0..<10 { driver.cycle() }
        #expect(commands(driver).isEmpty)
        #expect(driver.venue.held("ABC") == 100 && driver.venue.held("XYZ") == 100 && driver.venue.held("NEW") == 0)
        let wanted = wouldSend(driver)
        #expect(wanted.contains(.close(side: .sell, quantity: 100, symbol: "ABC")))
        #expect(wanted.contains { if case .protect(_, "XYZ", _, _) = $0 { true } else { false } })
        #expect(wanted.contains { if case .enter(_, _, "NEW", _, _) = $0 { true } else { false } })
        #expect(wanted.count == Set(wanted).count, "each once")
    }

    @Test("who holds something without a stop is warned, not alarmed: a person has wanted it so")
    func unprotected() {
        var driver = observing()
        for _ in 0..<10 { driver.cycle() }
        let told = driver.alerts.filter { if case .unprotected = $0.reason { true } else { false } }
        #expect(!told.isEmpty && told.allSatisfy { $0.level == .warning })
    }

    @Test("the next run that does not observe carries out what policies ask for then")
    func nextRun() {
        var driver = observing()
        driver.cycle()
        driver.disconnect()
        driver.start([policy])
        driver.connect()
        driver.cycle()
        #expect(driver.venue.held("ABC") == 0 && driver.venue.stopped("XYZ") == 100)
        driver.expectSound()
    }
}
