import Messaging
import Orchestration
import Trading
import Wire

/// A person looks at the plugins of a running core, stops one, starts it again.
extension Shell {
    package var pluginStatuses: [PluginStatus] {
        options.plugins.map { spec in
            var status = PluginStatus(
                name: spec.name, role: spec.role, state: state(of: spec),
                isRequired: options.core.requiredPolicies.contains(spec.name))
            let figures = pluginFigures[spec.name] ?? PluginFigures()
            status.version = figures.version
            status.process = (children[spec.name]?.process?.pid).map(Int64.init)
            (status.latencyP50, status.latencyP99) = (figures.latency(percentile: 50), figures.latency(percentile: 99))
            (status.answers, status.late, status.missed) = (figures.answers, figures.late, figures.missed)
            (status.refused, status.restarts) = (figures.refused, figures.restarts)
            return status
        }
    }

    private func state(of spec: PluginSpec) -> PluginStatus.State {
        let session = sessions.values.first { $0.name == spec.name && $0.role == spec.role }
        if session?.phase == .ready { return .ready }
        if !isEngaged(spec) { return .standby }
        if stopped.contains(spec.name) { return .stopped }
        guard let child = children[spec.name] else { return session == nil ? .absent : .starting }
        if child.isQuarantined { return .quarantined }
        return child.process == nil ? .waiting : .starting
    }

    /// - Parameter request: `plugin_stop`, `plugin_start` or `plugin_restart`.
    func manage(_ request: ControlRequest) -> ControlReply {
        guard let name = request.plugin, let spec = options.plugins.first(where: { $0.name == name }) else {
            let names = options.plugins.map(\.name.text).joined(separator: ", ")
            return ControlReply(
                accepted: false, message: "there is no plugin \"\(request.plugin?.text ?? "")\"; there are \(names)")
        }
        if let why = objection(to: request.command, spec) { return ControlReply(accepted: false, message: why) }
        let what: String
        switch request.command {
        case "plugin_stop": what = stop(spec)
        case "plugin_start": what = startAgain(spec)
        default:
            what = "is restarted"
            _ = stop(spec)
            _ = startAgain(spec)
        }
        enqueue(.pluginManaged(plugin: name, what: what, who: request.who, why: request.why))
        return ControlReply(accepted: true, message: "\(name) \(what)")
    }

    private func objection(to command: String, _ spec: PluginSpec) -> String? {
        if spec.role == .provider, options.lockstep {
            return "\(spec.name) is the clock of this run, which would end without it"
        }
        if spec.role == .broker, let swap = node.core.state.swap {
            return "\(swap.from) is being swapped for \(swap.to); wait for the end of that"
        }
        if !isEngaged(spec) { return "\(spec.name) stands by; `bigbrother broker swap \(spec.name)` lets it trade" }
        switch (command, stopped.contains(spec.name)) {
        case ("plugin_stop", _) where spec.role == .broker:
            return "without \(spec.name) nothing can be protected or closed; say `halt` to send nothing"
        case ("plugin_stop", true): return "\(spec.name) is stopped already"
        case ("plugin_start", false) where children[spec.name]?.isQuarantined != true:
            return "\(spec.name) is not stopped"
        default: return nil
        }
    }

    private func stop(_ spec: PluginSpec) -> String {
        stopped.insert(spec.name)
        requestStop(spec, "a person has stopped it")
        return "is stopped"
    }

    /// Asked to leave; its process is killed when it does not go in its time.
    func requestStop(_ spec: PluginSpec, _ why: String) {
        let peer = sessions.first { $0.value.name == spec.name && $0.value.role == spec.role }?.key
        let leavesBy = clock.monotonicMilliseconds + options.drainMilliseconds
        if let peer { send(.drain, Fault(reason: why), to: peer) }
        guard children[spec.name]?.process != nil else {
            children[spec.name] = nil
            // One that was started elsewhere cannot be killed; its session can be ended. An adapter has its swap for that.
            guard let peer, spec.role != .broker else { return }
            sessions[peer]?.leavesByMilliseconds = leavesBy
            return sessionsDueMilliseconds = min(sessionsDueMilliseconds, leavesBy)
        }
        children[spec.name]?.leavesByMilliseconds = leavesBy
    }

    /// One that is still on its way out is started when it has gone.
    private func startAgain(_ spec: PluginSpec) -> String {
        stopped.remove(spec.name)
        if children[spec.name]?.process == nil { startChild(spec) }
        return "is started"
    }
}
