import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Nothing in one symbol, and nothing that is not known, stops everything for ever")
struct WedgeTests {
    @Test("somebody trades one symbol without a pause: the others are protected all the same")
    func restlessSymbol() {
        var venue = FakeVenue()
        venue.capabilities.reportLag = .seconds(5)
        venue.hold("ABC", 100, at: "100")
        venue.hold("XYZ", 50, at: "10")
        venue.quote("ABC", "100", "100.02")
        venue.quote("XYZ", "10", "10.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("stop-loss").says(.stop("9"), on: "XYZ")])
        driver.start()
        driver.quote("XYZ", "10", "10.02")
        driver.connect()
        for _ in 0..<60 {
            driver.venue.tradeManually("ABC", 1, at: "100")
            driver.wait(.seconds(2))
            if driver.now.nanoseconds % 10_000_000_000 == 0 { driver.send(.cycleDue) }
        }
        #expect(driver.venue.stopped("XYZ") == 50)
    }

    @Test("no price was ever received: no stop is made of the average price; with the first price it is")
    func noPrices() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.venue.faults.refusesSubmissions = .max
        driver.connect()
        for _ in 0..<30 { driver.cycle() }
        #expect(driver.submissions.isEmpty)
        let told = driver.records.contains { record in
            if case .alert(let alert) = record {
                alert.kind == .unprotected && alert.level == .emergency
            } else {
                false
            }
        }
        #expect(told)
        // The market is far under the average price. The broker refuses at first: three times, then once in a cycle.
        driver.quote("ABC", "50", "50.02", last: "50")
        for _ in 0..<30 { driver.cycle() }
        #expect((1...34).contains(driver.submissions.count), "\(driver.submissions.count)")
        driver.venue.faults.refusesSubmissions = 1
        for _ in 0..<30 { driver.cycle() }
        #expect(driver.working("ABC").first?.terms.stopPrice == "47.5" && driver.venue.stopped("ABC") == 100)
    }

    @Test("no policies: still a stop, and a person can flatten")
    func nobody() {
        var venue = FakeVenue()
        venue.hold("ABC", -100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.connect()
        driver.quote("ABC", "100", "100.02")
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.send(.control(Control(command: .flatten, who: "a person", why: "the test")))
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 0)
        driver.expectSound()
    }

    @Test("halt, flatten and resume between any two words lose nothing", arguments: 0..<40)
    func controlAnywhere(step: Int) {
        for command in Control.Command.allCases {
            var driver = protected(target: "110") { $0.capabilities.replacesQuantity = false }
            driver.recommend([
                PluginName("stop-loss").says(.takePartial(fraction: "0.5", rung: "1R"), on: "ABC"),
                PluginName("stop-loss").says(.stop("97"), on: "ABC"),
                PluginName("stop-loss").says(.target(price: "111"), on: "ABC"),
            ])
            driver.delivers = false
            driver.cycle()
            for _ in 0..<step { driver.deliver() }
            driver.send(.control(Control(command: command, who: "a person", why: "the test")))
            driver.delivers = true
            driver.settle()
            for _ in 0..<2 { driver.cycle() }
            driver.send(.control(Control(command: .resume, who: "a person", why: "the test")))
            for _ in 0..<4 { driver.cycle() }
            let held = driver.venue.held("ABC")
            #expect(held == (command == .flatten ? 0 : 50), "\(command) after \(step)")
            #expect(driver.venue.stopped("ABC") == held)
            driver.expectSound()
        }
    }
}
