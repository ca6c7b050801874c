import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Dividends: what a share falls by is no loss")
struct DividendTests {
    private func pay(_ amount: Price, _ driver: inout CoreDriver, id: String = "d1", at time: Timestamp? = nil) {
        let action = CorporateAction(
            id: id, symbol: "ABC", kind: .dividend(amount: amount), effectiveAt: time ?? driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
    }

    private func holding(_ quantity: Quantity, stop: Price) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start { $0.initialStops = ["ABC": stop] }
        driver.quote("ABC", "100", "100.02")
        driver.recommend([PluginName("stop-loss").says(.stop(stop), on: "ABC")])
        driver.connect()
        driver.cycle()
        driver.policies = { _ in [] }
        return driver
    }

    @Test("stop, marks, R and what it cost are lowered, and nothing is sold", arguments: [100, -100] as [Int64])
    func restated(shares: Int64) throws {
        let isLong = shares > 0
        var driver = holding(Quantity(shares: shares), stop: isLong ? "90" : "110")
        let before = try driver.state.marked.equity()
        // The venue trades without it from now on.
        driver.venue.quote("ABC", "85", "85.02")
        pay("15", &driver)
        let position = try #require(driver.position("ABC"))
        #expect(position.averagePrice == "85")
        #expect(position.initialStop == (isLong ? "75" : "95"))
        #expect(position.riskPerShare == "10")
        #expect(driver.symbolStop?.terms.stopPrice == (isLong ? "75" : "95"))
        let due: Money = isLong ? "1500" : "-1500"
        #expect(driver.state.portfolio.dividends.total == due)
        #expect(try driver.state.marked.equity() == before, "before the first price without it")
        driver.quote("ABC", "85", "85.02")
        driver.cycle()
        #expect(driver.venue.held("ABC") == Quantity(shares: shares))
        #expect(try abs(driver.state.marked.equity().units - before.units) <= 3 * Money.scale)
        // The broker pays, less a tax or not: it is cash now, and due no more.
        driver.venue.cash = Money(units: driver.venue.cash.units + due.units)
        driver.reconcile()
        #expect(driver.state.portfolio.dividends.total == .zero)
        #expect(try abs(driver.state.marked.equity().units - before.units) <= 3 * Money.scale)
        driver.expectSound()
    }

    @Test("told by two, or twice: lowered once")
    func once() throws {
        var driver = holding(100, stop: "90")
        pay("2", &driver)
        pay("2", &driver)
        pay("2", &driver, id: "another", at: driver.now + .seconds(60))
        driver.pass(.seconds(120))
        driver.send(.wake)
        #expect(driver.position("ABC")?.averagePrice == "98")
        #expect(driver.state.portfolio.dividends.total == "200")
    }

    @Test("told ahead: lowered on the ex-date")
    func ahead() throws {
        var driver = holding(100, stop: "90")
        pay("2", &driver, at: driver.now + .seconds(86_400))
        driver.cycle()
        #expect(driver.plan("ABC")?.stop?.stopPrice == "90")
        driver.pass(.seconds(86_400))
        driver.send(.wake)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "88")
    }

    @Test("the broker's average, which knows of no dividend, is not taken for what a share cost")
    func average() throws {
        var driver = holding(100, stop: "90")
        pay("15", &driver)
        driver.quote("ABC", "85", "85.02")
        driver.venue.hold("ABC", 150, at: "95")
        driver.lookTwice()
        // 100 that cost 85 after it, 50 bought at 85.
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == 150)
        #expect(position.averagePrice == "85")
    }

    @Test("one wrong figure lowers no stop to nothing")
    func wrongFigure() {
        var driver = holding(100, stop: "90")
        pay("1500", &driver)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "90")
        #expect(driver.state.portfolio.dividends.total == .zero)
        #expect(driver.alertReasons(of: .corporateAction).count == 1)
    }

    @Test("the close before is lowered, so that the day opened unchanged")
    func previousClose() throws {
        var series = MarketSeries()
        series.track(indicators: [], bars: [], correlation: nil, day: true)
        func bar(_ start: Timestamp, _ price: Price) -> Bar {
            Bar(
                symbol: "ABC", start: start, period: .seconds(60), open: price, high: price, low: price, close: price,
                volume: 100)
        }
        // Monday and Tuesday, 2026-03-16 and 17, at 10:00 New York.
        let (monday, tuesday) = (Timestamp(seconds: 1_773_669_600), Timestamp(seconds: 1_773_756_000))
        series.append(bar(monday, "100"))
        series.payDividend("ABC", "15", of: "100", effectiveAt: Timestamp(seconds: 1_773_734_400))
        series.append(bar(tuesday, "85"))
        let day = try #require(series.day("ABC", last: "85"))
        #expect(day.previousClose == "85")
        #expect(day.gap == .zero)
    }
}
