import Trading

/// Everything that the core remembers: what a snapshot holds, and what a replay must reach again.
package struct CoreState: Sendable, Hashable, Codable {
    package private(set) var configuration = CoreConfiguration(account: AccountID(unchecked: "none"), policies: [])
    package internal(set) var run = Run()
    /// Policies and providers.
    package internal(set) var plugins = PluginRegistry()
    package internal(set) var cycle = EvaluationCycle()
    package internal(set) var market = Market()
    package internal(set) var portfolio = PortfolioState()
    package internal(set) var plans = PlanStore()
    package internal(set) var control = TradingControl()
    package var broker: BrokerLink?
    /// The adapter that trades, or is to: the configuration's `broker`, until another was swapped in. Nil where none is named.
    package var chosenBroker: PluginName?
    /// The adapter is being swapped for another one.
    package var swap: BrokerSwap?
    /// What was sent and is not answered.
    package internal(set) var inFlight = InFlightTracker()
    /// Why symbols are left alone for the moment.
    package internal(set) var holds = SymbolHolds()
    /// What is unprotected, since when.
    package internal(set) var protection = ProtectionMonitor()
    /// What was recorded last, and what policies are given of it.
    package internal(set) var audit = AuditTrail()
    /// Our books and the broker's have been brought together once; what is found before was there before us.
    var hasReconciled = false
    /// Splits that a provider announced and the broker has not booked yet.
    var unbookedSplits: [Symbol: UnbookedSplit] = [:]
    /// Splits that the broker booked first: the announcement, when it comes, applies them no second time.
    var bookedSplits: [Symbol: Split] = [:]
    /// What the limits remember.
    package internal(set) var risk = RiskState()

    package init() {}

    /// What the core is told at its start.
    /// - Returns: the configuration before.
    mutating func configure(_ new: CoreConfiguration) -> CoreConfiguration {
        defer { configuration = new }
        return configuration
    }

    /// What it is told while it is at work. An account is never changed under a core that holds its positions, nor are the
    /// adapters that may trade it.
    /// - Returns: the configuration before.
    mutating func reconfigure(_ new: CoreConfiguration) -> CoreConfiguration {
        let kept = configuration
        return configure(
            with(new) {
                $0.account = kept.account
                $0.brokers = kept.brokers
            })
    }

    package var now: Timestamp { run.now }
    package var epoch: Int64 { run.epoch }
    /// Policies that are ready, sorted.
    package var policies: [PluginName] { plugins.policies }

    package var marked: MarkedPortfolio { MarkedPortfolio(portfolio, market) }

    var earliestDeadline: Timestamp? {
        [
            inFlight.nextDeadline, protection.nextDeadline(patience: configuration.stopPatience, after: now),
            broker?.reconcileDueAt, holds.nextBudgetTime, risk.nextQueryTime, swap?.deadline,
        ].compactMap { $0 }.min()
    }
}

/// The adapter that trades, and how far its snapshot and our state agree.
package struct BrokerLink: Sendable, Hashable, Codable {
    package var name: PluginName
    package var capabilities: BrokerCapabilities
    /// Its snapshot and our state were brought together since it connected; nothing is sent before.
    package var isReconciled = false
    /// Orders asked about whose answer is awaited, sorted.
    var queriedOrders: [ClientOrderID] = []
    var round = 0
    /// How often what is asked about orders was asked without an answer to all of it.
    var unansweredRounds = 0
    /// When what was asked is asked again: a word can be lost.
    var reconcileDueAt: Timestamp?
    /// It has answered since it connected, and so refuses whatever an older epoch still has under way.
    var hasAnswered = false
    /// Since when a first reconciliation waits for positions that do not stand still.
    var unsettledSince: Timestamp?
    /// Positions that differ; adopted when they still do after the time that lists may be behind.
    var discrepancies: [Symbol: UnconfirmedDiscrepancy] = [:]
}

/// A position that our books and the broker do not agree on.
package struct UnconfirmedDiscrepancy: Sendable, Hashable, Codable {
    var ours: Quantity
    var brokers: Quantity
    var since: Timestamp
}

/// New shares for old that only a provider has told of.
package struct UnbookedSplit: Sendable, Hashable, Codable {
    /// What the broker shows until it has booked it.
    var quantity: Quantity
    var since: Timestamp
    /// Brokers book overnight. One that still shows the old shares later has not split them.
    static let patience = TimeSpan.seconds(86_400)
}
