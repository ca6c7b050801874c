import Journal
import Orchestration
import Trading

/// Brings the core back to where the journal ends: the newest snapshot, and the inputs after it with their effects
/// discarded. What was in flight is asked for again by reconciliation.
package enum Recovery {
    /// How many entries are read at a time.
    static let batch = 1_000

    /// - Throws: ``JournalError``, and ``RecoveryError`` for an entry that cannot be read.
    package static func recover(from journal: any JournalReader) throws -> Orchestrator {
        let codec = EntryCodec()
        var core = Orchestrator()
        var sequence: Int64 = 0
        if let snapshot = try journal.latestSnapshot(atOrBefore: nil) {
            do {
                core = Orchestrator(try codec.decodeState(snapshot.body))
            } catch {
                throw RecoveryError.unreadable(sequence: snapshot.sequence, what: "snapshot", why: "\(error)")
            }
            sequence = snapshot.sequence
        }
        try forEachEntry(of: journal, after: sequence) { entry in
            guard entry.kind == .input else { return true }
            do {
                _ = core.handle(try codec.decodeInput(entry.body), at: Timestamp(nanoseconds: entry.at))
            } catch {
                throw RecoveryError.unreadable(sequence: entry.sequence, what: entry.type, why: "\(error)")
            }
            return true
        }
        return core
    }

    /// Every entry after a sequence, in order, until `body` says false.
    static func forEachEntry(
        of journal: any JournalReader, after sequence: Int64, _ body: (JournalEntry) throws -> Bool
    ) throws {
        var next = sequence + 1
        while true {
            let entries = try journal.entries(from: next, limit: batch)
            for entry in entries where try !body(entry) { return }
            guard let last = entries.last else { return }
            next = last.sequence + 1
        }
    }
}

package enum RecoveryError: Error, CustomStringConvertible {
    case unreadable(sequence: Int64, what: String, why: String)

    package var description: String {
        switch self {
        case .unreadable(let sequence, let what, let why):
            "journal entry \(sequence) (\(what)) cannot be read: \(why); it was written by another version of bigbrother, or is damaged: run `bigbrother doctor`"
        }
    }
}
