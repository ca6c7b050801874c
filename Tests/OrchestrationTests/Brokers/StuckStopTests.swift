import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: a stop that is elected and does not execute")
struct StuckStopTests {
    /// The market is through the stop of 100 shares, and the stop does nothing.
    private func through(escalates: Bool = true, patience: TimeSpan = .seconds(10)) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.faults.forgetsStops = true
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        driver.start(["stop-loss"]) {
            $0.escalatesStops = escalates
            $0.stopPatience = patience
        }
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.quote("ABC", "94", "94.02")
        return driver
    }

    @Test("after its patience it gives way to a market exit, and one alarm says so")
    func givesWay() {
        var driver = through()
        driver.wait(.seconds(9))
        #expect(driver.orders.count == 1, "it may still execute")
        driver.wait(.seconds(1))
        #expect(driver.position("ABC") == nil && driver.venue.held("ABC") == .zero)
        #expect(driver.alertReasons(.emergency).count { $0 == .stopStuck(isEscalated: true) } == 1)
        #expect(driver.venue.working("ABC") == [])
        driver.expectSound()
    }

    @Test("the core asks to be woken when its patience ends")
    func wakes() {
        let driver = through()
        #expect(driver.effects.contains(.wake(at: driver.now + .seconds(10))))
    }

    @Test("without escalation it is told, and rests on")
    func told() {
        var driver = through(escalates: false)
        for _ in 0..<6 { driver.wait(.seconds(10)) }
        #expect(driver.orders.count == 1)
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.alertReasons(.emergency).count { $0 == .stopStuck(isEscalated: false) } == 1)
        driver.expectSound()
    }

    @Test("a market that comes back in time takes the patience with it")
    func comesBack() {
        var driver = through()
        driver.wait(.seconds(9))
        driver.quote("ABC", "96", "96.02")
        driver.wait(.seconds(9))
        driver.quote("ABC", "94", "94.02")
        driver.wait(.seconds(9))
        #expect(driver.orders.count == 1)
        driver.wait(.seconds(1))
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test(
        "a bid at or through the stop is no election while neither a trade nor the offer is there",
        arguments: [("95", "95.02", "95.01"), ("90", "99", "97"), ("94", "96", nil)] as [(Price, Price, Price?)])
    func bidAlone(bid: Price, ask: Price, last: Price?) {
        var driver = through()
        driver.quote("ABC", bid, ask, last: last)
        for _ in 0..<6 { driver.wait(.seconds(10)) }
        #expect(driver.orders.count == 1 && driver.position("ABC") != nil)
        #expect(driver.alertReasons(.emergency) == [])
        driver.quote("ABC", bid, ask, last: "95")
        driver.wait(.seconds(10))
        #expect(driver.position("ABC") == nil, "a trade at the stop elects it")
        driver.expectSound()
    }

    @Test("while trading is halted the stop is left as it rests, and the patience begins when the halt ends")
    func halted() {
        var driver = through()
        driver.pass(.seconds(1))
        driver.venue.halted = ["ABC"]
        driver.send(halt(true, at: driver.now))
        for _ in 0..<6 { driver.wait(.seconds(10)) }
        #expect(driver.orders.count == 1)
        #expect(driver.alertReasons(.emergency) == [])
        driver.venue.halted = []
        driver.send(halt(false, at: driver.now))
        driver.wait(.seconds(9))
        #expect(driver.orders.count == 1)
        driver.wait(.seconds(1))
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    private func halt(_ isHalted: Bool, at time: Timestamp) -> Input {
        .market(
            MarketUpdate(
                at: time,
                quotes: [Quote(symbol: "ABC", bid: "94", ask: "94.02", isHalted: isHalted ? true : nil, at: time)]))
    }

    @Test("I-STEP-6: a stop whose end only the broker's lists show is stuck no more")
    func endedUnseen() {
        var driver = through(escalates: false)
        driver.venue.faults.withholdsWords = true
        driver.venue.faults.withholdsAnswers = true
        driver.recommend([PluginName("stop-loss").says(.stop("98"), on: "ABC")])
        driver.cycle()
        #expect(driver.state.protection.isBreached("ABC"), "its cancel is on its way")
        driver.venue.tradeManually("ABC", -40, at: "94")
        for _ in 0..<9 where driver.position("ABC")?.size == 100 { driver.cycle() }
        #expect(driver.position("ABC")?.size == 60)
        #expect(!driver.state.protection.isBreached("ABC"))
        #expect(driver.state.brokenInvariant == nil)
    }

    @Test(
        "I-PRICE-9 and 10: outside the broker's sessions nothing is sold for a price, nor after the open before there is one"
    )
    func atNight() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.faults.forgetsStops = true
        venue.faults.refuses = { $0.orders.contains { $0.type.isStop } }
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        driver.start(["stop-loss"])
        driver.quote("ABC", "96", "96.02")
        driver.connect()
        driver.send(.market(MarketUpdate(at: driver.now, session: .afterHours)))
        driver.quote("ABC", "94", "94.02")
        driver.venue.faults.refuses = nil
        for _ in 0..<20 { driver.cycle() }
        #expect(driver.actions.filter(\.isClose) == [])
        #expect(driver.venue.stopped("ABC") == 100)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        for _ in 0..<6 { driver.cycle() }
        #expect(driver.actions.filter(\.isClose) == [])
        driver.quote("ABC", "94", "94.02")
        driver.wait(.seconds(60))
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test(
        "I-STEP-7: what is wanted anyway is not sold for a price, and what is sold for a price says so",
        arguments: [true, false])
    func whySold(isWanted: Bool) {
        var driver = through(escalates: false)
        driver.recommend([PluginName("stop-loss").says(isWanted ? .exit : .stop("98"), on: "ABC")])
        driver.cycle()
        let why = driver.records.compactMap { record -> ActionReason? in
            guard case .action(let step) = record, case .close = step.action else { return nil }
            return step.why
        }
        #expect(why == [isWanted ? .targetPosition(.zero) : .marketThroughStop("98")])
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("I-PRICE-4: an old price, told late, is no market that is through a stop")
    func oldPrice() {
        var driver = through()
        driver.quote("ABC", "96", "96.02")
        driver.wait(.seconds(200))
        for age in [90, 80] as [Int64] {
            let at = Timestamp(nanoseconds: driver.now.nanoseconds - age * 1_000_000_000)
            driver.send(
                .market(
                    MarketUpdate(
                        at: driver.now, quotes: [Quote(symbol: "ABC", bid: "94", ask: "94.02", last: "94", at: at)])))
        }
        for _ in 0..<4 { driver.wait(.seconds(20)) }
        #expect(driver.orders.count == 1 && driver.position("ABC") != nil)
        driver.expectSound()
    }

    @Test(
        "outside the broker's sessions it is left alone",
        arguments: [.preMarket, .afterHours, .closed] as [SessionPhase])
    func session(phase: SessionPhase) {
        var driver = through()
        driver.send(.market(MarketUpdate(at: driver.now, session: phase)))
        for _ in 0..<6 { driver.wait(.seconds(10)) }
        #expect(driver.orders.count == 1)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.quote("ABC", "94", "94.02")
        driver.wait(.seconds(10))
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test(
        "a part is sold in the sessions that the broker declared, and its protection rests until then",
        arguments: [[.regular], [.regular, .afterHours]] as [[SessionPhase]],
        [.regular, .preMarket, .afterHours, .closed] as [SessionPhase])
    func parts(sessions: [SessionPhase], phase: SessionPhase) {
        var driver = protected { $0.capabilities.sessions = sessions }
        driver.send(.market(MarketUpdate(at: driver.now, session: phase)))
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC")])
        driver.cycle()
        let left: Quantity = sessions.contains(phase) ? 40 : 100
        #expect(driver.venue.held("ABC") == left)
        #expect(driver.venue.stopped("ABC") == left)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        #expect(driver.venue.held("ABC") == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("an exit waits for the end of a halt, and the stop is not taken away for it")
    func exitInAHalt() {
        var driver = protected { $0.halted = ["ABC"] }
        driver.send(
            .market(
                MarketUpdate(
                    at: driver.now,
                    quotes: [Quote(symbol: "ABC", bid: "100", ask: "100.02", isHalted: true, at: driver.now)])))
        driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.orders.count == 1)
        driver.venue.halted = []
        driver.quote("ABC", "100", "100.02")
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }
}
