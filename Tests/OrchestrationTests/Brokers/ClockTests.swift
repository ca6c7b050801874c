import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A clock that is set ahead: no time has passed")
struct ClockTests {
    @Test("no order times out by it, and after its own time it does")
    func timeOut() {
        var driver = protected { $0.faults.withholdsAnswers = true }
        #expect(driver.working("ABC").map(\.status) == [.pendingNew])
        driver.venue.faults.withholdsWords = true
        let asked = driver.commands.count
        driver.setAhead(.seconds(3_600))
        #expect(driver.working("ABC").map(\.status) == [.pendingNew])
        driver.wait(.seconds(4))
        #expect(driver.commands.count == asked)
        driver.wait(.seconds(1))
        #expect(driver.working("ABC").map(\.status) == [.unknown])
        driver.expectSound()
    }

    @Test("no request counts as lost before what is under way could have arrived")
    func notFound() {
        var driver = protected {
            $0.capabilities.arrivalLimit = .seconds(30)
            $0.capabilities.replacesPrice = false
        }
        driver.venueDoes { _ in [] }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.losesSubmissions = true
        driver.cycle()
        driver.wait(.seconds(6))
        #expect(driver.working("ABC").map(\.status) == [.unknown])
        let sent = driver.orders.count
        driver.setAhead(.seconds(3_600))
        driver.wait(.seconds(6))
        #expect(driver.working("ABC").map(\.status) == [.unknown], "it may still arrive")
        #expect(driver.orders.count == sent)
        driver.venue.faults.losesSubmissions = false
        for _ in 0..<4 { driver.wait(.seconds(6)) }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        #expect(driver.differences.contains { $0.kind == .lostOrder })
        driver.expectSound()
    }

    @Test("no position is unprotected for longer by it")
    func unprotected() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        driver.wait(.seconds(10))
        driver.setAhead(.seconds(3_600))
        driver.wait(.seconds(19))
        #expect(driver.orders == [] && driver.alertReasons(.emergency) == [])
        driver.wait(.seconds(1))
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.unprotected.map(\.lasted) == [.seconds(30)])
        driver.expectSound()
    }

    @Test("a stuck stop keeps its patience")
    func patience() {
        var driver = protected { $0.faults.forgetsStops = true }
        driver.quote("ABC", "94", "94.02")
        driver.wait(.seconds(5))
        driver.setAhead(.seconds(3_600))
        driver.wait(.seconds(4))
        #expect(driver.orders.count == 1)
        driver.wait(.seconds(1))
        #expect(driver.position("ABC") == nil)
        driver.expectSound()
    }

    @Test("a difference of positions does not grow old by it")
    func discrepancies() {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<4 { driver.wait(.seconds(4)) }
        driver.venue.tradeManually("ABC", -40, at: "100")
        driver.reconcile()
        driver.setAhead(.seconds(3_600))
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity == 100, "it may be on its way")
        driver.wait(.seconds(5))
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity == 60)
    }
}

extension CoreDriver {
    /// The wall's clock jumps, and no time passes.
    mutating func setAhead(_ span: TimeSpan) {
        pass(span)
        send(.clockJumped(by: span))
    }
}
