import Trading

/// What the limits remember.
package struct RiskState: Sendable, Hashable, Codable {
    package var budget = RateBudget()
    /// Symbols whose next step waits for a token.
    var waiting: [Symbol: Wait] = [:]
    /// Orders that are to be asked about when there is a token, since when.
    var unasked: [ClientOrderID: Timestamp] = [:]
    /// The broker's whole truth is to be asked for when there is a token.
    var truthIsUnasked = false
    /// When what waits to be asked is tried again.
    var askAgainAt: Timestamp?
    /// Something was filled: the loss of the day is looked at with this input.
    var lossIsDue = false
    /// Trading was restricted: every plan is looked at with this input.
    var restrictionIsDue = false

    /// A step that the budget did not allow yet.
    struct Wait: Sendable, Hashable, Codable {
        var precedence: RateBudget.Precedence
        var until: Timestamp
        /// Of those of one precedence, who has waited longest goes first.
        var since: Timestamp
    }

    mutating func shift(by span: TimeSpan) {
        budget.shift(by: span)
        for symbol in waiting.keys.sorted() {
            if let until = waiting[symbol]?.until { waiting[symbol]?.until = until + span }
            if let since = waiting[symbol]?.since { waiting[symbol]?.since = since + span }
        }
        unasked = unasked.mapValues { $0 + span }
        askAgainAt = askAgainAt.map { $0 + span }
    }

    var earliestDeadline: Timestamp? {
        (waiting.values.map(\.until) + [askAgainAt].compactMap { $0 }).min()
    }
}
