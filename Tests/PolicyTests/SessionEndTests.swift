import PluginKit
import PluginTesting
import Testing
import Trading

@testable import TimeStop

@Suite("The time stop at the end of a session")
struct SessionEndTests {
    /// New York's summer time: the session of Monday 16 March to Friday 20 March 2026 ends at 20:00 UTC.
    private func advice(
        _ json: String, _ symbol: String, month: Int64 = 3, day: Int64, _ hour: Int64, _ minute: Int64
    ) throws -> [String] {
        let whole = Whole(positions: [try Whole.position(symbol, last: "100")])
        var snapshot = try whole.snapshot()
        snapshot.at = CivilTime(year: 2026, month: month, day: day, hour: hour, minute: minute).timestamp
        snapshot.session = USEquityCalendar.phase(at: snapshot.at)
        var policy = try PolicyUnderTest(TimeStopPolicy.self, settings: json)
        return try policy.recommendations(for: snapshot).map(\.short)
    }

    @Test(
        "every evening, or before a weekend only; in the last minutes and not later",
        arguments: [
            (#"{"end_of_session": true}"#, "ABC", 16, 19, 50, ["ABC exit"]),
            (#"{"end_of_session": true}"#, "ABC", 16, 19, 49, []),
            (#"{"end_of_session": true}"#, "ABC", 16, 20, 0, []),
            (#"{"end_of_session": true, "minutes_before_close": 30}"#, "ABC", 16, 19, 30, ["ABC exit"]),
            (#"{"end_of_session": true}"#, "BTC/USD", 16, 19, 55, []),
            (#"{"before_weekend": true}"#, "ABC", 19, 19, 55, []),
            (#"{"before_weekend": true}"#, "ABC", 20, 19, 55, ["ABC exit"]),
            // A Saturday has no session that could end.
            (#"{"end_of_session": true}"#, "ABC", 21, 19, 55, []),
            (#"{"end_of_session": true}"#, "ABC", 21, 13, 25, []),
            ("{}", "ABC", 20, 19, 55, []),
        ] as [(String, String, Int64, Int64, Int64, [String])])
    func sessionEnd(
        json: String, symbol: String, day: Int64, hour: Int64, minute: Int64, wanted: [String]
    ) throws {
        #expect(try advice(json, symbol, day: day, hour, minute) == wanted)
    }

    @Test(
        "a short day ends at 13:00, a holiday may begin the weekend, and one in the middle of a week does not",
        arguments: [
            // Friday 27 November 2026, after Thanksgiving: 18:00 UTC is the close.
            (11, 27, 17, 55, ["ABC exit"]), (11, 27, 20, 55, []),
            // Thursday 2 April, before Good Friday; Wednesday 25 November, before Thanksgiving.
            (4, 2, 19, 55, ["ABC exit"]), (11, 25, 20, 55, []),
        ] as [(Int64, Int64, Int64, Int64, [String])])
    func shortDays(month: Int64, day: Int64, hour: Int64, minute: Int64, wanted: [String]) throws {
        #expect(try advice(#"{"before_weekend": true}"#, "ABC", month: month, day: day, hour, minute) == wanted)
    }

    @Test("the winter's close is an hour later in UTC")
    func winter() throws {
        // 6 March 2026 is a Friday, two days before the clocks change.
        #expect(try advice(#"{"before_weekend": true}"#, "ABC", day: 6, 19, 55) == [])
        #expect(try advice(#"{"before_weekend": true}"#, "ABC", day: 6, 20, 55) == ["ABC exit"])
    }

    @Test(
        "settings without sense are refused",
        arguments: [#"{"minutes_before_close": 0}"#, #"{"maximum_holding": "0s"}"#])
    func nonsense(json: String) {
        #expect(throws: (any Error).self) { try advice(json, "ABC", day: 16, 19, 55) }
    }
}
