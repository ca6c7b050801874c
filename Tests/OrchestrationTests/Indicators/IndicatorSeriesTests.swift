import CoreTestSupport
import Foundation
import Orchestration
import Testing
import Trading

private let symbol = Symbol(unchecked: "WALK")

@Suite("indicators of a stream of bars")
struct IndicatorSeriesTests {
    /// Minutes of three days, those before and after hours included.
    let minutes: [Bar]
    let indicators: [Indicator]

    init() throws {
        let vectors = try IndicatorVectors.all.get()
        minutes = try IndicatorVectors.bars(vectors.minutes.bars, symbol, vectors.minutes.period)
        indicators = try vectors.minutes.figures.keys.map { try Indicator($0) }.sorted()
    }

    private func tracking() -> MarketSeries {
        var series = MarketSeries()
        series.track(
            indicators: indicators, bars: [(period: .seconds(300), count: 50), (period: .day, count: 5)],
            correlation: (period: .seconds(60), length: 20))
        return series
    }

    private func figures(_ series: MarketSeries) -> [IndicatorFigure?] {
        indicators.map { series.value($0, of: symbol) }
    }

    @Test("bars that come twice, late or out of order change nothing")
    func doubled() throws {
        var (plain, noisy) = (tracking(), tracking())
        for (index, bar) in minutes.enumerated() {
            plain.append(bar)
            noisy.append(bar)
            noisy.append(bar)
            for back in [1, 3, 40, 400] where index >= back { noisy.append(minutes[index - back]) }
        }
        #expect(plain == noisy)
    }

