import Trading

/// What the limits remember.
package struct RiskState: Sendable, Hashable, Codable {
    package var budget = RateBudget()
    /// Symbols whose next step waits for a token.
    var budgetHolds: [Symbol: BudgetHold] = [:]
    /// Orders that are to be asked about when there is a token, since when.
    var waitingQueries: [ClientOrderID: Timestamp] = [:]
    /// The broker's whole snapshot is to be asked for when there is a token.
    var isReconcileWaiting = false
    /// When what waits to be asked is tried again.
    var retryQueriesAt: Timestamp?
    /// Something was filled: the loss of the day is looked at with this input.
    var lossIsDue = false
    /// Trading was restricted: every plan is looked at with this input.
    var restrictionIsDue = false

    /// A step that the budget did not allow yet.
    struct BudgetHold: Sendable, Hashable, Codable {
        var precedence: RateBudget.Precedence
        var until: Timestamp
        /// Of those of one precedence, who has waited longest goes first.
        var since: Timestamp
    }

    mutating func shift(by span: TimeSpan) {
        budget.shift(by: span)
        for symbol in budgetHolds.keys.sorted() {
            if let until = budgetHolds[symbol]?.until { budgetHolds[symbol]?.until = until + span }
            if let since = budgetHolds[symbol]?.since { budgetHolds[symbol]?.since = since + span }
        }
        waitingQueries = waitingQueries.mapValues { $0 + span }
        retryQueriesAt = retryQueriesAt.map { $0 + span }
    }

    var earliestDeadline: Timestamp? {
        (budgetHolds.values.map(\.until) + [retryQueriesAt].compactMap { $0 }).min()
    }
}
