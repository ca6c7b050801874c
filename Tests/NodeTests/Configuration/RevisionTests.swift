import JSON
import Orchestration
import Testing
import Trading
import Wire

@testable import Node

@Suite("What a changed configuration changes")
struct RevisionTests {
    private func spec(_ name: String, _ role: Role = .policy, _ settings: String = "{}", program: String = "/p") throws
        -> PluginSpec
    {
        PluginSpec(
            name: try PluginName(name), role: role, settings: try JSONParser.parse(Array(settings.utf8)),
            program: PluginProgram(executable: program, arguments: [], directory: "/"))
    }

    private func target(_ plugins: [PluginSpec], account: String = "demo", fixed: [String: String] = ["clock": "real"])
        throws -> ConfigurationTarget
    {
        ConfigurationTarget(
            core: CoreConfiguration(account: try AccountID(account), policies: []), plugins: plugins, fixed: fixed)
    }

    @Test("settings change, policies come and go; the order of keys means nothing")
    func policies() throws {
        let running = try target([spec("a", .policy, #"{"x":1,"y":2}"#), spec("b"), spec("c", .policy, #"{"z":1}"#)])
        let revision = try Revision(
            from: running,
            to: target([spec("a", .policy, #"{"y":2,"x":1}"#), spec("c", .policy, #"{"z":2}"#), spec("d")]))
        #expect(revision.changed.map(\.name.text) == ["c"])
        #expect(revision.added.map(\.name.text) == ["d"])
        #expect(revision.removed.map(\.text) == ["b"])
        #expect(revision.needsRestart == [])
    }

    @Test("account, clock, broker, providers and programs wait for a restart, and are named")
    func restart() throws {
        let running = try target([spec("paper", .broker), spec("tape", .provider), spec("a")])
        let revision = try Revision(
            from: running,
            to: target(
                [spec("paper", .broker, #"{"cash":1}"#), spec("feed", .provider), spec("a", program: "/q")],
                account: "other", fixed: ["clock": "lockstep"]))
        #expect(revision.core.account.text == "demo")
        #expect(
            revision.needsRestart == [
                "account demo -> other", "clock real -> lockstep", "the settings of the broker paper",
                "provider feed is new", "policy a is another program", "provider tape is not named any more",
            ])
        #expect(revision.changed.isEmpty && revision.added.isEmpty && revision.removed.isEmpty)
    }
}
