import Foundation
import Orchestration
import Testing
import Trading

@Suite("indicators against TA-Lib, pandas and numpy")
struct IndicatorVectorTests {
    let vectors: IndicatorVectors

    init() throws { vectors = try IndicatorVectors.all.get() }

    @Test("daily figures are theirs, bar by bar")
    func daily() throws {
        let indicators = try vectors.daily.indicators()
        var series = MarketSeries()
        series.track(indicators: indicators, bars: [], correlation: nil)
        var compared = 0
        for symbol in vectors.daily.bars.keys.sorted() {
            let figures = try #require(vectors.daily.figures[symbol])
            for (index, bar) in try vectors.daily.bars(symbol).enumerated() {
                series.append(bar)
                for indicator in indicators {
                    let expected = try #require(figures[indicator.description])[index]
                    let figure = series.value(indicator, of: symbol)
                    #expect(try isClose(figure, expected), "\(indicator) of \(symbol), bar \(index)")
                    compared += 1
                }
            }
        }
        #expect(compared > 3_000)
    }

    @Test("over a real split, figures are those of the history in new shares")
    func realSplit() throws {
        let indicators = try vectors.real.indicators()
        let split = try #require(vectors.real.splitBefore)
        var series = MarketSeries()
        series.track(indicators: indicators, bars: [], correlation: nil)
        for symbol in vectors.real.bars.keys.sorted() {
            let figures = try #require(vectors.real.figures[symbol])
            for (index, bar) in try vectors.real.bars(symbol).enumerated() {
                let isApple = symbol.text == "AAPL"
                if isApple, bar.start == split { series.split(symbol, numerator: 7, denominator: 1) }
                series.append(bar)
                // Until then ours are in old shares, and theirs in new ones already.
                guard !isApple || bar.start >= split else { continue }
                for indicator in indicators {
                    let expected = try #require(figures[indicator.description])[index]
                    let figure = series.value(indicator, of: symbol)
                    #expect(try isClose(figure, expected, units: 2), "\(indicator) of \(symbol), bar \(index)")
                }
            }
        }
    }

    @Test("correlations are numpy's, also where a symbol has gaps", arguments: [false, true])
    func correlations(real: Bool) throws {
        let daily = real ? vectors.real : vectors.daily
        var series = MarketSeries()
        series.track(indicators: [], bars: [], correlation: (period: .day, length: daily.correlation.length))
        for symbol in daily.bars.keys.sorted() {
            for bar in try daily.bars(symbol) {
                if symbol.text == "AAPL", bar.start == daily.splitBefore {
                    series.split(symbol, numerator: 7, denominator: 1)
                }
                series.append(bar)
            }
        }
        let view = try #require(series.correlation(daily.correlation.symbols.reversed()))
        #expect(view.symbols == daily.correlation.symbols)
        for (ours, theirs) in zip(view.rows.joined(), daily.correlation.rows.joined()) {
            #expect(abs(ours.units - theirs.units) <= 1, "\(ours) is not \(theirs)")
        }
        #expect(view.length == daily.correlation.length)
    }

    @Test("bars made of minutes are those of pandas, and so are the figures made of them")
    func minutes() throws {
        let symbol = Symbol(unchecked: "WALK")
        let wanted = try vectors.minutes.figures.keys.map { try Indicator($0) }.sorted()
        let periods = try ["5m", "15m", "1h", "1d"].map { try #require(TimeSpan(barPeriod: $0)) }
        var series = MarketSeries()
        series.track(
            indicators: wanted, bars: ([.seconds(60)] + periods).map { (period: $0, count: 1_000) }, correlation: nil)
        var seen: [Indicator: [IndicatorFigure?]] = [:]
        var counts: [TimeSpan: Int] = [:]
        for bar in try IndicatorVectors.bars(vectors.minutes.bars, symbol, vectors.minutes.period) {
            series.append(bar)
            for indicator in wanted {
                let count = series.bars(symbol, period: indicator.period, count: 1_000).count
                if count == counts[indicator.period, default: 0] { continue }
                seen[indicator, default: []].append(series.value(indicator, of: symbol))
            }
            for period in [.seconds(60)] + periods {
                counts[period] = series.bars(symbol, period: period, count: 1_000).count
            }
        }
        for period in periods {
            let expected = try #require(vectors.minutes.longer[period.barPeriodText])
            let bars = series.bars(symbol, period: period, count: 1_000)
            let theirs = try IndicatorVectors.bars(expected, symbol, period)
            #expect(bars.map(withoutPeriod) == theirs.map(withoutPeriod), "\(period)")
        }
        for indicator in wanted {
            let expected = try #require(vectors.minutes.figures[indicator.description])
            let figures = seen[indicator] ?? []
            #expect(figures.count == min(1_000, expected.count), "\(indicator)")
            for (index, (figure, text)) in zip(figures, expected).enumerated() {
                #expect(try isClose(figure, text), "\(indicator), bar \(index)")
            }
        }
    }

    /// A last bar is cut off at the close: its period is what there was.
    private func withoutPeriod(_ bar: Bar) -> Bar {
        var bar = bar
        bar.period = .day
        return bar
    }

    @Test("the day so far is pandas', with its volume-weighted price and its gap")
    func day() throws {
        let symbol = Symbol(unchecked: "WALK")
        var series = MarketSeries()
        series.track(indicators: [], bars: [], correlation: nil)
        var expected = vectors.minutes.days[...]
        for bar in try IndicatorVectors.bars(vectors.minutes.bars, symbol, vectors.minutes.period) {
            series.append(bar)
            guard let day = expected.first, day.after == bar.start else { continue }
            expected = expected.dropFirst()
            let view = try #require(series.day(symbol, last: day.last))
            #expect((view.open, view.high, view.low) == (day.open, day.high, day.low))
            #expect(view.volume == day.volume)
            #expect(view.previousClose == day.previousClose)
            #expect(view.gap == day.gap)
            #expect(abs(try #require(view.vwap).units - day.vwap.units) <= 1)
            #expect(abs(try #require(view.distanceToVWAP).units - day.distance.units) <= 1)
        }
        #expect(expected.isEmpty)
    }
}
