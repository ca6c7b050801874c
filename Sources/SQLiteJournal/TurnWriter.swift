import Foundation
import GRDB
import Journal

/// Puts a turn, or a snapshot, into the tables, within the transaction of its caller.
struct TurnWriter {
    let database: Database
    let path: String

    func write(_ turn: OpenTurn) throws {
        if !turn.items.isEmpty {
            try moveHead(from: turn.durable, to: turn.head)
            try write(turn.items)
        }
        try write(turn.notes)
        let metadata = try database.cachedStatement(sql: "INSERT OR REPLACE INTO metadata (key, value) VALUES (?, ?)")
        for (key, value) in turn.metadata {
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

    private func write(_ items: [OpenTurn.Item]) throws {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO entry (sequence, turn, kind, type, at, body, chain) VALUES (?, ?, ?, ?, ?, ?, ?)")
        // Mentioned twice is mentioned.
        let mention = try database.cachedStatement(sql: "INSERT OR IGNORE INTO mention (key, sequence) VALUES (?, ?)")
        for item in items {
            let entry = item.entry
            try insert.execute(arguments: [
                entry.sequence, entry.turn, entry.kind.rawValue, entry.type, entry.at, Data(entry.body),
                entry.chain.data,
            ])
            for key in item.mentions { try mention.execute(arguments: [key, entry.sequence]) }
        }
    }

    private func write(_ notes: [JournalNote]) throws {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO note (sequence, kind, at, body) VALUES (?, ?, ?, ?)")
        for note in notes { try insert.execute(arguments: [note.sequence, note.kind, note.at, Data(note.body)]) }
    }

    func write(_ snapshot: Snapshot) throws {
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
