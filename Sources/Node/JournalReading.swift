import Journal
import Orchestration
import Trading

/// Whether this program can read what a start, and a look at the account, needs of a journal (I-JRN-13).
package struct JournalReading: Sendable {
    /// The first input that it cannot read.
    package private(set) var unreadable: UnreadableEntry?
    /// Why the newest snapshot is of no use, and at which entry it stands.
    package private(set) var snapshot: UnusableSnapshot?
    package private(set) var inputs: Int64 = 0

    /// Decodes every input, and the newest snapshot.
    /// - Throws: ``JournalError``.
    package init(_ journal: any JournalReader) throws {
        let (codec, spans, head) = (EntryCodec(), try JournalVersion.spans(of: journal), try journal.head)
        try Recovery.forEachEntry(of: journal, after: 0) { entry in
            guard entry.kind == .input else { return true }
            do {
                _ = try codec.decodeInput(entry.body)
                inputs += 1
                return true
            } catch {
                unreadable = UnreadableEntry(entry, because: error, of: head, spans)
                return false
            }
        }
        guard let newest = try journal.latestSnapshot(atOrBefore: nil) else { return }
        do throws(SnapshotDefect) {
            _ = try StateSnapshot.decode(newest)
        } catch {
            snapshot = UnusableSnapshot(sequence: newest.sequence, defect: error)
        }
    }
}
