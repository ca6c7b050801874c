import Foundation
import GRDB
import Journal

/// Reads what is durable, over whatever connection: the writer's own, or a reader's.
struct Store {
    let path: String
    let queue: DatabaseQueue
    private var rows: Rows { Rows(path: path) }

    /// The archives that the connection reads as well.
    let span: ArchiveSpan?

    init(path: String, queue: DatabaseQueue, span: ArchiveSpan? = nil) {
        self.path = path
        self.queue = queue
        self.span = span
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
            try Seals(database, path: path).checkNewest(claimed)
            return claimed
        }
    }

    /// What the chain does not cover, and seals do.
    func checkSeals() throws(JournalError) {
        try read { database in _ = try Seals(database, path: path).checkAll(try head(database)) }
    }

    func isSealed(_ snapshot: Snapshot) throws(JournalError) -> Bool {
        try read { try Seals($0, path: path).covers(snapshot) }
    }

    func anchor(at time: String) throws(JournalError) -> JournalAnchor {
        try read { database in
            let (head, seal) = (try head(database), try Seals(database, path: path).newest())
            return JournalAnchor(
                journal: try metadata("identity", database), sequence: head.sequence, chain: head.chain.description,
                seal: seal?.id ?? 0, sealHash: (seal?.hash ?? .genesis).description, at: time)
        }
    }

    func check(_ anchor: JournalAnchor) throws(JournalError) {
        try read { database in
            func damaged(_ what: String) -> JournalError {
                .damaged(path: path, sequence: anchor.sequence, what: "\(what); the anchor is of \(anchor.at)")
            }
            let end = try head(database)
            guard end.sequence >= anchor.sequence else {
                throw damaged("it was cut back: it ends with entry \(end.sequence), and had \(anchor.sequence)")
            }
            let entry = try entries(EntryQuery(in: anchor.sequence...anchor.sequence, limit: 1), database).first
            guard anchor.sequence == 0 || entry?.chain.description == anchor.chain else {
                throw damaged("it is not the entry that was there, so it, or one before it, is not what was written")
            }
            guard anchor.seal > 0 else { return }
            let seals = Seals(database, path: path)
            guard let newest = try seals.newest(), newest.id >= anchor.seal else {
                throw damaged("it was cut back: seal \(anchor.seal) is gone")
            }
            guard try seals.seal(numbered: anchor.seal)?.hash.description == anchor.sealHash else {
                throw damaged("notes, mentions, metadata or snapshots of before it are not what was written")
            }
        }
    }

    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        try read { try entries(query, $0) }
    }

    private func entries(_ query: EntryQuery, _ database: Database) throws -> [JournalEntry] {
        let order = query.newestFirst ? "DESC" : "ASC"
        let (clause, key): (String, String?) =
            switch query.filter {
            case .all: ("", nil)
            case .type(let type): ("type = ?1 AND", type)
            // No join: SQLite would read all entries of archives for it.
            case .mention(let key):
                (
                    """
                    sequence IN (SELECT sequence FROM mention WHERE key = ?1 AND sequence BETWEEN ?2 AND ?3
                                 ORDER BY sequence \(order) LIMIT ?4) AND
                    """, key
                )
            }
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Rows.entryColumns) FROM entry WHERE \(clause) sequence BETWEEN ?2 AND ?3
                ORDER BY sequence \(order) LIMIT ?4
                """)
        let cursor = try Row.fetchCursor(
            statement, arguments: [key, query.range.lowerBound, query.range.upperBound, max(0, query.limit)])
        var found: [JournalEntry] = []
        var bodies = StoredBodies(database, rows)
        var bytes = 0
        while bytes < JournalLimits.batchBytes, let row = try cursor.next() {
            found.append(try bodies.unpacked(try rows.entry(row)))
            bytes += found[found.count - 1].body.count
        }
        try span?.check(query, found)
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
        try read { try metadata(key, $0) }
    }

    private func metadata(_ key: String, _ database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM metadata WHERE key = ?", arguments: [key])
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
