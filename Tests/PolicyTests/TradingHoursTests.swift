import Foundation
import PluginKit
import PluginTesting
import Testing
import Trading

@testable import TradingHours

@Suite("Trading hours and events")
struct TradingHoursTests {
    /// What is said of ABC, BTC/USD and a position in HELD, at a time in UTC; in summer New York is four hours behind.
    private func said(_ json: String, at time: String, adopted: Bool = false, conditions: [MarketCondition] = []) throws
        -> [Recommendation]
    {
        var held = try Whole.position("HELD")
        if adopted { held.isAdopted = true }
        let whole = Whole(
            positions: [held],
            market: [try Whole.view("ABC"), try Whole.view("BTC/USD"), try Whole.view("HELD")], conditions: conditions)
        var snapshot = try whole.snapshot()
        snapshot.at = try #require(Timestamp(rfc3339: time))
        var policy = try PolicyUnderTest(TradingHoursPolicy.self, settings: json)
        return try policy.recommendations(for: snapshot)
    }

    private func vetoed(_ json: String, at time: String) throws -> [String] {
        try said(json, at: time).filter { $0.advice == .veto }.map { $0.symbol?.text ?? "all" }
    }

    private static let shares = ["ABC", "HELD"]

    @Test(
        "without settings: the regular session without its beginning and end, holidays and short days by the calendar",
        arguments: [
            ("2026-06-10T13:29:59Z", shares), ("2026-06-10T13:34:59Z", shares), ("2026-06-10T13:35:00Z", []),
            ("2026-06-10T19:49:59Z", []), ("2026-06-10T19:50:00Z", shares), ("2026-06-10T20:00:00Z", shares),
            ("2026-06-13T15:00:00Z", shares), ("2026-06-19T15:00:00Z", shares),
            // November 27 ends at 13:00, 18:00 UTC.
            ("2026-11-27T17:49:00Z", []), ("2026-11-27T17:50:00Z", shares), ("2026-11-27T18:30:00Z", shares),
        ])
    func session(time: String, wanted: [String]) throws {
        #expect(try vetoed("{}", at: time) == wanted)
    }

