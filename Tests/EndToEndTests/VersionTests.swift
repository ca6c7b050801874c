import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

/// Minor versions are compatible both ways: what was written for 1.0 works with this core, what is written for a later minor too,
/// and this release's plugins work with cores before and after it.
@Suite("Two releases side by side", .blocking, .serialized)
struct VersionTests {
    private static let plugins = Programs.project.path + "/Tests/EndToEndTests/Plugins"

    private static func configuration(broker: String, policies: String) -> String {
        """
        account: versions
        state: ${state}
        cycle: 500ms
        policy_budget: 300ms
        plugins: ["${tests}"]
        broker: {plugin: \(broker)}
        initial_stops: {NVDA: 183.1822}
        providers:
          - plugin: tape
            settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"], speed: 60}
        policies: [\(policies)]
        run: {end_with_tape: false}
        """
    }

    private static let paper =
        "paper, settings: {account: versions, cash: 74934.91, sessions: always, positions: [{symbol: NVDA, quantity: 287, average_price: 184.8644}]}"

    private func entries(_ programs: Programs, _ type: String) throws -> [String] {
        try JournalText.entries(programs.journal, type: type)
    }

    private func waitForStop(_ programs: Programs) throws {
        try eventually(seconds: 40, "the stop rests at 186.23") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            let orders = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]]
            return orders?.contains {
                field($0, "terms", "stop_price") as? String == "186.23" && field($0, "status") as? String == "new"
            } == true
        }
    }

    private func end(_ programs: Programs, _ core: RunningProcess) throws {
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }

    private func heard(_ programs: Programs, _ name: String) throws -> [(header: [String: Any], body: Any?)] {
        let path = programs.stateDirectory + "/plugins/\(name).heard"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
            let message = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            return (message?["header"] as? [String: Any]).map { ($0, message?["body"]) }
        }
    }

    // MARK: - An older plugin

    @Test(
        "the plugins that stand for 1.0 are as they were: nobody mends them to make a test pass",
        arguments: [
            ("frozen-policy-1.0/policy.py", "e5a396110cbaa869e13795a4e88fd442b726625d7cb6d0a2e9d4b2724aa10281"),
            ("frozen-broker-1.0/broker.py", "e0642774fe0dbf7c901f6de55a01d15c57077988d5b4adad6431f837f72be942"),
        ])
    func frozen(file: String, hash: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.plugins + "/" + file))
        let found = ChainHash(digestOf: [UInt8](bytes)).description
        #expect(found == hash, "\(file) is frozen: put it back; a newer plugin is another file")
    }

    @Test("a plugin of an older minor works with this core: policy and broker of 1.0, a reload included")
    func older() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let text = Self.configuration(broker: "frozen-broker", policies: "{plugin: frozen-policy}")
        let config = try programs.configuration(text)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        _ = try programs.configuration(
            text.replacingOccurrences(
                of: "{plugin: frozen-policy}", with: "{plugin: frozen-policy, settings: {stop_price: \"187\"}}"))
        try eventually("it is told that settings wait for a restart") {
            try entries(programs, "alert").contains { $0.contains("frozen-policy speaks protocol 1.0") }
        }
        let cycles = try entries(programs, "policies_answered").count
        try eventually("cycles go on") { try entries(programs, "policies_answered").count > cycles + 4 }
        try end(programs, core)
        #expect(try entries(programs, "policy_gone").isEmpty && entries(programs, "broker_gone").isEmpty)
        #expect(try entries(programs, "protocol_violation").isEmpty && entries(programs, "configure").isEmpty)
        #expect(try entries(programs, "policies_answered").allSatisfy { !$0.contains("failure") })
        let types = try ["frozen-policy", "frozen-broker"].map { name in
            Set(try heard(programs, name).compactMap { $0.header["type"] as? String })
        }
        #expect(types[0] == ["welcome", "heartbeat", "evaluate", "drain"])
        #expect(types[1] == ["welcome", "heartbeat", "command", "drain"])
        try fitsOne(programs)
    }

    /// An independent validator, with the schemas of 1.0, takes all that was sent to the plugins of 1.0.
    private func fitsOne(_ programs: Programs) throws {
        let python = Programs.project.path + "/.build/python/bin/python"
        let files = ["policy", "broker"].map { programs.stateDirectory + "/plugins/frozen-\($0).heard" }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let program = FileManager.default.isExecutableFile(atPath: python) ? python : "python3"
        process.arguments = [program, Programs.project.path + "/proto/validate.py", "1.0"] + files
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus == 77 { return print("skipped: \(text)") }
        #expect(process.terminationStatus == 0, "\(text)")
    }

    // MARK: - A later plugin

    @Test("a plugin of a later minor works with this core: what is added is passed over, what is unknown is answered")
    func later() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let text = Self.configuration(broker: Self.paper, policies: "{plugin: later-policy}")
        let config = try programs.configuration(text)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        _ = try programs.configuration(
            text.replacingOccurrences(
                of: "{plugin: later-policy}", with: "{plugin: later-policy, settings: {mood: good}}"))
        try eventually("it takes new settings") {
            try entries(programs, "settings_answered").contains { $0.contains(#""plugin":"later-policy"}"#) }
        }
        let cycles = try entries(programs, "policies_answered").count
        try eventually("cycles go on") { try entries(programs, "policies_answered").count > cycles + 4 }
        try end(programs, core)
        #expect(try entries(programs, "policy_gone").isEmpty)
        #expect(try entries(programs, "policies_answered").allSatisfy { !$0.contains("failure") })
        let heard = try heard(programs, "later-policy")
        let errors = heard.filter { $0.header["type"] as? String == "error" }
        #expect(errors.count >= 5 && errors.allSatisfy { ($0.header["re"] as? String)?.hasPrefix("later") == true })
        #expect(errors.allSatisfy { (field($0.body, "reason") as? String)?.contains("forecast") == true })
        #expect(heard.allSatisfy { $0.header["v"] as? String == "1.2" && $0.header["crit"] == nil })
        let queries = heard.filter { $0.header["type"] as? String == "evaluate" }
        #expect(queries.allSatisfy { (field($0.body, "market") as? [Any] ?? []).isEmpty }, "its needs are understood")
    }

    // MARK: - Another core

    @Test(
        "this release's kits work with a core of an older minor and with one of a later",
        arguments: ["0", "99"], ["swift", "python"])
    func otherCore(minor: String, kit: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let swift = [Programs.binaries.appendingPathComponent("policy-stop-loss").path]
        let kits = Programs.project.path + "/Plugins/Kits/python"
        let python = ["/usr/bin/python3", kits + "/examples/trailing-stop/trailing_stop.py"]
        // The Swift kit's choices are closed: it answers at once that it does not know, and is asked again.
        let unknown = kit == "swift" ? "error" : "pass"
        let core = try RunningProcess(
            programs,
            [Self.plugins + "/core/core.py", minor, unknown, programs.folder.path] + (kit == "swift" ? swift : python),
            program: "/usr/bin/python3", environment: ["PYTHONPATH": kits + "/src"])
        let ending = core.wait(seconds: 60)
        #expect(ending.code == 0 && ending.output.contains("all was well"), "\(ending)")
    }
}
