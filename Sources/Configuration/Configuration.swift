import JSON
import Orchestration
import Trading
import Wire

/// The configuration of one account, as a person writes it. Everything but `account` and `broker` has a default.
package struct Configuration: Decodable {
    /// The account's id, exactly as the broker reports it. Nothing is sent to an account with another id.
    package var account: AccountID
    /// The currency of the account and of every amount in this file, ISO 4217. Default: `USD`.
    package var currency: String?
    /// Folder of the journal, the sockets and the plugins' files; relative to this file. Default: `var/ACCOUNT` in the
    /// home of BigBrother.
    package var state: String?
    /// `real`: the host's clock. `lockstep`: the time is that of a tape. Default: `real`.
    package var clock: ClockKind?
    /// Time from one cycle to the next, `50ms` to `5m`; in lockstep up to `31d`, as bars are apart.
    package var cycle: Span?
    /// Time that policies have for their answers in a cycle, `1ms` to `1m`. In lockstep the default is 10 s, and `1h` the
    /// most.
    package var policyBudget: Span?
    /// When the broker has not reported on an order command for so long, it is asked about the order; `100ms` to `5m`, in
    /// lockstep up to `31d`.
    package var commandTimeout: Span?
    /// After so many cycles the broker's whole state is read and compared with ours, `1` to `1000`; with a real clock once an
    /// hour at least.
    package var reconcileEvery: Int64?
    /// A position without a working stop for longer than this is an emergency, and gets the core's own stop; `1s` to `15m`,
    /// in lockstep up to `31d`.
    package var unprotectedLimit: Span?
    /// Distance of the core's own stop from the market, as a share of the price, `0.001` to `0.5`.
    package var defaultStop: Ratio?
    /// In the account's currency. A part of a position that the broker takes no stop for, and that is worth less than
    /// this, raises no alert; `0` to `10000`.
    package var dust: Money?
    /// When the market has reached a resting stop and the stop is not executed for so long, it is replaced by an exit
    /// at market; `1s` to `15m`, in lockstep up to `31d`.
    package var stopPatience: Span?
    /// Whether that is done. With `false` the stop stays, and an alert says so.
    package var escalateStops: Bool?
    /// What becomes of other people's orders that would close a position. `leave`: they are never touched. `manage`:
    /// they are treated like our own. Default: `leave`.
    package var externalOrders: Choice<ExternalOrders>?
    /// Rules against trading back and forth, below.
    package var damping: DampingEntry?
    /// The sector of each symbol, for policies that limit sectors.
    package var sectors: [Symbol: String]?
    /// Bounds of the figures named `..._scale` that policies leave for each other, below.
    package var advisoryBounds: AdvisoryBoundsEntry?
    /// A figure that one policy leaves for the others is forgotten after so long, unless the policy names an end
    /// itself; `1s` to `31d`.
    package var advisoryLife: Span?
    /// The adapter that trades, below.
    package var broker: PluginEntry
    /// Adapters of the same account that can be swapped in while the core is at work. Default: none.
    package var standbyBrokers: [PluginEntry]?
    /// How long a swap of adapters waits until no request is in flight; after that it is given up; `100ms` to `10m`.
    package var swapDrain: Span?
    /// How long the new adapter may take to connect and to agree with our books; after that the old one is taken back;
    /// `1s` to `10m`.
    package var swapLimit: Span?
    /// Where prices and market conditions come from, below. Default: none.
    package var providers: [PluginEntry]?
    /// Default: `stop-loss`, `partial-profit`, `take-profit`, `portfolio-risk` and `emergency`, with their default
    /// settings. `[]`: none; then only the core's own protection acts.
    package var policies: [PluginEntry]?
    /// Folders with plugins, searched before the built-in ones. Default: none.
    package var plugins: [String]?
    /// Where plugins on other hosts connect, below. Default: nowhere.
    package var listen: ListenEntry?
    /// A folder whose policies are at work without being named here: one that is put in is started, one that is taken
    /// out is drained. Default: none.
    package var adopt: String?
    /// Stop prices that positions had before BigBrother came; R is counted from them.
    package var initialStops: [Symbol: Price]?
    /// `managed`, `protected`, `frozen` or `watched`. A symbol that is not named is `managed`. A position that was
    /// found at the broker, though, is only protected by the default policies until it is handed over, as `managed`
    /// written here does; policies of others, and limits that are written down, act on it at once: [Bring your
    /// account](bring-your-account.md#3-hand-over).
    package var symbolModes: [Symbol: Choice<SymbolMode>]?
    /// What a person is asked before it is done. Default: `none`.
    package var approval: Choice<ApprovalMode>?
    /// A question waits for an answer for so long, and an approval is valid for as long; `1s` to `3d`.
    package var approvalExpiry: Span?
    /// Limits that hold whatever a policy recommends, below.
    package var limits: HardLimitsEntry?
    /// How `bigbrother run` goes and when it ends, below.
    package var run: RunEntry?

    package enum ClockKind: String, Decodable, CaseIterable {
        case real
        case lockstep

        package init(from decoder: any Decoder) throws { self = try Choice<Self>(from: decoder).value }
    }

    /// A plugin to use, by the name in its manifest.
    package struct PluginEntry: Decodable {
        /// The name in the plugin's manifest.
        package var plugin: PluginName
        /// Another name, to run one plugin twice. Default: the name in the manifest.
        package var name: PluginName?
        /// As its manifest describes them: `bigbrother doctor FILE` prints them with their defaults.
        package var settings: JSON?
        /// `false`: it is started elsewhere and connects by itself. Default: `true`.
        package var start: Bool?
        /// Of a policy: while it is not at work, or does not answer, nothing is entered. Default: `false`.
        package var required: Bool?
        /// Variables of the core's environment that this plugin is given beside PATH, HOME, USER, LOGNAME, SHELL, LANG, LANGUAGE,
        /// LC_*, TZ, TZDIR, TMPDIR and PYTHONPATH, by name. Default: no others.
        package var environment: [String]?
        /// What its process may use of this host, below. Default: what the host allows.
        package var limits: ProcessLimitsEntry?

        package init(plugin: PluginName) { self.plugin = plugin }
    }

    /// What the process of a plugin may use; the kernel holds it to that.
    package struct ProcessLimitsEntry: Decodable {
        /// MiB of address space, `64` to `1048576`. What goes beyond cannot be allocated, and most programs end then. Default: no
        /// limit.
        package var memory: Int64?
        /// Time on processors in all, `1s` to `31d`; then the process is ended, and started again. Default: no limit.
        package var cpuTime: Span?
        /// Files and connections that are open at a time, `32` to `65536`. Default: 1,024, which a program may raise itself.
        package var openFiles: Int64?

        /// Where it is outside its range, and why.
        var defect: (key: String, why: String)? {
            if let memory, !(64...1_048_576).contains(memory) {
                return ("memory", "a number of MiB from 64 to 1048576, not \(memory)")
            }
            if let time = cpuTime?.value, time < .seconds(1) || time > .seconds(31 * 86_400) {
                return ("cpu_time", "a time from 1s to 31d, not \(time)")
            }
            if let openFiles, !(32...65_536).contains(openFiles) {
                return ("open_files", "a number from 32 to 65536, not \(openFiles)")
            }
            return nil
        }
    }

    /// The tcp address of each role that is let in from other hosts, `tcp://ADDRESS:PORT`; every one has CURVE.
    package struct ListenEntry: Decodable {
        /// For policies: `tcp://HOST:PORT`, the address of this host, or `tcp://*:PORT` for all its interfaces.
        /// Default: nowhere.
        package var policy: String?
        /// For broker adapters, in the same form with another port. Default: nowhere.
        package var broker: String?
        /// For providers, in the same form with another port. Default: nowhere.
        package var provider: String?

        /// Those that are named, with their role.
        package var named: [(role: String, address: String)] {
            [("policy", policy), ("broker", broker), ("provider", provider)].compactMap { role, address in
                address.map { (role, $0) }
            }
        }
    }

    package struct RunEntry: Decodable {
        /// The run ends after so many cycles, 1 or more. Default: it does not.
        package var cycles: Int64?
        /// In lockstep: time from one update of the tape to the next, so that a person can follow; `0ms` to `1h`. Default:
        /// `0s`, as fast as it goes.
        package var pace: Span?
        /// With a real clock: whether the run ends when the provider has no more data. In lockstep it always does.
        /// Default: `true`.
        package var endWithTape: Bool?
    }

    /// What a policy's `..._scale` may be for the others.
    package struct AdvisoryBoundsEntry: Decodable {
        /// The smallest value; one below it counts as this; `0.1` to `10`, and at most `high`. Default: 0.5.
        package var low: Ratio?
        /// The largest value; one above it counts as this; `0.1` to `10`. Default: 2.
        package var high: Ratio?
    }

    /// What keeps the account from being traded back and forth; see `Damping`.
    package struct DampingEntry: Decodable {
        package var minimumStopMove: Ratio?
        package var minimumStopTicks: Int64?
        package var minimumStopATR: Ratio?
        package var partialCoolDown: Span?
        package var minimumReduction: Ratio?
        package var reentryCoolDown: Span?

        private enum CodingKeys: String, CodingKey {
            case minimumStopMove, minimumStopTicks, minimumStopATR = "minimumStopAtr", partialCoolDown,
                minimumReduction, reentryCoolDown
        }

        var damping: Damping {
            var damping = Damping()
            if let minimumStopMove { damping.minimumStopMove = minimumStopMove }
            if let minimumStopTicks { damping.minimumStopTicks = minimumStopTicks }
            if let minimumStopATR { damping.minimumStopATR = minimumStopATR }
            if let partialCoolDown { damping.partialCoolDown = partialCoolDown.value }
            if let minimumReduction { damping.minimumReduction = minimumReduction }
            if let reentryCoolDown { damping.reentryCoolDown = reentryCoolDown.value }
            return damping
        }
    }

    package struct HardLimitsEntry: Decodable {
        package var maximumOrderQuantity: Quantity?
        package var maximumOrderNotional: Money?
        package var maximumOrdersPerMinute: Int64?
        package var maximumPositionNotional: Money?
        package var maximumPositionWeight: Ratio?
        package var maximumGrossExposure: Ratio?
        package var maximumDailyLoss: Ratio?
        package var drawdownPause: DrawdownPauseEntry?
        package var weeklyLossPause: WeeklyLossPauseEntry?
        package var lossStreakPause: LossStreakPauseEntry?
        package var dayTrades: DayTradesEntry?
        package var settledCashOnly: Bool?
        package var symbols: [Symbol]?
        package var priceCollar: Ratio?
        package var maximumQuoteAge: Span?
        package var maximumPriceSilence: Span?
    }
}

