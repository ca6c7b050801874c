import Trading

extension Timestamp {
    /// For people: `2026-03-16T14:00:00.123Z`, to the millisecond at most; the journal and `--json` have all of it.
    package var inMilliseconds: String {
        let million: Int64 = 1_000_000
        let rest = ((nanoseconds % million) + million) % million
        let (floor, overflow) = nanoseconds.subtractingReportingOverflow(rest)
        return (overflow ? self : Timestamp(nanoseconds: floor)).description
    }
}
