import Trading

/// What a report is of.
package struct ReportOptions: Sendable, Hashable {
    /// It begins with the first cycle from then on; nil: the first of all.
    package var since: Timestamp?
    /// Nothing after it counts.
    package var until: Timestamp?
    /// Compared with: bought at the beginning and held.
    package var benchmark: Symbol?

    package init(since: Timestamp? = nil, until: Timestamp? = nil, benchmark: Symbol? = nil) {
        (self.since, self.until, self.benchmark) = (since, until, benchmark)
    }
}

/// Why there is no report.
package enum ReportError: Error, Hashable, CustomStringConvertible {
    /// No cycle was started in the range.
    case nothing(ReportOptions, seen: Timestamp)
    /// The range ends before it begins.
    case emptyRange(since: Timestamp, until: Timestamp)
    case noPrice(of: Symbol)

    package var description: String {
        switch self {
        case .nothing(let options, let seen):
            if seen.nanoseconds == 0 {
                return "nothing has happened there yet: no cycle was started that a report could be made of"
            }
            if options.since == nil, options.until == nil {
                return
                    "no cycle was started by \(seen), so there is no equity to report; `bigbrother status` says what the core waits for"
            }
            let range = [options.since.map { "from \($0)" }, options.until.map { "until \($0)" }].compactMap { $0 }
            return
                "no cycle was started \(range.joined(separator: " ")): choose --since and --until within what was recorded"
        case .emptyRange(let since, let until):
            return "the range is empty: --since \(since) is not before --until \(until)"
        case .noPrice(let symbol):
            return
                "--benchmark \(symbol): no price of it was recorded in that time; name a symbol that a provider told of"
        }
    }
}
