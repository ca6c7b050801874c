import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite(
    "Plugins of a core that is at work: looked at, stopped, started, dropped in and taken out", .blocking, .serialized)
struct PluginLifeTests {
    private func begin(_ programs: Programs, _ changes: [(String, String)]) throws -> (
        core: RunningProcess, config: String
    ) {
        var text = PolicyFaultTests.configuration("fine")
        for (from, to) in changes { text = text.replacingOccurrences(of: from, with: to) }
        let config = try programs.configuration(text)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForEntry(programs, "policies_answered", "stop-loss")
        return (core, config)
    }

    private func entries(_ programs: Programs, _ type: String) throws -> [String] {
        try JournalText.entries(programs.journal, type: type)
    }

    private func waitForEntry(_ programs: Programs, _ type: String, _ words: String, count: Int = 1) throws {
        try eventually(seconds: 40, "\(type): \(words)") {
            try entries(programs, type).filter { $0.contains(words) }.count >= count
        }
    }

    private func plugins(_ programs: Programs, _ config: String) throws -> [String: [String: Any]] {
        let reply = try programs.json(["plugins", "--config", config])
        let list = try #require(field(reply, "plugins") as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: list.compactMap { one in (one["name"] as? String).map { ($0, one) } })
    }

    private func end(_ programs: Programs, _ core: RunningProcess) throws {
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }

    @Test(
        "a person sees every plugin with its figures, stops one, and starts it again; it is journaled with who and why")
    func stopAndStart() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try begin(programs, [])
        let before = try plugins(programs, config)
        #expect(Set(before.keys) == ["paper", "tape", "stop-loss", "faulty"])
        #expect(
            before["stop-loss"]?["state"] as? String == "ready" && before["stop-loss"]?["version"] as? String == "1.0.0"
        )
        #expect((before["stop-loss"]?["answers"] as? Int ?? 0) > 0 && before["stop-loss"]?["latency_p99"] != nil)

        let table = try programs.run(["plugins", "--config", config]).output
        #expect(table.contains("p99 ms") && table.contains("stop-loss"), "\(table)")
        #expect(try programs.run(["plugin", "stop", "faulty", "--config", config, "--why", "a test"]).code == 0)
        try waitForEntry(programs, "policy_gone", "faulty")
        #expect(try plugins(programs, config)["faulty"]?["state"] as? String == "stopped")
        #expect(try entries(programs, "plugin_managed").contains { $0.contains("is stopped") && $0.contains("a test") })
        let again = try programs.run(["plugin", "stop", "faulty", "--config", config])
        #expect(again.code == 2 && again.output.contains("stopped already"), "\(again)")

        #expect(try programs.run(["plugin", "start", "faulty", "--config", config]).code == 0)
        try waitForEntry(programs, "policy_ready", "faulty", count: 2)
        #expect(try programs.run(["plugin", "restart", "stop-loss", "--config", config]).code == 0)
        try waitForEntry(programs, "policy_ready", "stop-loss", count: 2)
        let broker = try programs.run(["plugin", "stop", "paper", "--config", config])
        #expect(broker.code == 2 && broker.output.contains("nothing can be protected"), "\(broker)")
        let nobody = try programs.run(["plugin", "stop", "nobody", "--config", config])
        #expect(nobody.code == 2 && nobody.output.contains("there are paper, tape, stop-loss, faulty"), "\(nobody)")
        try end(programs, core)
    }

    @Test("without a required policy the core reduces only, and says so; when the policy is back, it trades again")
    func required() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try begin(programs, [("  - plugin: faulty\n", "  - plugin: faulty\n    required: true\n")])
        #expect(try plugins(programs, config)["faulty"]?["is_required"] as? Bool == true)
        let process = try #require(try plugins(programs, config)["faulty"]?["process"] as? Int)
        kill(Int32(process), SIGKILL)
        try waitForEntry(programs, "trading_state", #""policies_missing":["faulty"]"#)
        try waitForEntry(programs, "trading_state", #""policies_back":{}"#)
        #expect(try plugins(programs, config)["faulty"]?["restarts"] as? Int == 1)
        try end(programs, core)
        #expect(try JournalFacts(programs.journal).state.control.state == .active)
    }

    @Test(
        "a policy that is dropped in is heard in a cycle; taken out, it leaves; what cannot be used is left out and said"
    )
    func adopted() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let folder = programs.folder.appendingPathComponent("plugins.d")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A plugin with thousands of files hides none that comes after it.
        let files = folder.appendingPathComponent("a-lot/data")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        for number in 0..<2_100 {
            try Data().write(to: files.appendingPathComponent("\(number)"))
        }
        let (core, config) = try begin(programs, [("policy_budget", "adopt: plugins.d\npolicy_budget")])
        try drop(
            folder, "guest",
            #"{"name": "guest", "role": "policy", "version": "2.0", "description": "A guest.", "command": ["policy-take-profit"]}"#
        )
        try waitForEntry(programs, "policies_answered", "guest")
        #expect(try plugins(programs, config)["guest"]?["state"] as? String == "ready")

        try drop(folder, "broken", #"{"name": "broken", "role": "policy""#)
        try drop(
            folder, "greedy",
            #"{"name": "greedy", "role": "broker", "version": "1", "description": "x", "command": ["broker-paper"]}"#)
        try drop(
            folder, "twin",
            #"{"name": "stop-loss", "role": "policy", "version": "1", "description": "x", "command": ["policy-stop-loss"]}"#
        )
        for words in ["broken/plugin.json", "only a policy is adopted", "the name stop-loss is taken"] {
            try waitForEntry(programs, "alert", words)
        }
        #expect(try plugins(programs, config).count == 5)

        try FileManager.default.removeItem(at: folder.appendingPathComponent("guest"))
        try waitForEntry(programs, "policy_gone", "guest")
        try eventually("it is forgotten") { try plugins(programs, config)["guest"] == nil }
        try end(programs, core)
    }

    @Test(
        "a policy is made while the account runs, is taken in the next cycle, and is killed: the five lines of docs/plugins.md"
    )
    func dropIn() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let script = Programs.project.path + "/scripts/drop-in"
        let ending = try RunningProcess(programs, ["--binaries", Programs.binaries.path], program: script).wait(
            seconds: 240)
        #expect(ending.code == 0 && ending.output.contains("the core has started it again"), "\(ending)")
    }

    private func drop(_ folder: URL, _ name: String, _ manifest: String) throws {
        let place = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try manifest.write(to: place.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
    }
}
