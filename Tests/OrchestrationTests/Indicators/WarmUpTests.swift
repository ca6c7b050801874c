import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Bars from before, for figures")
struct WarmUpTests {
    private static let symbol = Symbol(unchecked: "ABC")
    private let indicators: [Indicator]

    init() throws {
        indicators = try ["sma(3,1m)", "atr(3,1m)", "ema(3,1m)", "highest(4,1m)", "volatility(3,1m)"].map {
            try Indicator($0)
        }
    }

    private func tracking() -> MarketSeries {
        var series = MarketSeries()
        series.track(indicators: indicators, bars: [(period: .seconds(60), count: 6)], correlation: nil)
        return series
    }

    /// Of June 10, 2026, from 10:00 in New York on.
    private func bar(_ minute: Int64, period: TimeSpan = .seconds(60)) -> Bar {
        let close = Price(units: (100 + minute * minute % 7) * Price.scale)
        return Bar(
            symbol: Self.symbol, start: Timestamp(seconds: 1_781_100_000 + minute * 60), period: period, open: close,
            high: Price(units: close.units + Price.scale), low: close, close: close, volume: 10)
    }

    private func at(_ minute: Int64) -> Timestamp { Timestamp(seconds: 1_781_100_000 + minute * 60) }

    private func known(_ series: MarketSeries) -> [IndicatorFigure?] {
        indicators.map { series.value($0, of: Self.symbol) }
    }

    private func warmed(_ history: [Int64], then live: [Int64] = [], first: [Int64] = []) -> MarketSeries {
        var series = tracking()
        for minute in first { series.append(bar(minute)) }
        series.warm(Self.symbol, history.map { bar($0) }, at: at(100))
        for minute in live { series.append(bar(minute)) }
        return series
    }

    private func seen(_ minutes: Range<Int64>) -> MarketSeries {
        var series = tracking()
        for minute in minutes { series.append(bar(minute)) }
        return series
    }

    @Test("figures are those of a core that saw the bars, whatever the order, and however often they are told")
    func same() {
        let wanted = seen(0..<12)
        for history in [Array(0..<10), Array((0..<10).reversed()), Array(0..<10) + Array(3..<8)] as [[Int64]] {
            let series = warmed(history, then: [10, 11])
            #expect(known(series) == known(wanted) && !known(series).contains(nil))
            #expect(
                series.bars(Self.symbol, period: .seconds(60), count: 6)
                    == wanted.bars(Self.symbol, period: .seconds(60), count: 6))
        }
    }

    @Test("what came live before the answer stays, and the history goes before it, or between")
    func beforeLive() {
        for (first, history) in [([8, 9], Array(0..<8)), ([8, 9], Array(0..<10)), ([3, 9], Array(0..<9))]
            as [([Int64], [Int64])]
        {
            let series = warmed(history, then: [10, 11], first: first)
            #expect(known(series) == known(seen(0..<12)))
        }
    }

    @Test("a gap is filled: with enough bars by figures made anew, with fewer by those that are known, continued")
    func gap() {
        var series = seen(0..<12)
        series.append(bar(15))
        var other = series
        series.warm(Self.symbol, (0..<15).map { bar($0) }, at: at(100))
        #expect(known(series) == known(seen(0..<16)))
        other.warm(Self.symbol, (12..<15).map { bar($0) }, at: at(100))
        #expect(other.bars(Self.symbol, period: .seconds(60), count: 6).map(\.start) == (10..<16).map { at($0) })
        var behind = seen(0..<12)
        behind.warm(Self.symbol, (12..<16).map { bar($0) }, at: at(100))
        #expect(known(behind) == known(seen(0..<16)))
    }

    @Test("too little of it makes nothing unknown that was known, and no figure of half of its bars")
    func little() {
        var series = seen(0..<12)
        let before = known(series)
        series.warm(Self.symbol, [bar(5)], at: at(100))
        #expect(known(series) == before)
        #expect(known(warmed([8, 9])).allSatisfy { $0 == nil })
    }

    @Test("what is not over, of another period or no bar is left out; minutes make no day")
    func leftOut() throws {
        var series = tracking()
        series.warm(Self.symbol, [bar(9), bar(10)], at: at(10))
        #expect(series.bars(Self.symbol, period: .seconds(60), count: 6).map(\.start) == [at(9)])
        series.warm(Self.symbol, [bar(0, period: .seconds(300))], at: at(100))
        #expect(series.bars(Self.symbol, period: .seconds(60), count: 6).count == 1)
    }

    @Test("a regular session is a day, and so are 24 hours; a part of one is none")
    func sessions() throws {
        var series = MarketSeries()
        series.track(indicators: [try Indicator("sma(2,1d)")], bars: [(period: .day, count: 3)], correlation: nil)
        let open = Timestamp(seconds: 1_781_098_200)  // June 10, 2026, 9:30 in New York
        func day(_ start: Timestamp, _ seconds: Int64) -> Bar {
            Bar(
                symbol: Self.symbol, start: start, period: .seconds(seconds), open: "100", high: "100", low: "100",
                close: "100", volume: 1)
        }
        let midnight = open + .seconds(-34_200)
        let bars = [
            day(open, 23_400), day(midnight + .seconds(-86_400), 86_400), day(open + .seconds(-172_800), 3_600),
        ]
        series.warm(Self.symbol, bars, at: open + .day)
        #expect(series.bars(Self.symbol, period: .day, count: 3).map(\.start) == [midnight + .seconds(-86_400), open])
        #expect(series.value(try Indicator("sma(2,1d)"), of: Self.symbol) == .price("100"))
    }

    @Test("history moves no price, mark, stop or peak, and begins no cycle")
    func noPrice() {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.quote("ABC", "100", "100", last: "100")
        driver.start(["stop-loss"])
        driver.send(.policyReady(name: "stop-loss", needs: PolicyNeeds(indicators: indicators)))
        driver.connect()
        driver.cycle()
        let (before, effects) = (driver.state, driver.effects.count)
        let wild = Bar(
            symbol: "ABC", start: Timestamp(seconds: driver.now.nanoseconds / 1_000_000_000 - 600),
            period: .seconds(60),
            open: "500", high: "900", low: "1", close: "500", volume: 1)
        driver.send(.history(provider: "tape", bars: [wild]))
        #expect(driver.effects.count == effects)
        #expect(driver.state.portfolio == before.portfolio && driver.state.plans == before.plans)
        #expect(driver.state.market["ABC"] == before.market["ABC"])
        #expect(driver.state.market.price(of: "ABC") == "100")
        driver.send(.historyMissing(provider: "tape", why: "no answer within 10 s"))
        #expect(driver.alertReasons(.warning).contains(.historyMissing("tape", why: "no answer within 10 s")))
        driver.expectSound()
    }

    @Test("as many bars are asked for as make everything known, and a seed forgotten; at most a thousand")
    func asked() throws {
        let needs = PolicyNeeds(
            bars: [BarNeed(period: .seconds(60), count: 50)],
            indicators: [try Indicator("sma(200,1d)"), try Indicator("atr(14,1d)"), try Indicator("ema(400,1m)")],
            correlation: CorrelationNeed(period: .day, length: 60))
        #expect(
            MarketSeries.bars(for: needs) == [
                BarNeed(period: .seconds(60), count: 1_000), BarNeed(period: .day, count: 201),
            ])
        #expect(MarketSeries.bars(for: PolicyNeeds()) == [])
    }
}
