import Foundation
import GRDB
import Journal

/// Reads a journal beside its writer, or after it. Writes nothing to it.
package final class SQLiteJournalReader: JournalReader {
    private let queue: DatabaseQueue
    private let path: String

    init(queue: DatabaseQueue, path: String) {
        self.queue = queue
        self.path = path
    }

    /// - Throws: ``JournalError`` when there is none, or it is not ours.
    package init(path: String) throws(JournalError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        try Self.checkHeader(path)
        self.path = path
        queue = try translating(path) {
            var configuration = GRDB.Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON") }
            configuration.busyMode = .timeout(5)
            return try DatabaseQueue(path: path, configuration: configuration)
        }
    }

    /// The file's own header says whose it is, before SQLite is let near it.
    static func checkHeader(_ path: String) throws(JournalError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .io(path: path, why: "it cannot be opened for reading")
        }
        defer { file.closeFile() }
        let header = [UInt8](file.readData(ofLength: 100))
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .notAJournal(path: path, why: header.isEmpty ? "it is empty" : "it is no SQLite file, or cut short")
        }
        func word(_ offset: Int) -> Int32 { header[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int32($1) } }
        let (version, application) = (word(60), word(68))
        // A journal whose first commit still stands in the WAL has neither.
        guard application == Schema.applicationID || (application == 0 && version == 0) else {
            throw .notAJournal(path: path, why: "it is another program's database")
        }
        guard version <= Schema.version else {
            throw .tooNew(path: path, version: Int64(version), ours: Int64(Schema.version))
        }
    }

    package var head: JournalHead {
        get throws(JournalError) {
            try read("SELECT * FROM entry ORDER BY sequence DESC LIMIT 1", []).first.map {
                JournalHead(sequence: $0.sequence, turn: $0.turn, chain: $0.chain)
            } ?? .empty
        }
    }

    package func entries(from sequence: Int64, limit: Int) throws(JournalError) -> [JournalEntry] {
        try read("SELECT * FROM entry WHERE sequence >= ? ORDER BY sequence LIMIT ?", [sequence, limit])
    }

    package func entries(mentioning key: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        let order = newestFirst ? "DESC" : "ASC"
        return try read(
            """
            SELECT entry.* FROM mention JOIN entry ON entry.sequence = mention.sequence
            WHERE mention.key = ? ORDER BY mention.sequence \(order) LIMIT ?
            """, [key, limit])
    }

    package func entries(type: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        let order = newestFirst ? "DESC" : "ASC"
        return try read("SELECT * FROM entry WHERE type = ? ORDER BY sequence \(order) LIMIT ?", [type, limit])
    }

    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try translating(path) {
            try queue.read { database in
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM snapshot WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1",
                    arguments: [sequence ?? .max])
                guard let row else { return nil }
                let at: Int64 = row["sequence"]
                return Snapshot(
                    sequence: at, chain: try hash(row["chain"], at), stateHash: try hash(row["state_hash"], at),
                    body: [UInt8](row["body"] as Data))
            }
        }
    }

    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try translating(path) {
            try queue.read { database in
                try Row.fetchAll(
                    database, sql: "SELECT * FROM note WHERE kind = ? ORDER BY id DESC LIMIT ?",
                    arguments: [kind, limit]
                ).reversed().map { JournalNote(kind: $0["kind"], at: $0["at"], body: [UInt8]($0["body"] as Data)) }
            }
        }
    }

    /// Walks the whole chain: contents, order and gaps.
    /// - Throws: ``JournalError/damaged(path:sequence:what:)`` for the first entry that is not as it was written.
    package func verify(progress: (Int64) -> Void = { _ in }) throws(JournalError) {
        var previous = JournalHead.empty
        while true {
            let batch = try entries(from: previous.sequence + 1, limit: 2_000)
            guard !batch.isEmpty else { return }
            for entry in batch {
                let wanted = previous.sequence + 1
                guard entry.sequence == wanted else {
                    throw .damaged(
                        path: path, sequence: wanted, what: "it is missing; the next one is \(entry.sequence)")
                }
                guard entry.turn == previous.turn || entry.turn == previous.turn + 1,
                    entry.isSound(after: previous.chain)
                else {
                    throw .damaged(
                        path: path, sequence: wanted, what: "it is not what was written, its hash does not fit")
                }
                previous = JournalHead(sequence: entry.sequence, turn: entry.turn, chain: entry.chain)
            }
            progress(previous.sequence)
        }
    }

    private func read(_ sql: String, _ arguments: StatementArguments) throws(JournalError) -> [JournalEntry] {
        try translating(path) { try queue.read { try Row.fetchAll($0, sql: sql, arguments: arguments).map(entry) } }
    }

    private func entry(_ row: Row) throws -> JournalEntry {
        let sequence: Int64 = row["sequence"]
        guard let kind = JournalEntry.Kind(rawValue: row["kind"]) else {
            throw JournalError.damaged(path: path, sequence: sequence, what: "it is neither input nor effect")
        }
        return JournalEntry(
            sequence: sequence, turn: row["turn"], kind: kind, type: row["type"], at: row["at"],
            body: [UInt8](row["body"] as Data), chain: try hash(row["chain"], sequence))
    }

    private func hash(_ data: Data, _ sequence: Int64) throws -> ChainHash {
        guard let hash = ChainHash(raw: [UInt8](data)) else {
            throw JournalError.damaged(path: path, sequence: sequence, what: "its hash does not have 32 bytes")
        }
        return hash
    }
}
