import Foundation
import GRDB
import Journal

/// Moves the oldest entries, with their mentions, into a file beside a journal that no core writes. What a start needs stays: every
/// kept snapshot with all after it, seals, notes, metadata, the entries that say who wrote the journal, and bodies on which others stand.
///
/// A kill leaves the journal as it was; or the archive as well, whole, which the next run takes; or the entries in the archive alone.
package final class JournalArchiver {
    package let path: String
    private let folder: String
    private let queue: DatabaseQueue
    private var lock: WriterLock?

    /// - Throws: `heldBy` beside a core; what opening a journal throws.
    package init(path: String) throws(JournalError) {
        let path = JournalFile.resolve(path)
        self.path = path
        folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try SQLiteJournal.checkTrust(path)
        guard try JournalFile.exists(path) else { throw .missing(path: path) }
        lock = try WriterLock(journal: path)
        let probe = try SQLiteJournalReader(path: path)
        _ = try probe.checkedHead()
        try probe.close()
        let queue = try SQLiteJournal.connect(path, maximumBytes: nil)
        // SQLite would look through all mentions for each entry that goes; those of it go before it.
        try translating(path) { try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA foreign_keys = OFF") } }
        self.queue = queue
    }

    package func close() throws(JournalError) {
        defer { lock.take()?.close() }
        try translating(path) { try queue.close() }
    }

    // MARK: - What is to be moved

    /// All turns whose entries are older than a time and stand before the oldest kept snapshot; or what an earlier run had written,
    /// and not yet taken out of the journal.
    /// - Parameters:
    ///   - time: nanoseconds since 1970 UTC.
    ///   - now: ISO 8601, for the record.
    /// - Returns: nil when there is nothing.
    /// - Throws: ``BackupError`` where it cannot be done; ``JournalError``.
    package func plan(before time: Int64, now: String) throws -> JournalArchive? {
        let (archives, format): ([JournalArchive], Int64?) = try translating(path) {
            try queue.read { database in
                (
                    try JournalArchive.all(database, path: path),
                    try Int64.fetchOne(database, sql: "PRAGMA user_version")
                )
            }
        }
        guard format == JournalFormat.current else {
            throw BackupError(
                file: "an archive", why: "start this version of the core once, so that it is in its format")
        }
        let first = (archives.last?.last ?? 0) + 1
        let last: Int64? = try translating(path) { try queue.read { try end(before: time, from: first, $0) } }
        guard let last, last >= first else { return nil }
        guard archives.count < ArchiveSpan.most else {
            throw BackupError(
                file: JournalArchive.file(first, last),
                why: "the journal has \(archives.count) archives, which is the most")
        }
        return try archive(first, try finished(from: first, before: last) ?? last, now)
    }

    private func end(before time: Int64, from first: Int64, _ database: Database) throws -> Int64? {
        guard let kept = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM snapshot") else { return nil }
        let young = try Int64.fetchOne(
            database, sql: "SELECT min(sequence) FROM entry WHERE sequence >= ? AND at >= ?", arguments: [first, time])
        return try Int64.fetchOne(
            database,
            sql: """
                SELECT max(sequence) FROM entry WHERE sequence < ?1 AND turn < (SELECT turn FROM entry WHERE sequence = ?1)
                """, arguments: [min(kept, young ?? .max)])
    }

    /// The end of a file that an earlier run has finished and the journal does not know yet.
    private func finished(from first: Int64, before last: Int64) throws -> Int64? {
        let prefix = "archive-\(first)-"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix(prefix) && $0.hasSuffix(".sqlite")
        }
        guard let name = names.first else { return nil }
        guard names.count == 1, let end = Int64(name.dropFirst(prefix.count).dropLast(".sqlite".count)), end <= last
        else {
            throw BackupError(
                file: "an archive from entry \(first)",
                why: "\(names.joined(separator: ", ")) is there, and is not of this journal as it is: move it away")
        }
        return end
    }

    private func archive(_ first: Int64, _ last: Int64, _ now: String) throws(JournalError) -> JournalArchive {
        let chain = try head(at: last).chain
        return JournalArchive(first: first, last: last, chain: chain.description, at: now)
    }

    private func head(at sequence: Int64) throws(JournalError) -> JournalHead {
        guard sequence > 0 else { return .empty }
        return try translating(path) {
            try queue.read { database -> JournalHead in
                let sql = "SELECT sequence, turn, chain FROM entry WHERE sequence = ?"
                guard let row = try Row.fetchOne(database, sql: sql, arguments: [sequence]) else {
                    throw JournalError.damaged(path: path, sequence: sequence, what: "it is missing")
                }
                return try Rows(path: path).head(row)
            }
        }
    }

    // MARK: - Step by step

    /// Writes the file, checks it, and gives it its name; or checks the one that is there. The journal is as it was.
    /// - Throws: ``BackupError``; ``JournalError`` of the journal.
    package func write(_ archive: JournalArchive) throws {
        let file = folder + "/" + archive.file
        let part = file + ".part"
        if FileManager.default.fileExists(atPath: file) { return try check(file, archive) }
        for leftover in [part, part + "-journal"] { unlink(leftover) }
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BackupError(file: part, why: systemWords()) }
        Glibc.close(descriptor)
        do {
            try translating(part) { try queue.writeWithoutTransaction { try copy(archive, to: part, $0) } }
            try check(part, archive)
            try SQLiteJournalReader.sync(part)
            guard rename(part, file) == 0 else { throw BackupError(file: file, why: systemWords()) }
            try JournalFile.syncDirectory(of: file)
        } catch {
            for leftover in [part, part + "-journal"] { unlink(leftover) }
            throw BackupError.of(error, part: part, file: file)
        }
    }

    private func copy(_ archive: JournalArchive, to part: String, _ database: Database) throws {
        try database.execute(sql: "ATTACH ? AS part", arguments: [part])
        defer {
            // What fails here is only the tidying up: the connection is closed soon.
            do { try database.execute(sql: "DETACH part") } catch {}
        }
        try database.execute(sql: "PRAGMA part.application_id = \(Schema.archiveID)")
        try database.inTransaction {
            try database.execute(sql: Schema.archive)
            for table in ["entry", "mention"] {
                try database.execute(
                    sql: "INSERT INTO part.\(table) SELECT * FROM main.\(table) WHERE sequence BETWEEN ? AND ?",
                    arguments: [archive.first, archive.last])
            }
            try keepBases(in: "part", of: archive.first...archive.last, standingBefore: archive.first, database)
            return .commit
        }
    }

    /// Bodies on which others stand that are in another file, so that each file can be read by itself.
    private func keepBases(
        in file: String, of range: ClosedRange<Int64>, standingBefore border: Int64, _ database: Database
    ) throws {
        let fronts = try Row.fetchCursor(
            database,
            sql: """
                SELECT sequence, substr(body, 1, 20) FROM main.entry
                WHERE sequence BETWEEN ? AND ? AND substr(body, 1, 1) = x'02'
                """, arguments: [range.lowerBound, range.upperBound])
        var wanted: Set<Int64> = []
        while let row = try fronts.next() {
            guard let sequence = row[0] as Int64?, let front = row[1] as Data?,
                let distance = try StoredBody.Parts([UInt8](front)).distance
            else { continue }
            if sequence - distance < border { wanted.insert(sequence - distance) }
        }
        for base in wanted.sorted() {
            for table in ["entry", "base"] {
                try database.execute(
                    sql:
                        "INSERT OR IGNORE INTO \(file).base SELECT sequence, body FROM main.\(table) WHERE sequence = ?",
                    arguments: [base])
            }
        }
    }

    /// Its own chain, from where the one before ends.
    private func check(_ file: String, _ archive: JournalArchive) throws(JournalError) {
        var walk = ChainWalk(after: try before(archive))
        try translating(file) {
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            let store = Store(path: file, queue: queue)
            while walk.end.sequence < archive.last {
                let batch = try store.entries(
                    EntryQuery(in: (walk.end.sequence + 1)...archive.last, limit: JournalLimits.batch))
                for entry in batch {
                    if let bad = walk.follow(entry) {
                        throw JournalError.damaged(path: file, sequence: bad.sequence, what: bad.what)
                    }
                }
                if batch.isEmpty { break }
            }
            try store.checkPages()
            try queue.close()
        }
        guard walk.end.sequence == archive.last, walk.end.chain.description == archive.chain else {
            throw .damaged(path: file, sequence: walk.end.sequence + 1, what: "it is not what the journal has")
        }
    }

    private func before(_ archive: JournalArchive) throws(JournalError) -> JournalHead {
        guard archive.first > 1 else { return .empty }
        let reader = try SQLiteJournalReader(path: path)
        guard let entry = try reader.entries(in: (archive.first - 1)...(archive.first - 1), limit: 1).first else {
            throw .damaged(path: path, sequence: archive.first - 1, what: "it is missing")
        }
        try reader.close()
        return JournalHead(entry)
    }

    /// Takes the entries out of the journal, and writes down where they are: one transaction, sealed.
    package func remove(_ archive: JournalArchive) throws(JournalError) {
        try translating(path) {
            try queue.write { database in
                let (seals, end) = (Seals(database, path: path), try head(database))
                let before = try seals.newest() ?? seals.adopt(end)
                try keepBases(
                    in: "main", of: (archive.last + 1)...Int64.max, standingBefore: archive.last + 1, database)
                try database.execute(sql: "DELETE FROM mention WHERE sequence <= ?", arguments: [archive.last])
                try database.execute(sql: "DROP TRIGGER entry_stays")
                try database.execute(
                    sql: "DELETE FROM entry WHERE sequence <= ? AND type <> ?",
                    arguments: [archive.last, JournalFormat.entryType])
                try database.execute(sql: Schema.entriesStay)
                try database.execute(
                    sql: "INSERT INTO metadata (key, value) VALUES (?, ?)", arguments: [archive.key, archive.value])
                _ = try seals.write(
                    after: before, end, note: before.note, facts: FactsDigest().finish(), changesMetadata: true)
            }
        }
    }

    private func head(_ database: Database) throws -> JournalHead {
        guard let row = try Row.fetchOne(database, sql: "SELECT sequence, turn, chain FROM head") else {
            throw JournalError.damaged(path: path, sequence: 0, what: "it does not say where it ends")
        }
        return try Rows(path: path).head(row)
    }

    /// Gives pages that are free back to the disk. It needs room for what stays once more.
    package func shrink() throws(JournalError) {
        try translating(path) {
            try queue.writeWithoutTransaction { database in
                guard try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0 > 0 else { return }
                try database.execute(sql: "VACUUM")
                _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
    }
}
