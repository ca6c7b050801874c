import JSON
import Orchestration
import Trading
import Wire

/// A configuration as it stands in its file: what the live loop compares with what it runs.
package struct ConfigurationTarget {
    package var core: CoreConfiguration
    package var plugins: [PluginSpec]
    /// What a core that is at work never changes, by key, as a person reads it.
    package var fixed: [String: String]
    /// Plugins that were found and cannot be used, with the reason.
    package var leftOut: [String]

    package init(core: CoreConfiguration, plugins: [PluginSpec], fixed: [String: String], leftOut: [String] = []) {
        self.leftOut = leftOut
        self.core = core
        self.plugins = plugins
        self.fixed = fixed
    }
}

/// Where a running core finds its configuration again.
package protocol ConfigurationSource: AnyObject {
    /// Whether the file is another than the one that was loaded last, and is not being written any more. Cheap.
    func hasChanged() -> Bool
    /// Reads and checks it.
    /// - Throws: one sentence with file, line and remedy; everything stays as it was then.
    func load() throws -> ConfigurationTarget
}

/// What a changed configuration changes in a core that is at work, and what waits for a restart. Pure.
struct Revision {
    var core: CoreConfiguration
    /// Plugins with new settings.
    var changed: [PluginSpec] = []
    var added: [PluginSpec] = []
    var removed: [PluginName] = []
    var needsRestart: [String] = []
    var leftOut: [String] = []

    /// - Parameters:
    ///   - running: what is in force, with the settings that each plugin has accepted.
    ///   - target: what the file says now.
    init(from running: ConfigurationTarget, to target: ConfigurationTarget) {
        core = target.core
        leftOut = target.leftOut
        if core.account != running.core.account {
            needsRestart.append("account \(running.core.account) -> \(core.account)")
            core.account = running.core.account
        }
        core.brokers = running.core.brokers
        for key in Set(running.fixed.keys).union(target.fixed.keys).sorted() {
            let (before, after) = (running.fixed[key] ?? "none", target.fixed[key] ?? "none")
            if before != after { needsRestart.append("\(key) \(before) -> \(after)") }
        }
        for spec in target.plugins { compare(spec, running) }
        for spec in running.plugins where !target.plugins.contains(where: { $0.isSame(as: spec) }) {
            if spec.role == .policy {
                removed.append(spec.name)
            } else {
                needsRestart.append("\(spec.role.rawValue) \(spec.name) is not named any more")
            }
        }
    }

    private mutating func compare(_ spec: PluginSpec, _ running: ConfigurationTarget) {
        guard let before = running.plugins.first(where: { $0.isSame(as: spec) }) else {
            if spec.role == .policy { return added.append(spec) }
            return needsRestart.append("\(spec.role.rawValue) \(spec.name) is new")
        }
        if before.program != spec.program {
            return needsRestart.append("\(spec.role.rawValue) \(spec.name) is another program")
        }
        guard before.settings.inKeyOrder != spec.settings.inKeyOrder else { return }
        if spec.role == .broker {
            needsRestart.append("the settings of the broker \(spec.name)")
        } else {
            changed.append(spec)
        }
    }
}

extension JSON {
    /// The order of keys means nothing.
    fileprivate var inKeyOrder: JSON {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let items): .array(items.map(\.inKeyOrder))
        case .object(let members):
            .object(
                members.map { JSON.Member(key: $0.key, value: $0.value.inKeyOrder) }.sorted { $0.key < $1.key })
        }
    }
}

extension PluginSpec {
    fileprivate func isSame(as other: PluginSpec) -> Bool { name == other.name && role == other.role }
}
