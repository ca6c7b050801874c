import Orchestration
import Testing
import Trading
import Wire

@testable import Node

@Suite("Commands to the running core")
struct ControlCommandTests {
    private func command(_ name: String, plugin: PluginName? = nil) throws(ControlRefusal) -> ControlCommand {
        try ControlCommand(ControlRequest(command: name, plugin: plugin, who: "me", why: "the test"))
    }

    @Test(
        "each command is read once, at the border",
        arguments: [
            ("ping", .ping), ("plugins", .plugins), ("reload", .reload), ("swap", .swapBroker(to: "desk")),
            ("plugin_stop", .managePlugin("desk", .stop)), ("plugin_start", .managePlugin("desk", .start)),
            ("plugin_restart", .managePlugin("desk", .restart)), ("halt", .trading(.halt)),
            ("reduce", .trading(.reduce)), ("resume", .trading(.resume)), ("flatten", .trading(.flatten)),
        ] as [(String, ControlCommand)])
    func read(name: String, expected: ControlCommand) throws {
        #expect(try command(name, plugin: "desk") == expected)
    }

    @Test(
        "what is no command is refused, and is never taken for another",
        arguments: ["", "dance", "plugin_", "plugin_dance"])
    func unknown(name: String) {
        #expect(throws: ControlRefusal.unknown(name)) { try command(name, plugin: "desk") }
    }

    @Test("what concerns a plugin names one", arguments: ["swap", "plugin_stop", "plugin_start", "plugin_restart"])
    func nameless(name: String) {
        #expect(throws: ControlRefusal.namesNoPlugin(name)) { try command(name) }
    }
}