    @Test("a second provider with longer bars counts no trade twice", arguments: [true, false])
    func twoProviders(longerFirst: Bool) throws {
        var (plain, both) = (tracking(), tracking())
        var fives = MarketSeries()
        fives.track(indicators: [], bars: [(period: .seconds(300), count: 1)], correlation: nil)
        var last: Bar?
        for bar in minutes {
            plain.append(bar)
            fives.append(bar)
            let made = fives.bars(symbol, period: .seconds(300), count: 1).first
            let new = made != last ? made : nil
            last = made
            if let new, longerFirst { both.append(new) }
            both.append(bar)
            if let new, !longerFirst { both.append(new) }
        }
        #expect(figures(plain) == figures(both))
        #expect(plain.day(symbol, last: nil)?.volume == both.day(symbol, last: nil)?.volume)
        for period in [TimeSpan.seconds(300), .day] {
            #expect(
                plain.bars(symbol, period: period, count: 50) == both.bars(symbol, period: period, count: 50))
        }
    }

    @Test("a bar of the very period takes the place of one made of the minutes that were seen")
    func restated() throws {
        let atr = try Indicator("atr(1,1d)")
        let sma = try Indicator("sma(2,1d)")
        var series = MarketSeries()
        series.track(indicators: [atr, sma], bars: [(period: .day, count: 3)], correlation: nil)
        series.append(day("2026-03-04", "90", "95", "85", "92"))
        // Only the afternoon is seen, and then the bar of the whole day comes.
        series.append(minute("2026-03-05T20:59:00Z", "93"))
        #expect(series.value(sma, of: symbol) == .price(Price("92.5")))
        let whole = day("2026-03-05", "92", "99", "80", "94")
        series.append(whole)
        #expect(series.value(sma, of: symbol) == .price(Price("93")))
        #expect(series.value(atr, of: symbol) == .price(Price("19")))
        #expect(series.bars(symbol, period: .day, count: 1) == [whole])
        // It comes once; what is not made of parts stays.
        series.append(day("2026-03-05", "1", "2", "1", "2"))
        #expect(series.bars(symbol, period: .day, count: 5).count == 2)
        #expect(series.value(sma, of: symbol) == .price(Price("93")))
    }

    @Test("a state that was written and read goes on alike, wherever it was")
    func roundTrip() throws {
        var series = tracking()
        var copies: [MarketSeries] = []
        for (index, bar) in minutes.enumerated() {
            if index % 157 == 3 {
                let copy = try JSONDecoder().decode(MarketSeries.self, from: JSONEncoder().encode(series))
                #expect(copy == series)
                copies.append(copy)
            }
            series.append(bar)
            for copy in copies.indices { copies[copy].append(bar) }
        }
        #expect(copies.count > 5)
        #expect(series.values(of: symbol).map(\.indicator) == indicators)
        #expect(series.values(of: symbol).map(\.figure) == figures(series))
        for copy in copies {
            #expect(copy == series)
            #expect(figures(copy) == figures(series))
        }
    }

    @Test("two that are fed the same are equal")
    func equal() throws {
        var (first, second) = (tracking(), tracking())
        for bar in minutes {
            first.append(bar)
            second.append(bar)
            #expect(first.value(indicators[0], of: symbol) == second.value(indicators[0], of: symbol))
        }
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        second.append(minute("2026-03-10T14:00:00Z", "88"))
        #expect(first != second)
    }

    @Test("after a split, figures are those of the history in new shares", arguments: [(7, 1), (3, 2), (1, 20)])
    func split(numerator: Int64, denominator: Int64) throws {
        var (traded, adjusted) = (tracking(), tracking())
        // In the middle of a bucket and of the day.
        let (before, after) = (minutes.prefix(500), minutes.dropFirst(500))
        for bar in before {
            traded.append(bar)
            adjusted.append(try inNewShares(bar, numerator, denominator))
        }
        traded.split(symbol, numerator: numerator, denominator: denominator)
        try compare(traded, adjusted)
        for bar in after {
            let bar = try inNewShares(bar, numerator, denominator)
            traded.append(bar)
            adjusted.append(bar)
        }
        try compare(traded, adjusted)
    }

    private func inNewShares(_ bar: Bar, _ numerator: Int64, _ denominator: Int64) throws -> Bar {
        func price(_ price: Price) throws -> Price {
            try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        }
        return Bar(
            symbol: bar.symbol, start: bar.start, period: bar.period, open: try price(bar.open),
            high: try price(bar.high), low: try price(bar.low), close: try price(bar.close),
            volume: try bar.volume.scaled(numerator: numerator, denominator: denominator, .halfEven))
    }

    private func compare(_ one: MarketSeries, _ other: MarketSeries) throws {
        for indicator in indicators {
            switch (one.value(indicator, of: symbol), other.value(indicator, of: symbol)) {
            case (.price(let left), .price(let right)): #expect(abs(left.units - right.units) <= 1, "\(indicator)")
            case (.ratio(let left), .ratio(let right)): #expect(abs(left.units - right.units) <= 1, "\(indicator)")
            case (let left, let right): #expect(left == right, "\(indicator)")
            }
        }
        let views = (one.day(symbol, last: nil), other.day(symbol, last: nil))
        #expect(abs(try #require(views.0?.vwap).units - (try #require(views.1?.vwap)).units) <= 1)
        #expect(views.0?.previousClose == views.1?.previousClose)
        #expect(views.0?.volume == views.1?.volume)
    }

    @Test(
        "what is tracked no longer is dropped, what is tracked still goes on, what is new begins with the bars at hand")
    func retracked() throws {
        let (fast, slow, day) = (try Indicator("sma(3,5m)"), try Indicator("ema(9,5m)"), try Indicator("atr(2,1d)"))
        var (series, other) = (MarketSeries(), MarketSeries())
        series.track(indicators: [fast, day], bars: [(period: .seconds(300), count: 40)], correlation: nil)
        other.track(indicators: [slow, fast], bars: [], correlation: nil)
        for bar in minutes.prefix(400) {
            series.append(bar)
            other.append(bar)
        }
        let known = try #require(series.value(fast, of: symbol))
        series.track(indicators: [slow, fast], bars: [], correlation: nil, day: false)
        #expect(series.value(fast, of: symbol) == known)
        #expect(series.value(slow, of: symbol) != nil)
        #expect(series.value(day, of: symbol) == nil)
        #expect(series.bars(symbol, period: .day, count: 9).isEmpty)
        #expect(series.day(symbol, last: nil) == nil)
        // 3 bars for the mean, and one before them.
        #expect(series.bars(symbol, period: .seconds(300), count: 40).count == 4)
        for bar in minutes.dropFirst(400) {
            series.append(bar)
            other.append(bar)
        }
        #expect(series.value(fast, of: symbol) == other.value(fast, of: symbol))
        series.track(indicators: [], bars: [], correlation: nil, day: false)
        #expect(series.value(fast, of: symbol) == nil)
    }

    @Test("memory is bounded by what is tracked")
    func bounded() throws {
        var series = tracking()
        var sizes: [Int] = []
        for bar in minutes {
            series.append(bar)
            sizes.append(try JSONEncoder().encode(series).count)
        }
        // 50 five-minute bars, 41 minutes, 5 days and a handful more, at about 150 bytes.
        #expect(try #require(sizes.max()) < 40_000)
    }
}

