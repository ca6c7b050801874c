import JSON
import Messaging
import Orchestration
import Trading
import Wire
import Wording

/// A configuration that changes while the core is at work.
///
/// Invariants:
/// 1. A file that cannot be used changes nothing.
/// 2. A plugin's settings are in force, and given to its next process, from its `ready` on; until then it has the old ones.
extension LiveNode {
    /// Looks whether the file has changed, and after plugins that owe an answer.
    func pollConfiguration() {
        let now = clock.monotonicMilliseconds
        guard configuration.consumeLook(now: now) else { return }
        for (session, waited) in sessions.overdueSettings(now: now) {
            // What it runs with is not known any more: it begins again, with what is in force.
            sessionEnded(session.peer, "no answer to its new settings within \(waited) ms", mayRestart: true)
        }
        if configuration.hasFileChanged { _ = reload(why: "its file has changed") }
    }

    /// Reads the configuration again, and takes over what can be changed.
    /// - Returns: what a person reads about it.
    func reload(why: String) -> ControlReply {
        do {
            guard let revision = try configuration.revision(asked: pluginsAsAsked) else {
                return ControlReply(accepted: false, message: "this core was started without a configuration file")
            }
            return apply(revision, why)
        } catch {
            configuration.fileRefused()
            enqueue(.misconfigured(why: "\(error)"))
            return ControlReply(accepted: false, message: "\(error); everything stays as it was")
        }
    }

    /// The plugins with the settings that they have, or were given last and have not answered.
    private var pluginsAsAsked: [PluginSpec] {
        configuration.plugins.map { spec in
            var spec = spec
            if let pending = sessions.session(spec.name, spec.role)?.pendingSettings.last {
                spec.settings = pending.settings
            }
            return spec
        }
    }

    private func apply(_ revision: Revision, _ why: String) -> ControlReply {
        var change = Reconfiguration(why: why, configuration: revision.core, needsRestart: revision.needsRestart)
        let figures = configuration.adopt(revision.core).map(\.words)
        scheduler.periodChanged(
            now: clock.monotonicMilliseconds, period: revision.core.cyclePeriod.wholeMilliseconds)
        for spec in revision.changed { configure(spec, &change) }
        for spec in revision.added { add(spec, &change) }
        for name in revision.removed { remove(name, &change) }
        change.changes += revision.leftOut.map { "left out: \($0)" }
        change.settings.sort { $0.plugin < $1.plugin }
        let words = figures + change.changes + change.needsRestart.map { "\($0) (when the core is started again)" }
        // A file that is as it was again is journaled, too: so it is known that it is not refused any more.
        if configuration.fileTaken() || !words.isEmpty { enqueue(.configured(change)) }
        return ControlReply(
            accepted: true, message: words.isEmpty ? "nothing has changed" : words.joined(separator: "; "))
    }

    // MARK: - Settings of plugins

    private func configure(_ spec: PluginSpec, _ change: inout Reconfiguration) {
        let before = pluginsAsAsked.first { $0.name == spec.name && $0.role == spec.role }?.settings ?? .object([])
        let difference = spec.settings.words(since: before)
        guard let session = sessions.session(spec.name, spec.role) else {
            configuration.adoptSettings(spec.settings, of: spec.name)
            if processes.isLeftOut(spec.name), !processes.isRunning(spec.name) { startLeftOut(spec.name) }
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

    /// It refused the settings that it had; these are others.
    private func startLeftOut(_ name: PluginName) {
        if let spec = configuration.spec(name), !processes.isStopped(name) { startChild(spec) }
    }

    /// Hands a plugin its new settings, once that is durable.
    func configure(_ change: PluginSettings) {
        do {
            let settings = try JSONParser.parse(Array(change.settings.utf8))
            guard let session = sessions.session(change.plugin) else {
                return configuration.adoptSettings(settings, of: change.plugin)
            }
            // It may have said hello again since it was asked.
            guard session.takesConfigure else {
                return enqueue(.settingsAnswered(plugin: change.plugin, refusal: "it takes settings at its start only"))
            }
            switch send(.configure, body: try codec.encode(Configure(settings: settings)), to: session.peer) {
            case .sent(let id):
                let now = clock.monotonicMilliseconds
                sessions.settingsSent(
                    PendingSettings(id: id, settings: settings, sinceMilliseconds: now), to: session.peer)
            case .failed(let why): enqueue(.settingsAnswered(plugin: change.plugin, refusal: "not sent: \(why)"))
            }
        } catch {
            enqueue(.settingsAnswered(plugin: change.plugin, refusal: "they cannot be written: \(error)"))
        }
    }

    /// - Parameter refusal: nil when the plugin is ready with its new settings.
    /// - Returns: false when the message answers no settings.
    func handleSettingsAnswer(_ session: PluginSession, re: String?, refusal: String?) -> Bool {
        guard let answered = sessions.settingsAnswered(re, by: session.peer) else { return false }
        if refusal == nil { configuration.adoptSettings(answered.settings, of: session.name) }
        enqueue(.settingsAnswered(plugin: session.name, refusal: refusal))
        return true
    }

    // MARK: - Policies that come and go

    private func add(_ spec: PluginSpec, _ change: inout Reconfiguration) {
        configuration.add(spec)
        change.changes.append("policy \(spec.name) is new")
        // One of this name may still be on its way out; then it is started when that has ended.
        if !processes.contains(spec.name) { startChild(spec) }
    }

    private func remove(_ name: PluginName, _ change: inout Reconfiguration) {
        guard let spec = configuration.removePolicy(name) else { return }
        processes.allow(name)
        change.changes.append("policy \(name) is asked to leave")
        requestStop(spec, "the configuration does not name it any more")
    }
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