extension Configuration {
    /// What watches over an account whose configuration names no policies.
    package static let defaultPolicies = ["stop-loss", "partial-profit", "take-profit", "portfolio-risk", "emergency"]
        .map {
            PluginName(unchecked: $0)
        }

    /// The policies that the file names, else the default ones.
    package var chosenPolicies: [PluginEntry] { policies ?? Self.defaultPolicies.map { PluginEntry(plugin: $0) } }

    /// What the core is given: this configuration with its defaults.
    package func core() -> CoreConfiguration {
        var core = CoreConfiguration(account: account, policies: chosenPolicies.map { $0.name ?? $0.plugin })
        core.requiredPolicies = chosenPolicies.filter { $0.required == true }.map { $0.name ?? $0.plugin }.sorted()
        if let currency { core.currency = currency }
        core.isLockstep = clock == .lockstep
        if let cycle { core.cyclePeriod = cycle.value }
        // In lockstep nothing is late because a machine is busy.
        core.policyBudget = policyBudget?.value ?? (clock == .lockstep ? .seconds(10) : .milliseconds(500))
        if let commandTimeout { core.commandTimeout = commandTimeout.value }
        if let reconcileEvery { core.reconcileEveryCycles = reconcileEvery }
        if let unprotectedLimit { core.unprotectedLimit = unprotectedLimit.value }
        if let defaultStop { core.defaultStop = defaultStop }
        if let dust { core.dust = dust }
        if let stopPatience { core.stopPatience = stopPatience.value }
        if let escalateStops { core.escalatesStops = escalateStops }
        core.managesExternalOrders = externalOrders?.value == .manage
        if let damping { core.damping = damping.damping }
        core.brokers = ([broker] + (standbyBrokers ?? [])).map { $0.name ?? $0.plugin }
        if let swapDrain { core.swapDrain = swapDrain.value }
        if let swapLimit { core.swapLimit = swapLimit.value }
        core.sectors = sectors ?? [:]
        if let low = advisoryBounds?.low { core.advisoryBounds.low = low }
        if let high = advisoryBounds?.high { core.advisoryBounds.high = high }
        if let advisoryLife { core.advisoryLife = advisoryLife.value }
        core.initialStops = initialStops ?? [:]
        core.symbolModes = symbolModes?.mapValues(\.value) ?? [:]
        if let approval { core.approval = approval.value }
        if let approvalExpiry { core.approvalExpiry = approvalExpiry.value }
        if let limits { core.limits = limits.hardLimits }
        return core
    }
}

