import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("What status says of a person's attention, and of what it knows")
struct AttentionTests {
    private func held() -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("95"), on: "ABC")]) }
        driver.quote("ABC", "100", "100.02")
        driver.start(["stop-loss"])
        return driver
    }

    private func look(_ driver: CoreDriver, isRunning: Bool = true, later: TimeSpan = .zero) -> Attention {
        Attention(driver.state, isRunning: isRunning, wall: driver.now + later)
    }

    @Test("all is well: nothing, and every position has its stop")
    func well() {
        var driver = held()
        driver.connect()
        #expect(look(driver).reasons.isEmpty)
        #expect(look(driver).protection == "every position has a working stop")
    }

    @Test("a broker that does not answer: not confirmed, and no claim")
    func silent() {
        var driver = held()
        driver.connect()
        (driver.venue.faults.withholdsState, driver.venue.faults.withholdsWords) = (true, true)
        for _ in 0..<45 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("has not answered for") })
        #expect(!look(driver).isConfirmed)
        #expect(look(driver).protection.contains("NOT CONFIRMED"))
        #expect(!look(driver).protection.contains("every position has a working stop"))
    }

    @Test("a core that has ended or stands still, an unread broker, another account")
    func others() {
        var driver = held()
        #expect(look(driver).reasons.contains { $0.contains("no broker is connected") })
        driver.connect()
        #expect(look(driver, isRunning: false).reasons.contains { $0.contains("no core is at work") })
        #expect(look(driver, later: .seconds(120)).reasons.contains { $0.contains("has done nothing for") })
        driver.venue.lie = { $0.account.id = "LIVE-1" }
        for _ in 0..<31 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("LIVE-1") })
    }

    @Test("a position without a stop beyond its limit, a doubt about figures, a silent policy")
    func state() {
        var driver = held()
        driver.policies = { _ in [] }
        driver.venue.faults.refusesSubmissions = 1_000
        driver.connect()
        for _ in 0..<8 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("ABC has no working stop") })
        #expect(look(driver).protection.hasPrefix("NO STOP: ABC"))
        driver.policies = { _ in
            [PolicyAnswer(policy: PluginName("stop-loss"), recommendations: [], failure: "it failed")]
        }
        for _ in 0..<4 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("policy stop-loss does not answer") })
    }

    @Test("figures that nothing explains")
    func figures() {
        var driver = held()
        driver.connect()
        driver.venue.cash = "9000"
        for _ in 0..<30 where driver.state.portfolio.evidence.doubt == nil { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("figures are in doubt") })
    }
}
