import Foundation
import TestSupport
import Testing

/// One policy that tries to stop the core, or to make its journal unreadable, beside one that protects the account.
@Suite("Bounds: one plugin stops nothing", .blocking, .serialized)
struct BoundTests {
    static func configuration(_ mode: String, settings: String = "", more: String = "") -> String {
        """
        account: bounds
        state: ${state}
        cycle: 500ms
        policy_budget: 400ms
        plugins: ["${tests}"]
        broker:
          plugin: paper
          settings:
            account: bounds
            cash: 74934.91
            sessions: always
            positions: [{symbol: NVDA, quantity: 287, average_price: 184.8644}]
        initial_stops: {NVDA: 183.1822}
        providers:
          - plugin: tape
            settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"], speed: 60}
        policies:
          - plugin: stop-loss
            settings: {trail: 0.015, trail_from: last, limit_offset: 0.003}
          - plugin: attacker
            settings: {mode: \(mode)\(settings)}
        \(more)
        run: {end_with_tape: false}
        """
    }

    private func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// What must hold whatever one policy says.
    /// - Returns: the configuration's path.
    private func holds(_ mode: String, _ programs: Programs, cycles: Int = 6) throws -> String {
        let config = try programs.configuration(Self.configuration(mode))
        let begin = Date()
        let result = try programs.run(["run", "--config", config, "--cycles", "\(cycles)", "--json"])
        #expect(result.code == 0, "\(mode): \(result)")
        #expect(Date().timeIntervalSince(begin) < 40, "\(mode)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        #expect(
            field(report, "report", "policies", "stop-loss", "failures") as? Int == 0, "\(mode): the other is heard")
        let memory = field(report, "figures", "resident_kilobytes_at_most") as? Int ?? .max
        #expect(memory < 300_000, "\(mode): \(memory) KB")
        let journal = size(programs.journal) + size(programs.journal + "-wal")
        #expect(journal < 8 << 20, "\(mode): \(journal) bytes of journal")
        let log = size(programs.stateDirectory + "/bigbrother.log")
        #expect(log < 1 << 20, "\(mode): \(log) bytes of log")
        let orders = try #require(try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]])
        #expect(orders.contains { field($0, "terms", "stop_price") as? String == "186.23" }, "\(mode): the stop rests")
        let doctor = try programs.run(["doctor", "--journal", programs.journal])
        #expect(doctor.output.contains("inputs can be read"), "\(mode): \(doctor)")
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(mode): \(replay)")
        print("bound \(mode): \(Int(Date().timeIntervalSince(begin))) s, \(memory) KB, journal \(journal), log \(log)")
        return config
    }

    @Test(
        "long texts, NUL bytes, names, lists and errors by the megabyte: cycles on time, journal readable, the other policy heard",
        arguments: [
            "long_reason", "fitting_reason", "nul_reason", "long_rung", "long_advisory", "evidence", "many",
            "many_symbols",
            "many_portfolio", "exposure_symbols", "error_newlines", "error_escapes", "errors", "unknown_fields",
            "unknown_case", "bad_symbol", "shouts",
        ])
    func says(mode: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try holds(mode, programs)
        // And it starts again on what is there.
        let again = try programs.run(["run", "--config", config, "--cycles", "2", "--json"])
        #expect(again.code == 0, "\(mode): \(again)")
    }

    @Test(
        "a policy that needs too much, or refuses its settings, is left out and told, and the run goes on",
        arguments: [
            ("bar_periods", "I-BOUND-4"), ("bar_sum", "I-BOUND-6"),
            ("sections", "I-BOUND-4"),
            ("refuses", "it refuses its settings: these settings will not do"),
        ])
    func leftOut(mode: String, words: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        _ = try holds(mode, programs)
        let alerts = try programs.run(["alerts", "--journal", programs.journal])
        #expect(alerts.output.contains("left out") && alerts.output.contains(words), "\(alerts)")
    }

    /// Cycles of a core in the background.
    private func cycles(_ programs: Programs) throws -> Int {
        guard FileManager.default.fileExists(atPath: programs.journal) else { return 0 }
        return try JournalText.entries(programs.journal, type: "policies_answered").count
    }

    private func strangers(_ programs: Programs, _ mode: String, _ more: String? = nil) throws -> String {
        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker/strangers.py"
        let arguments = [script, programs.stateDirectory + "/sockets", mode] + (more.map { [$0] } ?? [])
        let process = try RunningProcess(programs, arguments, program: "/usr/bin/python3")
        let ending = process.wait(seconds: 120)
        #expect(ending.code == 0, "\(ending)")
        return ending.output
    }

    @Test("twenty thousand commands: a fixed number is taken, cycles go on, and a person's halt gets through")
    func commands() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(Self.configuration("fine"))
        let core = try RunningProcess(programs, ["run", "--config", config])
        try eventually(seconds: 40, "a cycle is done") { try cycles(programs) > 2 }
        let begin = Date()
        let before = try cycles(programs)
        let taken = try #require(Int(try strangers(programs, "commands", "resume").trimmingCharacters(in: .newlines)))
        let seconds = Int(Date().timeIntervalSince(begin)) + 1
        #expect((1...10 + seconds).contains(taken), "\(taken) in \(seconds) s")
        // A flood of the very command that a person needs: each process has its own share of it.
        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker/strangers.py"
        let flood = try RunningProcess(
            programs, [script, programs.stateDirectory + "/sockets", "commands", "halt"], program: "/usr/bin/python3")
        try eventually("the flood is there") {
            try JournalText.entries(programs.journal, type: "control").contains {
                $0.contains("a flood") && $0.contains("halt")
            }
        }
        for _ in 0..<3 {
            let halt = try programs.run(["halt", "--config", config])
            #expect(halt.code == 0, "\(halt)")
        }
        #expect(flood.wait(seconds: 120).code == 0)
        try eventually("cycles go on") { try cycles(programs) > before + 4 }
        // Of each of the two floods ten at once and one a second, and the person's own.
        let most = 2 * (11 + Int(Date().timeIntervalSince(begin))) + 3
        #expect(try JournalText.entries(programs.journal, type: "control").count <= most)
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
    }

    @Test(
        "gigabytes from peers without a session take a bounded memory, and nothing else",
        arguments: ["silent", "hello", "frames", "small", "forks 20"])
    func withoutHello(mode: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(Self.configuration("fine"))
        let core = try RunningProcess(programs, ["run", "--config", config])
        try eventually(seconds: 40, "a cycle is done") { try cycles(programs) > 2 }
        let words = mode.split(separator: " ").map(String.init)
        let said = try strangers(programs, words[0], words.dropFirst().first)
        let handed = said.split(separator: "\n").reduce(0) { $0 + (Int($1) ?? 0) }
        let halted = try programs.run(["halt", "--config", config])
        #expect(halted.code == 0, "a person is heard: \(halted)")
        let status = try String(contentsOfFile: "/proc/\(core.process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        let memory = Int(line.split(whereSeparator: \.isWhitespace)[1]) ?? .max
        print("bound \(mode): \(memory) KB, \(handed) bytes were handed over")
        #expect(memory < 200_000, "\(memory) KB")
        // Eight connections of some hundred KiB each, and what the kernel keeps; then they wait, longer each time.
        if words.count == 1, mode != "small" { #expect((1..<64 << 20).contains(handed), "\(handed)") }
        let before = try cycles(programs)
        try eventually("cycles go on") { try cycles(programs) > before + 2 }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("a plugin that eats memory is ended by its limit; cycles, core and the other policy go on (I-BOUND-8)")
    func eats() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let text = Self.configuration("eats_memory").replacing(
            "settings: {mode: eats_memory}",
            with: "settings: {mode: eats_memory}\n    limits: {memory: 512, cpu_time: 1m, open_files: 64}")
        let config = try programs.configuration(text)
        let result = try programs.run(["run", "--config", config, "--cycles", "6", "--json"])
        #expect(result.code == 0, "\(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        #expect(field(report, "report", "policies", "stop-loss", "failures") as? Int == 0)
        let log = try String(contentsOfFile: programs.stateDirectory + "/bigbrother.log", encoding: .utf8)
        #expect(log.contains("MemoryError"), "\(log.suffix(500))")
    }

    @Test("a required policy that refuses its settings ends the start with its words")
    func required() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let text = Self.configuration("refuses").replacing(
            "settings: {mode: refuses}", with: "settings: {mode: refuses}\n    required: true")
        let ending = try programs.run(["run", "--config", try programs.configuration(text)])
        #expect(ending.code == 2 && ending.errors.contains("attacker: these settings will not do"), "\(ending)")
    }
}
