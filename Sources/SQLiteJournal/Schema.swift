import GRDB
import Journal

/// The tables, how they came to be, and what marks a file as ours.
enum Schema {
    /// `BBjr`, in the file's header.
    static let applicationID: Int64 = 0x4242_6A72
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: entries, mentions, snapshots, notes, metadata") { database in
            try database.execute(sql: first)
            try database.execute(
                sql: "INSERT INTO head (id, sequence, turn, chain) VALUES (1, 0, 0, ?)",
                arguments: [ChainHash.genesis.data])
            try setFormat(JournalFormat.unnumbered, database)
        }
        migrator.registerMigration("2: seals") { try $0.execute(sql: second) }
        migrator.registerMigration("3: bases") { try $0.execute(sql: third) }
        return migrator
    }

    static let entriesStay = """
        CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN
            SELECT RAISE(ABORT, 'an entry is never deleted'); END;
        """

    // `head` repeats the last entry: without it nobody would miss entries that are gone from the end.
    // The triggers keep a slip of the hand in a SQL shell from changing what was written.
    private static let first = """
        CREATE TABLE entry (
            sequence INTEGER PRIMARY KEY, turn INTEGER NOT NULL, kind INTEGER NOT NULL, type TEXT NOT NULL,
            at INTEGER NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
        CREATE INDEX entry_by_type ON entry (type);
        CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry BEGIN
            SELECT RAISE(ABORT, 'an entry is never changed'); END;
        \(entriesStay)
        CREATE TABLE mention (
            key TEXT NOT NULL, sequence INTEGER NOT NULL REFERENCES entry (sequence),
            PRIMARY KEY (key, sequence)) STRICT, WITHOUT ROWID;
        CREATE TABLE snapshot (
            sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL, state_hash BLOB NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE note (
            id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
            body BLOB NOT NULL) STRICT;
        CREATE INDEX note_by_kind ON note (kind);
        CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE head (
            id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, turn INTEGER NOT NULL,
            chain BLOB NOT NULL) STRICT;
        """

    // One for each write: what stands beside the chain, tied to it.
    private static let second = """
        CREATE TABLE seal (
            id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, chain BLOB NOT NULL, note INTEGER NOT NULL,
            facts BLOB NOT NULL, metadata BLOB NOT NULL, snapshot INTEGER NOT NULL, state BLOB NOT NULL,
            hash BLOB NOT NULL) STRICT;
        CREATE INDEX seal_by_snapshot ON seal (snapshot) WHERE snapshot > 0;
        CREATE TRIGGER seal_is_final BEFORE UPDATE ON seal BEGIN
            SELECT RAISE(ABORT, 'a seal is never changed'); END;
        CREATE TRIGGER seal_stays BEFORE DELETE ON seal BEGIN
            SELECT RAISE(ABORT, 'a seal is never deleted'); END;
        """

    // Bodies of archived entries on which those that stay stand.
    private static let third = "CREATE TABLE base (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"

    /// `BBja`, in an archive's header.
    static let archiveID: Int64 = 0x4242_6A61

    /// The tables of an archive, which is attached as `part`.
    static let archive = """
        CREATE TABLE part.entry (
            sequence INTEGER PRIMARY KEY, turn INTEGER NOT NULL, kind INTEGER NOT NULL, type TEXT NOT NULL,
            at INTEGER NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
        CREATE INDEX part.entry_by_type ON entry (type);
        CREATE TABLE part.mention (
            key TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (key, sequence)) STRICT, WITHOUT ROWID;
        CREATE TABLE part.base (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        """

    /// A journal that no core has written since there are seals has none.
    static func hasSeals(_ database: Database) throws -> Bool { try database.tableExists("seal") }

    /// Whether an open database is a journal that we can read.
    static func check(_ database: Database, path: String) throws {
        guard try Int64.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
            throw JournalError.notAJournal(path: path, why: "it is the database of another program")
        }
        let found = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found >= 1 else { throw JournalError.notAJournal(path: path, why: "it has no format version") }
        guard found <= JournalFormat.current else {
            throw JournalError.tooNew(
                path: path, format: found, ours: JournalFormat.current, writtenBy: writer(of: database))
        }
        let pageBytes = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
        try JournalFile.checkLength(path, pageBytes: pageBytes)
    }

    /// The number stands in the file's header as `user_version`, where every program looks first. It is written in the
    /// transaction that makes the entry durable which says so: a program that gives up before leaves the file to the older one.
    static func setFormat(_ number: Int64, _ database: Database) throws {
        try database.execute(sql: "PRAGMA user_version = \(number)")
    }

    /// Which version of the program wrote it; nil where that is not said, or not in a table that is known here.
    private static func writer(of database: Database) -> String? {
        do {
            return try String.fetchOne(
                database, sql: "SELECT value FROM metadata WHERE key = ?", arguments: [JournalFormat.programKey])
        } catch {
            // The file is refused all the same; its tables may be others by then.
            return nil
        }
    }
}
