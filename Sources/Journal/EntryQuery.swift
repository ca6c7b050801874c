/// Which entries to read, and in what order.
package struct EntryQuery: Hashable, Sendable {
    package enum Filter: Hashable, Sendable {
        case all
        case type(String)
        /// A key under which entries were mentioned, such as `symbol:NVDA`.
        case mention(String)
    }

    package var filter: Filter
    /// Sequences, both ends included.
    package var range: ClosedRange<Int64>
    /// At most so many, counted from the end that comes first; fewer where they are longer than ``JournalLimits/batchBytes``
    /// together, and one at least where there is any.
    package var limit: Int
    package var newestFirst: Bool

    package init(
        _ filter: Filter = .all, in range: ClosedRange<Int64> = Int64.min...Int64.max, limit: Int,
        newestFirst: Bool = false
    ) {
        self.filter = filter
        self.range = range
        self.limit = limit
        self.newestFirst = newestFirst
    }
}

extension JournalReader {
    /// From a sequence on, oldest first.
    package func entries(from sequence: Int64, limit: Int) throws(JournalError) -> [JournalEntry] {
        try entries(EntryQuery(in: sequence...Int64.max, limit: limit))
    }

    package func entries(
        in range: ClosedRange<Int64>, limit: Int, newestFirst: Bool = false
    ) throws(JournalError) -> [JournalEntry] {
        try entries(EntryQuery(in: range, limit: limit, newestFirst: newestFirst))
    }

    package func entries(
        mentioning key: String, limit: Int, newestFirst: Bool = false
    ) throws(JournalError) -> [JournalEntry] {
        try entries(EntryQuery(.mention(key), limit: limit, newestFirst: newestFirst))
    }

    /// The last N of a type are `entries(type:limit:newestFirst: true)`.
    package func entries(
        type: String, limit: Int, newestFirst: Bool = false
    ) throws(JournalError) -> [JournalEntry] {
        try entries(EntryQuery(.type(type), limit: limit, newestFirst: newestFirst))
    }
}
