import Foundation
import GRDB
import Journal
import SQLiteJournal
import Testing

/// A directory of its own for one test, gone when the test is.
final class Place {
    let directory: String
    var path: String { directory + "/journal.sqlite" }
    var wal: String { path + "-wal" }

    init() throws {
        directory =
            FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
            + "/bb-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: directory) } catch {
            print("left behind: \(directory), \(error)")
        }
    }

    func bytes(_ path: String? = nil) -> Data? { FileManager.default.contents(atPath: path ?? self.path) }

    func write(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: path)) }

    /// Changes the closed file past the journal.
    /// - Parameter file: another one than the journal.
    func tamper(_ sql: String, in file: String? = nil) throws {
        let queue = try DatabaseQueue(path: file ?? path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql:
                    "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS entry_is_final; DROP TRIGGER IF EXISTS entry_stays"
            )
            try database.execute(sql: sql)
        }
        try queue.close()
    }

    /// Runs something that must fail for this file, and returns whether it left the file as it was.
    func isUnchanged(after body: () throws -> Void) rethrows -> Bool {
        let (before, wal) = (bytes(), bytes(wal))
        try body()
        // An empty log that a reader leaves is none.
        return bytes() == before && (bytes(self.wal) ?? Data()) == (wal ?? Data())
    }
}

extension Journal {
    /// Turns of three entries, of which each is mentioned by its number and by a symbol.
    func fill(turns: Int, bodyBytes: Int = 100) throws {
        for _ in 0..<turns {
            for index in 0..<3 {
                let sequence = openHead.sequence + 1
                try append(
                    kind: index == 0 ? .input : .effect, type: index == 0 ? "tick" : "order_submit", at: sequence * 10,
                    body: [UInt8](repeating: UInt8(sequence % 251), count: bodyBytes),
                    mentions: ["entry:\(sequence)", "symbol:S\(sequence % 2)"])
            }
            try commit()
        }
    }

    func snapshot() throws {
        try saveSnapshot(
            Snapshot(
                sequence: head.sequence, chain: head.chain, stateHash: ChainHash(digestOf: [1]),
                body: Array("state \(head.sequence)".utf8)))
    }
}

/// What went wrong, when it went wrong in a way that the journal knows.
func journalError(_ body: () throws -> Void) throws -> JournalError? {
    do {
        try body()
        return nil
    } catch let error as JournalError {
        return error
    }
}

/// Fails the test with what came instead.
func unexpected(_ found: Any?, location: SourceLocation = #_sourceLocation) {
    Issue.record("\(found ?? "nothing was wrong")", sourceLocation: location)
}
