import Foundation
import GRDB
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A damaged journal", .blocking)
struct DamageTests {
    private let place: Place
    init() throws { place = try Place() }

    /// A closed journal of 30 entries.
    private func make() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 10)
        journal.close()
    }

    /// Asks for an error of everything that opens, and demands that the file stays as it is.
    private func refusal(writerToo: Bool = true) throws -> JournalError? {
        var found: JournalError?
        let isUnchanged = try place.isUnchanged {
            found = try journalError { try SQLiteJournal.openReadOnly(place.path).verify() }
            if writerToo {
                let ofWriter = try journalError { _ = try SQLiteJournal(path: place.path) }
                #expect(ofWriter == found)
            }
        }
        #expect(isUnchanged)
        return found
    }

    @Test(
        "what never was a journal is called that, and stays as it is",
        arguments: [
            ("", "it is empty"), ("x", "only 1 bytes"),
            (String(repeating: "garbage ", count: 4_000), "no SQLite database"),
        ])
    func garbage(content: String, why: String) throws {
        try place.write(Data(content.utf8))
        let error = try refusal()
        guard case .notAJournal(place.path, let words) = error else {
            return unexpected(error)
        }
        #expect(words.contains(why))
    }

    @Test("the database of another program is not a journal")
    func foreign() throws {
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { try $0.execute(sql: "CREATE TABLE entry (sequence INTEGER PRIMARY KEY)") }
        try queue.close()
        let error = try refusal()
        guard case .notAJournal = error else { return unexpected(error) }
    }

    @Test("a directory in its place is not a journal")
    func directory() throws {
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: false)
        let error = try journalError { _ = try SQLiteJournal(path: place.path) }
        guard case .notAJournal = error else { return unexpected(error) }
    }

    @Test("a journal of a future format is refused, and stays as it is")
    func future() throws {
        try make()
        try place.tamper("PRAGMA user_version = 7; INSERT INTO metadata VALUES ('written_by', '9.1.0')")
        #expect(try refusal() == .tooNew(path: place.path, format: 7, ours: JournalFormat.current, writtenBy: "9.1.0"))
    }

    @Test("a journal that was cut short is damaged, wherever it was cut", arguments: [1, 3, 50, 90, 99])
    func truncated(percent: Int) throws {
        try make()
        let whole = try #require(place.bytes())
        try place.write(whole.prefix(whole.count * percent / 100))
        let error = try refusal()
        switch error {
        case .damaged, .notAJournal: break
        default: unexpected(error)
        }
    }

    @Test("a journal whose log alone is left is damaged, and none is begun in its place")
    func gone() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 1)
        let copy = try Place()
        try FileManager.default.copyItem(atPath: place.wal, toPath: copy.wal)
        let error = try journalError { _ = try SQLiteJournal(path: copy.path) }
        guard case .damaged(_, 0, let what) = error else { return unexpected(error) }
        #expect(what.contains("-wal"))
        #expect(!FileManager.default.fileExists(atPath: copy.path))
    }

    @Test("a flipped bit of a body in the file is found, with its entry")
    func flippedByte() throws {
        let journal = try SQLiteJournal(path: place.path)
        // Too short to be packed, so that it stands in the file as it is.
        for number: UInt8 in 1...30 {
            try journal.append(kind: .input, type: "tick", at: 1, body: [UInt8](repeating: number, count: 40))
            try journal.commit()
        }
        journal.close()
        var whole = try #require(place.bytes())
        let place17 = try #require(whole.firstRange(of: Data(repeating: 17, count: 40)))
        whole[place17.lowerBound + 30] ^= 4
        try place.write(whole)
        let error = try refusal(writerToo: false)
        guard case .damaged(_, 17, let what) = error else { return unexpected(error) }
        #expect(what.contains("hash does not fit"))
    }

    @Test(
        "whatever was changed behind its back, the first bad entry is named",
        arguments: [
            ("UPDATE entry SET at = 1 WHERE sequence = 5", 5),
            ("UPDATE entry SET type = 'tock' WHERE sequence = 1", 1),
            ("UPDATE entry SET turn = 9 WHERE sequence = 20", 20),
            ("UPDATE entry SET kind = 7 WHERE sequence = 12", 12),
            ("UPDATE entry SET chain = x'00' WHERE sequence = 12", 12),
            ("DELETE FROM entry WHERE sequence = 13", 13),
            ("DELETE FROM entry WHERE sequence = 1", 1),
            ("DELETE FROM entry WHERE sequence BETWEEN 4 AND 8", 4),
            ("INSERT INTO entry SELECT 0, turn, kind, type, at, body, chain FROM entry WHERE sequence = 1", 0),
            ("INSERT INTO entry SELECT -7, turn, kind, type, at, body, chain FROM entry WHERE sequence = 1", -7),
            // Two that change places.
            (
                """
                UPDATE entry SET sequence = 99 WHERE sequence = 6; UPDATE entry SET sequence = 6 WHERE sequence = 7;
                UPDATE entry SET sequence = 7 WHERE sequence = 99
                """, 6
            ),
            // A row that is squeezed in, the rest moved up.
            (
                """
                UPDATE entry SET sequence = -sequence WHERE sequence > 10;
                UPDATE entry SET sequence = 1 - sequence WHERE sequence < 0;
                INSERT INTO entry SELECT 11, turn, kind, type, at, body, chain FROM entry WHERE sequence = 10
                """, 11
            ),
        ] as [(String, Int64)])
    func tampered(sql: String, sequence: Int64) throws {
        try make()
        try place.tamper(sql)
        let error = try refusal(writerToo: false)
        guard case .damaged(place.path, sequence, _) = error else {
            return unexpected(error)
        }
    }

    @Test(
        "an end that is gone, or that nobody committed, stops a writer at once",
        arguments: [
            ("DELETE FROM entry WHERE sequence > 28", 29),
            ("DELETE FROM entry", 1),
            ("INSERT INTO entry SELECT 31, turn, kind, type, at, body, chain FROM entry WHERE sequence = 30", 31),
            ("UPDATE entry SET chain = zeroblob(32) WHERE sequence = 30", 30),
        ] as [(String, Int64)])
    func tail(sql: String, sequence: Int64) throws {
        try make()
        try place.tamper(sql)
        let ofReader = try refusal(writerToo: false)
        guard case .damaged(_, sequence, _) = ofReader else {
            return unexpected(ofReader)
        }
        let ofWriter = try journalError { _ = try SQLiteJournal(path: place.path) }
        guard case .damaged = ofWriter else { return unexpected(ofWriter) }
    }

    @Test("a snapshot of something else is damage of its entry")
    func snapshot() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 2)
        try journal.snapshot()
        try journal.fill(turns: 2)
        journal.close()
        try place.tamper("UPDATE snapshot SET chain = zeroblob(32)")
        for start in [VerificationStart.genesis, .latestSnapshot] {
            let error = try journalError { try SQLiteJournal.openReadOnly(place.path).verify(from: start) }
            guard case .damaged(_, 6, _) = error else { return unexpected(error) }
        }
    }

    @Test("a verification from the snapshot looks at what comes after it, and at nothing before")
    func fromSnapshot() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 2)
        try journal.snapshot()
        try journal.fill(turns: 2)
        journal.close()
        try place.tamper("UPDATE entry SET at = 1 WHERE sequence = 2")
        let reader = try SQLiteJournal.openReadOnly(place.path)
        try reader.verify(from: .latestSnapshot)
        #expect(throws: JournalError.self) { try reader.verify() }
        try place.tamper("UPDATE entry SET at = 1 WHERE sequence = 8")
        let error = try journalError { try reader.verify(from: .latestSnapshot) }
        guard case .damaged(_, 8, _) = error else { return unexpected(error) }
    }

    @Test("a verification tells how far it is, up to the end")
    func progress() throws {
        let journal = try SQLiteJournal(path: place.path)
        for _ in 0..<5_000 { try journal.append(kind: .input, type: "tick", at: 0, body: []) }
        try journal.commit()
        var told: [Int64] = []
        try SQLiteJournal.openReadOnly(place.path).verify { told.append($0) }
        #expect(told == [2_000, 4_000, 5_000])
    }

    @Test("wherever a byte of the file is overwritten, it is an error or it is harmless, and never a crash")
    func anyByte() throws {
        try make()
        let whole = try #require(place.bytes())
        let head = try SQLiteJournal.openReadOnly(place.path).head
        var refused = 0
        for offset in stride(from: 0, to: whole.count, by: 211) {
            var copy = whole
            copy[offset] ^= 0xFF
            try place.write(copy)
            let found = try journalError {
                let reader = try SQLiteJournal.openReadOnly(place.path)
                try reader.verify()
                #expect(try reader.head == head, "offset \(offset)")
                try reader.close()
            }
            if found != nil { refused += 1 }
        }
        #expect(refused > 30)
    }
}
