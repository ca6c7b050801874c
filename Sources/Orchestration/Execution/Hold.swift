import Trading

/// Why a symbol is left alone.
struct Hold: Sendable, Hashable, Codable {
    /// The broker's snapshot is awaited.
    var awaitsBrokerSnapshot = false
    /// Refusals in a row.
    var refusals: Int64 = 0
    /// The newest of them; nil while there was none.
    var refusedAt: Timestamp?
    /// Of those in a row, how many came soon after the one before.
    var sinceWait: Int64 = 0
    /// Refusals in a row when a person was last alerted to them.
    var alertedAt: Int64 = 0
    /// Nothing is sent before this cycle.
    var untilCycle: Int64 = 0
    /// What was asked of the broker earlier may be behind what has happened.
    var snapshotNotBefore: Timestamp?

    mutating func endRefusals() {
        refusals = 0
        refusedAt = nil
        sinceWait = 0
        alertedAt = 0
    }

    func shifted(by span: TimeSpan, now: Timestamp) -> Hold {
        with(self) {
            $0.snapshotNotBefore = $0.snapshotNotBefore.map { $0 + span }
            $0.refusedAt = $0.refusedAt.map { min($0 + span, now) }
        }
    }
}

/// A reduction that failed: protection comes first, and the next try later each time.
struct Backoff: Sendable, Hashable, Codable {
    var count: Int64
    var untilCycle: Int64
}

/// An action that the budget did not allow yet.
struct BudgetHold: Sendable, Hashable, Codable {
    var precedence: RateBudget.Precedence
    var until: Timestamp
    /// Of those of one precedence, who has waited longest goes first.
    var since: Timestamp

    func shifted(by span: TimeSpan) -> BudgetHold {
        BudgetHold(precedence: precedence, until: until + span, since: since + span)
    }
}
