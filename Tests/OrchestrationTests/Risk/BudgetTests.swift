import CoreTestSupport
import Foundation
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Orders and requests in a minute, in the core")
struct BudgetTests {
    static let symbols: [Symbol] = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]

    /// Six positions without a stop, and a policy that protects them.
    private func driver(
        _ limits: (inout HardLimits) -> Void, _ venue: (inout FakeVenue) -> Void = { _ in }
    ) -> CoreDriver {
        var driver = LimitTests.driver([], symbols: Self.symbols) {
            for symbol in Self.symbols { $0.hold(symbol, 10, at: "100") }
            venue(&$0)
        } limits: {
            limits(&$0)
        }
        driver.recommend(Self.symbols.map { PluginName("entry").says(.stop("95"), on: $0) })
        return driver
    }

    @Test("an exit without a token waits for the next one, and no cycle: the core asks to be woken")
    func exitsWait() {
        var driver = driver { $0.maximumOrdersPerMinute = 4 }
        driver.connect()
        #expect(driver.submissions.count == 4)
        let waiting = driver.alertReasons.filter {
            if case .waitsForBudget(_, wait: _, perMinute: 4) = $0 { true } else { false }
        }
        #expect(waiting.count == 2)
        let cycle = driver.state.cycle.number
        let due = driver.now + .seconds(61)
        #expect(driver.effects.last { if case .wake = $0 { true } else { false } } != nil)
        driver.wait(.seconds(30))
        driver.wait(.seconds(30))
        #expect(driver.submissions.count == 4)
        #expect(driver.effects.contains(.wake(at: due)))
        driver.wait(.seconds(1))
        for symbol in Self.symbols { #expect(driver.venue.stopped(symbol) == 10) }
        #expect(driver.state.cycle.number == cycle)
        driver.expectSound()
    }

    @Test("when tokens come back exits go before reductions, whatever their names")
    func precedence() {
        var driver = driver { $0.maximumOrdersPerMinute = 8 }
        driver.connect()
        #expect(driver.submissions.count == 6)
        // Stops that move: reductions, which end at three quarters.
        driver.recommend(Self.symbols.map { PluginName("entry").says(.stop("96"), on: $0) })
        driver.cycle()
        #expect(driver.orders.count == 6)
        driver.venueDoes { venue in venue.drop(venue.working("FFF").first?.id ?? "none") }
        driver.wait(.milliseconds(250))
        #expect(driver.orders.count == 7, "a stop that is missing may use the rest")
        driver.venueDoes { venue in venue.drop(venue.working("FFF").first?.id ?? "none") }
        driver.wait(.milliseconds(250))
        driver.venueDoes { venue in venue.drop(venue.working("FFF").first?.id ?? "none") }
        driver.wait(.milliseconds(250))
        #expect(driver.orders.count == 8)
        #expect(driver.venue.stopped("FFF").isZero)
        let sent = driver.orders.count
        driver.wait(.seconds(61))
        guard case .submit(let first) = driver.orders[sent] else { return #expect(Bool(false), "no exit went first") }
        #expect(first.orders.first?.symbol == "FFF")
        driver.wait(.seconds(61))
        for symbol in Self.symbols { #expect(driver.venue.stopped(symbol) == 10) }
        driver.expectSound()
    }

    @Test("a stop is not taken away while no order is left for what must follow")
    func bareForNothing() {
        var driver = LimitTests.driver([], symbols: ["ABC"]) {
            $0.hold("ABC", 10, at: "100")
            $0.capabilities.replacesPrice = false
            $0.capabilities.replacesQuantity = false
        } limits: {
            $0.maximumOrdersPerMinute = 3
        }
        driver.recommend([PluginName("entry").says(.stop("95"), on: "ABC")])
        driver.connect()
        // Two more orders are used up by a stop that the venue loses.
        for _ in 0..<2 {
            driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
            driver.wait(.milliseconds(250))
        }
        #expect(driver.submissions.count == 3)
        driver.recommend([
            PluginName("entry").says(.stop("95"), on: "ABC"),
            PluginName("entry").says(.takePartial(fraction: "0.5", rung: "a"), on: "ABC"),
        ])
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 10, "the stop rests until its shares can be sold and the rest protected")
        driver.wait(.seconds(62))
        driver.cycle()
        #expect(driver.position("ABC")?.size == 5 && driver.venue.stopped("ABC") == 5)
        driver.expectSound()
    }

    @Test("of those that wait for the same, who has waited longest goes first")
    func fairness() {
        var driver = driver { $0.maximumOrdersPerMinute = 3 }
        driver.connect()
        #expect(driver.submissions.count == 3)
        // AAA loses its stop while DDD, EEE and FFF have never had one.
        driver.wait(.seconds(10))
        driver.venueDoes { venue in venue.drop(venue.working("AAA").first?.id ?? "none") }
        driver.wait(.seconds(61))
        for symbol in ["DDD", "EEE", "FFF"] as [Symbol] { #expect(driver.venue.stopped(symbol) == 10, "\(symbol)") }
        #expect(driver.venue.stopped("AAA").isZero)
        driver.wait(.seconds(62))
        #expect(driver.venue.stopped("AAA") == 10)
        driver.expectSound()
    }

    @Test("in no minute does the broker see more requests than it takes, questions and cancels counted")
    func brokersBudget() throws {
        for seed in Seed.range(gate: 3, nightly: 36) {
            var random = SplitMix64(seed: seed)
            let most = random.number(4...40)
            var driver = driver { _ in
            } _: {
                $0.capabilities.ordersPerMinute = most
                $0.capabilities.replacesPrice = random.chance(50)
            }
            var sent: [(at: Timestamp, cost: Int64)] = []
            var seen = 0
            for round in 0..<150 {
                driver.venue.faults.withholdsAnswers = random.chance(20)
                driver.venue.faults.losesCommands = random.chance(10)
                let stop = Price(units: random.number(90...99) * Price.scale)
                driver.recommend(Self.symbols.map { PluginName("entry").says(.reset(stop), on: $0) })
                if round == 0 {
                    driver.connect()
                } else if random.chance(30) {
                    driver.cycle()
                } else {
                    driver.wait(.milliseconds(random.number(0...4_000)))
                }
                sent += driver.commands[seen...].map { (driver.now, Self.cost($0, most)) }
                seen = driver.commands.count
                let minute = sent.filter { $0.at + .seconds(60) > driver.now }.reduce(0) { $0 + $1.cost }
                try #require(minute <= most, "seed \(seed)")
                try #require(driver.violations == [], "seed \(seed)")
            }
            driver.venue.faults = .init()
            for _ in 0..<60 { driver.cycle() }
            for symbol in Self.symbols {
                try #require(driver.venue.stopped(symbol) == 10, "seed \(seed), \(most) a minute, \(driver.trail(20))")
            }
            try #require(driver.replayDifference() == nil, "seed \(seed)")
        }
    }

    private static func cost(_ command: OrderCommand, _ most: Int64) -> Int64 {
        switch command {
        case .submit, .replace, .cancel: 1
        case .query: min(2, most)
        case .reconcile: min(3, most)
        }
    }

    @Test("a snapshot keeps what was sent, so that a restart does not fill the bucket")
    func recovery() throws {
        var driver = driver { $0.maximumOrdersPerMinute = 6 }
        driver.connect()
        let bytes = try JSONEncoder().encode(driver.state)
        let state = try JSONDecoder().decode(CoreState.self, from: bytes)
        #expect(state == driver.state)
        #expect(state.risk.budget.orders.available(at: driver.now) == 0)
        driver.start(["entry"]) { $0.limits.maximumOrdersPerMinute = 6 }
        #expect(driver.state.risk.budget.orders.available(at: driver.now) == 0)
    }

    @Test("questions that wait are all asked in the end, and a new connection begins anew")
    func questionsWait() {
        var driver = driver { _ in
        } _: {
            $0.capabilities.ordersPerMinute = 16
        }
        driver.connect()
        driver.venue.faults.losesCommands = true
        driver.recommend(Self.symbols.map { PluginName("entry").says(.stop("96"), on: $0) })
        for _ in 0..<6 { driver.wait(.seconds(5)) }
        driver.venue.faults.losesCommands = false
        for _ in 0..<30 { driver.cycle() }
        #expect(!driver.state.risk.areQueriesWaiting)
        for symbol in Self.symbols { #expect(driver.venue.stopped(symbol) == 10, "\(driver.trail(20))") }
        driver.disconnect()
        #expect(driver.state.risk.nextQueryTime == nil)
        driver.expectSound()
    }
}
