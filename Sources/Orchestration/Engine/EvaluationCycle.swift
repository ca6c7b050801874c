import Trading

/// The cycle: its number, whether policies are being asked, and how many more events may start one in this period.
///
/// Invariants:
/// 1. One cycle at a time asks policies.
/// 2. The number grows by one with each cycle, also over restarts.
package struct EvaluationCycle: Sendable, Hashable, Codable {
    package private(set) var number: Int64 = 0
    package private(set) var isEvaluating = false
    /// When policies were last shown the whole.
    private(set) var snapshotAt: Timestamp?
    /// Why another cycle is to follow the one that is under way.
    private var pendingTrigger: CycleTrigger?
    /// Symbols whose position was adopted anew, split or opened since the snapshot was made; sorted.
    private(set) var overtaken: [Symbol] = []
    /// When the last cycle began, and how long after the one before.
    private var beganAt: Timestamp?
    private var usualGap: TimeSpan?
    /// When policies' answers were last decided on.
    private(set) var decidedAt: Timestamp?
    /// Cycles that events started in this period.
    private var urgentInPeriod: Int64 = 0

    package init() {}

    /// A process has started: nobody answers what the one before has asked.
    mutating func started() {
        isEvaluating = false
        pendingTrigger = nil
        decidedAt = nil
    }

    mutating func beginPeriod() { urgentInPeriod = 0 }

    /// An event asks for a cycle.
    /// - Returns: whether the period has one left for it.
    mutating func takeUrgent(of limit: Int64) -> Bool {
        guard urgentInPeriod < limit else { return false }
        urgentInPeriod += 1
        return true
    }

    /// A cycle is due. While another asks policies, this one follows it; the first reason is the one that is kept.
    /// - Returns: whether it has to wait.
    mutating func postpone(_ trigger: CycleTrigger) -> Bool {
        guard isEvaluating else { return false }
        pendingTrigger = pendingTrigger ?? trigger
        return true
    }

    /// - Returns: the number of the cycle that begins.
    mutating func begin(at now: Timestamp) -> Int64 {
        usualGap = beganAt.map { now - $0 }
        beganAt = now
        number += 1
        return number
    }

    /// Between the last cycle and now there was much more time than between those before: cycles say nothing of how long ago
    /// something was.
    func isPaused(at now: Timestamp) -> Bool {
        guard let beganAt, let usualGap else { return false }
        let gap = now - beganAt
        return gap > CoreLimits.shortestWish && gap.nanoseconds / CoreLimits.wishCycles > usualGap.nanoseconds
    }

    /// The snapshot for the policies was made.
    mutating func snapshotTaken(at time: Timestamp) { snapshotAt = time }

    /// Policies are asked.
    mutating func evaluate() {
        isEvaluating = true
        overtaken = []
    }

    /// The position of the symbol is another one than the snapshot shows: what policies make of that is void.
    mutating func overtake(_ symbol: Symbol) {
        guard isEvaluating, !overtaken.contains(symbol) else { return }
        overtaken = (overtaken + [symbol]).sorted()
    }

    mutating func decided(at time: Timestamp) { decidedAt = time }

    /// Their answers to a cycle are here.
    /// - Returns: whether they were awaited.
    mutating func answered(_ cycle: Int64) -> Bool {
        guard isEvaluating, cycle == number else { return false }
        isEvaluating = false
        return true
    }

    /// Why the next one follows at once; nil when it does not.
    mutating func takePendingTrigger() -> CycleTrigger? {
        defer { pendingTrigger = nil }
        return pendingTrigger
    }
}
