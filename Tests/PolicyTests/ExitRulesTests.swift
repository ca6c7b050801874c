import PluginKit
import PluginTesting
import Testing
import Trading

@testable import ExitRules

/// A position of the week of Monday 16 March 2026, looked at on Friday the 20th at 10:01 in New York.
@Suite("The exit-rules policy")
struct ExitRulesTests {
    private static let now = CivilTime(year: 2026, month: 3, day: 20, hour: 14, minute: 1).timestamp

    /// Regular sessions from Monday on, each written as high low close.
    private func week(_ days: [String]) throws -> BarSeries {
        let symbol = try Symbol("ABC")
        let bars = try days.enumerated().map { index, figures in
            let prices = try figures.split(separator: " ").map { try Price(String($0)) }
            let start = CivilTime(year: 2026, month: 3, day: 16 + Int64(index), hour: 13, minute: 30).timestamp
            return Bar(
                symbol: symbol, start: start, period: .day, open: prices[2], high: prices[0], low: prices[1],
                close: prices[2], volume: .one)
        }
        return BarSeries(period: .day, bars: bars)
    }

    private func advice(
        _ json: String, _ quantity: String = "100", openedOn day: Int64, hour: Int64 = 15, last: String = "100",
        gap: String? = nil, rungs: [String] = [], newestBarOn bar: Int64? = nil, at now: Timestamp = now, days: [String]
    ) throws -> [String] {
        var position = try Whole.position("ABC", quantity, last: last, stop: nil)
        position.openedAt = CivilTime(year: 2026, month: 3, day: day, hour: hour).timestamp
        position.rungsTaken = rungs
        var view = try Whole.view(last: last, gap: gap)
        view.series = [try week(days)]
        view.bar = try bar.map { day in
            Bar(
                symbol: try Symbol("ABC"),
                start: CivilTime(year: 2026, month: 3, day: day, hour: 14).timestamp, period: .seconds(60),
                open: .one, high: .one, low: .one, close: .one, volume: .one)
        }
        var snapshot = try Whole(positions: [position], market: [view]).snapshot()
        snapshot.at = now
        var policy = try PolicyUnderTest(ExitRulesPolicy.self, settings: json)
        return try policy.recommendations(for: snapshot).map(\.short)
    }

    // Before the last: highs 110, 108, 112; lows 100, 98, 102.
    private static let channel = ["110 100 105", "108 98 104", "112 102 106"]

    @Test(
        "structure: the newest close against the days before it",
        arguments: [
            ("100", "104 97 97.5", ["ABC exit"]), ("100", "104 97 98", []), ("-100", "113 104 112.5", ["ABC exit"]),
            ("-100", "113 104 112", []),
        ])
    func structure(quantity: String, newest: String, wanted: [String]) throws {
        let days = Self.channel + [newest]
        #expect(try advice(#"{"structure_breach": 3}"#, quantity, openedOn: 17, days: days) == wanted)
    }

    @Test("structure: a close before the entry is no reason, nor are too few days, nor 0")
    func notYet() throws {
        let days = Self.channel + ["104 97 97.5"]
        #expect(try advice(#"{"structure_breach": 3}"#, openedOn: 19, hour: 21, days: days) == [])
        #expect(try advice(#"{"structure_breach": 3}"#, openedOn: 19, hour: 19, days: days) == ["ABC exit"])
        #expect(try advice(#"{"structure_breach": 4}"#, openedOn: 17, days: days) == [])
        #expect(try advice("{}", openedOn: 17, days: days) == [])
        #expect(try advice(#"{"structure_breach": 0}"#, openedOn: 17, days: days) == [])
    }

    @Test(
        "structure: the price of the session counts where that is wanted",
        arguments: [
            ("100", "97.9", true, ["ABC exit"]), ("100", "98", true, []), ("100", "97.9", false, []),
            ("-100", "112.1", true, ["ABC exit"]), ("-100", "112", true, []),
        ])
    func intraday(quantity: String, last: String, isWanted: Bool, wanted: [String]) throws {
        let json = "{\"structure_breach\": 3, \"intraday\": \(isWanted)}"
        #expect(try advice(json, quantity, openedOn: 17, last: last, days: Self.channel) == wanted)
    }

