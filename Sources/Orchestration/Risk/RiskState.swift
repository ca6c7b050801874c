import Trading

/// What the limits remember: the budget of requests, the queries that wait for it, and what is to be checked with this input.
package struct RiskState: Sendable, Hashable, Codable {
    package private(set) var budget = RateBudget()
    /// Orders that are to be asked about when there is a token, since when.
    private var waitingQueries: [ClientOrderID: Timestamp] = [:]
    /// The broker's whole state is to be asked for when there is a token.
    private var isReconcileWaiting = false
    /// When what waits to be asked is tried again.
    private var retryQueriesAt: Timestamp?
    /// Something was filled: the loss of the day is looked at with this input.
    private var lossIsDue = false
    /// Trading was restricted: every plan is looked at with this input.
    private var restrictionIsDue = false

    package init() {}

    // MARK: - The budget

    mutating func fitBudget(orders: Int64, requests: Int64?) { budget.fit(orders: orders, requests: requests) }

    /// Lets the gate take from the budget.
    mutating func withBudget<Result, Failure: Error>(
        _ body: (inout RateBudget) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(&budget)
    }

    // MARK: - Queries that wait

    /// A query about an order, or with nil about everything, has no room yet.
    mutating func queryWaits(_ id: ClientOrderID?, since: Timestamp, until: Timestamp) {
        if let id {
            waitingQueries[id] = waitingQueries[id] ?? since
        } else {
            isReconcileWaiting = true
        }
        retryQueriesAt = min(retryQueriesAt ?? until, until)
    }

    /// Whether queries must wait for those that wait already.
    var areQueriesWaiting: Bool { retryQueriesAt != nil }

    /// What may be asked now, taken out: the whole state, and orders by how long they have waited. Nil when nothing is due.
    mutating func takeDueQueries(
        at now: Timestamp
    ) -> (reconcile: Bool, orders: [(id: ClientOrderID, since: Timestamp)])? {
        guard let due = retryQueriesAt, due <= now else { return nil }
        defer {
            retryQueriesAt = nil
            isReconcileWaiting = false
            waitingQueries = [:]
        }
        let orders = waitingQueries.inOrder.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        return (isReconcileWaiting, orders.map { ($0.key, $0.value) })
    }

    /// Queries that were taken out and still have no room; the time of the next try is set already.
    mutating func keepWaiting(_ orders: some Sequence<(id: ClientOrderID, since: Timestamp)>) {
        for order in orders { waitingQueries[order.id] = order.since }
    }

    // MARK: - Checks

    mutating func noteFill() { lossIsDue = true }
    mutating func noteRestriction() { restrictionIsDue = true }

    var isCheckDue: Bool { lossIsDue || restrictionIsDue }

    mutating func takeLossCheck() -> Bool {
        defer { lossIsDue = false }
        return lossIsDue
    }

    mutating func takeRestriction() -> Bool {
        defer { restrictionIsDue = false }
        return restrictionIsDue
    }

    // MARK: - Time

    mutating func shift(by span: TimeSpan) {
        budget.shift(by: span)
        waitingQueries = waitingQueries.mapValues { $0 + span }
        retryQueriesAt = retryQueriesAt.map { $0 + span }
    }

    var nextQueryTime: Timestamp? { retryQueriesAt }
}
