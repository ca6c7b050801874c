import Foundation
import Testing
import Trading

/// `vectors.json` beside this file; make_vectors.py says what it is.
struct IndicatorVectors: Decodable {
    struct Daily: Decodable {
        var period: TimeSpan
        var bars: [Symbol: [[String]]]
        var figures: [Symbol: [String: [String?]]]
        var correlation: Correlation
        var splitBefore: Timestamp?

        func bars(_ symbol: Symbol) throws -> [Bar] {
            try IndicatorVectors.bars(try #require(bars[symbol]), symbol, period)
        }

        /// What the figures stand for, sorted.
        func indicators() throws -> [Indicator] {
            try Set(figures.values.flatMap(\.keys)).map { try Indicator($0) }.sorted()
        }
    }

    struct Minutes: Decodable {
        var period: TimeSpan
        var bars: [[String]]
        var longer: [String: [[String]]]
        var figures: [String: [String?]]
        var days: [Day]
    }

    struct Correlation: Decodable {
        var length: Int64
        var symbols: [Symbol]
        var rows: [[Ratio]]
    }

    struct Day: Decodable {
        var after: Timestamp
        var open, high, low, last, vwap: Price
        var previousClose: Price?
        var volume: Quantity
        var distance: Ratio
        var gap: Ratio?
    }

    var daily: Daily
    var minutes: Minutes
    var real: Daily

    static let all: Result<IndicatorVectors, any Error> = Result {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "vectors.json")
        return try JSONDecoder().decode(IndicatorVectors.self, from: Data(contentsOf: file))
    }

    static func bars(_ rows: [[String]], _ symbol: Symbol, _ period: TimeSpan) throws -> [Bar] {
        try rows.map { row in
            Bar(
                symbol: symbol, start: Timestamp(nanoseconds: try #require(Int64(row[0]))), period: period,
                open: try Price(row[1]), high: try Price(row[2]), low: try Price(row[3]), close: try Price(row[4]),
                volume: try Quantity(row[5]))
        }
    }
}

/// Binary floating point on the one side, whole units on the other: they may part in the last decimal.
func isClose(_ figure: IndicatorFigure?, _ expected: String?, units: Int64 = 1) throws -> Bool {
    guard let expected else { return figure == nil }
    switch figure {
    case .price(let price): return abs(price.units - (try Price(expected)).units) <= units
    case .ratio(let ratio): return abs(ratio.units - (try Ratio(expected)).units) <= units
    case nil: return false
    }
}