    @Test(
        "failed breakout: entered at 100 beyond the channel, closed back in it in the first days",
        arguments: [
            // Channel of Monday and Tuesday up to 99; entered on Wednesday.
            ("100", 2, ["99 90 95", "98 91 96", "101 97 98.5"], ["ABC exit"]),
            ("100", 2, ["99 90 95", "98 91 96", "101 97 99"], []),
            ("100", 2, ["99 90 95", "98 91 96", "101 97 100", "101 96 97"], ["ABC exit"]),
            // The second day is too late for one day.
            ("100", 1, ["99 90 95", "98 91 96", "101 97 100", "101 96 97"], []),
            // No breakout: the channel reached to 101.
            ("100", 2, ["101 90 95", "98 91 96", "101 97 98.5"], []),
            ("100", 0, ["99 90 95", "98 91 96", "101 97 98"], []),
            ("-100", 2, ["110 101 105", "109 102 104", "103 99 101.5"], ["ABC exit"]),
            ("-100", 2, ["110 101 105", "109 102 104", "103 99 101"], []),
            ("100", 2, ["98 91 96"], []),
        ] as [(String, Int, [String], [String])])
    func failedBreakout(quantity: String, within: Int, days: [String], wanted: [String]) throws {
        let json = "{\"structure_breach\": 0, \"failed_breakout\": \(within), \"breakout_length\": 2}"
        #expect(try advice(json, quantity, openedOn: 18, days: days) == wanted)
    }

    @Test(
        "gap against the position",
        arguments: [
            ("100", "-0.11", ["ABC exit"]), ("100", "-0.1", ["ABC exit"]), ("100", "-0.09", []), ("100", "0.3", []),
            ("-100", "0.11", ["ABC exit"]), ("-100", "-0.3", []),
        ])
    func gap(quantity: String, gap: String, wanted: [String]) throws {
        #expect(try advice("{}", quantity, openedOn: 19, gap: gap, days: []) == wanted)
    }

    @Test("gap: of today and of a position from before, as its newest bar says")
    func gapOfToday() throws {
        #expect(try advice("{}", openedOn: 20, hour: 14, gap: "-0.2", days: []) == [])
        #expect(try advice("{}", openedOn: 19, gap: "-0.2", newestBarOn: 19, days: []) == [])
        #expect(try advice("{}", openedOn: 19, gap: "-0.2", newestBarOn: 20, days: []) == ["ABC exit"])
        let early = CivilTime(year: 2026, month: 3, day: 20, hour: 13).timestamp
        #expect(try advice("{}", openedOn: 19, gap: "-0.2", at: early, days: []) == [])
        let late = CivilTime(year: 2026, month: 3, day: 21).timestamp
        #expect(try advice("{}", openedOn: 19, gap: "-0.2", newestBarOn: 20, at: late, days: []) == ["ABC exit"])
    }

    @Test("gap: a part is sold once a day")
    func gapTake() throws {
        let json = #"{"gap_take": 0.5}"#
        #expect(
            try advice(json, openedOn: 19, gap: "-0.2", days: []) == ["ABC take_partial 50 % gap 2026-03-20"])
        #expect(try advice(json, openedOn: 19, gap: "-0.2", rungs: ["gap 2026-03-20"], days: []) == [])
        #expect(try advice(#"{"gap_take": 1}"#, openedOn: 19, gap: "-0.2", days: []) == ["ABC exit"])
    }

    @Test("it asks for as many days as its rules need")
    func needs() throws {
        func days(_ json: String) throws -> [Int64] {
            let policy = try PolicyUnderTest(ExitRulesPolicy.self, settings: json)
            #expect(policy.needs.defect == nil)
            return (policy.needs.bars ?? []).map(\.count)
        }
        #expect(try days("{}") == [21])
        #expect(try days(#"{"structure_breach": 0}"#) == [])
        #expect(try days(#"{"failed_breakout": 5}"#) == [26])
        #expect(try days(#"{"structure_breach": 499, "failed_breakout": 499, "breakout_length": 499}"#) == [999])
    }

    @Test(
        "settings without sense are refused",
        arguments: [
            #"{"structure_breach": -1}"#, #"{"adverse_gap": 0}"#, #"{"gap_take": 1.1}"#, #"{"breakout_length": 0}"#,
            #"{"failed_breakout": 500}"#,
        ])
    func nonsense(json: String) {
        #expect(throws: (any Error).self) {
            _ = try PolicyUnderTest(ExitRulesPolicy.self, settings: json)
        }
    }
}
