import JSON
import Messaging
import Orchestration
import Trading
import Wire

/// A configuration that changes while the core is at work.
///
/// Invariants:
/// 1. A file that cannot be used changes nothing.
/// 2. A plugin's settings are in force, and given to its next process, from its `ready` on; until then it has the old ones.
extension Shell {
    /// Looks whether the file has changed, and after plugins that owe an answer.
    func pollConfiguration() {
        let now = clock.monotonicMilliseconds
        guard now >= configurationDueMilliseconds else { return }
        configurationDueMilliseconds = now + ShellLimits.configurationMilliseconds
        for (peer, session) in sessions.sorted(by: { $0.value.id < $1.value.id }) {
            guard let pending = session.pendingSettings.first,
                now - pending.sinceMilliseconds > ShellLimits.settingsMilliseconds
            else { continue }
            // What it runs with is not known any more: it begins again, with what is in force.
            endSession(
                peer, "no answer to its new settings within \(now - pending.sinceMilliseconds) ms", mayRestart: true)
        }
        if let configuration, configuration.hasChanged() { _ = reload(why: "its file has changed") }
    }

    /// Reads the configuration again, and takes over what can be changed.
    /// - Returns: what a person is told.
    func reload(why: String) -> ControlReply {
        guard let configuration else {
            return ControlReply(accepted: false, message: "this core was started without a configuration file")
        }
        let target: ConfigurationTarget
        do {
            target = try configuration.load()
        } catch {
            enqueue(.misconfigured(why: "\(error)"))
            return ControlReply(accepted: false, message: "\(error); everything stays as it was")
        }
        let running = ConfigurationTarget(core: options.core, plugins: pluginsAsAsked, fixed: options.fixed)
        return apply(Revision(from: running, to: target), why)
    }

    /// The plugins with the settings that they have, or were given last and have not answered.
    private var pluginsAsAsked: [PluginSpec] {
        options.plugins.map { spec in
            var spec = spec
            let session = sessions.values.first { $0.name == spec.name && $0.role == spec.role }
            if let pending = session?.pendingSettings.last { spec.settings = pending.settings }
            return spec
        }
    }

    private func apply(_ revision: Revision, _ why: String) -> ControlReply {
        var change = Reconfiguration(why: why, configuration: revision.core, needsRestart: revision.needsRestart)
        let figures = revision.core.changes(since: options.core)
        options.core = revision.core
        scheduler.periodChanged(
            now: clock.monotonicMilliseconds, period: revision.core.cyclePeriod.wholeMilliseconds, options)
        for spec in revision.changed { configure(spec, &change) }
        for spec in revision.added { add(spec, &change) }
        for name in revision.removed { remove(name, &change) }
        change.changes += revision.leftOut.map { "left out: \($0)" }
        change.settings.sort { $0.plugin < $1.plugin }
        let words = figures + change.changes + change.needsRestart.map { "\($0) (when the core is started again)" }
        guard !words.isEmpty else { return ControlReply(accepted: true, message: "nothing has changed") }
        enqueue(.configured(change))
        return ControlReply(accepted: true, message: words.joined(separator: "; "))
    }

    // MARK: - Settings of plugins

    private func configure(_ spec: PluginSpec, _ change: inout Reconfiguration) {
        let difference = spec.settings.words(since: settings(of: spec))
        guard let session = sessions.values.first(where: { $0.name == spec.name && $0.role == spec.role }) else {
            inForce(spec.name, spec.settings)
            return change.changes.append("\(spec.name) is not connected, it will start with \(difference)")
        }
        guard session.takesConfigure else {
            return change.needsRestart.append(
                "\(spec.name) speaks protocol \(ProtocolVersion.major).\(session.speaksMinor) and takes settings at its start only: \(difference)"
            )
        }
        change.changes.append("\(spec.name) is given \(difference)")
        change.settings.append(
            PluginSettings(plugin: spec.name, settings: String(decoding: spec.settings.bytes, as: UTF8.self)))
    }

    private func settings(of spec: PluginSpec) -> JSON {
        pluginsAsAsked.first { $0.name == spec.name && $0.role == spec.role }?.settings ?? .object([])
    }

    private func inForce(_ name: PluginName, _ settings: JSON) {
        guard let index = options.plugins.firstIndex(where: { $0.name == name }) else { return }
        options.plugins[index].settings = settings
    }

    /// Hands a plugin its new settings, once that is durable.
    func configure(_ change: PluginSettings) {
        do {
            let settings = try JSONParser.parse(Array(change.settings.utf8))
            guard let peer = sessions.first(where: { $0.value.name == change.plugin })?.key else {
                return inForce(change.plugin, settings)
            }
            // It may have said hello again since it was asked.
            guard sessions[peer]?.takesConfigure == true else {
                return enqueue(.settingsAnswered(plugin: change.plugin, refusal: "it takes settings at its start only"))
            }
            switch send(.configure, body: try codec.encode(Configure(settings: settings)), to: peer) {
            case .sent(let id):
                sessions[peer]?.pendingSettings.append(
                    PendingSettings(id: id, settings: settings, sinceMilliseconds: clock.monotonicMilliseconds))
            case .failed(let why): enqueue(.settingsAnswered(plugin: change.plugin, refusal: "not sent: \(why)"))
            }
        } catch {
            enqueue(.settingsAnswered(plugin: change.plugin, refusal: "they cannot be written: \(error)"))
        }
    }

    /// - Parameter refusal: nil when the plugin is ready with its new settings.
    /// - Returns: false when the message answers no settings.
    func handleSettingsAnswer(_ session: PluginSession, re: String?, refusal: String?) -> Bool {
        guard let pending = session.pendingSettings.first(where: { $0.id == re }) else { return false }
        sessions[session.peer]?.pendingSettings.removeAll { $0.id == re }
        if refusal == nil { inForce(session.name, pending.settings) }
        enqueue(.settingsAnswered(plugin: session.name, refusal: refusal))
        return true
    }

    // MARK: - Policies that come and go

    private func add(_ spec: PluginSpec, _ change: inout Reconfiguration) {
        options.plugins.append(spec)
        change.changes.append("policy \(spec.name) is new")
        // One of this name may still be on its way out; then it is started when that has ended.
        if children[spec.name] == nil { startChild(spec) }
    }

    private func remove(_ name: PluginName, _ change: inout Reconfiguration) {
        guard let spec = options.plugins.first(where: { $0.name == name && $0.role == .policy }) else { return }
        options.plugins.removeAll { $0.name == name && $0.role == .policy }
        stopped.remove(name)
        change.changes.append("policy \(name) is asked to leave")
        requestStop(spec, "the configuration does not name it any more")
    }
}

/// Settings that were sent to a plugin and that it has not answered.
struct PendingSettings {
    /// Of the message.
    let id: String
    let settings: JSON
    let sinceMilliseconds: Int64
}

extension JSON {
    /// What differs from earlier settings, for people.
    fileprivate func words(since before: JSON) -> String {
        guard case .object(let old) = before, case .object(let new) = self else { return "other settings" }
        func text(_ value: JSON?) -> String { value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "none" }
        let keys = old.map(\.key) + new.map(\.key).filter { before[$0] == nil }
        return keys.filter { before[$0] != self[$0] }
            .map { "\($0) \(text(before[$0])) -> \(text(self[$0]))" }.joined(separator: ", ")
    }
}
