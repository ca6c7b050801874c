import Foundation
import GRDB
import Journal

/// Reads what is durable, over whatever connection: the writer's own, or a reader's.
struct Store {
    let path: String
    let queue: DatabaseQueue
    private var rows: Rows { Rows(path: path) }

    init(path: String, queue: DatabaseQueue) {
        self.path = path
        self.queue = queue
    }

    func head() throws(JournalError) -> JournalHead { try read { try head($0) } }

    private func head(_ database: Database) throws -> JournalHead {
        guard let row = try Row.fetchOne(database, sql: "SELECT sequence, turn, chain FROM head") else {
            throw JournalError.damaged(path: path, sequence: 0, what: "it does not say where it ends")
        }
        return try rows.head(row)
    }

    /// Where it ends, checked: the last entry must be the one that the journal says it is.
    func checkedHead() throws(JournalError) -> JournalHead {
        try read { database in
            let claimed = try head(database)
            let last = try entries(EntryQuery(limit: 1, newestFirst: true), database).first
            let found = last.map(JournalHead.init) ?? .empty
            guard found == claimed else {
                throw JournalError.damaged(
                    path: path, sequence: min(found.sequence, claimed.sequence) + 1,
                    what: "the last entry is \(found.sequence), and should be \(claimed.sequence)")
            }
            return claimed
        }
    }

    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        try read { try entries(query, $0) }
    }

    private func entries(_ query: EntryQuery, _ database: Database) throws -> [JournalEntry] {
        let order = query.newestFirst ? "DESC" : "ASC"
        let (from, column, key): (String, String, String?) =
            switch query.filter {
            case .all: ("entry WHERE", "entry.sequence", nil)
            case .type(let type): ("entry WHERE type = ? AND", "entry.sequence", type)
            case .mention(let key):
                ("mention JOIN entry USING (sequence) WHERE mention.key = ? AND", "mention.sequence", key)
            }
        let statement = try database.cachedStatement(
            sql:
                "SELECT \(Rows.entryColumns) FROM \(from) \(column) BETWEEN ? AND ? ORDER BY \(column) \(order) LIMIT ?"
        )
        let bounds: StatementArguments = [query.range.lowerBound, query.range.upperBound, max(0, query.limit)]
        let cursor = try Row.fetchCursor(statement, arguments: key.map { [$0] + bounds } ?? bounds)
        var found: [JournalEntry] = []
        while let row = try cursor.next() { found.append(try rows.entry(row)) }
        return found
    }

    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT sequence, chain, state_hash, body FROM snapshot WHERE sequence <= ?
                    ORDER BY sequence DESC LIMIT 1
                    """, arguments: [sequence ?? .max]
            ).map { try rows.snapshot($0) }
        }
    }

    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT sequence, kind, at, body FROM note WHERE kind = ? ORDER BY id DESC LIMIT ?",
                arguments: [kind, max(0, limit)]
            ).reversed().map { try rows.note($0) }
        }
    }

    func metadata(_ key: String) throws(JournalError) -> String? {
        try read { try String.fetchOne($0, sql: "SELECT value FROM metadata WHERE key = ?", arguments: [key]) }
    }

    /// What the chain does not cover: the pages, and that indexes and tables agree.
    func checkPages() throws(JournalError) {
        let complaint = try read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") }
        guard complaint == "ok" else {
            throw .damaged(path: path, sequence: 0, what: complaint ?? "its pages cannot be checked")
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try translating(path) { try queue.read(body) }
    }
}
