import Trading

/// A changed configuration, while the core is at work.
extension Orchestrator {
    /// The new figures hold from the next decision on. What was decided and sent before them stands.
    mutating func applyConfiguration(_ change: Reconfiguration) {
        let before = state.reconfigure(change.configuration)
        fitLimits()
        dropUnconfigured(since: before)
        let changes = state.configuration.changes(since: before) + change.changes
        if !changes.isEmpty {
            alert(.notice, nil, "the configuration has changed (\(change.why)): \(changes.joined(separator: "; "))")
        }
        for words in change.needsRestart {
            alert(
                .warning, nil,
                "the configuration has changed, and it stays as it was until the core is started again: \(words)")
        }
        for settings in change.settings { emit(.configure(settings)) }
        watchRequiredPolicies()
    }

    /// What was reckoned with a figure of the configuration is reckoned anew.
    mutating func fitLimits() {
        state.protection.fit(to: state.configuration.unprotectedLimit)
    }

    /// What policies had the say in that are not named any more. Their stops stand, and no stranger loosens them; a target
    /// that nobody could move away any more is anybody's; what they told the others holds no longer.
    mutating func dropUnconfigured(since before: CoreConfiguration) {
        let left = Set(before.policies).subtracting(state.configuration.policies)
        guard !left.isEmpty else { return }
        state.audit.dropAdvisories(of: left)
        state.plans.dropTargetOwners(left)
    }

    mutating func applySettingsAnswer(_ plugin: PluginName, _ refusal: String?) {
        guard let refusal else { return alert(.notice, nil, "\(plugin) has taken its new settings") }
        alert(.warning, nil, "\(plugin) goes on with the settings that it had, the new ones are refused: \(refusal)")
    }
}

extension CoreConfiguration {
    /// Every figure that can change while the core is at work, by its key in the configuration file, as a person reads it.
    package var figures: [(key: String, value: String)] {
        [
            ("cycle", cyclePeriod.exact), ("policy_budget", policyBudget.exact),
            ("command_timeout", commandTimeout.exact),
            ("reconcile_every", "\(reconcileEveryCycles)"), ("unprotected_limit", unprotectedLimit.exact),
            ("default_stop", "\(defaultStop)"), ("stop_patience", stopPatience.exact),
            ("escalate_stops", "\(escalatesStops)"),
            ("sectors", sectors.inOrder.map { "\($0.key) \($0.value)" }.joined(separator: ", ")),
            ("advisory_bounds", "\(advisoryBounds.low) to \(advisoryBounds.high)"),
            ("advisory_life", advisoryLife.exact),
            ("urgent_cycles", "\(urgentCyclesPerPeriod)"),
            ("policies", policies.map(\.text).joined(separator: ", ")),
            ("required policies", requiredPolicies.map(\.text).joined(separator: ", ")),
            ("brokers", brokers.map(\.text).joined(separator: ", ")),
            ("swap_drain", swapDrain.exact), ("swap_limit", swapLimit.exact),
            (
                "initial_stops",
                initialStops.inOrder.map { "\($0.key) \($0.value.text(minimumDecimals: 2))" }.joined(separator: ", ")
            ),
        ] + limits.figures + damping.figures
    }

    /// Each figure that differs, as a person reads it.
    package func changes(since before: CoreConfiguration) -> [String] {
        zip(before.figures, figures).filter { $0.value != $1.value }
            .map { "\($0.key) \($0.value.isEmpty ? "none" : $0.value) -> \($1.value.isEmpty ? "none" : $1.value)" }
    }
}

extension HardLimits {
    fileprivate var figures: [(key: String, value: String)] {
        func figure(_ key: String, _ value: (some CustomStringConvertible)?) -> (key: String, value: String) {
            ("limits.\(key)", value.map { "\($0)" } ?? "")
        }
        return [
            figure("maximum_order_quantity", maximumOrderQuantity),
            figure("maximum_order_notional", maximumOrderNotional),
            figure("maximum_orders_per_minute", maximumOrdersPerMinute),
            figure("maximum_position_notional", maximumPositionNotional),
            figure("maximum_position_weight", maximumPositionWeight),
            figure("maximum_gross_exposure", maximumGrossExposure),
            figure("maximum_daily_loss", maximumDailyLoss),
            figure("symbols", symbols.map { $0.map(\.text).joined(separator: ", ") }),
            figure("price_collar", priceCollar), figure("maximum_quote_age", maximumQuoteAge.exact),
        ]
    }
}

extension Damping {
    fileprivate var figures: [(key: String, value: String)] {
        [
            ("damping.minimum_stop_move", "\(minimumStopMove)"), ("damping.minimum_stop_ticks", "\(minimumStopTicks)"),
            ("damping.minimum_stop_atr", "\(minimumStopATR)"),
            ("damping.partial_cool_down", partialCoolDown.exact),
            ("damping.minimum_reduction", "\(minimumReduction)"),
            ("damping.reentry_cool_down", reentryCoolDown.exact),
        ]
    }
}

extension TimeSpan {
    /// To the millisecond, so that no difference is rounded away.
    fileprivate var exact: String {
        wholeMilliseconds % 1_000 == 0 ? "\(wholeSeconds) s" : "\(wholeMilliseconds) ms"
    }
}
