/// Writes what happened, in order. Synchronous; it has one owner and one thread.
///
///     try journal.append(kind: .input, type: "fill", at: now, body: json, mentions: ["order:17", "symbol:NVDA"])
///     try journal.commit()        // durable from here on: now, and not earlier, effects may leave the process
///
/// Invariants:
/// - I-JRN-1: Entries become durable by whole turns, when ``commit()`` returns, and not before.
/// - I-JRN-2: Sequences and turns count from 1 without gaps; the chain hash covers all entries and nothing else.
///   What else is read back is covered by ``Seal`` (I-JRN-11).
/// - I-JRN-3: After a write that failed every further call that writes throws ``JournalError/poisoned(path:cause:)``:
///   the memory of the caller has run ahead of the disk, and only a new start may go on.
/// - I-JRN-4: Reading gives what is durable, never the open turn.
/// - I-JRN-9: Entries are never rewritten; one of any older format can still be read. See ``JournalFormat``.
package protocol Journal: JournalReader {
    /// The end of the open turn, or of what is durable when it is empty.
    var openHead: JournalHead { get }

    /// Adds an entry to the open turn.
    /// - Parameter mentions: keys under which the entry can be found, such as `symbol:NVDA`, `order:ID`, `cycle:42`.
    /// - Throws: ``JournalError/poisoned(path:cause:)``.
    func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError)

    /// One more key for the entry that was appended last; the open turn must have one.
    /// - Throws: ``JournalError/poisoned(path:cause:)``.
    func mention(_ key: String) throws(JournalError)

    /// A fact of this run, beside the chain; durable with the next commit.
    /// - Throws: ``JournalError/poisoned(path:cause:)``.
    func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError)

    /// Remembers a value, such as the `account`; durable with the next commit, and replaces the one before.
    /// - Throws: ``JournalError/poisoned(path:cause:)``.
    func setMetadata(_ key: String, _ value: String) throws(JournalError)

    /// Makes the open turn durable as a whole; nothing when it is empty.
    /// - Throws: `full` and `io`, and the journal is poisoned then; `poisoned` when it was before.
    func commit() throws(JournalError)

    /// Forgets the open turn with its notes and metadata.
    func rollback()

    /// Keeps a state as of a durable entry, at once, and lets go of all but the last ``JournalLimits/snapshotsKept``.
    /// - Throws: as ``commit()``.
    func saveSnapshot(_ snapshot: Snapshot) throws(JournalError)

    /// Lets go of the file and its lock; the open turn is lost. To write afterwards throws `poisoned`.
    func close()
}

extension Journal {
    package func append(kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8]) throws(JournalError) {
        try append(kind: kind, type: type, at: at, body: body, mentions: [])
    }
}

/// Reads a journal: what is durable, and nothing else.
package protocol JournalReader: AnyObject {
    /// Where it is; stands in every error.
    var path: String { get }
    /// Where the durable part ends.
    var head: JournalHead { get throws(JournalError) }
    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry]
    /// The newest at or before a sequence; nil for the newest of all.
    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot?
    /// The last of a kind, oldest first.
    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote]
    func metadata(_ key: String) throws(JournalError) -> String?
    /// Whether a snapshot that it gave is the one that was written, as far as the journal can tell: see ``Seal``.
    func isSealed(_ snapshot: Snapshot) throws(JournalError) -> Bool
    /// The last entry that stands in an archive, which may be out of reach; 0 for none.
    var archivedUpTo: Int64 { get }
}

extension JournalReader {
    package func isSealed(_ snapshot: Snapshot) throws(JournalError) -> Bool { true }
    package var archivedUpTo: Int64 { 0 }
}