@Suite("indicators at the edges")
struct IndicatorEdgeTests {
    @Test("minutes before and after hours are no part of a figure, but tell that the session is over")
    func afterHours() throws {
        let sma = try Indicator("sma(1,1d)")
        var series = MarketSeries()
        series.track(indicators: [sma], bars: [], correlation: nil)
        series.append(minute("2026-03-05T14:29:00Z", "80"))
        #expect(series.day(symbol, last: nil) == nil)
        series.append(minute("2026-03-05T14:30:00Z", "90"))
        series.append(minute("2026-03-05T20:50:00Z", "91"))
        #expect(series.value(sma, of: symbol) == nil)
        series.append(minute("2026-03-05T21:00:00Z", "70"))
        #expect(series.value(sma, of: symbol) == .price(Price("91")))
        #expect(series.day(symbol, last: nil)?.low == Price("90"))
    }

    @Test("the end of the session can be told without a bar")
    func close() throws {
        let sma = try Indicator("sma(1,5m)")
        var series = MarketSeries()
        series.track(indicators: [sma], bars: [], correlation: nil)
        series.append(minute("2026-03-05T14:31:00Z", "90"))
        series.close(at: Timestamp(rfc3339: "2026-03-05T14:34:59Z")!)
        #expect(series.value(sma, of: symbol) == nil)
        series.close(at: Timestamp(rfc3339: "2026-03-05T14:35:00Z")!)
        #expect(series.value(sma, of: symbol) == .price(Price("90")))
    }

    @Test("a pair is traded round the clock, in days of UTC")
    func roundTheClock() throws {
        let pair = Symbol(unchecked: "BTC/USD")
        let sma = try Indicator("sma(1,1d)")
        var series = MarketSeries()
        series.track(indicators: [sma], bars: [], correlation: nil)
        series.append(minute("2026-03-07T23:58:00Z", "90", pair))
        #expect(series.value(sma, of: pair) == nil)
        series.append(minute("2026-03-07T23:59:00Z", "91", pair))
        #expect(series.value(sma, of: pair) == .price(Price("91")))
    }

    @Test("bars that cannot be, or begin in the future, are ignored")
    func impossible() throws {
        var series = MarketSeries()
        series.track(indicators: [], bars: [(period: .seconds(60), count: 5)], correlation: nil)
        let now = Timestamp(rfc3339: "2026-03-05T15:00:00Z")!
        series.append(minute("2026-03-05T15:01:00Z", "90"), at: now)
        var bar = minute("2026-03-05T14:58:00Z", "90")
        bar.high = Price("1")
        series.append(bar, at: now)
        bar = minute("2026-03-05T14:58:00Z", "90")
        bar.period = .seconds(7 * 86_400)
        series.append(bar, at: now)
        #expect(series.bars(symbol, period: .seconds(60), count: 5).isEmpty)
        series.append(minute("2026-03-05T14:59:00Z", "90"), at: now)
        #expect(series.bars(symbol, period: .seconds(60), count: 5).count == 1)
    }

