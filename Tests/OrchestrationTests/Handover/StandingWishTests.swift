import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("What a person has asked for and is not done is shown")
struct StandingWishTests {
    @Test("a close that waits for the open stands, with who asked and why, and is gone when it is done")
    func stands() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100")
        venue.faults.fillsOnly = .zero
        var driver = CoreDriver(venue: venue)
        driver.start(["stop-loss"])
        driver.quote("ABC", "100", "100", last: "100")
        driver.recommend([PluginName("stop-loss").says(.stop("90"), on: "ABC")])
        driver.connect()
        driver.cycle()
        #expect(driver.state.handover.standing.isEmpty)
        driver.send(.asked(PersonRequest(symbol: "ABC", wish: .close, who: "me", why: "enough")))
        driver.cycle()
        let standing = driver.state.handover.standing
        #expect(standing.map(\.symbol) == ["ABC"] && standing.first?.limit == .zero)
        #expect(standing.first?.who == "me" && standing.first?.why == "enough")
        driver.venue.faults.fillsOnly = nil
        driver.venueDoes { $0.finishMarketOrders() }
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero && driver.state.handover.standing.isEmpty)
    }
}