    @Test(
        "a window, days, and windows of single symbols, pairs among them",
        arguments: [
            (#"{"from": "10:00"}"#, "2026-06-10T13:59:00Z", shares),
            (#"{"from": "10:00"}"#, "2026-06-10T14:00:00Z", []),
            (#"{"to": "15:00"}"#, "2026-06-10T19:00:00Z", shares),
            (#"{"from": "08:00"}"#, "2026-06-10T12:30:00Z", []), (#"{"to": "18:00"}"#, "2026-06-10T21:59:00Z", []),
            (#"{"to": "15:50"}"#, "2026-11-27T19:00:00Z", shares), (#"{"to": "16:30"}"#, "2026-11-27T19:00:00Z", []),
            (#"{"days": ["tuesday"]}"#, "2026-06-10T15:00:00Z", shares),
            (#"{"days": ["wednesday"]}"#, "2026-06-10T15:00:00Z", []),
            (#"{"windows": [{"symbols": ["ABC"], "from": "12:00"}]}"#, "2026-06-10T15:00:00Z", ["ABC"]),
            (#"{"from": "12:00", "windows": [{"symbols": ["ABC"]}]}"#, "2026-06-10T15:00:00Z", ["HELD"]),
            (#"{"windows": [{"symbols": ["BTC/USD"], "from": "12:00"}]}"#, "2026-06-10T15:00:00Z", ["BTC/USD"]),
            (
                #"{"windows": [{"symbols": ["BTC/USD"], "days": ["monday"]}]}"#, "2026-06-14T15:00:00Z",
                shares + ["BTC/USD"]
            ),
        ])
    func windows(json: String, time: String, wanted: [String]) throws {
        #expect(try vetoed(json, at: time).sorted() == wanted.sorted())
    }

    @Test("settings of a single symbol hold in place of the common ones")
    func ownSettings() throws {
        let json = #"{"days": ["monday"], "symbols": {"ABC": {"days": ["wednesday"]}}}"#
        #expect(try vetoed(json, at: "2026-06-10T15:00:00Z") == ["HELD"])
    }

    // MARK: - Events

    private func withEvents(_ rows: String, _ rules: String? = nil, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("events-\(UUID().uuidString).csv").path
        try rows.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(#"{"events": "\#(path)"\#(rules.map { #", "rules": \#($0)"# } ?? "")}"#)
    }

    private static let header = "date,time,symbol,kind\n"

    @Test(
        "entries rest around it: days are sessions, times are New York's",
        arguments: [
            // Earnings on Monday June 22: the session before is Thursday 18, as Friday is a holiday.
            ("2026-06-22,,ABC,earnings", "2026-06-17T15:00:00Z", []),
            ("2026-06-22,,ABC,earnings", "2026-06-18T15:00:00Z", ["ABC"]),
            ("2026-06-22,,ABC,earnings", "2026-06-23T19:00:00Z", ["ABC"]),
            ("2026-06-22,,ABC,earnings", "2026-06-24T15:00:00Z", []),
            ("2026-06-10,14:00,,macro", "2026-06-10T17:29:00Z", []),
            ("2026-06-10,14:00,,macro", "2026-06-10T17:30:00Z", ["all"]),
            ("2026-06-10,14:00,,macro", "2026-06-10T18:29:00Z", ["all"]),
            ("2026-06-10,14:00,,macro", "2026-06-10T18:30:00Z", []),
            ("2026-06-10,,ABC,dividend", "2026-06-10T15:00:00Z", []),
        ] as [(String, String, [String])])
    func rest(row: String, time: String, wanted: [String]) throws {
        try withEvents(Self.header + row) { json in
            let found = try vetoed(json, at: time)
            #expect(found == wanted)
        }
    }

    @Test(
        "a position is closed, reduced or its stop tightened before the last moment at which that can be done",
        arguments: [
            ("2026-06-22,,HELD,earnings", "2026-06-18T19:29:00Z", false),
            ("2026-06-22,,HELD,earnings", "2026-06-18T19:30:00Z", true),
            ("2026-06-22,,HELD,earnings", "2026-06-22T15:00:00Z", true),
            ("2026-06-22,,HELD,earnings", "2026-06-23T13:40:00Z", false),
            ("2026-06-10,16:05,HELD,earnings", "2026-06-10T19:29:00Z", false),
            ("2026-06-10,16:05,HELD,earnings", "2026-06-10T19:30:00Z", true),
            ("2026-06-10,08:30,HELD,earnings", "2026-06-09T19:30:00Z", true),
            ("2026-06-10,08:30,HELD,earnings", "2026-06-10T12:30:00Z", false),
            ("2026-06-10,14:00,HELD,earnings", "2026-06-10T17:30:00Z", true),
            ("2026-06-10,14:00,HELD,earnings", "2026-06-10T18:00:00Z", false),
            ("2026-06-10,14:00,OTHER,earnings", "2026-06-10T17:45:00Z", false),
        ])
    func measures(row: String, time: String, isDue: Bool) throws {
        for (rule, wanted) in [
            (#""action": "close""#, "exit"), (#""action": "reduce""#, "take_partial"),
            (#""tighten_stop": 0.01"#, "protect"),
        ] {
            try withEvents(Self.header + row, "[{\"kind\": \"earnings\", \(rule)}]") { json in
                let found = try said(json, at: time).filter { $0.advice != .veto && $0.advice != .hold }
                #expect(found.map(\.advice.kind) == (isDue ? [wanted] : []), "\(found)")
                #expect(found.allSatisfy { $0.symbol == Symbol(unchecked: "HELD") })
            }
        }
    }

    @Test("what was there before is not sold for an event; its stop is tightened")
    func adopted() throws {
        let rules = #"[{"kind": "earnings", "action": "close", "tighten_stop": 0.01}]"#
        try withEvents(Self.header + "2026-06-10,14:00,HELD,earnings", rules) { json in
            let found = try said(json, at: "2026-06-10T17:45:00Z", adopted: true).filter { $0.advice != .veto }
            #expect(found.map(\.advice.kind) == ["protect"])
        }
    }

    @Test("a bad row is named with its line, closes its symbol, and loses nothing of the others")
    func badRows() throws {
        let rows =
            Self.header + """
                # by hand
                2026-13-01,,ABC,earnings
                2026-06-10,25:00,ABC,earnings
                2026-06-11,,HELD,earning
                2026-06-10,,ab c,earnings
                2026-06-10,,,earnings
                2026-06-11,,HELD,earnings

                """
        try withEvents(rows) { json in
            let found = try said(json, at: "2026-06-10T15:00:00Z").filter { $0.advice == .veto }
            let lines = found.compactMap { $0.reason.firstMatch(of: #/csv line (\d+): /#).map { String($0.output.1) } }
            #expect(lines == ["3", "4", "5", "6", "7"])
            #expect(found.map { $0.symbol?.text ?? "all" } == ["HELD", "ABC", "ABC", "HELD", "all", "all"])
            #expect(found.contains { $0.reason.contains("\"2026-13-01\" is no date") })
        }
        try withEvents("day,symbol\n2026-06-10,ABC\n") { json in
            let found = try said(json, at: "2026-06-10T15:00:00Z")
            #expect(found.contains { $0.reason.contains("line 1: ") && $0.symbol == nil })
        }
    }

    @Test("columns in another order, with quotes, spaces and the ends of lines of another system")
    func forms() {
        let calendar = EventCalendar(
            "\u{FEFF}Kind, Symbol ,date,time,note\r\n\"earnings\",\"aapl\",2026-10-29,16:05,hello\r\n")
        #expect(calendar.badRows == [])
        #expect(calendar.events.map(\.words) == ["earnings of AAPL on 2026-10-29 at 16:05 in New York"])
    }

    @Test("a file that changes is read again; one that goes is told, and what it said counts")
    func changes() throws {
        try withEvents(Self.header + "2026-06-10,14:00,,macro\n") { json in
            let path = json.split(separator: "\"").map(String.init)[3]
            var policy = try PolicyUnderTest(TradingHoursPolicy.self, settings: json)
            var snapshot = try Whole(market: [try Whole.view("BTC/USD")]).snapshot()
            snapshot.at = try #require(Timestamp(rfc3339: "2026-06-10T18:00:00Z"))
            #expect(try policy.recommendations(for: snapshot).count == 1)
            try (Self.header + "2026-06-12,14:00,,macro\n# later\n").write(
                toFile: path, atomically: true, encoding: .utf8)
            #expect(try policy.recommendations(for: snapshot).isEmpty)
            try FileManager.default.removeItem(atPath: path)
            #expect(try policy.recommendations(for: snapshot).map(\.advice) == [.hold])
            snapshot.at = try #require(Timestamp(rfc3339: "2026-06-12T18:00:00Z"))
            #expect(try policy.recommendations(for: snapshot).map(\.advice) == [.veto, .hold])
        }
    }

    @Test("a calendar that has run out is said, and entries go on")
    func runOut() throws {
        try withEvents(Self.header + "2026-06-01,,ABC,earnings") { json in
            let found = try said(json, at: "2026-06-10T15:00:00Z")
            #expect(found.map(\.advice) == [.hold] && found[0].reason.contains("after 2026-06-01"))
        }
    }

    @Test("a provider's condition is an event while it is above its limit, and fresh")
    func conditions() throws {
        let json = #"{"conditions": [{"name": "NEWS", "above": 0.5, "maximum_age": "10m", "action": "close"}]}"#
        let at = try #require(Timestamp(rfc3339: "2026-06-10T15:00:00Z"))
        for (value, age, isEvent) in [("0.6", 600, true), ("0.5", 0, false), ("0.6", 601, false)]
            as [(String, Int64, Bool)]
        {
            let condition = MarketCondition(name: "NEWS", value: try Ratio(value), at: at + .seconds(-age))
            let found = try said(json, at: "2026-06-10T15:00:00Z", conditions: [condition])
            #expect(found.map(\.advice) == (isEvent ? [.veto, .exit] : []))
        }
    }

    @Test(
        "settings without sense are refused",
        arguments: [
            #"{"from": "9:35"}"#, #"{"from": "24:01"}"#, #"{"from": "16:00", "to": "10:00"}"#, #"{"days": []}"#,
            #"{"windows": [{"from": "10:00"}]}"#, #"{"events": "/nowhere/at/all.csv"}"#,
            #"{"rules": [{"kind": "earnings", "action": "reduce", "fraction": 1}]}"#,
            #"{"rules": [{"kind": "earnings", "before": "90d"}]}"#,
            #"{"conditions": [{"name": "X", "tighten_stop": 0}]}"#,
        ])
    func nonsense(json: String) {
        #expect(throws: (any Error).self) { try vetoed(json, at: "2026-06-10T15:00:00Z") }
    }
}
