import Trading

extension CoreConfiguration {
    /// Every figure that can change while the core is at work, by its key in the configuration file.
    package var figures: [(key: String, value: ConfigurationValue)] {
        [
            ("cycle", .span(cyclePeriod)), ("policy_budget", .span(policyBudget)),
            ("command_timeout", .span(commandTimeout)), ("reconcile_every", .count(reconcileEveryCycles)),
            ("unprotected_limit", .span(unprotectedLimit)), ("default_stop", .ratio(defaultStop)),
            ("dust", .money(dust)),
            ("stop_patience", .span(stopPatience)), ("escalate_stops", .flag(escalatesStops)),
            ("external_orders", .names([managesExternalOrders ? "manage" : "leave"])),
            ("sectors", .sectors(sectors)),
            ("advisory_bounds", .range(low: advisoryBounds.low, high: advisoryBounds.high)),
            ("advisory_life", .span(advisoryLife)), ("urgent_cycles", .count(urgentCyclesPerPeriod)),
            ("policies", .names(policies.map(\.text))),
            ("required_policies", .names(requiredPolicies.map(\.text))),
            ("brokers", .names(brokers.map(\.text))), ("swap_drain", .span(swapDrain)),
            ("swap_limit", .span(swapLimit)), ("initial_stops", .prices(initialStops)),
            ("symbol_modes", .modes(symbolModes)), ("approval", .names([approval.rawValue])),
            ("approval_expiry", .span(approvalExpiry)),
        ] + limits.figures + damping.figures
    }

    /// Each figure that differs.
    package func changes(since before: CoreConfiguration) -> [ConfigurationChange] {
        zip(before.figures, figures).filter { $0.value != $1.value }
            .map { ConfigurationChange(key: $0.key, from: $0.value, to: $1.value) }
    }
}

extension HardLimits {
    fileprivate var figures: [(key: String, value: ConfigurationValue)] {
        [
            ("limits.maximum_order_quantity", maximumOrderQuantity.map(ConfigurationValue.quantity) ?? .none),
            ("limits.maximum_order_notional", maximumOrderNotional.map(ConfigurationValue.money) ?? .none),
            ("limits.maximum_orders_per_minute", .count(maximumOrdersPerMinute)),
            ("limits.maximum_position_notional", maximumPositionNotional.map(ConfigurationValue.money) ?? .none),
            ("limits.maximum_position_weight", maximumPositionWeight.map(ConfigurationValue.ratio) ?? .none),
            ("limits.maximum_gross_exposure", maximumGrossExposure.map(ConfigurationValue.ratio) ?? .none),
            ("limits.maximum_daily_loss", maximumDailyLoss.map(ConfigurationValue.ratio) ?? .none),
            ("limits.drawdown_pause", drawdownPause.map(ConfigurationValue.drawdown) ?? .none),
            ("limits.weekly_loss_pause", weeklyLossPause.map(ConfigurationValue.weeklyLoss) ?? .none),
            ("limits.loss_streak_pause", lossStreakPause.map(ConfigurationValue.lossStreak) ?? .none),
            ("limits.day_trades", dayTrades.map(ConfigurationValue.dayTrades) ?? .none),
            ("limits.settled_cash_only", .flag(settledCashOnly)),
            ("limits.symbols", symbols.map { .names($0.map(\.text)) } ?? .none),
            ("limits.price_collar", .ratio(priceCollar)), ("limits.maximum_quote_age", .span(maximumQuoteAge)),
            ("limits.maximum_price_silence", .span(maximumPriceSilence)),
        ]
    }
}

extension Damping {
    fileprivate var figures: [(key: String, value: ConfigurationValue)] {
        [
            ("damping.minimum_stop_move", .ratio(minimumStopMove)),
            ("damping.minimum_stop_ticks", .count(minimumStopTicks)),
            ("damping.minimum_stop_atr", .ratio(minimumStopATR)),
            ("damping.partial_cool_down", .span(partialCoolDown)),
            ("damping.minimum_reduction", .ratio(minimumReduction)),
            ("damping.reentry_cool_down", .span(reentryCoolDown)),
        ]
    }
}
