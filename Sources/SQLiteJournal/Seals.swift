import GRDB
import Journal

/// Reads, checks and writes seals, within the transaction of its caller.
struct Seals {
    let database: Database
    let path: String
    private var rows: Rows { Rows(path: path) }

    init(_ database: Database, path: String) {
        self.database = database
        self.path = path
    }

    /// Nil for a journal that has none.
    func newest() throws -> Seal? {
        guard try Schema.hasSeals(database) else { return nil }
        return try seal("ORDER BY id DESC LIMIT 1")
    }

    private func seal(_ clause: String, _ arguments: StatementArguments = []) throws -> Seal? {
        try Row.fetchOne(database, sql: "SELECT \(Rows.sealColumns) FROM seal \(clause)", arguments: arguments)
            .map { try rows.seal($0) }
    }

    func seal(numbered id: Int64) throws -> Seal? { try seal("WHERE id = ?", [id]) }

    func metadata() throws -> ChainHash {
        let values = try Row.fetchAll(database, sql: "SELECT key, value FROM metadata").map { row in
            (row["key"] as String? ?? "", row["value"] as String? ?? "")
        }
        return Seal.metadata(of: Dictionary(values) { $1 })
    }

    /// The newest that was kept at its place is what was kept last.
    func covers(_ snapshot: Snapshot) throws -> Bool {
        guard try newest() != nil else { return true }
        let seal = try seal("WHERE snapshot = ? ORDER BY id DESC LIMIT 1", [snapshot.sequence])
        return seal?.state == Seal.state(of: snapshot)
    }

    // MARK: - Checking

    /// What can be seen at once: the end, the metadata.
    func checkNewest(_ head: JournalHead) throws {
        guard let newest = try newest() else { return }
        let before = newest.id > 1 ? try seal(numbered: newest.id - 1) : nil
        guard newest.isSound(after: before) else { throw damaged("seal \(newest.id) is not what was written") }
        guard newest.sequence == head.sequence, newest.chain == head.chain else {
            throw damaged("its newest seal is of entry \(newest.sequence), and it ends with \(head.sequence)")
        }
        guard try metadata() == newest.metadata else { throw damaged("its metadata are not those that were written") }
    }

    /// Every seal, with the mentions and notes that it covers, and every snapshot.
    /// - Returns: how many there are.
    @discardableResult
    func checkAll(_ head: JournalHead) throws -> Int64 {
        try checkNewest(head)
        guard let newest = try newest() else { return 0 }
        let seals = try Row.fetchCursor(database, sql: "SELECT \(Rows.sealColumns) FROM seal ORDER BY id")
        let facts = try FactsCursor(database, rows)
        var before: Seal?
        while let row = try seals.next() {
            let seal = try rows.seal(row)
            guard seal.isSound(after: before) else {
                throw damaged("seal \((before?.id ?? 0) + 1) is not what was written")
            }
            guard try chain(of: seal.sequence) == seal.chain else {
                throw damaged("seal \(seal.id) is of another entry \(seal.sequence)", seal.sequence)
            }
            guard try facts.digest(upTo: seal.sequence, note: seal.note) == seal.facts else {
                throw damaged(
                    "mentions or notes since entry \(before?.sequence ?? 0) are not those that were written",
                    seal.sequence)
            }
            before = seal
        }
        guard try facts.isAtEnd() else {
            throw damaged("there are mentions or notes that were never written by a core")
        }
        try checkSnapshots()
        return newest.id
    }

    private func chain(of sequence: Int64) throws -> ChainHash? {
        guard sequence > 0 else { return .genesis }
        let statement = try database.cachedStatement(sql: "SELECT sequence, turn, chain FROM entry WHERE sequence = ?")
        return try Row.fetchOne(statement, arguments: [sequence]).map { try rows.head($0).chain }
    }

    private func checkSnapshots() throws {
        let all = try Row.fetchCursor(database, sql: "SELECT sequence, chain, state_hash, body FROM snapshot")
        while let row = try all.next() {
            let snapshot = try rows.snapshot(row)
            guard try covers(snapshot) else {
                throw damaged("its snapshot is not the one that was written", snapshot.sequence)
            }
        }
    }

    private func damaged(_ what: String, _ sequence: Int64 = 0) -> JournalError {
        .damaged(path: path, sequence: sequence, what: what)
    }

    // MARK: - Writing

    /// A journal from before there were seals: what it has counts as it stands from here on.
    func adopt(_ head: JournalHead) throws -> Seal {
        let note = try Int64.fetchOne(database, sql: "SELECT max(id) FROM note") ?? 0
        let facts = try FactsCursor(database, rows).digest(upTo: head.sequence, note: note)
        var seal = Seal(
            after: nil, sequence: head.sequence, chain: head.chain, note: note, facts: facts, metadata: try metadata(),
            snapshot: nil)
        try insert(seal)
        for row in try Row.fetchAll(database, sql: "SELECT sequence, chain, state_hash, body FROM snapshot") {
            seal = try write(after: seal, head, note: note, facts: FactsDigest().finish(), try rows.snapshot(row))
        }
        return seal
    }

    func write(
        after before: Seal, _ head: JournalHead, note: Int64, facts: ChainHash, changesMetadata: Bool = false,
        _ snapshot: Snapshot? = nil
    ) throws -> Seal {
        let seal = Seal(
            after: before, sequence: head.sequence, chain: head.chain, note: note, facts: facts,
            metadata: changesMetadata ? try metadata() : before.metadata, snapshot: snapshot)
        try insert(seal)
        return seal
    }

    private func insert(_ seal: Seal) throws {
        try database.cachedStatement(sql: "INSERT INTO seal (\(Rows.sealColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [
                seal.id, seal.sequence, seal.chain.data, seal.note, seal.facts.data, seal.metadata.data, seal.snapshot,
                seal.state.data, seal.hash.data,
            ])
    }
}

/// Mentions and notes in the order in which seals cover them.
private final class FactsCursor {
    private let mentions: RowCursor
    private let notes: RowCursor
    private let rows: Rows
    private var nextMention: (key: [UInt8], sequence: Int64)?
    private var nextNote: (number: Int64, note: JournalNote)?

    init(_ database: Database, _ rows: Rows) throws {
        self.rows = rows
        mentions = try Row.fetchCursor(database, sql: "SELECT key, sequence FROM mention ORDER BY sequence, key")
        notes = try Row.fetchCursor(database, sql: "SELECT id, sequence, kind, at, body FROM note ORDER BY id")
        nextMention = try mentions.next().map { try rows.mention($0) }
        nextNote = try notes.next().map { try rows.numberedNote($0) }
    }

    func digest(upTo sequence: Int64, note: Int64) throws -> ChainHash {
        var digest = FactsDigest()
        while let mention = nextMention, mention.sequence <= sequence {
            digest.mention(mention.key, of: mention.sequence)
            nextMention = try mentions.next().map { try rows.mention($0) }
        }
        while let next = nextNote, next.number <= note {
            digest.note(next.note, number: next.number)
            nextNote = try notes.next().map { try rows.numberedNote($0) }
        }
        return digest.finish()
    }

    func isAtEnd() throws -> Bool { nextMention == nil && nextNote == nil }
}
