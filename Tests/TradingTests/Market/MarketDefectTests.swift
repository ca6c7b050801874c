import Testing
import Trading

@Suite("defects of market data")
struct MarketDefectTests {
    @Test(
        "a bar's prices enclose each other",
        arguments: [
            ("10", "11", "9", "10.5", "100", nil), ("10", "10", "10", "10", "0", nil),
            ("10", "11", "0", "10.5", "1", "low must be above zero, it is 0"),
            ("10", "11", "-1", "10.5", "1", "low must be above zero, it is -1"),
            ("10", "11", "10.1", "10.5", "1", "low 10.1 is above open 10 or close 10.5"),
            ("10.5", "11", "10.1", "10", "1", "low 10.1 is above open 10.5 or close 10"),
            ("10", "10.4", "9", "10.5", "1", "high 10.4 is below open 10 or close 10.5"),
            ("10.5", "10.4", "9", "10", "1", "high 10.4 is below open 10.5 or close 10"),
            ("10", "8", "9", "10", "1", "high 8 is below open 10 or close 10"),
            ("10", "11", "9", "10.5", "-1", "volume is negative"),
        ] as [(String, String, String, String, String, String?)])
    func bars(open: String, high: String, low: String, close: String, volume: String, expected: String?) throws {
        let bar = Bar(
            symbol: try symbol(), start: Timestamp(seconds: 0), period: .seconds(60), open: try Price(open),
            high: try Price(high), low: try Price(low), close: try Price(close), volume: try Quantity(volume))
        #expect(bar.defect == expected)
        #expect(bar.end == Timestamp(seconds: 60))
    }

    @Test("a bar that ends no later than it starts would be known before its trades", arguments: [0, -1, Int64.min])
    func period(nanoseconds: Int64) throws {
        let bar = Bar(
            symbol: try symbol(), start: Timestamp(seconds: 0), period: TimeSpan(nanoseconds: nanoseconds), open: .one,
            high: .one, low: .one, close: .one, volume: .zero)
        #expect(bar.defect == "period must be above zero, it is \(TimeSpan(nanoseconds: nanoseconds))")
    }

    @Test(
        "a split is two numbers from 1 to 10000",
        arguments: [
            (7, 1, true), (1, 20, true), (10_000, 10_000, true), (0, 1, false), (1, 0, false), (-7, 1, false),
            (7, -1, false),
            (-7, -1, false), (10_001, 1, false), (1, 10_001, false), (Int64.max, 1, false),
            (Int64.min, Int64.min, false),
        ])
    func splits(numerator: Int64, denominator: Int64, isGood: Bool) throws {
        let action = CorporateAction(
            id: "1", symbol: try symbol(), kind: .split(numerator: numerator, denominator: denominator),
            effectiveAt: Timestamp(seconds: 0))
        #expect((action.defect == nil) == isGood)
    }

    @Test(
        "a dividend is above zero", arguments: [("0.11", true), ("0.00000001", true), ("0", false), ("-0.11", false)])
    func dividends(amount: String, isGood: Bool) throws {
        let action = CorporateAction(
            id: "1", symbol: try symbol(), kind: .dividend(amount: try Price(amount)),
            effectiveAt: Timestamp(seconds: 0))
        #expect(action.defect == (isGood ? nil : "a dividend is above zero, not \(amount)"))
    }
}
