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
    /// What was asked of the broker earlier, or within its lag after this, may be behind what has happened.
    var snapshotNotBefore: Timestamp?
    /// An exit was ended by others while nothing could execute: the snapshot is one of the next session.
    var awaitsOpen: Bool?

    mutating func endRefusals() {
        refusals = 0
        refusedAt = nil
        sinceWait = 0
        alertedAt = 0
    }

    func shifted(by span: TimeSpan, now: Timestamp) -> Hold {
        with(self) {
            $0.snapshotNotBefore = $0.snapshotNotBefore.map { min($0 + span, now) }
            $0.refusedAt = $0.refusedAt.map { min($0 + span, now) }
        }
    }
}

/// What the broker has refused: the next try of the same comes later each time. Another wish is another try.
struct Backoff: Sendable, Hashable, Codable {
    /// Identical refusals.
    var count: Int64
    var untilCycle: Int64
    var subject: Subject

    /// Two wishes that differ in this are not identical.
    enum Subject: Sendable, Hashable, Codable {
        /// A part of the position, whatever its size.
        case part
        case wholeExit
        case protection
        /// To move a stop or a target that rests.
        case move
        /// Of a position, what is no whole share, where stops are for whole shares.
        case remainder
        case entry(side: Side, quantity: Quantity, isLimited: Bool)

        /// What one place is kept for: a part and a whole exit take turns.
        enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case reduction, protection, move, remainder, entry
        }

        var kind: Kind {
            switch self {
            case .part, .wholeExit: .reduction
            case .protection: .protection
            case .move: .move
            case .remainder: .remainder
            case .entry: .entry
            }
        }

        /// Cycles to the next try after so many refusals: 2, 4, 8, 16 and 32. What is to leave, or to be protected, goes on
        /// at that; for a part protection is taken away each time, and nothing is lost by its waiting for another session.
        func cycles(after refusals: Int64) -> Int64 {
            let doubled = Int64(1) << min(refusals, 10)
            return switch self {
            case .part, .remainder: doubled > CoreLimits.longestBackoff ? CoreLimits.longestBackoffOfPart : doubled
            case .wholeExit, .entry: min(doubled, CoreLimits.longestBackoff)
            case .protection, .move: min(doubled, CoreLimits.longestBackoffOfProtection)
            }
        }
    }

    /// After one more refusal of this.
    func following(_ subject: Subject, in cycle: Int64) -> Backoff {
        let count = self.subject == subject ? self.count + 1 : 1
        return Backoff(count: count, subject, in: cycle)
    }

    init(count: Int64, _ subject: Subject, in cycle: Int64) {
        self.count = count
        self.subject = subject
        untilCycle = cycle + subject.cycles(after: count)
    }
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
