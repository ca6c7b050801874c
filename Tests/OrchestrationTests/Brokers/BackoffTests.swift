import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A reduction that the broker refuses")
struct BackoffTests {
    /// The plan holds 40 of 100; market orders are refused.
    private func refused(_ times: Int, _ advice: Advice = .reduceTo(quantity: 40)) -> CoreDriver {
        var driver = protected { $0.faults.refusesMarketOrders = times }
        driver.recommend([
            PluginName("stop-loss").says(.stop("95"), on: "ABC"), PluginName("stop-loss").says(advice, on: "ABC"),
        ])
        return driver
    }

    @Test(
        "protection is put back first, and the next try comes after 2, 4, 8 and more cycles", arguments: [true, false])
    func later(shrinks: Bool) {
        var driver = refused(.max)
        driver.venue.capabilities.replacesQuantity = shrinks
        driver.disconnect()
        driver.connect()
        var tries = [driver.state.cycle.number]
        #expect(driver.marketOrders == 1)
        for _ in 0..<70 {
            let before = driver.marketOrders
            driver.cycle()
            if driver.marketOrders > before { tries.append(driver.state.cycle.number) }
            #expect(driver.marketOrders <= before + 1)
            #expect(driver.venue.stopped("ABC") == 100, "cycle \(driver.state.cycle.number)")
        }
        #expect(zip(tries, tries.dropFirst()).map { $1 - $0 } == [2, 4, 8, 16, 32])
        #expect(driver.position("ABC")?.quantity == 100)
        driver.expectSound()
    }

    @Test("to move a stop is tried later each time as well, and at once where it is to stand elsewhere")
    func move() {
        var driver = protected { $0.faults.refusesReplacements = .max }
        func tries() -> Int { driver.venue.received.count { if case .replace = $0 { true } else { false } } }
        driver.recommend([PluginName("stop-loss").says(.stop("96"), on: "ABC")])
        var cycles: [Int64] = []
        for _ in 0..<60 {
            let before = tries()
            driver.cycle()
            if tries() > before { cycles.append(driver.state.cycle.number) }
            #expect(driver.venue.stopped("ABC") == 100)
        }
        #expect(zip(cycles, cycles.dropFirst()).map { $1 - $0 }.suffix(5) == [2, 4, 8, 16, 16])
        let waits = driver.state.holds.wait(of: "ABC")
        #expect(waits == .refusedMove(to: "96"))
        driver.venue.faults.refusesReplacements = 0
        driver.quote("ABC", "110", "110.02")
        driver.recommend([PluginName("stop-loss").says(.stop("104"), on: "ABC")])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "104")
        #expect(!driver.state.holds.hasBackoffs)
        driver.expectSound()
    }

    @Test("a reduction that is taken at last forgets the setbacks")
    func forgotten() {
        var driver = refused(2)
        for _ in 0..<8 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        #expect(!driver.state.holds.hasBackoffs)
        driver.expectSound()
    }

    @Test("a whole exit that is refused leaves the stop where it was, and comes again")
    func exit() {
        var driver = refused(1, .exit)
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("refusals that are told again, as after a reconnect, are no new ones")
    func repeated() {
        var driver = protected { $0.faults.refusesSubmissions = 1 }
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        let refusals = driver.inputs.map(\.input).filter { input in
            if case .execution(let report) = input { report.event == .rejected } else { false }
        }
        #expect(!refusals.isEmpty)
        let holds = driver.state.holds
        let alerts = driver.alerts.count
        for _ in 0..<5 { for word in refusals { driver.send(word) } }
        #expect(driver.state.holds == holds)
        #expect(driver.alerts.count == alerts)
        driver.cycle()
        #expect(driver.orders.count == 2, "the one that was refused, and the one that rests")
        driver.expectSound()
    }
}

extension CoreDriver {
    var marketOrders: Int { submissions.count { $0.orders.contains { $0.type == .market } } }
}
