import Trading

/// Everything that the core remembers: what a snapshot holds, and what a replay must reach again.
package struct CoreState: Sendable, Hashable, Codable {
    package var configuration = CoreConfiguration(account: AccountID(unchecked: "none"), policies: [])
    package var epoch: Int64 = 0
    /// Time of the first start; part of every client order id, so that a new journal never repeats an old one's.
    package var genesis: Timestamp?
    package var now = Timestamp(nanoseconds: 0)
    package var portfolio = PortfolioState()
    package internal(set) var plans = PlanStore()
    package var control = TradingControl()
    package var cycle = CycleState()
    /// Policies that are ready, sorted.
    package var policies: [PluginName] = []
    package var providers: [PluginName] = []
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
    package var risk = RiskState()
    var wakeAt: Timestamp?
    /// What each policy is to be given.
    var needs: [PluginName: PolicyNeeds] = [:]

    package init() {}

    mutating func policyReady(_ name: PluginName) {
        guard !policies.contains(name) else { return }
        policies.append(name)
        policies.sort()
    }

    var earliestDeadline: Timestamp? {
        [
            inFlight.nextDeadline, protection.nextDeadline(patience: configuration.stopPatience, after: now),
            broker?.reconcileDueAt, holds.nextBudgetTime, risk.nextQueryTime, swap?.deadline,
        ].compactMap { $0 }.min()
    }
}

package struct CycleState: Sendable, Hashable, Codable {
    package var number: Int64 = 0
    package var evaluating = false
    /// When policies were last shown the whole.
    package var snapshotAt: Timestamp?
    /// Why another cycle is to follow the one that is under way.
    package var pendingTrigger: String?
    /// Cycles that events started in this period.
    package var urgentInPeriod: Int64 = 0
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