    @Test("figures too large begin anew, and nothing traps")
    func tooLarge() throws {
        let indicators = try [
            "atr(2,5m)", "ema(2,5m)", "sma(2,5m)", "volatility(2,5m)", "volatility(2,1m)", "highest(2,1m)", "atr(2,1m)",
        ].map { try Indicator($0) }
        var series = MarketSeries()
        series.track(indicators: indicators, bars: [], correlation: (period: .seconds(60), length: 3))
        let other = Symbol(unchecked: "OTHER")
        let (least, most) = (Price(units: 1), Price(units: .max))
        for index in 0..<60 {
            let start = Timestamp(rfc3339: "2026-03-05T14:30:00Z")! + .seconds(Int64(index) * 60)
            let close = index % 2 == 0 ? most : least
            for name in [symbol, other] {
                series.append(
                    Bar(
                        symbol: name, start: start, period: .seconds(60), open: least, high: most, low: least,
                        close: close, volume: Quantity(units: index % 7 == 0 ? .max : 1)))
            }
            if index == 30 { series.split(other, numerator: 10_000, denominator: 1) }
            if index == 40 { series.split(other, numerator: 1, denominator: 10_000) }
            _ = series.correlation([symbol, other])
            _ = series.day(symbol, last: most)
            let volatility = series.value(indicators[4], of: symbol)
            #expect(volatility == nil)
        }
        series.split(symbol, numerator: 0, denominator: 1)
        #expect(series.value(indicators[5], of: symbol) == nil)
    }

    @Test("who lacks bars is left out of a correlation, and a price that never moves has none")
    func leftOut() throws {
        let names = ["AAA", "BBB", "CCC", "DDD"].map { Symbol(unchecked: $0) }
        var series = MarketSeries()
        series.track(indicators: [], bars: [], correlation: (period: .seconds(60), length: 3))
        for index in 0..<8 {
            let start = "2026-03-05T14:3\(index):00Z"
            // AAA and BBB have every minute and mirror each other, CCC begins late, DDD stands still.
            series.append(minute(start, index % 2 == 0 ? "100" : "110", names[0]))
            series.append(minute(start, index % 2 == 0 ? "110" : "100", names[1]))
            if index > 5 { series.append(minute(start, "\(index)", names[2])) }
            series.append(minute(start, "5", names[3]))
        }
        let view = try #require(series.correlation(names))
        #expect(view.symbols == [names[0], names[1]])
        #expect(view.rows[0][0] == .one && view.rows[1][1] == .one)
        #expect(view.rows[0][1] == view.rows[1][0])
        #expect(view.rows[0][1].isNegative)
        #expect(series.correlation([names[0]]) == nil)
        #expect(series.correlation([]) == nil)
    }

    @Test("what is not tracked is not known")
    func untracked() throws {
        var series = MarketSeries()
        series.append(minute("2026-03-05T14:59:00Z", "90"))
        #expect(series == MarketSeries())
        #expect(series.day(symbol, last: nil) == nil)
        #expect(series.correlation([symbol]) == nil)
    }
}

private func minute(_ start: String, _ price: String, _ name: Symbol = symbol) -> Bar {
    let price = try! Price(price)
    return Bar(
        symbol: name, start: Timestamp(rfc3339: start)!, period: .seconds(60), open: price, high: price, low: price,
        close: price, volume: Quantity(shares: 10))
}

/// A bar of a whole day that begins at midnight UTC, as many providers write it.
private func day(_ date: String, _ open: String, _ high: String, _ low: String, _ close: String) -> Bar {
    Bar(
        symbol: symbol, start: Timestamp(rfc3339: date)!, period: .day, open: try! Price(open),
        high: try! Price(high), low: try! Price(low), close: try! Price(close), volume: Quantity(shares: 10))
}
