import Journal
import Trading

/// Which core this is, for the adapters that it trades through (P8, I-FENCE-1 to 4): of which journal, and which of its runs.
///
/// It stands beside the chain: two runs of one tape give the same chain, and are two cores.
package struct Lineage: Sendable, Hashable {
    /// Of the journal: another one from a start on for which a person has freed an adapter.
    package private(set) var journal: String
    package let run: String
    /// Every run of this journal, this one too.
    private let runs: Set<String>

    /// Metadata: the journal's identity.
    package static let key = "identity"
    /// Notes: each run of a core on the journal.
    package static let noteKind = "run"
    /// Runs that are looked at, the newest.
    private static let limit = 100_000

    package init(journal: String, run: String, runs: Set<String> = []) {
        self.journal = journal
        self.run = run
        self.runs = runs.union([run])
    }

    /// A new run of a journal, which gets an identity where it has none. Both are durable with the next commit.
    /// - Throws: ``JournalError``.
    package static func begin(in journal: any Journal, at time: Timestamp) throws -> Lineage {
        let known = try journal.notes(kind: noteKind, limit: limit).map { String(decoding: $0.body, as: UTF8.self) }
        let identity = try journal.metadata(key)
        let lineage = Lineage(journal: identity ?? unique(), run: unique(), runs: Set(known))
        if identity == nil { try journal.setMetadata(key, lineage.journal) }
        try journal.note(kind: noteKind, at: time.nanoseconds, body: Array(lineage.run.utf8))
        return lineage
    }

    /// A person lets this core take an adapter over: whoever else has the journal as it was has another one from here on.
    mutating func takeOver() { journal = Self.unique() }

    /// Unguessable and no part of any decision, so it may come from the system.
    private static func unique() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    func knows(run: String) -> Bool { runs.contains(run) }
}
