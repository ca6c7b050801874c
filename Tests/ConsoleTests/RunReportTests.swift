import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("What a run came to")
struct RunReportTests {
    @Test("a time without a stop that has not ended counts up to now")
    func openEnd() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.connect()
        driver.wait(.seconds(20))
        var report = RunReport()
        for record in driver.records { report.add(record, state: driver.state) }
        #expect(report.longestUnprotected == .zero)
        report.close(driver.state)
        #expect(report.longestUnprotected == .seconds(20) && report.longestUnprotectedSymbol == "ABC")
    }
}
