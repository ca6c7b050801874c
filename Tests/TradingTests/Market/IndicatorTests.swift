import Foundation
import SeededRandom
import Testing
import Trading

@Suite("indicators as text")
struct IndicatorTextTests {
    @Test(
        "text is read and written alike",
        arguments: [
            ("atr(14,1d)", "atr(14,1d)"), ("highest(20,5m)", "highest(20,5m)"),
            ("volatility(20,1d)", "volatility(20,1d)"),
            ("sma(1,30s)", "sma(1,30s)"), ("ema(1000,1h)", "ema(1000,1h)"), ("lowest(3,60m)", "lowest(3,1h)"),
            ("lowest(3,24h)", "lowest(3,1d)"), ("lowest(3,90s)", "lowest(3,90s)"), ("sma(3,120s)", "sma(3,2m)"),
        ])
    func read(text: String, canonical: String) throws {
        let indicator = try Indicator(text)
        #expect(indicator.description == canonical)
        let coded = try JSONEncoder().encode([indicator])
        #expect(String(decoding: coded, as: UTF8.self) == "[\"\(canonical)\"]")
        #expect(try JSONDecoder().decode([Indicator].self, from: coded) == [indicator])
        #expect(try Indicator(indicator.kind, indicator.length, indicator.period) == indicator)
    }

    @Test(
        "anything else is refused with what and remedy",
        arguments: [
            "", "atr", "atr()", "atr(14)", "atr(14,1d", "atr 14,1d)", "atr(14,1d))", "ATR(14,1d)", "rsi(14,1d)",
            "atr(0,1d)", "atr(1001,1d)", "atr(014,1d)", "atr(-1,1d)", "atr(+1,1d)", "atr(14, 1d)", "atr(1.5,1d)",
            "atr(14,2d)", "atr(14,0m)", "atr(14,25h)", "atr(14,1w)", "atr(14,m)", "atr(14,d)", "atr(14,1d,1d)",
            "atr((14,1d)", "volatility(1,1d)", "atr(99999999999999999999,1d)", "atr(14,86401s)", "atr(١٤,1d)",
        ])
    func refused(text: String) throws {
        let error = try #require(throws: IndicatorError.self) { try Indicator(text) }
        #expect("\(error)".contains("\"\(text)\" is no indicator: expected KIND(LENGTH,PERIOD)"))
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode([Indicator].self, from: JSONEncoder().encode([text]))
        }
    }

    @Test("a value has one figure, of the indicator's type")
    func value() throws {
        for text in [
            #"{"indicator":"atr(14,1d)","price":"3.21"}"#, #"{"indicator":"volatility(20,1d)","ratio":"0.0134"}"#,
        ] {
            let value = try JSONDecoder().decode(IndicatorValue.self, from: Data(text.utf8))
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
        }
        for text in [
            #"{"indicator":"atr(14,1d)","ratio":"3.21"}"#, #"{"indicator":"volatility(20,1d)","price":"0.0134"}"#,
            #"{"indicator":"atr(14,1d)"}"#, #"{"indicator":"atr(14,1d)","price":"1","ratio":"1"}"#,
        ] {
            #expect(throws: IndicatorError.self) {
                try JSONDecoder().decode(IndicatorValue.self, from: Data(text.utf8))
            }
        }
    }

    @Test("a session is the regular one of New York's day, and a pair's is the day of UTC")
    func sessions() throws {
        func session(_ symbol: String, _ time: String) throws -> TradingSession {
            TradingSession(TradingHours(of: try Symbol(symbol)), containing: Timestamp(rfc3339: time)!)
        }
        let winter = try session("SPY", "2026-03-06T02:00:00Z")
        #expect(winter.open.description == "2026-03-05T14:30:00Z")
        #expect(winter.close.description == "2026-03-05T21:00:00Z")
        #expect(winter.nextMidnight.description == "2026-03-06T05:00:00Z")
        let change = try session("SPY", "2026-03-08T20:00:00Z")
        #expect(change.midnight.description == "2026-03-08T05:00:00Z")
        #expect(change.nextMidnight.description == "2026-03-09T04:00:00Z")
        #expect(change.open == change.close)
        #expect(try session("SPY", "2026-03-09T20:00:00Z").open.description == "2026-03-09T13:30:00Z")
        let pair = try session("BTC/USD", "2026-03-08T20:00:00Z")
        #expect(pair.open.description == "2026-03-08T00:00:00Z")
        #expect(pair.close.description == "2026-03-09T00:00:00Z")
    }
}

@Suite("square roots in whole numbers, which indicators need")
struct IndicatorSquareRootTests {
    @Test("the root is the largest whose square fits")
    func floors() {
        var generator = SplitMix64(seed: 7)
        var values: [UInt128] = [0, 1, 2, 3, 4, .max, .max - 1, 1 << 64, (1 << 64) - 1, 1 << 127]
        for _ in 0..<2_000 {
            let wide = UInt128(generator.next()) << 64 | UInt128(generator.next())
            values.append(wide >> UInt128(generator.number(0...127)))
        }
        for value in values {
            let root = SquareRoot.floor(value)
            #expect(root * root <= value)
            let (next, overflow) = (root + 1).multipliedReportingOverflow(by: root + 1)
            #expect(overflow || next > value)
        }
    }

    @Test(
        "the root of a fraction is rounded once, half to even",
        arguments: [
            (0, 1, 0), (1, 4, 0), (9, 4, 2), (25, 4, 2), (49, 4, 4), (26, 4, 3), (24, 4, 2), (2, 1, 1), (3, 1, 2),
            (81, 1, 9), (81, 2, 6),
        ] as [(Int128, Int128, Int128)])
    func rounds(numerator: Int128, denominator: Int128, root: Int128) {
        #expect(SquareRoot.ofQuotient(numerator, denominator) == root)
    }

    @Test("beyond 128 bits there is none")
    func tooLarge() {
        #expect(SquareRoot.ofQuotient(.max, 1) == nil)
        #expect(SquareRoot.ofQuotient(1, .max) == 0)
    }
}
