import Configuration
import JSON
import Testing

@testable import Backtesting

@Suite("What a back-test makes of a configuration")
struct ConfigurationChangeTests {
    private func tree(_ text: String) throws -> JSON { try SettingsFile(text: text, path: "test.yaml").tree }

    private func change(_ settings: [String] = []) throws -> ConfigurationChange {
        let combinations = Combination.all(of: try settings.map { try Setting($0) })
        return ConfigurationChange(state: "/nowhere/state", combination: try #require(combinations.first))
    }

    private let account = """
        account: mine
        clock: real
        state: /home/mine
        listen: {policy: "tcp://*:5555"}
        adopt: /home/mine/adopted
        broker: {plugin: somewhere, settings: {key: secret}}
        providers:
          - {plugin: tape, settings: {folders: [/tapes], speed: 60}}
        policies:
          - {plugin: stop-loss, settings: {trail: 0.02}}
          - {plugin: stop-loss, name: second}
        limits: {maximum_position_weight: 0.5}
        """

    @Test("the account is left alone: own state, paper venue, tape as the clock, nobody from elsewhere")
    func isolation() throws {
        let changed = try change().apply(try tree(account), path: "test.yaml")
        #expect(changed["state"] == .string("/nowhere/state"))
        #expect(changed["clock"] == .string("lockstep"))
        #expect(changed["listen"] == nil && changed["adopt"] == nil)
        #expect(changed["broker"]?["plugin"] == .string("paper"))
        #expect(changed["broker"]?["settings"]?["account"] == .string("mine"))
        #expect(changed["broker"]?["settings"]?["key"] == nil, "a broker's secret goes nowhere")
        guard case .array(let providers)? = changed["providers"] else { throw SettingError("no providers") }
        #expect(providers[0]["settings"]?["speed"] == nil)
    }

    @Test("a setting goes to the plugin of that name, or into the configuration")
    func settings() throws {
        let asked = try change(["stop-loss.trail=0.03", "second.initial=0.05", "limits.maximum_position_weight=0.2"])
        let changed = try asked.apply(try tree(account), path: "test.yaml")
        guard case .array(let policies)? = changed["policies"] else { throw SettingError("no policies") }
        #expect(policies[0]["settings"]?["trail"] == .number("0.03"))
        #expect(policies[1]["settings"]?["initial"] == .number("0.05"))
        #expect(changed["limits"]?["maximum_position_weight"] == .number("0.2"))
    }

    @Test("a plugin that is not there, and a file without a tape, are told")
    func refused() throws {
        #expect(throws: ConfigurationError.self) {
            try change(["no-such.trail=1"]).apply(try tree(account), path: "test.yaml")
        }
        #expect(throws: ConfigurationError.self) {
            try change().apply(try tree("account: mine\nbroker: {plugin: paper}"), path: "test.yaml")
        }
    }

    @Test("a file without policies has the default ones, whose settings can be tried")
    func defaults() throws {
        var asked = try change(["stop-loss.trail=0.03"])
        asked.tapes = ["/tapes"]
        let changed = try asked.apply(try tree("account: mine\nbroker: {plugin: paper}"), path: "test.yaml")
        guard case .array(let policies)? = changed["policies"] else { throw SettingError("no policies") }
        #expect(policies.map { $0["plugin"]?.plain } == Configuration.defaultPolicies.map(\.text))
        #expect(policies[0]["settings"]?["trail"] == .number("0.03"))
    }

    @Test("a market of the caller's own is looked for in no folder")
    func ownMarket() throws {
        var asked = try change()
        asked.hasOwnMarket = true
        let changed = try asked.apply(try tree("account: mine\nbroker: {plugin: paper}"), path: "test.yaml")
        #expect(changed["broker"]?["settings"]?["sessions"] == nil)
        #expect(ConfigurationChange.folders(of: changed) == ["/"])
    }
}
