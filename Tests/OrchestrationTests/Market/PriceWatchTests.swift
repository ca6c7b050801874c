import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Prices that stand still or are in doubt are told")
struct PriceWatchTests {
    private let symbol: Symbol = "ABC"

    private func holding(_ change: (inout CoreConfiguration) -> Void = { _ in }) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold(symbol, 100, at: "100")
        venue.quote(symbol, "99.99", "100.01")
        var driver = CoreDriver(venue: venue)
        driver.start(["stop-loss"], change)
        driver.quote(symbol, "99.99", "100.01", last: "100")
        driver.connect()
        return driver
    }

    private func doubts(_ driver: CoreDriver, _ level: Alert.Level) -> [PriceDoubt] {
        driver.alerts.filter { $0.level == level && $0.symbol == symbol }.compactMap {
            if case .priceInDoubt(let doubt) = $0.reason { doubt } else { nil }
        }
    }

    @Test("a feed that stops is a warning after five minutes and an emergency after fifteen; its return is told")
    func silence() {
        var driver = holding()
        let since = driver.now
        while driver.now - since <= .seconds(300) { driver.cycle() }
        #expect(doubts(driver, .warning) == [.silent(since: since)])
        #expect(driver.state.prices.current.map(\.symbol) == [symbol])
        while driver.now - since <= .seconds(900) { driver.cycle() }
        #expect(doubts(driver, .warning).count == 1 && doubts(driver, .emergency) == [.silent(since: since)])
        driver.quote(symbol, "99.99", "100.01")
        driver.cycle()
        #expect(driver.alertReasons.last == .priceSound && driver.state.prices.current.isEmpty)
    }

    @Test("the limit is the configuration's")
    func limit() {
        var driver = holding { $0.limits.maximumPriceSilence = .seconds(60) }
        for _ in 0..<6 { driver.cycle() }
        #expect(doubts(driver, .warning).isEmpty)
        driver.cycle()
        #expect(doubts(driver, .warning).count == 1)
    }

    @Test("outside the regular session and in a halt silence is none")
    func closed() {
        var driver = holding()
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        for _ in 0..<200 { driver.cycle() }
        #expect(doubts(driver, .warning).isEmpty && doubts(driver, .emergency).isEmpty)
    }

    @Test("a position without any price is told after a minute")
    func missing() {
        var venue = FakeVenue()
        venue.hold(symbol, 100, at: "100")
        venue.quote(symbol, "99.99", "100.01")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.connect()
        for _ in 0..<7 { driver.cycle() }
        #expect(doubts(driver, .warning) == [.missing])
    }

    @Test("a print that nothing confirms, and a market that is none, are told after a minute")
    func unconfirmed() {
        var driver = holding()
        func tell(_ bid: Price?, _ ask: Price?, _ last: Price) {
            driver.send(
                .market(
                    MarketUpdate(
                        at: driver.now, quotes: [Quote(symbol: symbol, bid: bid, ask: ask, last: last, at: driver.now)])
                ))
        }
        driver.pass(.seconds(1))
        tell("1", "200", "100")
        let since = driver.now
        for _ in 0..<7 { driver.cycle() }
        #expect(doubts(driver, .warning) == [.noMarket(since: since)])
    }

    @Test("a clock that was set ahead makes nothing silent")
    func clockJump() {
        var driver = holding()
        driver.pass(.seconds(7_200))
        driver.send(.clockJumped(by: .seconds(7_200)))
        driver.cycle()
        #expect(doubts(driver, .warning).isEmpty && doubts(driver, .emergency).isEmpty)
    }
}

@Suite("The part of the trading day, by the symbol's calendar and a provider's word")
struct MarketSessionTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    @Test("without a word the calendar counts: a share has its hours, a pair is traded round the clock")
    func calendar() throws {
        let market = Market()
        for (text, phase) in [
            ("2026-03-16T13:29:59Z", SessionPhase.preMarket), ("2026-03-16T13:30:00Z", .regular),
            ("2026-03-16T20:00:00Z", .afterHours), ("2026-03-15T15:00:00Z", .closed),
            ("2026-11-27T18:00:00Z", .afterHours),
        ] {
            #expect(try market.session(of: "ABC", at: time(text)) == phase, "\(text)")
            #expect(try market.session(of: "BTC/USD", at: time(text)) == .regular, "\(text)")
        }
    }

    @Test("a provider's word refines it, until the calendar's own phase changes")
    func word() throws {
        var market = Market()
        let noon = try time("2026-03-16T16:00:00Z")
        market.apply(MarketUpdate(at: noon, session: .closed), now: noon)
        #expect(market.session(of: "ABC", at: noon) == .closed)
        #expect(try market.session(of: "ABC", at: time("2026-03-16T19:59:59Z")) == .closed)
        #expect(try market.session(of: "ABC", at: time("2026-03-16T20:30:00Z")) == .afterHours)
        #expect(try market.session(of: "ABC", at: time("2026-03-17T16:00:00Z")) == .regular)
    }

    @Test("a thin quote in the evening takes no stop away when nobody tells the session")
    func evening() throws {
        let policy: PluginName = "stop-loss"
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "99.99", "100.01")
        var driver = CoreDriver(venue: venue)
        driver.recommend([policy.says(.stop("95"), on: "ABC")])
        driver.start([policy])
        driver.quote("ABC", "99.99", "100.01", last: "100")
        driver.connect()
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.pass(try time("2026-03-16T23:00:00Z") - driver.now)
        driver.send(
            .market(
                MarketUpdate(
                    at: driver.now,
                    quotes: [Quote(symbol: "ABC", bid: "93", ask: "94.5", last: "94", at: driver.now)])))
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100 && driver.venue.held("ABC") == 100)
        driver.expectSound()
    }
}
