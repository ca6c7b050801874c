import Trading

/// When the next cycle or the next piece of tape is due: pure.
///
/// In real time a cycle is due every period. In lockstep the tape moves on only when everything that its last update
/// caused is done.
struct CycleScheduler {
    enum Stage: Equatable {
        /// Plugins are starting; none becomes an input before all are ready or the time is up.
        case barrier(untilMilliseconds: Int64)
        /// Providers were asked for bars from before.
        case history(untilMilliseconds: Int64)
        /// Lockstep: the first update is awaited, so that everything happens at the tape's time.
        case firstUpdate
        case running
    }

    private(set) var stage: Stage
    private(set) var tapeTime: Timestamp?
    private(set) var hasTapeEnded = false
    private(set) var awaitsProvider = false
    /// Lockstep: the newest update has not had its cycle.
    private var cycleIsDue = false
    private var nextCycleMilliseconds: Int64
    private let lockstep: Bool

    init(lockstep: Bool, now: Int64, startMilliseconds: Int64) {
        self.lockstep = lockstep
        stage = .barrier(untilMilliseconds: now + startMilliseconds)
        nextCycleMilliseconds = now
    }

    /// Plugins become inputs of the core from here on.
    var isOpen: Bool { stage == .running }

    mutating func providerAsked() { awaitsProvider = true }
    mutating func providerAnswered() { awaitsProvider = false }
    mutating func tapeEnded() { hasTapeEnded = true }

    mutating func tapeReached(_ time: Timestamp, startsCycle: Bool = true) {
        tapeTime = max(tapeTime ?? time, time)
        cycleIsDue = cycleIsDue || startsCycle
    }

    mutating func awaitHistory(until: Int64) { stage = .history(untilMilliseconds: until) }
    mutating func endBarrier() { stage = lockstep ? .firstUpdate : .running }
    mutating func open(now: Int64, period: Int64) {
        stage = .running
        nextCycleMilliseconds = now + period
    }

    /// Lockstep: takes the due cycle.
    mutating func consumeDueCycle() -> Bool {
        defer { cycleIsDue = false }
        return cycleIsDue
    }

    /// Real time: takes the due cycle; periods that were missed are not made up for.
    mutating func consumeDuePeriod(now: Int64, period: Int64) -> Bool {
        guard now >= nextCycleMilliseconds else { return false }
        let next = nextCycleMilliseconds + period
        nextCycleMilliseconds = next > now ? next : now + period
        return true
    }

    /// The cycle period is another from now on: the next cycle is not later than one of it.
    mutating func periodChanged(now: Int64, period: Int64) {
        guard !lockstep, isOpen else { return }
        nextCycleMilliseconds = min(nextCycleMilliseconds, now + period)
    }

    mutating func waitUntil(_ milliseconds: Int64) { nextCycleMilliseconds = milliseconds }
    func isBeforeNextCycle(now: Int64) -> Bool { now < nextCycleMilliseconds }

    /// - Parameter paceMilliseconds: from one update of a tape to the next; 0: as fast as it goes.
    func nextDueMilliseconds(paceMilliseconds: Int64) -> Int64? {
        switch stage {
        case .barrier(let until), .history(let until): until
        case .firstUpdate: nil
        case .running: lockstep && paceMilliseconds == 0 ? nil : nextCycleMilliseconds
        }
    }
}
