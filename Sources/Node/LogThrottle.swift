/// One line a second for what anybody on this host may cause.
struct LogThrottle {
    private var dueMilliseconds = Int64.min
    private var suppressed = 0

    /// - Returns: what is logged now; nil: nothing.
    mutating func line(_ what: String, now: Int64) -> String? {
        guard now >= dueMilliseconds else {
            suppressed += 1
            return nil
        }
        defer { (dueMilliseconds, suppressed) = (now + LoopLimits.throttledLogMilliseconds, 0) }
        return suppressed == 0 ? what : what + " (and \(suppressed) more before)"
    }
}
