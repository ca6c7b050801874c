/// When a plugin's process is started again: pure, so that it can be tested without processes.
///
/// Back-off doubles from 1 s to 60 s, and is forgotten after 60 s of health. Five failures in five minutes are
/// quarantine: it is not started again until a person says so.
package struct RestartPolicy: Sendable, Hashable {
    package static let firstDelayMilliseconds: Int64 = 1_000
    package static let longestDelayMilliseconds: Int64 = 60_000
    package static let healthyAfterMilliseconds: Int64 = 60_000
    package static let failuresForQuarantine = 5
    package static let failureWindowMilliseconds: Int64 = 300_000

    package enum Verdict: Sendable, Hashable {
        case restart(afterMilliseconds: Int64)
        /// So many failures within so long a time, from the first to the last.
        case quarantine(failures: Int, withinMilliseconds: Int64)
    }

    /// Failures of the window, oldest first.
    private var failures: [Int64] = []
    private var streak: Int64 = 0
    private var startedAt: Int64?

    package init() {}

    package mutating func started(atMilliseconds now: Int64) { startedAt = now }

    /// - Parameter jitter: 0 to 1000, thousandths of the delay's upper fifth, so that plugins do not return in step.
    package mutating func failed(atMilliseconds now: Int64, jitter: Int64) -> Verdict {
        if let startedAt, now - startedAt >= Self.healthyAfterMilliseconds { streak = 0 }
        startedAt = nil
        failures.append(now)
        failures.removeAll { now - $0 > Self.failureWindowMilliseconds }
        guard failures.count < Self.failuresForQuarantine else {
            return .quarantine(failures: failures.count, withinMilliseconds: now - (failures.first ?? now))
        }
        let doubled = Self.firstDelayMilliseconds << min(streak, 6)
        streak += 1
        let delay = min(doubled, Self.longestDelayMilliseconds)
        return .restart(afterMilliseconds: delay - delay / 5 + delay / 5 * jitter / 1_000)
    }
}
