import Trading

/// Everything that the core remembers: what a snapshot holds, and what a replay must reach again.
package struct CoreState: Sendable, Hashable, Codable {
    package var configuration = CoreConfiguration(account: AccountID(unchecked: "none"), policies: [])
    package var epoch: Int64 = 0
    /// Time of the first start; part of every client order id, so that a new journal never repeats an old one's.
    package var genesis: Timestamp?
    package var now = Timestamp(nanoseconds: 0)
    package var portfolio = PortfolioState()
    package var plans: [Symbol: PositionPlan] = [:]
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
    /// Steps taken for the decision that a plan belongs to.
    var actionCounts: [Symbol: ActionCount] = [:]
    /// When an order in flight is asked for.
    var deadlines = DeadlineIndex<ClientOrderID, Timestamp>()
    /// Symbols that are left alone for the moment.
    var holds: [Symbol: Hold] = [:]
    /// Since when the market has been at or beyond a stop that rests and does not execute.
    var breaches: [Symbol: Timestamp] = [:]
    /// Our books and the broker's have been brought together once; what is found before was there before us.
    var hasReconciled = false
    /// Splits that a provider announced and the broker has not booked yet.
    var unbookedSplits: [Symbol: UnbookedSplit] = [:]
    /// Splits that the broker booked first: the announcement, when it comes, applies them no second time.
    var bookedSplits: [Symbol: Split] = [:]
    /// Reductions that the broker refused, and when they are tried again.
    var backoffs: [Symbol: Backoff] = [:]
    /// Positions without a working stop for all of their shares, since when.
    package var unprotected = DeadlineIndex<Symbol, UnprotectedTimer>()
    /// What the limits remember.
    package var risk = RiskState()
    /// What was last told of a symbol, so that an unchanged non-decision is not written down every cycle.
    var reportedDispositions: [Symbol: [String]] = [:]
    /// Moves of a stop or target too small to be made, that the last decision on the symbol has told.
    var reportedDeferrals: [Symbol: [String]] = [:]
    /// The same of what concerns the portfolio.
    var reportedPortfolio: [String] = []
    /// Steps that the risk gate refused last, so that an unchanged refusal is told once.
    package internal(set) var reportedRefusals: [Symbol: String] = [:]
    /// What plans wait for, so that it is told once.
    var reportedWaits: [Symbol: String] = [:]
    /// Profit realized by the plan of a symbol so far.
    var realizedByPlan: [Symbol: Money] = [:]
    /// The entry that was last sent for a symbol: its stop holds even when nobody asks for it any more.
    var entering: [Symbol: Entry] = [:]
    /// Who asked for it.
    var entryOwners: [Symbol: PluginName] = [:]
    /// Commands of this journal so far.
    var commandCount: Int64 = 0
    /// Questions without an answer, oldest first.
    var pendingQueries: [PendingQuery] = []
    /// What an order had filled when it was adopted: that is in the position, and no late report books it again.
    var adoptedFills: [ClientOrderID: Quantity] = [:]
    /// Orders whose end nobody saw: what they filled is taken from the position, and never booked from a late report.
    var unseenEnds: [ClientOrderID] = []
    /// The newest request for each order that is not over.
    var requests: [ClientOrderID: Request] = [:]
    var wakeAt: Timestamp?
    /// What policies have said for each other, sorted by policy, symbol and name.
    package var advisories: [Advisory] = []
    /// Oldest first.
    package var history: [HistoryItem] = []
    /// When positions were closed, as long as that keeps them from being entered again.
    package internal(set) var closedAt: [Symbol: Timestamp] = [:]
    /// What each policy is to be given.
    var needs: [PluginName: PolicyNeeds] = [:]

    package init() {}

    /// Each question is answered once.
    mutating func removeQuery(_ number: Int64?) -> PendingQuery? {
        guard let index = pendingQueries.firstIndex(where: { $0.number == number }) else { return nil }
        return pendingQueries.remove(at: index)
    }

    mutating func policyReady(_ name: PluginName) {
        guard !policies.contains(name) else { return }
        policies.append(name)
        policies.sort()
    }

    var earliestDeadline: Timestamp? {
        let stuck = breaches.values.map { $0 + configuration.stopPatience }.filter { $0 > now }.min()
        return [
            deadlines.notBefore, unprotected.notBefore, stuck, broker?.reconcileDueAt, risk.earliestDeadline,
            swap?.deadline,
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

package struct ActionCount: Sendable, Hashable, Codable {
    package var decision: DecisionID
    package var count: Int64
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

/// What was asked when, and about which order; nil asks for everything.
package struct PendingQuery: Sendable, Hashable, Codable {
    /// Of the command.
    var number: Int64
    var order: ClientOrderID?
    var queriedAt: Timestamp
}

/// What was asked of the broker for an order.
package struct Request: Sendable, Hashable, Codable {
    enum Kind: String, Sendable, Hashable, Codable {
        /// The order itself; also of one that was found at the broker.
        case submit
        case cancel
        case replace
    }
    var kind: Kind
    /// Of the command. What a question with a lower number finds is older than this request.
    var number: Int64
    /// It left no later than this.
    var leftBy: Timestamp
    var replacement: OrderReplacement?
    /// The adapter had it no later than this, for it has answered what was asked after it: the way to the venue begins
    /// here. Nil while no such answer was heard.
    var takenBy: Timestamp?
    /// Cancels and replacements asked for this order, this request counted, whose refusal was not heard.
    private var openCancels: Int64 = 0
    private var openReplacements: Int64 = 0
    /// The broker's time of the newest refusal that was heard.
    private var refusedAt: Timestamp?

    init(_ kind: Kind, number: Int64, leftBy: Timestamp, replacement: OrderReplacement? = nil) {
        self.kind = kind
        self.number = number
        self.leftBy = leftBy
        self.replacement = replacement
    }

    /// The same request, knowing of those that were made for its order before.
    func following(_ last: Request?) -> Request {
        var next = self
        next.openCancels = (last?.openCancels ?? 0) + (kind == .cancel ? 1 : 0)
        next.openReplacements = (last?.openReplacements ?? 0) + (kind == .replace ? 1 : 0)
        next.refusedAt = last?.refusedAt
        return next
    }

    /// It has not left this process, so that nobody can refuse it later.
    mutating func didNotLeave() {
        if kind == .cancel { openCancels -= 1 }
        if kind == .replace { openReplacements -= 1 }
    }

    /// Whether a refusal must be that of this request. A refusal names its order alone: it may be an old one that comes
    /// late or once more. It is this one's when every earlier request of the kind was answered by a refusal, and the
    /// broker dates it after the last of those. With no cancel or replacement of ours under way it is nobody else's.
    func isRefused(by event: OrderEvent, at time: Timestamp) -> Bool {
        let isNew = refusedAt.map { time > $0 } ?? true
        return switch kind {
        case .submit: true
        case .cancel: event == .cancelRejected && openCancels == 1 && isNew
        case .replace: event == .replaceRejected && openReplacements == 1 && isNew
        }
    }

    mutating func noteRefusal(at time: Timestamp) {
        didNotLeave()
        refusedAt = max(refusedAt ?? time, time)
    }
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

/// Why a symbol is left alone.
package struct Hold: Sendable, Hashable, Codable {
    /// The broker's snapshot is awaited.
    var awaitsBrokerSnapshot: Bool
    /// Refusals in a row.
    var refusals: Int64
    /// The newest of them; nil while there was none.
    var refusedAt: Timestamp?
    /// Of those in a row, how many came since the symbol last waited for a cycle.
    var sinceWait: Int64 = 0
    /// No step before this cycle.
    var untilCycle: Int64
    /// What was asked of the broker earlier may be behind what has happened.
    var snapshotNotBefore: Timestamp?

    mutating func endRefusals() {
        refusals = 0
        refusedAt = nil
        sinceWait = 0
    }
}

/// A reduction that failed: protection comes first, and the next try later each time.
package struct Backoff: Sendable, Hashable, Codable {
    var count: Int64
    var untilCycle: Int64
}

package struct UnprotectedTimer: Sendable, Hashable, Codable, HasDueTime {
    package var since: Timestamp
    /// It was longer than its limit, and the core has answered.
    package var isAnswered = false
    /// When the core answers, or tells the emergency again.
    package var dueAt: Timestamp
    static let reminder = TimeSpan.seconds(300)

    /// The core answers when the limit is over.
    init(since: Timestamp, limit: TimeSpan) {
        self.since = since
        dueAt = since + limit
    }

    /// As it is under another limit.
    func fitted(to limit: TimeSpan) -> UnprotectedTimer {
        isAnswered ? self : UnprotectedTimer(since: since, limit: limit)
    }
}
