import Trading

/// This run of the core: its epoch, what time it is, and when it is to be woken.
///
/// Invariants:
/// 1. Time never goes back.
/// 2. An epoch is above all before it.
/// 3. The time of the first start never changes.
package struct Run: Sendable, Hashable, Codable {
    package private(set) var epoch: Int64 = 0
    /// Time of the first start.
    private var genesis: Timestamp?
    /// Part of every client order id, so that neither a new journal nor an older copy of one repeats an id: the time at
    /// which this run began. Journals from before that have the first start's.
    private(set) var idTime: Timestamp?
    package private(set) var now = Timestamp(nanoseconds: 0)
    /// Nothing that concerns an order is sent in this run.
    package private(set) var isObserving = false
    /// What was asked for last.
    private var wakeAt: Timestamp?

    package init() {}

    /// An input has come at this time.
    mutating func advance(to time: Timestamp) { now = max(now, time) }

    /// The process has started. Nobody is left who would wake the core when the one before asked for it.
    mutating func started(epoch: Int64, namesOrdersByRun: Bool, isObserving: Bool = false) {
        self.epoch = epoch
        self.isObserving = isObserving
        genesis = genesis ?? now
        idTime = namesOrdersByRun ? now : genesis
        wakeAt = nil
    }

    /// Another adapter trades from here on.
    /// - Returns: the epoch of its commands.
    mutating func beginEpoch() -> Int64 {
        epoch += 1
        return epoch
    }

    /// The core is to be woken by then; nil for never.
    /// - Returns: the time to ask for; nil when it was asked for already.
    mutating func wake(by deadline: Timestamp?) -> Timestamp? {
        guard let deadline, deadline != wakeAt else { return nil }
        wakeAt = deadline
        return deadline
    }
}
