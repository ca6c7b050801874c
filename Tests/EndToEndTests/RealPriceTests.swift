import Foundation
import TestSupport
import Testing

@Suite("Real prices", .blocking, .serialized)
struct RealPriceTests {
    private static let data = Programs.project.deletingLastPathComponent().appendingPathComponent("shared/market-data")
        .path
    private static var isThere: Bool { FileManager.default.fileExists(atPath: data) }

    /// The shipped configuration over AAPL's last two days, regular hours.
    private func configuration(_ programs: Programs) throws -> String {
        try programs.shipped(
            "real-prices.yaml",
            changing: [
                ("${home}/market-data", Self.data),
                (
                    "      conditions:",
                    "      symbols: [AAPL]\n      from: 2014-06-06\n      regular_only: true\n      conditions:"
                ),
                ("      - {symbol: SPY, quantity: 300, average_price: 167.40}\n", ""),
                ("      - {symbol: AIG, quantity: 800, average_price: 48.80}\n", ""),
                ("      - {symbol: BAC, quantity: 3000, average_price: 13.90}\n", ""),
            ])
    }

    @Test(
        "AAPL's 7:1 split is no crash: nothing is sold for it, stop and target are restated",
        .enabled(if: isThere, "no ../shared/market-data"))
    func split() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let result = try programs.json(["run", "--config", try configuration(programs)])
        #expect(field(result, "report", "corporate_actions") as? Int == 1)
        #expect(field(result, "report", "oversold") as? Int == 0)
        #expect(field(result, "report", "rejected_by_broker") as? Int == 0)
        #expect(field(result, "report", "refused_by_risk_gate") as? Int == 0)
        #expect(field(result, "report", "emergencies") as? Int == 0)
        let trades = try #require(field(result, "report", "trades") as? [[String: Any]])
        let atTheOpen = trades.filter { ($0["at"] as? String ?? "") < "1402323600000000000" }
        #expect(atTheOpen.isEmpty, "sold within the first minutes of the split's day, or before: \(atTheOpen)")
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    /// The gate has the same of a shorter tape: `NVDATests`.
    @Test(
        "two runs of the same tape give the same journal hash", .nightly,
        .enabled(if: isThere, "no ../shared/market-data"))
    func twice() throws {
        let hashes = try (0..<2).map { _ in
            let programs = try Programs()
            defer { programs.remove() }
            return field(try programs.json(["run", "--config", try configuration(programs)]), "journal_hash") as? String
        }
        #expect(hashes[0] != nil && hashes[0] == hashes[1])
    }
}

@Suite("The policy in Python", .blocking)
struct PythonPolicyTests {
    @Test("it closes everything on a Friday afternoon, and nothing on another day")
    func friday() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let tape = programs.folder.appendingPathComponent("tape").path
        try FileManager.default.createDirectory(atPath: tape, withIntermediateDirectories: true)
        // 2026-03-19 is a Thursday; New York is four hours behind UTC.
        let rows = ["2026-03-19T19:49:00Z", "2026-03-20T19:48:00Z", "2026-03-20T19:49:00Z", "2026-03-20T19:50:00Z"]
        let bars = rows.map { "\($0),100,100,100,100,50000" }.joined(separator: "\n")
        try "timestamp,open,high,low,close,volume\n\(bars)\n".write(
            toFile: tape + "/ABC-trade.csv", atomically: true, encoding: .utf8)
        let config = try programs.configuration(
            """
            account: friday
            state: ${state}
            clock: lockstep
            broker:
              plugin: paper
              settings: {account: friday, cash: 1000, positions: [{symbol: ABC, quantity: 10, average_price: 100}]}
            providers: [{plugin: tape, settings: {folders: ["\(tape)"]}}]
            policies:
              - {plugin: stop-loss}
              - {plugin: friday-exit, settings: {after: "15:50"}}
            """)
        let result = try programs.json(["run", "--config", config])
        #expect(field(result, "report", "policies", "friday-exit", "failures") as? Int == 0)
        let trades = try #require(field(result, "report", "trades") as? [[String: Any]])
        #expect(
            trades.compactMap { $0["words"] as? String }.allSatisfy { $0.hasPrefix("sold 10 ABC at 100") }
                && trades.count == 1)
        // 15:50 in New York on Friday: the bar of 15:49 has ended.
        #expect(trades.first?["at"] as? String ?? "" >= "1774036200000000000", "\(trades)")
    }
}
