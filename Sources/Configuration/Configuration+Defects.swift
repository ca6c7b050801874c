import Trading

extension Configuration {
    /// The first figure of the core's own that makes no sense, with its place; nil when all are sound. One that reads well
    /// and switches a protection off is worse than a file that is refused.
    var defect: (place: [String], why: String)? {
        if let limits, let defect = limits.defect { return (["limits", defect.key], defect.why) }
        return spanDefect ?? stopDefect ?? dampingDefect ?? boundsDefect
    }

    private var spanDefect: (place: [String], why: String)? {
        let spans = [
            ("cycle", cycle), ("policy_budget", policyBudget), ("command_timeout", commandTimeout),
            ("unprotected_limit", unprotectedLimit), ("advisory_life", advisoryLife),
            ("swap_drain", swapDrain), ("swap_limit", swapLimit), ("approval_expiry", approvalExpiry),
        ]
        for (key, span) in spans {
            if let span, span.value <= .zero { return ([key], "it must be longer than nothing; write it as 10s") }
        }
        guard let every = reconcileEvery, every < 1 else { return nil }
        return (["reconcile_every"], "a number of cycles, 1 or more, not \(every)")
    }

    private var stopDefect: (place: [String], why: String)? {
        if let stop = defaultStop, !stop.isPositive || stop >= .one {
            return (["default_stop"], "a share of the price above 0 and below 1, such as 0.05 for 5 %, not \(stop)")
        }
        if let dust, dust.isNegative { return (["dust"], "a value of 0 or more, not \(dust)") }
        let wrong = (initialStops ?? [:]).filter { !$0.value.isPositive }.keys.min()
        return wrong.map { (["initial_stops", $0.text], "a price lies above zero") }
    }

    private var dampingDefect: (place: [String], why: String)? {
        guard let damping else { return nil }
        let shares = [
            ("minimum_stop_move", damping.minimumStopMove), ("minimum_reduction", damping.minimumReduction),
            ("minimum_stop_atr", damping.minimumStopATR),
        ]
        for (key, share) in shares {
            guard let share, share.isNegative || share >= .one else { continue }
            return (
                ["damping", key], "a share from 0 to below 1, not \(share): with 1 nothing would ever be worth an order"
            )
        }
        guard let ticks = damping.minimumStopTicks, !(0...1_000).contains(ticks) else { return nil }
        return (["damping", "minimum_stop_ticks"], "a number of price increments from 0 to 1000, not \(ticks)")
    }

    private var boundsDefect: (place: [String], why: String)? {
        let bounds = core().advisoryBounds
        guard !bounds.low.isPositive || bounds.low > bounds.high else { return nil }
        return (
            ["advisory_bounds"],
            "low is above 0 and at most high, such as {low: 0.5, high: 2}, not \(bounds.low) and \(bounds.high)"
        )
    }
}
