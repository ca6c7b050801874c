import CoreTestSupport
import JSON
import Messaging
import Node
import Orchestration
import Trading
import Wire

/// The configuration of an episode; with each reload the settings of its plugins are others, and sometimes it is no good.
final class FuzzedConfiguration: ConfigurationSource {
    static let drainMilliseconds: Int64 = 200
    let all: [PluginSpec]
    private var loads = 0

    init(hasProgram: Bool) {
        let program = PluginProgram(executable: "/nowhere/at/all", arguments: [], directory: "/")
        let names: [(PluginName, Role)] = [
            ("good", .policy), ("p1", .policy), ("p2", .policy), ("p4", .policy), ("p5", .policy), ("desk", .broker),
            ("spare", .broker),
            ("tape", .provider), ("tape2", .provider),
        ]
        all =
            names.map { PluginSpec(name: $0.0, role: $0.1, settings: .object([]), program: nil) }
            + (hasProgram ? [PluginSpec(name: "p3", role: .policy, settings: .object([]), program: program)] : [])
    }

    private var core: CoreConfiguration {
        var core = CoreConfiguration(
            account: "test", policies: all.filter { $0.role == .policy }.map(\.name))
        core.brokers = ["desk", "spare"]
        core.cyclePeriod = .seconds(1)
        core.policyBudget = .milliseconds(300)
        core.initialStops = ["NVDA": "183.1822"]
        return core
    }

    func options(lockstep: Bool, _ keys: any KeyAuthority) -> LiveNodeOptions {
        let plugins = lockstep ? all.filter { $0.name != "spare" && $0.name != "tape2" } : all
        var options = LiveNodeOptions(plugins: plugins, core: core, lockstep: lockstep, stateDirectory: "")
        options.endsWithTape = false
        options.startMilliseconds = 1_000
        options.drainMilliseconds = Self.drainMilliseconds
        options.heartbeatMilliseconds = 3_000
        options.keys = keys
        return options
    }

    func hasChanged() -> Bool { false }

    func load() throws -> ConfigurationTarget {
        loads += 1
        if loads.isMultiple(of: 7) { throw Unreadable() }
        let plugins = all.filter { !(loads.isMultiple(of: 5) && $0.name == "p2") }.map { spec in
            var spec = spec
            if spec.name != "good", spec.role != .broker {
                spec.settings = .object([JSON.Member(key: "trail", value: .integer(loads))])
            }
            return spec
        }
        return ConfigurationTarget(core: core, plugins: plugins, fixed: [:])
    }

    private struct Unreadable: Error {}
}

/// The keys of an episode: two policies may come from other hosts.
final class FuzzedKeys: KeyAuthority, Sendable {
    private let owners: [PublicKey: KeyOwner]
    let trouble: String? = nil

    init() {
        owners = Dictionary(
            uniqueKeysWithValues: ["p1", "p2"].compactMap { name in
                Self.key(of: name).map { ($0, KeyOwner(role: "policy", name: name)) }
            })
    }

    private static func key(of name: String) -> PublicKey? {
        PublicKey(Array((name + String(repeating: "k", count: 32)).utf8.prefix(32)))
    }

    func key(_ name: String) -> PublicKey? { Self.key(of: name) }
    func owner(of key: PublicKey) -> KeyOwner? { owners[key] }
}
