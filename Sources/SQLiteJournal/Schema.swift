import GRDB

/// The tables, and what marks a file as ours.
enum Schema {
    /// `BBjr`, in the file's header.
    static let applicationID: Int32 = 0x4242_6A72
    static let version: Int32 = 1

    static let statements = """
        CREATE TABLE entry (
            sequence INTEGER PRIMARY KEY, turn INTEGER NOT NULL, kind INTEGER NOT NULL, type TEXT NOT NULL,
            at INTEGER NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL);
        CREATE INDEX entry_by_type ON entry (type, sequence);
        CREATE TABLE mention (key TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (key, sequence)) WITHOUT ROWID;
        CREATE TABLE snapshot (
            sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL, state_hash BLOB NOT NULL, body BLOB NOT NULL);
        CREATE TABLE note (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
        """

    static func create(_ database: Database) throws {
        try database.execute(sql: statements)
        try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }
}
