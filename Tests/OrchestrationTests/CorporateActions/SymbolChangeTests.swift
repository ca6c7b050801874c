import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A position that stands under another symbol keeps its memory")
struct SymbolChangeTests {
    private func held() -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("FB", 100, at: "150")
        venue.quote("FB", "200", "200.02")
        var driver = CoreDriver(venue: venue)
        driver.start { $0.initialStops = ["FB": "140"] }
        driver.quote("FB", "200", "200.02")
        let policy = PluginName("stop-loss")
        driver.recommend([
            policy.says(.stop("180"), on: "FB"), policy.says(.takePartial(fraction: "0.5", rung: "first"), on: "FB"),
        ])
        driver.connect()
        driver.cycle()
        driver.policies = { _ in [] }
        return driver
    }

    private func change(_ driver: inout CoreDriver, to quantity: Quantity, at average: Price) {
        driver.venueDoes { venue in
            let stops = venue.working("FB")
            venue.hold("FB", 0, at: "0")
            venue.hold("META", quantity, at: average)
            venue.quote("META", "200", "200.02")
            return stops.flatMap { venue.drop($0.id) }
        }
        driver.quote("META", "200", "200.02")
        for _ in 0..<3 {
            driver.cycle()
            driver.reconcile()
        }
    }

    @Test("recognized: one list shows the same quantity at the same average price")
    func recognized() throws {
        var driver = held()
        #expect(driver.position("FB")?.quantity == 50)
        change(&driver, to: 50, at: "150")
        #expect(driver.position("FB") == nil)
        let position = try #require(driver.position("META"))
        #expect(position.quantity == 50)
        #expect(position.initialStop == "140")
        #expect(position.rungsTaken == ["first"])
        #expect(driver.plan("META")?.stop?.stopPrice == "180")
        #expect(driver.venue.stopped("META") == 50)
        #expect(driver.venue.held("META") == 50)
        driver.expectSound()
    }

    @Test("announced, a merger of two new shares for one old")
    func merger() throws {
        var driver = held()
        let action = CorporateAction(
            id: "m", symbol: "FB", kind: .symbolChange(to: "META", numerator: 2, denominator: 1),
            effectiveAt: driver.now + .seconds(60))
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        driver.pass(.seconds(61))
        change(&driver, to: 100, at: "75")
        let position = try #require(driver.position("META"))
        #expect(position.quantity == 100)
        #expect(position.initialStop == "70")
        #expect(position.rungsTaken == ["first"])
        #expect(driver.plan("META")?.stop?.stopPrice == "90")
    }

    @Test("another position that came as one went is a stranger")
    func stranger() throws {
        var driver = held()
        change(&driver, to: 60, at: "120")
        #expect(try #require(driver.position("META")).rungsTaken == [])
        #expect(driver.differences.map(\.kind).contains(.manualTrade))
    }

    /// The lists of some cycles with the one, with both, or with neither.
    private func look(_ driver: inout CoreDriver) {
        for _ in 0..<3 {
            driver.cycle()
            driver.reconcile()
        }
    }

    private func expectMemory(_ driver: CoreDriver) throws {
        #expect(driver.position("FB") == nil)
        let position = try #require(driver.position("META"))
        #expect(position.quantity == 50 && position.initialStop == "140")
        #expect(position.rungsTaken == ["first"])
        #expect(driver.plan("META")?.stop?.stopPrice == "180")
        #expect(driver.venue.stopped("META") == 50)
        let equity = try driver.state.marked.equity()
        #expect(abs(equity.units - driver.venue.state.account.equity.units) < 10 * Money.scale)
        let portfolio = driver.state.portfolio
        #expect(portfolio.marks.dayStart.map { abs($0.units - portfolio.marks.peak.units) < 10 * Money.scale } == true)
        driver.expectSound()
    }

    @Test("the old symbol is gone before the new one is shown: the memory comes back")
    func goneFirst() throws {
        var driver = held()
        driver.venueDoes { venue in
            let stops = venue.working("FB")
            venue.hold("FB", 0, at: "0")
            return stops.flatMap { venue.drop($0.id) }
        }
        look(&driver)
        #expect(driver.position("FB") == nil)
        driver.venue.hold("META", 50, at: "150")
        driver.venue.quote("META", "200", "200.02")
        driver.quote("META", "200", "200.02")
        look(&driver)
        try expectMemory(driver)
    }

    @Test("the new symbol is shown before the old one is gone: it gets the memory, and counts once")
    func comeFirst() throws {
        var driver = held()
        driver.venue.hold("META", 50, at: "150")
        driver.venue.quote("META", "200", "200.02")
        driver.quote("META", "200", "200.02")
        look(&driver)
        #expect(driver.position("META")?.rungsTaken == [])
        driver.venueDoes { venue in
            let stops = venue.working("FB")
            venue.hold("FB", 0, at: "0")
            return stops.flatMap { venue.drop($0.id) }
        }
        look(&driver)
        try expectMemory(driver)
    }

    @Test("after a day, or alike with another, it is a stranger")
    func lateOrAmbiguous() throws {
        var driver = held()
        driver.venueDoes { venue in
            let stops = venue.working("FB")
            venue.hold("FB", 0, at: "0")
            return stops.flatMap { venue.drop($0.id) }
        }
        look(&driver)
        driver.pass(.seconds(86_400))
        driver.venue.hold("META", 50, at: "150")
        driver.venue.quote("META", "200", "200.02")
        driver.quote("META", "200", "200.02")
        look(&driver)
        #expect(try #require(driver.position("META")).rungsTaken == [])
    }
}