extension Configuration.HardLimitsEntry {
    package var hardLimits: HardLimits {
        var limits = HardLimits()
        limits.maximumOrderQuantity = maximumOrderQuantity
        limits.maximumOrderNotional = maximumOrderNotional
        if let maximumOrdersPerMinute { limits.maximumOrdersPerMinute = maximumOrdersPerMinute }
        limits.maximumPositionNotional = maximumPositionNotional
        limits.maximumPositionWeight = maximumPositionWeight
        limits.maximumGrossExposure = maximumGrossExposure
        limits.maximumDailyLoss = maximumDailyLoss
        limits.drawdownPause = drawdownPause?.rule
        limits.weeklyLossPause = weeklyLossPause?.rule
        limits.lossStreakPause = lossStreakPause?.rule
        limits.dayTrades = dayTrades?.rule
        if let settledCashOnly { limits.settledCashOnly = settledCashOnly }
        limits.symbols = symbols
        if let priceCollar { limits.priceCollar = priceCollar }
        if let maximumQuoteAge { limits.maximumQuoteAge = maximumQuoteAge.value }
        if let maximumPriceSilence { limits.maximumPriceSilence = maximumPriceSilence.value }
        return limits
    }

    /// The first limit that can be none, with its key; nil when all are sound.
    var defect: (key: String, why: String)? { figureDefect ?? pauseDefect }

