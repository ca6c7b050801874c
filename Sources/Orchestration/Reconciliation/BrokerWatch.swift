import Trading

/// Since when the broker owes an answer, what its adapter said instead, and when a person hears of it (I-SIL-1).
///
/// Invariants:
/// 1. Silence begins with what was asked and not with the newest repetition, and ends with an answer.
/// 2. What lasts is told again and again.
package struct BrokerWatch: Sendable, Hashable, Codable {
    /// Something was asked, and nothing has been answered since.
    package private(set) var silentSince: Timestamp?
    /// The whole state was asked for, and has not been brought together with ours since.
    package private(set) var unreconciledSince: Timestamp?
    /// When both agreed last.
    package private(set) var agreedAt: Timestamp?
    /// What the adapter has said last in place of an answer; nil while it answers.
    package private(set) var failure: String?
    /// Words that were told in this silence.
    private var toldWords: [String] = []
    private var silenceDueAt: Timestamp?
    private var unreconciledDueAt: Timestamp?
    /// An emergency was told, and its end is told as well.
    package private(set) var isTold = false

    package init() {}

    enum Overdue: Sendable, Hashable {
        case silent(since: Timestamp)
        case unreconciled(since: Timestamp)
    }

    // MARK: - What is asked and answered

    /// - Parameter wholeState: and not about one order.
    mutating func asked(wholeState: Bool, at now: Timestamp) {
        guard Self.isKnown(now) else { return }
        if silentSince == nil { (silentSince, silenceDueAt) = (now, now + CoreLimits.brokerSilence) }
        guard wholeState, unreconciledSince == nil else { return }
        (unreconciledSince, unreconciledDueAt) = (now, now + CoreLimits.unreconciled)
    }

    /// It has answered something.
    mutating func answered() {
        (silentSince, silenceDueAt, failure) = (nil, nil, nil)
        toldWords = []
    }

    /// An error stands in the place of an answer.
    /// - Returns: whether these words are new in this silence.
    mutating func failed(_ why: String, at now: Timestamp) -> Bool {
        asked(wholeState: false, at: now)
        failure = why
        let words = why.withoutFigures
        guard !toldWords.contains(words), toldWords.count < CoreLimits.brokerWords else { return false }
        toldWords.append(words)
        return true
    }

    /// Its state and ours were brought together.
    /// - Returns: since when they were not, where that was told.
    mutating func agreed(at now: Timestamp) -> Timestamp? {
        let since = isTold ? [silentSince, unreconciledSince].compactMap { $0 }.min() ?? now : nil
        answered()
        (unreconciledSince, unreconciledDueAt, agreedAt, isTold) = (nil, nil, now, false)
        return since
    }

    /// It is gone, which was told; or the core has started, and it has not come yet.
    /// - Parameter reminder: when that is told.
    mutating func absent(at now: Timestamp, reminder: TimeSpan) {
        guard Self.isKnown(now) else { return }
        silentSince = silentSince ?? now
        silenceDueAt = now + reminder
        (unreconciledSince, unreconciledDueAt) = (nil, nil)
    }

    // MARK: - Time

    /// Before the first word of a tape nobody knows what time it is, and nothing can be late.
    private static func isKnown(_ now: Timestamp) -> Bool { now.nanoseconds > 0 }

    /// What a person is to be told now, taken out until the reminder. Silence says more than the other.
    mutating func takeOverdue(at now: Timestamp) -> Overdue? {
        if let since = silentSince, let due = silenceDueAt, due <= now {
            silenceDueAt = now + CoreLimits.brokerReminder
            unreconciledDueAt = unreconciledDueAt.map { max($0, now + CoreLimits.brokerReminder) }
            isTold = true
            return .silent(since: since)
        }
        if let since = unreconciledSince, let due = unreconciledDueAt, due <= now {
            unreconciledDueAt = now + CoreLimits.brokerReminder
            isTold = true
            return .unreconciled(since: since)
        }
        return nil
    }

    var nextDeadline: Timestamp? { [silenceDueAt, unreconciledDueAt].compactMap { $0 }.min() }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        func ahead(_ time: Timestamp) -> Timestamp { min(time + span, now) }
        (silentSince, unreconciledSince) = (silentSince.map(ahead), unreconciledSince.map(ahead))
        agreedAt = agreedAt.map(ahead)
        (silenceDueAt, unreconciledDueAt) = (silenceDueAt.map { $0 + span }, unreconciledDueAt.map { $0 + span })
    }
}
