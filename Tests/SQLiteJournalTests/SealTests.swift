import Foundation
import GRDB
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("What stands beside the chain is sealed", .blocking)
struct SealTests {
    private let place: Place
    init() throws { place = try Place() }

    /// A closed journal of 30 entries with mentions, notes, metadata and two snapshots.
    private func make() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 5)
        try journal.note(kind: "latency", at: 1, body: [1])
        try journal.setMetadata("identity", "abc")
        try journal.commit()
        try keep(Array("{}".utf8), in: journal)
        try journal.fill(turns: 5)
        try journal.note(kind: "latency", at: 2, body: [2])
        try journal.commit()
        try keep(Array("[]".utf8), in: journal)
        journal.close()
    }

    private func keep(_ body: [UInt8], in journal: SQLiteJournal) throws {
        try journal.saveSnapshot(
            Snapshot(
                sequence: journal.head.sequence, chain: journal.head.chain, stateHash: ChainHash(digestOf: body),
                body: body))
    }

    @Test("a journal that was written is sound, and so it is after a second writer")
    func sound() throws {
        try make()
        try SQLiteJournal.openReadOnly(place.path).verify()
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 2)
        journal.close()
        try SQLiteJournal.openReadOnly(place.path).verify()
    }

    /// Some hash.
    private static let forged = "f1bf3b1bb06e6a2ed53a4b9c9e1b8fdd5a5c7d9aa6a9e7c1b5b0b1a4e6f7c8d9"

    @Test(
        "whatever is changed of it is found",
        arguments: [
            "UPDATE snapshot SET body = CAST('{\"x\":1}' AS BLOB) WHERE sequence = 30",
            "UPDATE snapshot SET state_hash = X'\(forged)', body = X'7b7d' WHERE sequence = 15",
            "UPDATE metadata SET value = 'def' WHERE key = 'identity'",
            "INSERT INTO metadata VALUES ('more', '1')",
            "DELETE FROM metadata WHERE key = 'created_at'",
            "UPDATE note SET body = X'09' WHERE id = 1",
            "DELETE FROM note WHERE id = 2",
            "INSERT INTO note VALUES (3, 30, 'run', 3, X'00')",
            "DELETE FROM mention WHERE sequence = 4",
            "INSERT INTO mention VALUES ('symbol:FORGED', 7)",
            "DROP TRIGGER seal_stays; DELETE FROM seal WHERE id = 3",
            "DROP TRIGGER seal_is_final; UPDATE seal SET facts = X'\(forged)' WHERE id = 3",
            "DROP TRIGGER seal_stays; DELETE FROM seal WHERE id = (SELECT max(id) FROM seal)",
        ])
    func tampered(sql: String) throws {
        try make()
        try place.tamper(sql)
        let error = try journalError { try SQLiteJournal.openReadOnly(place.path).verify() }
        guard case .damaged = error else {
            Issue.record("not found: \(sql), \(String(describing: error))")
            return
        }
    }

    @Test("a snapshot that is not the one that was written is no start")
    func recovery() throws {
        try make()
        let body = Array("{\"x\":1}".utf8)
        let hash = ChainHash(digestOf: body).description
        try place.tamper("UPDATE snapshot SET body = X'7b2278223a317d', state_hash = X'\(hash)' WHERE sequence = 30")
        let reader = try SQLiteJournal.openReadOnly(place.path)
        let newest = try #require(try reader.latestSnapshot(atOrBefore: nil))
        #expect(newest.body == body && newest.stateHash.description == hash)
        #expect(try !reader.isSealed(newest))
        let before = try #require(try reader.latestSnapshot(atOrBefore: 29))
        #expect(try reader.isSealed(before))
    }

    @Test("an anchor finds a tail that was cut at a turn, and a journal that was written anew")
    func anchor() throws {
        try make()
        let anchor = try SQLiteJournal.openReadOnly(place.path).anchor(at: "now")
        #expect(anchor.sequence == 30 && anchor.journal == "abc")
        try SQLiteJournal.openReadOnly(place.path).check(anchor)
        // Everything of the last turn and its head, as a careful forger does it.
        try place.tamper(
            """
            DROP TRIGGER seal_stays;
            DELETE FROM mention WHERE sequence > 27; DELETE FROM snapshot WHERE sequence > 27;
            DELETE FROM note WHERE id > 1; DELETE FROM seal WHERE sequence > 27;
            DELETE FROM entry WHERE sequence > 27;
            UPDATE head SET (sequence, turn, chain) = (SELECT sequence, turn, chain FROM entry WHERE sequence = 27)
            """)
        try SQLiteJournal.openReadOnly(place.path).verify()
        let cut = try journalError { try SQLiteJournal.openReadOnly(place.path).check(anchor) }
        #expect(cut?.description.contains("it was cut back") == true, "\(String(describing: cut))")

        let other = try Place()
        let journal = try SQLiteJournal(path: other.path)
        try journal.fill(turns: 12, bodyBytes: 99)
        journal.close()
        let error = try journalError { try SQLiteJournal.openReadOnly(other.path).check(anchor) }
        #expect(error?.description.contains("is not the entry that was there") == true)
    }

    @Test("a journal from before there were seals is taken as it stands, and sealed from then on")
    func adopted() throws {
        try make()
        try place.tamper(
            "DROP TABLE seal; DELETE FROM grdb_migrations WHERE identifier = '2: seals'")
        try SQLiteJournal.openReadOnly(place.path).verify()
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 1)
        journal.close()
        try SQLiteJournal.openReadOnly(place.path).verify()
        try place.tamper("UPDATE note SET body = X'09' WHERE id = 1")
        let error = try journalError { try SQLiteJournal.openReadOnly(place.path).verify() }
        guard case .damaged = error else { return unexpected(error) }
    }
}
