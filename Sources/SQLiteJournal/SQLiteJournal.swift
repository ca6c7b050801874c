import FileTrust
import Foundation
import GRDB
import Journal

/// The journal in one SQLite file: WAL, synchronous=FULL, one transaction for a turn.
///
/// Invariants:
/// - I-JRN-5: One writer: it holds `<file>.lock`. Readers need no lock.
/// - I-JRN-6: A turn waits in memory, and is written whole or not at all; ``commit()`` returns when it is on the disk.
/// - I-JRN-7: A file that is not sound is never changed, removed, or made anew.
/// - I-JRN-8: A write that failed is the last one.
package final class SQLiteJournal: Journal {
    private enum State {
        case working
        /// An earlier write failed, or the journal is closed.
        case poisoned(cause: String)
    }

    /// Seconds for which a connection waits for another one's lock.
    static let busySeconds = 5.0
    /// Bytes that the `-wal` may keep once all of it is in the file itself.
    static let walBytesKept = 64 << 20

    package let path: String
    private let store: Store
    private var lock: WriterLock?
    private var turn: OpenTurn
    private var state = State.working
    /// The newest that was written by us.
    private var seal: Seal?
    private var packer: BodyPacker
    /// Reads across the archives; nil where there are none.
    private let archives: SQLiteJournalReader?

    /// Opens a journal, or begins one.
    /// - Parameters:
    ///   - maximumBytes: a commit that would make the file longer fails as on a full disk; nil: as much as the disk has.
    ///     The `-wal` beside it is not counted; it has some 4 MiB as a rule.
    ///   - createdBy: who begins it, for the metadata.
    ///   - plainEntries: bodies of the first so many entries are stored as they are, so that whatever reads SQLite and JSON reads
    ///     a small journal.
    /// - Throws: `heldBy`; `notAJournal`, `tooNew`, `damaged`, with nothing changed; `full`, `io`.
    package init(
        path: String, maximumBytes: Int64? = nil, createdBy: String = "bigbrother", plainEntries: Int64 = 4_000
    ) throws(JournalError) {
        packer = BodyPacker(plainEntries: plainEntries)
        let path = JournalFile.resolve(path)
        self.path = path
        try Self.checkTrust(path)
        lock = try WriterLock(journal: path)
        if try !JournalFile.exists(path) { try JournalFile.create(path, createdBy: createdBy) }
        // To open it for writing already moves its -wal into it; so it is looked at through a reader first.
        let probe = try SQLiteJournalReader(path: path)
        turn = OpenTurn(after: try probe.checkedHead(), path: path)
        if probe.archives.isEmpty {
            archives = nil
            try probe.close()
        } else {
            archives = probe
        }
        store = Store(path: path, queue: try Self.connect(path, maximumBytes: maximumBytes))
    }

    deinit { close() }

    /// Nobody else may put a file into its folder, such as a log that SQLite would take for ours, nor change the journal.
    static func checkTrust(_ path: String) throws(JournalError) {
        do throws(UntrustedPath) {
            try FileTrust.check(folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
            try FileTrust.check(path)
        } catch {
            throw .io(path: path, why: "others may change it: \(error)")
        }
    }

    /// Opens a journal for reading, whether or not somebody writes it.
    /// - Throws: `missing`, `notAJournal`, `tooNew`, `damaged`, `io`.
    package static func openReadOnly(_ path: String) throws(JournalError) -> SQLiteJournalReader {
        try SQLiteJournalReader(path: path)
    }

    /// Whether somebody writes a journal, and who.
    package static func lockState(of path: String) -> LockState { WriterLock.holder(of: JournalFile.resolve(path)) }

    static func connect(_ path: String, maximumBytes: Int64?) throws(JournalError) -> DatabaseQueue {
        try translating(path) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(busySeconds)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA journal_size_limit = \(walBytesKept)")
                if let maximumBytes {
                    let pageBytes = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
                    try database.execute(sql: "PRAGMA max_page_count = \(max(1, maximumBytes / pageBytes))")
                }
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw JournalError.io(
                        path: path, why: "its disk cannot hold a write-ahead log, such as a network share")
                }
            }
            try Schema.migrator.migrate(queue)
            return queue
        }
    }

    package var head: JournalHead { turn.head }
    package var openHead: JournalHead { turn.head }

    package func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        try checkWritable()
        try turn.append(kind: kind, type: type, at: at, body: body, mentions: mentions)
    }

    package func mention(_ key: String) throws(JournalError) {
        try checkWritable()
        turn.mention(key)
    }

    package func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        try checkWritable()
        try turn.note(kind: kind, at: at, body: body)
    }

    package func setMetadata(_ key: String, _ value: String) throws(JournalError) {
        try checkWritable()
        turn.setMetadata(key, value)
    }

    package func commit() throws(JournalError) {
        try checkWritable()
        guard !turn.isEmpty else { return }
        let bodies = turn.items.map { item in
            packer.pack(item.entry.body, type: item.entry.type, sequence: item.entry.sequence)
        }
        seal = try write { try TurnWriter(database: $0, path: path, seal: seal).write(turn, bodies: bodies) }
        turn.settle()
    }

    package func rollback() { turn.discard() }

    package func saveSnapshot(_ snapshot: Snapshot) throws(JournalError) {
        try checkWritable()
        try turn.check(snapshot)
        seal = try write { try TurnWriter(database: $0, path: path, seal: seal).write(snapshot, turn.durable) }
    }

    package func close() {
        guard lock != nil else { return }
        turn.discard()
        // What fails here is only the tidying up: all that was committed is in the -wal.
        do {
            try archives?.close()
            try store.queue.close()
        } catch { state = .poisoned(cause: "it could not be closed, because \(error)") }
        if case .working = state { state = .poisoned(cause: "it is closed") }
        lock.take()?.close()
    }

    private func checkWritable() throws(JournalError) {
        if case .poisoned(let cause) = state { throw .poisoned(path: path, cause: cause) }
    }

    private func write(_ body: (Database) throws -> Seal) throws(JournalError) -> Seal {
        do throws(JournalError) {
            return try translating(path) { try store.queue.write(body) }
        } catch {
            turn.discard()
            state = .poisoned(cause: "an earlier write failed, because \(error)")
            throw error
        }
    }
}

extension SQLiteJournal {
    package func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        // What is newer is read where it is written.
        guard let archives, query.range.lowerBound <= archivedUpTo else { return try store.entries(query) }
        return try archives.entries(query)
    }

    package var archivedUpTo: Int64 { archives?.archivedUpTo ?? 0 }

    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try store.latestSnapshot(atOrBefore: sequence)
    }

    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try store.notes(kind: kind, limit: limit)
    }

    package func metadata(_ key: String) throws(JournalError) -> String? { try store.metadata(key) }

    package func isSealed(_ snapshot: Snapshot) throws(JournalError) -> Bool { try store.isSealed(snapshot) }
}
