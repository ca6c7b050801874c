import Foundation
import GRDB
import Journal

/// Puts a turn, or a snapshot, into the tables, within the transaction of its caller, and seals it.
struct TurnWriter {
    let database: Database
    let path: String
    /// The newest; nil: it is looked up.
    let seal: Seal?

    /// - Parameter bodies: of its entries, as they are stored.
    /// - Returns: the seal of it.
    func write(_ turn: OpenTurn, bodies: [[UInt8]]) throws -> Seal {
        let before = try newestSeal(turn.durable)
        if !turn.items.isEmpty {
            try moveHead(from: turn.durable, to: turn.head)
            try write(turn.items, bodies)
        }
        let facts = try Self.facts(turn, after: before)
        try write(turn.notes, after: before)
        try write(turn.metadata)
        return try Seals(database, path: path).write(
            after: before, turn.head, note: before.note + Int64(turn.notes.count), facts: facts,
            changesMetadata: !turn.metadata.isEmpty)
    }

    private func newestSeal(_ durable: JournalHead) throws -> Seal {
        let seals = Seals(database, path: path)
        if let seal { return seal }
        return try seals.newest() ?? seals.adopt(durable)
    }

    private static func facts(_ turn: OpenTurn, after before: Seal) throws -> ChainHash {
        var digest = FactsDigest()
        for item in turn.items {
            let keys = Set(item.mentions).map { Array($0.utf8) }
            for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                digest.mention(key, of: item.entry.sequence)
            }
        }
        for (index, note) in turn.notes.enumerated() { digest.note(note, number: before.note + Int64(index) + 1) }
        return digest.finish()
    }

    private func write(_ values: [(key: String, value: String)]) throws {
        let metadata = try database.cachedStatement(sql: "INSERT OR REPLACE INTO metadata (key, value) VALUES (?, ?)")
        for (key, value) in values {
            try metadata.execute(arguments: [key, value])
            if key == JournalFormat.numberKey, let number = Int64(value) { try Schema.setFormat(number, database) }
        }
    }

    /// Fences as well: a second writer that got past the lock would have moved the head, and nothing is written then.
    private func moveHead(from old: JournalHead, to new: JournalHead) throws {
        try database.cachedStatement(
            sql: "UPDATE head SET sequence = ?, turn = ?, chain = ? WHERE sequence = ? AND chain = ?"
        ).execute(arguments: [new.sequence, new.turn, new.chain.data, old.sequence, old.chain.data])
        guard database.changesCount == 1 else { throw JournalError.heldBy(path: path, holder: nil) }
    }

    private func write(_ items: [OpenTurn.Item], _ bodies: [[UInt8]]) throws {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO entry (sequence, turn, kind, type, at, body, chain) VALUES (?, ?, ?, ?, ?, ?, ?)")
        // Mentioned twice is mentioned.
        let mention = try database.cachedStatement(sql: "INSERT OR IGNORE INTO mention (key, sequence) VALUES (?, ?)")
        for (item, body) in zip(items, bodies) {
            let entry = item.entry
            try insert.execute(arguments: [
                entry.sequence, entry.turn, entry.kind.rawValue, entry.type, entry.at, Data(body),
                entry.chain.data,
            ])
            for key in item.mentions { try mention.execute(arguments: [key, entry.sequence]) }
        }
    }

    private func write(_ notes: [JournalNote], after before: Seal) throws {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO note (id, sequence, kind, at, body) VALUES (?, ?, ?, ?, ?)")
        for (index, note) in notes.enumerated() {
            try insert.execute(arguments: [
                before.note + Int64(index) + 1, note.sequence, note.kind, note.at, Data(note.body),
            ])
        }
    }

    /// - Parameter durable: where the journal ends.
    /// - Returns: the seal of it.
    func write(_ snapshot: Snapshot, _ durable: JournalHead) throws -> Seal {
        let before = try newestSeal(durable)
        try insert(snapshot)
        return try Seals(database, path: path).write(
            after: before, durable, note: before.note, facts: FactsDigest().finish(), snapshot)
    }

    private func insert(_ snapshot: Snapshot) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO snapshot (sequence, chain, state_hash, body) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [
            snapshot.sequence, snapshot.chain.data, snapshot.stateHash.data, Data(snapshot.body),
        ])
        try database.cachedStatement(
            sql: """
                DELETE FROM snapshot WHERE sequence NOT IN
                    (SELECT sequence FROM snapshot ORDER BY sequence DESC LIMIT ?)
                """
        ).execute(arguments: [JournalLimits.snapshotsKept])
    }
}
