import Foundation
import GRDB
import Journal

extension ChainHash {
    var data: Data { Data(bytes) }
}

/// Rows as values. A damaged file can hold anything, so nothing is taken for granted here: GRDB's own subscripts stop
/// the process when a column has the wrong type.
struct Rows {
    let path: String

    static let entryColumns = "entry.sequence, entry.turn, entry.kind, entry.type, entry.at, entry.body, entry.chain"

    /// Its body is as it is stored: see ``StoredBody``.
    func entry(_ row: Row) throws -> JournalEntry {
        let sequence = try integer(row, 0, of: 0)
        guard let kind = JournalEntry.Kind(rawValue: Int(try integer(row, 2, of: sequence))) else {
            throw damaged(sequence, "it is of no kind that is known")
        }
        return JournalEntry(
            sequence: sequence, turn: try integer(row, 1, of: sequence), kind: kind,
            type: try text(row, 3, of: sequence), at: try integer(row, 4, of: sequence),
            body: try bytes(row, 5, of: sequence), chain: try hash(row, 6, of: sequence))
    }

    /// sequence, turn, chain
    func head(_ row: Row) throws -> JournalHead {
        let sequence = try integer(row, 0, of: 0)
        return JournalHead(
            sequence: sequence, turn: try integer(row, 1, of: sequence), chain: try hash(row, 2, of: sequence))
    }

    /// sequence, chain, state_hash, body
    func snapshot(_ row: Row) throws -> Snapshot {
        let sequence = try integer(row, 0, of: 0)
        return Snapshot(
            sequence: sequence, chain: try hash(row, 1, of: sequence), stateHash: try hash(row, 2, of: sequence),
            body: try bytes(row, 3, of: sequence))
    }

    static let sealColumns = "id, sequence, chain, note, facts, metadata, snapshot, state, hash"

    func seal(_ row: Row) throws -> Seal {
        func number(_ column: Int) throws -> Int64 { try integer(row, column, of: 0) }
        func hash(_ column: Int) throws -> ChainHash { try self.hash(row, column, of: 0) }
        return Seal(
            id: try number(0), sequence: try number(1), chain: try hash(2), note: try number(3), facts: try hash(4),
            metadata: try hash(5), snapshot: try number(6), state: try hash(7), hash: try hash(8))
    }

    /// key, sequence: the key as bytes, since they are what is sorted by.
    func mention(_ row: Row) throws -> (key: [UInt8], sequence: Int64) {
        let sequence = try integer(row, 1, of: 0)
        return (Array(try text(row, 0, of: sequence).utf8), sequence)
    }

    /// id, sequence, kind, at, body
    func numberedNote(_ row: Row) throws -> (number: Int64, note: JournalNote) {
        let (number, sequence) = (try integer(row, 0, of: 0), try integer(row, 1, of: 0))
        return (
            number,
            JournalNote(
                sequence: sequence, kind: try text(row, 2, of: sequence), at: try integer(row, 3, of: sequence),
                body: try bytes(row, 4, of: sequence))
        )
    }

    /// sequence, kind, at, body
    func note(_ row: Row) throws -> JournalNote {
        let sequence = try integer(row, 0, of: 0)
        return JournalNote(
            sequence: sequence, kind: try text(row, 1, of: sequence), at: try integer(row, 2, of: sequence),
            body: try bytes(row, 3, of: sequence))
    }

    private func integer(_ row: Row, _ column: Int, of sequence: Int64) throws -> Int64 {
        guard case .int64(let value) = (row[column] as DatabaseValue).storage else {
            throw damaged(sequence, "column \(column) is no integer")
        }
        return value
    }

    private func text(_ row: Row, _ column: Int, of sequence: Int64) throws -> String {
        guard case .string(let value) = (row[column] as DatabaseValue).storage else {
            throw damaged(sequence, "column \(column) is no text")
        }
        return value
    }

    func bytes(_ row: Row, _ column: Int, of sequence: Int64) throws -> [UInt8] {
        // SQLite gives an empty blob as no bytes at all, which is not NULL.
        switch (row[column] as DatabaseValue).storage {
        case .blob(let value): return [UInt8](value)
        case .null, .int64, .double, .string: throw damaged(sequence, "column \(column) is no blob")
        }
    }

    private func hash(_ row: Row, _ column: Int, of sequence: Int64) throws -> ChainHash {
        guard let hash = ChainHash(raw: try bytes(row, column, of: sequence)) else {
            throw damaged(sequence, "column \(column) is no hash of 32 bytes")
        }
        return hash
    }

    func damaged(_ sequence: Int64, _ what: String) -> JournalError {
        .damaged(path: path, sequence: sequence, what: what)
    }
}
