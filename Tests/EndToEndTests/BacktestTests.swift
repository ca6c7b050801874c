import Foundation
import Testing
import Trading
import Wire

/// Hosted plugins and plugins with processes: one core, one journal.
@Suite("Back-tests of the built program", .blocking)
struct BacktestTests {
    private let programs: Programs

    init() throws { programs = try Programs() }

    private struct Result: Decodable {
        var end: String
        var equity: Money
        var fills: Int64
        var journalHash: String?
        var processes: [String]
    }

    /// Minutes of two symbols in a random walk, the same on every machine.
    private func tape(minutes: Int = 240) throws -> String {
        let folder = programs.folder.appendingPathComponent("tape").path
        guard !FileManager.default.fileExists(atPath: folder) else { return folder }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (index, symbol) in ["ALFA", "BRVO"].enumerated() {
            var state = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
            func chance(_ count: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % count
            }
            var (price, rows) = (10_000, "timestamp,open,high,low,close,volume\n")
            var quotes =
                "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
            func text(_ cents: Int) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }
            for minute in 0..<minutes {
                let next = price + chance(81) - 40
                let (high, low) = (max(price, next) + chance(15), min(price, next) - chance(15))
                let time = 13 * 60 + 30 + minute
                let stamp = "2026-03-16T\(time / 60):\(time % 60 < 10 ? "0" : "")\(time % 60):00Z"
                rows += "\(stamp),\([price, high, low, next].map(text).joined(separator: ",")),10000\n"
                let (bid, ask) = (text(next - 1), text(next + 1))
                quotes += "\(stamp),\(bid),\(bid),\(bid),\(bid),500,\(ask),\(ask),\(ask),\(ask),500\n"
                price = next
            }
            try rows.write(toFile: "\(folder)/\(symbol)-trade.csv", atomically: true, encoding: .utf8)
            try quotes.write(toFile: "\(folder)/\(symbol)-quote.csv", atomically: true, encoding: .utf8)
        }
        return folder
    }

    private func account(_ more: String = "") throws -> String {
        try programs.configuration(
            """
            account: past
            state: ${state}
            clock: lockstep
            plugins: ["${tests}"]
            broker:
              plugin: paper
              settings:
                account: past
                cash: 100000
                slippage: 0.0001
                positions: [{symbol: ALFA, quantity: 100, average_price: 100}]
            providers:
              - {plugin: tape, settings: {folders: ["\(try tape())"]}}
            policies:
              - {plugin: stop-loss, settings: {initial: 0.004, trail: 0.003}}
              - {plugin: partial-profit, settings: {ladder: [{at_r: 1, take: 0.5}]}}
              - {plugin: reenter, settings: {long: [ALFA, BRVO], short: [], quantity: 50}}
            \(more)
            """)
    }

    private func backtest(_ words: String...) throws -> Result {
        let ended = try programs.run(["backtest", "--json"] + words)
        #expect(ended.code == 0, "\(ended.errors)")
        return try WireDecoder().decode(Result.self, from: Array(ended.output.utf8), unknownFields: .ignore)
    }

    @Test("hosted, with processes, and by run: the same journal (I-INPROC-1)")
    func sameJournal() throws {
        defer { programs.remove() }
        let account = try account()
        let (one, other) = ("\(programs.folder.path)/hosted", "\(programs.folder.path)/apart")
        let hosted = try backtest("--config", account, "--journal", one)
        let apart = try backtest("--config", account, "--journal", other, "--processes")
        let run = try programs.run(["run", "--config", account])
        #expect(hosted.fills > 20, "the tape must have something to do: \(hosted.fills) fills")
        #expect(hosted.processes == ["reenter"], "a policy that is not the project's own keeps its process")
        #expect(apart.processes.count == 5)
        let hash = try #require(hosted.journalHash)
        #expect(hash == apart.journalHash)
        #expect(run.output.contains("hash \(hash)"), "\(run.output)")
        let replay = try programs.run(["replay", "--journal", "\(one)/journal.sqlite"])
        #expect(replay.code == 0, "\(replay.errors)")
    }

    @Test("without a journal the same comes out, and nothing is left behind")
    func withoutJournal() throws {
        defer { programs.remove() }
        let account = try account()
        let kept = try backtest("--config", account, "--journal", "\(programs.folder.path)/kept")
        let free = try backtest("--config", account)
        #expect(free.equity == kept.equity && free.fills == kept.fills && free.journalHash == nil)
        #expect(
            !FileManager.default.fileExists(atPath: programs.stateDirectory), "the account's own folder is left alone")
    }

    @Test("a grid on several cores gives what each run gives alone")
    func grid() throws {
        defer { programs.remove() }
        let account = try account()
        let ended = try programs.run(
            ["backtest", "--json", "--config", account, "--set", "stop-loss.trail=0.002,0.003,0.004"])
        let grid = try WireDecoder().decode([Result].self, from: Array(ended.output.utf8), unknownFields: .ignore)
        #expect(grid.count == 3)
        for trail in ["0.002", "0.003", "0.004"] {
            let alone = try backtest("--config", account, "--set", "stop-loss.trail=\(trail)")
            #expect(grid.contains { $0.equity == alone.equity && $0.fills == alone.fills }, "\(trail)")
        }
    }

    @Test("a policy that reads what comes later is named")
    func lookAhead() throws {
        defer { programs.remove() }
        let tape = try tape()
        let folder = programs.folder.appendingPathComponent("seer")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try
            #"{"name": "seer", "role": "policy", "version": "1", "description": "Knows.", "command": ["seer.py"], "settings": {"file": {"type": "text", "what": "The tape."}}}"#
            .write(to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let program = folder.appendingPathComponent("seer.py")
        try """
        #!/usr/bin/python3
        import sys
        sys.path.insert(0, "\(Programs.project.path)/Plugins/Kits/python/src")
        from dataclasses import dataclass
        from bigbrother_plugin import hold, policy

        @dataclass(frozen=True)
        class Settings:
            file: str

        @policy(settings=Settings)
        def seer(snapshot, settings):
            return [hold("ALFA", reason=f"{len(open(settings.file).readlines())} rows are known")]

        seer.run()
        """.write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let text = try String(contentsOfFile: try account(), encoding: .utf8)
            .replacingOccurrences(of: "plugins: [", with: "plugins: [\"\(folder.path)\", ")
            .replacingOccurrences(
                of: "  - {plugin: reenter",
                with: "  - {plugin: seer, settings: {file: \(tape)/ALFA-trade.csv}}\n  - {plugin: reenter")
        let account = try programs.configuration(text, name: "seer.yaml")
        let ended = try programs.run(["backtest", "--config", account, "--check-look-ahead"])
        #expect(ended.code == 2, "\(ended.output)\(ended.errors)")
        #expect(ended.output.contains("seer knows what comes later"), "\(ended.output)\(ended.errors)")
        #expect(!ended.output.contains("stop-loss knows"), "\(ended.output)")
    }

    @Test(
        "what cannot be run is one sentence",
        arguments: [
            (["--from", "2027-01-01", "--until", "2026-01-01"], "until"),
            (["--from", "2030-01-01"], "no bar or quote lies in the window"),
            (["--symbols", "NONE"], "NONE"),
            (["--set", "stop-loss.trail"], "NAME=VALUE"),
            (["--set", "nobody-here.trail=1"], "nobody-here"),
            (["--set", "stop-loss.trail=2"], "trail"),
            (["--fills", "never"], "next-bar"),
            (["--walk-forward", "10:5"], "--set"),
            (["--set", "stop-loss.trail=0.01,0.02", "--journal", "/tmp/nowhere"], "grid"),
        ])
    func refused(_ words: [String], _ named: String) throws {
        defer { programs.remove() }
        let ended = try programs.run(["backtest", "--config", try account()] + words)
        #expect(ended.code != 0, "\(ended.output)")
        #expect(ended.errors.contains(named), "\(ended.errors)")
        #expect(ended.errors.split(separator: "\n").count <= 3, "\(ended.errors)")
    }

    @Test("a grid that takes long is asked about first")
    func asked() throws {
        defer { programs.remove() }
        let values = (1...9_000).map { "0.\(100_000 + $0)" }.joined(separator: ",")
        let ended = try programs.run(
            ["backtest", "--config", try account(), "--set", "stop-loss.trail=\(values)"])
        #expect(ended.code == 2)
        #expect(ended.errors.contains("9000 runs take about") && ended.errors.contains("--yes"), "\(ended.errors)")
    }

    private struct Other: Decodable {
        struct Step: Decodable {
            var words: String
            var recorded: Bool
        }
        var partsAt: Timestamp?
        var inputs: Int64
        var equityRecorded: Money
        var equityChanged: Money
        var decisions: [Step]
    }

    private func whatIf(_ account: String, _ words: String...) throws -> Other {
        let ended = try programs.run(["what-if", "--json", "--config", account] + words)
        #expect(ended.code == 0, "\(ended.errors)")
        return try WireDecoder().decode(Other.self, from: Array(ended.output.utf8), unknownFields: .ignore)
    }

    @Test("what-if: without a change the recorded decisions; with one the two part where the first command differs")
    func whatIf() throws {
        defer { programs.remove() }
        let account = try account()
        let run = try programs.run(["run", "--config", account])
        #expect(run.code == 0, "\(run.errors)")
        let same = try whatIf(account)
        #expect(same.partsAt == nil && same.decisions.isEmpty && same.inputs > 500)
        #expect(same.equityRecorded == same.equityChanged)
        // The same settings, as settings: every answer is asked for again, and must be what was said.
        let asked = try whatIf(account, "--set", "stop-loss.trail=0.0030")
        #expect(asked.partsAt == nil, "\(asked)")
        let other = try whatIf(account, "--set", "stop-loss.trail=0.002")
        let parting = try #require(other.partsAt)
        #expect(other.decisions.contains(where: \.recorded) && other.decisions.contains { !$0.recorded })
        #expect(other.equityRecorded != other.equityChanged)
        let later = try whatIf(account, "--set", "stop-loss.trail=0.002", "--from", "2026-03-16T15:00:00Z")
        #expect(try #require(later.partsAt) >= Timestamp(rfc3339: "2026-03-16T15:00:00Z")!)
        #expect(try #require(later.partsAt) > parting)
        let without = try whatIf(account, "--without", "partial-profit")
        #expect(without.partsAt != nil)
        // A policy with a process of its own is heard from the beginning of the change on.
        let friday = try whatIf(account, "--with", Programs.project.path + "/Plugins/Policies/FridayExit")
        #expect(friday.partsAt != nil)
    }

    @Test(
        "what-if: what cannot be answered is one sentence",
        arguments: [
            (["--from", "2030-01-01"], "ends at"), (["--until", "2010-01-01"], "no cycle"),
            (["--without", "nobody"], "nobody"), (["--with", "/nowhere"], "/nowhere"),
            (["--set", "stop-loss.trail=0.1,0.2"], "one value"),
            (["--journal", "/nowhere/journal.sqlite"], "/nowhere"),
            (["--from", "yesterday"], "--from"),
        ])
    func whatIfRefused(_ words: [String], _ named: String) throws {
        defer { programs.remove() }
        let account = try account()
        _ = try programs.run(["run", "--config", account, "--cycles", "5"])
        let ended = try programs.run(["what-if", "--config", account] + words)
        #expect(ended.code != 0, "\(ended.output)")
        #expect(ended.errors.contains(named), "\(ended.errors)")
        #expect(ended.errors.split(separator: "\n").count <= 3, "\(ended.errors)")
    }
}