    private var pauseDefect: (key: String, why: String)? {
        let found = [
            ("drawdown_pause", drawdownPause?.defect), ("weekly_loss_pause", weeklyLossPause?.defect),
            ("loss_streak_pause", lossStreakPause?.defect), ("day_trades", dayTrades?.defect),
        ]
        return found.compactMap { key, defect in defect.map { (key, "\($0.key): \($0.why)") } }.first
    }

    private var figureDefect: (key: String, why: String)? {
        let amounts: [(key: String, isPositive: Bool?)] = [
            ("maximum_order_quantity", maximumOrderQuantity?.isPositive),
            ("maximum_order_notional", maximumOrderNotional?.isPositive),
            ("maximum_orders_per_minute", maximumOrdersPerMinute.map { $0 > 0 }),
            ("maximum_position_notional", maximumPositionNotional?.isPositive),
            ("maximum_position_weight", maximumPositionWeight?.isPositive),
            ("maximum_gross_exposure", maximumGrossExposure?.isPositive),
            ("maximum_daily_loss", maximumDailyLoss?.isPositive), ("price_collar", priceCollar?.isPositive),
            ("maximum_quote_age", maximumQuoteAge.map { $0.value > .zero }),
            ("maximum_price_silence", maximumPriceSilence.map { $0.value > .zero }),
        ]
        if let key = amounts.first(where: { $0.isPositive == false })?.key {
            return (key, "it must be above zero; leave it out for the default, or say `halt` to stop trading")
        }
        let shares: [(key: String, share: Ratio?, most: Int64)] = [
            ("maximum_daily_loss", maximumDailyLoss, 1), ("price_collar", priceCollar, 1),
            ("maximum_position_weight", maximumPositionWeight, 4), ("maximum_gross_exposure", maximumGrossExposure, 10),
        ]
        for (key, share, most) in shares {
            guard let share, share > Ratio(units: most * Ratio.scale) else { continue }
            let what = key == "price_collar" ? "the price" : "equity"
            return (key, "a share of \(what), 0.03 is 3 %; it is at most \(most), not \(share)\(share.wordsIfPercent)")
        }
        return nil
    }
}

/// Other people's orders that would close a position.
package enum ExternalOrders: String, CaseIterable, Sendable {
    /// They are never touched: what they may sell is planned around.
    case leave
    /// They are managed like the core's own.
    case manage
}
