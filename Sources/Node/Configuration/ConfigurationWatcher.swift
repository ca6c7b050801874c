import JSON
import Orchestration
import Trading
import Wire

/// The configuration that is in force, and where it is read again.
///
/// A plugin's settings are in force, and given to its next process, from its `ready` on; until then it has the old ones.
struct ConfigurationWatcher {
    /// Figures of the core.
    private(set) var core: CoreConfiguration
    private(set) var plugins: [PluginSpec]
    /// What a reload never changes, by key, as a person reads it.
    private let fixed: [String: String]
    private let source: (any ConfigurationSource)?
    private var dueMilliseconds: Int64
    /// The file could not be used when it was read last.
    private var isRefused = false

    init(_ options: LiveNodeOptions, _ source: (any ConfigurationSource)?, now: Int64) {
        (core, plugins, fixed, self.source) = (options.core, options.plugins, options.fixed, source)
        dueMilliseconds = now + LoopLimits.configurationMilliseconds
    }

    func spec(_ name: PluginName) -> PluginSpec? { plugins.first { $0.name == name } }
    func spec(_ name: PluginName, _ role: Role) -> PluginSpec? { plugins.first { $0.name == name && $0.role == role } }

    // MARK: - The file

    /// Takes the look that is due.
    mutating func consumeLook(now: Int64) -> Bool {
        guard now >= dueMilliseconds else { return false }
        dueMilliseconds = now + LoopLimits.configurationMilliseconds
        return true
    }

    var hasFileChanged: Bool { source?.hasChanged() == true }

    /// Reads the file again.
    /// - Parameter asked: the plugins with the settings that they were given last, answered or not.
    /// - Returns: what it changes; nil when there is no file.
    /// - Throws: one sentence with file, line and remedy.
    func revision(asked: [PluginSpec]) throws -> Revision? {
        guard let source else { return nil }
        let running = ConfigurationTarget(core: core, plugins: asked, fixed: fixed)
        return Revision(from: running, to: try source.load())
    }

    mutating func fileRefused() { isRefused = true }

    /// - Returns: whether the file was refused when it was read before.
    mutating func fileTaken() -> Bool {
        defer { isRefused = false }
        return isRefused
    }

    // MARK: - What comes into force

    /// - Returns: the figures that have changed, as a person reads them.
    mutating func adopt(_ core: CoreConfiguration) -> [ConfigurationChange] {
        defer { self.core = core }
        return core.changes(since: self.core)
    }

    mutating func adoptSettings(_ settings: JSON, of name: PluginName) {
        guard let index = plugins.firstIndex(where: { $0.name == name }) else { return }
        plugins[index].settings = settings
    }

    mutating func add(_ spec: PluginSpec) { plugins.append(spec) }

    /// - Returns: the policy that is not named any more.
    mutating func removePolicy(_ name: PluginName) -> PluginSpec? {
        guard let spec = spec(name, .policy) else { return nil }
        plugins.removeAll { $0.name == name && $0.role == .policy }
        return spec
    }
}
