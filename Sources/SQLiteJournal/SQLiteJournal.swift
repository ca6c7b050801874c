import Foundation
import GRDB
import Journal

/// The journal in one SQLite file: WAL, synchronous=FULL, one transaction for a turn.
///
/// Invariants:
/// 1. One writer: it holds `<file>.lock`. Readers need no lock.
/// 2. A turn is written whole or not at all; ``commit()`` returns when it is on the disk.
/// 3. A file that is not sound is never changed, and never made anew.
package final class SQLiteJournal: Journal, JournalReader {
    package let path: String
    private let queue: DatabaseQueue
    private let lock: WriterLock
    private let reader: SQLiteJournalReader
    private var durable: JournalHead
    private var open: [(entry: JournalEntry, mentions: [String])] = []
    private var notes: [JournalNote] = []
    private var isPoisoned = false

    /// Opens a journal, or begins one.
    /// - Parameter maximumBytes: a commit that would make the file longer fails as on a full disk; nil: the disk's own.
    /// - Throws: ``JournalError``.
    package init(path: String, maximumBytes: Int64? = nil) throws(JournalError) {
        self.path = path
        do throws(WriterLockError) {
            lock = try WriterLock(path: path + ".lock")
        } catch {
            switch error {
            case .held(let holder): throw .heldBy(path: path, holder: holder)
            case .io(let why): throw .io(path: path, why: why)
            }
        }
        let isNew = !FileManager.default.fileExists(atPath: path)
        if !isNew { try SQLiteJournalReader.checkHeader(path) }
        queue = try translating(path) {
            var configuration = GRDB.Configuration()
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
                if let maximumBytes {
                    let pageSize = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
                    try database.execute(sql: "PRAGMA max_page_count = \(max(1, maximumBytes / pageSize))")
                }
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            if isNew { try queue.write { try Schema.create($0) } }
            return queue
        }
        _ = chmod(path, 0o600)
        reader = SQLiteJournalReader(queue: queue, path: path)
        durable = try reader.head
    }

    package var head: JournalHead {
        open.last.map { JournalHead(sequence: $0.entry.sequence, turn: $0.entry.turn, chain: $0.entry.chain) }
            ?? durable
    }

    package func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: path) }
        let before = head
        let turn = durable.turn + 1
        let chain = ChainHash(
            after: before.chain, sequence: before.sequence + 1, turn: turn, kind: kind, type: type, at: at, body: body)
        open.append(
            (
                JournalEntry(
                    sequence: before.sequence + 1, turn: turn, kind: kind, type: type, at: at, body: body, chain: chain),
                mentions
            ))
    }

    package func commit() throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: path) }
        guard !open.isEmpty || !notes.isEmpty else { return }
        let (open, notes) = (open, notes)
        try writing { database in
            let entry = try database.cachedStatement(
                sql: "INSERT INTO entry (sequence, turn, kind, type, at, body, chain) VALUES (?, ?, ?, ?, ?, ?, ?)")
            let mention = try database.cachedStatement(
                sql: "INSERT OR IGNORE INTO mention (key, sequence) VALUES (?, ?)")
            for item in open {
                try entry.execute(arguments: [
                    item.entry.sequence, item.entry.turn, item.entry.kind.rawValue, item.entry.type, item.entry.at,
                    Data(item.entry.body), Data(item.entry.chain.bytes),
                ])
                for key in item.mentions { try mention.execute(arguments: [key, item.entry.sequence]) }
            }
            let note = try database.cachedStatement(sql: "INSERT INTO note (kind, at, body) VALUES (?, ?, ?)")
            for item in notes { try note.execute(arguments: [item.kind, item.at, Data(item.body)]) }
        }
        durable = head
        self.open = []
        self.notes = []
    }

    package func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: path) }
        notes.append(JournalNote(kind: kind, at: at, body: body))
    }

    package func saveSnapshot(_ snapshot: Snapshot) throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: path) }
        try writing { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO snapshot (sequence, chain, state_hash, body) VALUES (?, ?, ?, ?)",
                arguments: [
                    snapshot.sequence, Data(snapshot.chain.bytes), Data(snapshot.stateHash.bytes), Data(snapshot.body),
                ])
            try database.execute(
                sql: """
                    DELETE FROM snapshot WHERE sequence NOT IN
                        (SELECT sequence FROM snapshot ORDER BY sequence DESC LIMIT ?)
                    """, arguments: [Snapshot.kept])
        }
    }

    /// A failure here poisons the journal: what is in memory has run ahead of it.
    private func writing(_ body: (Database) throws -> Void) throws(JournalError) {
        do throws(JournalError) {
            try translating(path) { try queue.write(body) }
        } catch {
            isPoisoned = true
            throw error
        }
    }

    package func close() {
        do { try queue.close() } catch { isPoisoned = true }
    }

    package func entries(from sequence: Int64, limit: Int) throws(JournalError) -> [JournalEntry] {
        try reader.entries(from: sequence, limit: limit)
    }
    package func entries(mentioning key: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        try reader.entries(mentioning: key, limit: limit, newestFirst: newestFirst)
    }
    package func entries(type: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        try reader.entries(type: type, limit: limit, newestFirst: newestFirst)
    }
    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try reader.latestSnapshot(atOrBefore: sequence)
    }
    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try reader.notes(kind: kind, limit: limit)
    }
}

/// SQLite's errors as ours, by what is to be done.
func translating<Value>(_ path: String, _ body: () throws -> Value) throws(JournalError) -> Value {
    do {
        return try body()
    } catch let error as JournalError {
        throw error
    } catch let error as DatabaseError {
        switch error.resultCode {
        case .SQLITE_FULL: throw .full(path: path, why: error.message ?? "the disk is full")
        case .SQLITE_IOERR where errno == ENOSPC: throw .full(path: path, why: "no space is left on the disk")
        case .SQLITE_NOTADB: throw .notAJournal(path: path, why: "it is no SQLite file")
        case .SQLITE_CORRUPT:
            throw .damaged(path: path, sequence: 0, what: error.message ?? "its pages do not fit together")
        default: throw .io(path: path, why: "\(error)")
        }
    } catch {
        throw .io(path: path, why: "\(error)")
    }
}
