import Trading

/// A changed configuration, while the core is at work.
extension Orchestrator {
    /// The new figures hold from the next decision on. What was decided and sent before them stands.
    mutating func applyConfiguration(_ change: Reconfiguration) {
        let before = state.reconfigure(change.configuration)
        fitLimits()
        dropUnconfigured(since: before)
        nameInitialStops()
        let figures = state.configuration.changes(since: before)
        if !figures.isEmpty || !change.changes.isEmpty {
            alert(
                .notice, nil, .configurationChanged(why: change.why, figures: figures, others: change.changes))
        }
        for what in change.needsRestart { alert(.warning, nil, .configurationNeedsRestart(what)) }
        for settings in change.settings { emit(.configure(settings)) }
        watchConditions()
    }

    /// What was reckoned with a figure of the configuration is reckoned anew.
    mutating func fitLimits() {
        state.protection.fit(to: state.configuration.unprotectedLimit)
    }

    /// What belonged to policies that are not named any more. Their stops stand, and no other policy loosens them; a target
    /// that nobody could move away any more may be moved by any; their advisories end.
    mutating func dropUnconfigured(since before: CoreConfiguration) {
        let left = Set(before.policies).subtracting(state.configuration.policies)
        guard !left.isEmpty else { return }
        state.audit.dropAdvisories(of: left)
        state.plans.dropTargetOwners(left)
    }

    mutating func applySettingsAnswer(_ plugin: PluginName, _ refusal: String?) {
        guard let refusal else { return alert(.notice, nil, .settingsTaken(plugin)) }
        alert(.warning, nil, .settingsRefused(plugin, why: refusal))
    }
}
