import Orchestration
import Testing
import Trading
import Wire

@Suite("indicators in the core's snapshot and on the wire")
struct IndicatorWireTests {
    @Test("a state with indicators is written and read by the wire's coder, and written alike again")
    func state() throws {
        var series = MarketSeries()
        let indicators = try ["atr(14,1d)", "ema(3,5m)", "volatility(3,1m)"].map { try Indicator($0) }
        series.track(
            indicators: indicators, bars: [(period: .seconds(300), count: 3)],
            correlation: (period: .seconds(60), length: 4))
        let start = try #require(Timestamp(rfc3339: "2026-03-05T14:30:00Z"))
        for index in 0..<500 {
            for name in ["AAA", "BBB", "BTC/USD"] {
                let price = Price(units: Int64(10_000 + index * index % 97) * 1_000_000)
                series.append(
                    Bar(
                        symbol: Symbol(unchecked: name), start: start + .seconds(Int64(index) * 60),
                        period: .seconds(60), open: price, high: price, low: price, close: price,
                        volume: Quantity(shares: 1)))
            }
        }
        #expect(series.value(indicators[1], of: Symbol(unchecked: "AAA")) != nil)
        let bytes = try WireEncoder().encode(series)
        let copy = try WireDecoder().decode(MarketSeries.self, from: bytes, unknownFields: .refuse)
        #expect(copy == series)
        #expect(try WireEncoder().encode(copy) == bytes)
    }

    @Test("a value is a flat object")
    func value() throws {
        let value = IndicatorValue(indicator: try Indicator("atr(14,1d)"), figure: .price(try Price("3.21")))
        let bytes = try WireEncoder().encode(value)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"indicator":"atr(14,1d)","price":"3.21"}"#)
        #expect(try WireDecoder().decode(IndicatorValue.self, from: bytes, unknownFields: .refuse) == value)
    }
}
