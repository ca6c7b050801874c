/// What is told once in a run, and logged once a second: anybody on this host may cause it again and again.
struct ToldOnce {
    private var told: Set<String> = []
    private var log = LogThrottle()

    /// - Parameter most: beyond so many nothing more is told.
    /// - Returns: whether it is to be told.
    mutating func insert(_ key: String, atMost most: Int) -> Bool {
        told.count < most && told.insert(key).inserted
    }

    /// - Returns: the line that is logged now; nil: none.
    mutating func line(_ what: String, now: Int64) -> String? { log.line(what, now: now) }
}
