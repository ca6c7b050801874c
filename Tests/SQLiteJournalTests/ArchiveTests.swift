import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("An archive of a journal", .blocking)
struct ArchiveTests {
    /// Bodies of one type that repeat, so that they stand on one another; three snapshots, the oldest at entry 60.
    private func journal() throws -> (Place, [JournalEntry]) {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        try journal.append(
            kind: .format, type: JournalFormat.entryType, at: 1, body: Array(#"{"format":2,"program":"0.1.0"}"#.utf8))
        try journal.setMetadata(JournalFormat.numberKey, "\(JournalFormat.current)")
        try journal.commit()
        for turn in 1...40 {
            let text = (0..<40).map { "symbol \($0) is at \($0 * 7919)" }.joined(separator: ", ") + " in turn \(turn)"
            for type in ["tick", "order_submit"] {
                let sequence = journal.openHead.sequence + 1
                try journal.append(
                    kind: type == "tick" ? .input : .effect, type: type, at: sequence * 10, body: Array(text.utf8),
                    mentions: ["entry:\(sequence)", "symbol:S\(sequence % 2)"])
            }
            try journal.note(kind: "run", at: 1, body: [1])
            try journal.commit()
            if turn >= 30, turn % 4 == 0 { try journal.snapshot() }
        }
        journal.close()
        return (place, try read(place))
    }

    private func read(_ place: Place, _ query: EntryQuery = EntryQuery(limit: .max)) throws -> [JournalEntry] {
        let reader = try SQLiteJournalReader(path: place.path)
        let entries = try reader.entries(query)
        try reader.close()
        return entries
    }

    @discardableResult
    private func archive(_ place: Place, before time: Int64) throws -> JournalArchive {
        let archiver = try JournalArchiver(path: place.path)
        let archive = try #require(try archiver.plan(before: time, now: "2026-12-02T00:00:00Z"))
        try archiver.write(archive)
        try archiver.remove(archive)
        try archiver.shrink()
        try archiver.close()
        return archive
    }

    private func verify(_ place: Place) throws {
        let reader = try SQLiteJournalReader(path: place.path)
        try reader.verify()
        try reader.close()
    }

    private static let queries = [
        EntryQuery(limit: .max), EntryQuery(limit: 70, newestFirst: true), EntryQuery(in: 19...23, limit: 9),
        EntryQuery(.type("tick"), limit: 30), EntryQuery(.type("tick"), limit: 35, newestFirst: true),
        EntryQuery(.mention("symbol:S1"), limit: 30), EntryQuery(.mention("entry:5"), limit: 3),
        EntryQuery(.mention("symbol:S0"), in: 10...40, limit: 100, newestFirst: true),
        EntryQuery(.type(JournalFormat.entryType), limit: 9),
    ]

    @Test("I-JRN-15: whatever is asked gives the same across two archives as before, and all is verified")
    func same() throws {
        let (place, _) = try journal()
        let before = try Self.queries.map { try read(place, $0) }
        let anchored = try SQLiteJournalReader(path: place.path)
        let anchor = try anchored.anchor(at: "2026-12-01T00:00:00Z")
        try anchored.close()
        let first = try archive(place, before: 215)
        #expect((first.first, first.last) == (1, 21))
        let second = try archive(place, before: .max)
        #expect((second.first, second.last) == (22, 63))
        #expect(try Self.queries.map { try read(place, $0) } == before)
        try verify(place)
        let reader = try SQLiteJournalReader(path: place.path)
        try reader.check(anchor)
        #expect(reader.archives == [first, second])
        try reader.close()
        let mode = try FileManager.default.attributesOfItem(atPath: place.directory + "/" + first.file)[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("a core goes on after it, and its chain is one")
    func goesOn() throws {
        let (place, before) = try journal()
        try archive(place, before: .max)
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        #expect(try journal.entries(EntryQuery(limit: .max)) == before)
        try journal.fill(turns: 3)
        #expect(try journal.entries(EntryQuery(limit: .max)).count == before.count + 9)
        journal.close()
        try verify(place)
    }

    @Test("a kill after each step leaves both or the archive, and the next run goes on")
    func killed() throws {
        let (place, before) = try journal()
        let part = place.directory + "/archive-1-21.sqlite.part"
        try Data("half".utf8).write(to: URL(fileURLWithPath: part))
        let killed = try JournalArchiver(path: place.path)
        try killed.write(try #require(try killed.plan(before: 215, now: "then")))
        try killed.close()
        #expect(!FileManager.default.fileExists(atPath: part))
        #expect(try read(place) == before)
        try verify(place)
        // Later more would be old enough; what is there is taken first.
        #expect(try archive(place, before: .max).last == 21)
        #expect(try archive(place, before: .max).first == 22)
        let again = try JournalArchiver(path: place.path)
        #expect(try again.plan(before: .max, now: "now") == nil)
        try again.close()
        #expect(try read(place) == before)
        try verify(place)
    }

    @Test("without its archive a journal says which entries cannot be reached, and a core starts all the same")
    func missing() throws {
        let (place, before) = try journal()
        let first = try archive(place, before: 215)
        let second = try archive(place, before: .max)
        try FileManager.default.removeItem(atPath: place.directory + "/" + first.file)
        let error = try journalError { _ = try read(place) }
        #expect(error?.description.contains("entries 1 to 21 of the journal") == true)
        #expect(error?.description.contains("is missing") == true)
        #expect(try journalError { try verify(place) } == error)
        #expect(try read(place, EntryQuery(in: 22...81, limit: 100)) == Array(before[21...]))
        #expect(try read(place, EntryQuery(limit: 60, newestFirst: true)).count == 60)
        #expect(try read(place, EntryQuery(.type(JournalFormat.entryType), limit: 9)) == [before[0]])
        try FileManager.default.removeItem(atPath: place.directory + "/" + second.file)
        #expect(try read(place, EntryQuery(in: 64...81, limit: 100)) == Array(before[63...]))
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        try journal.verifyChain(from: .newest(1_000))
        try journal.verifyChain(from: .latestSnapshot)
        try journal.fill(turns: 1)
        journal.close()
    }

    @Test("an archive that was swapped, changed or cut is told")
    func swapped() throws {
        let (place, _) = try journal()
        let first = try archive(place, before: 215)
        let file = place.directory + "/" + first.file
        let good = try #require(place.bytes(file))
        let other = try Place()
        try SQLiteJournal(path: other.path).close()
        try #require(other.bytes()).write(to: URL(fileURLWithPath: file))
        #expect(try journalError { try verify(place) }?.description.contains("is not the file that was made") == true)
        try Data("none".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try journalError { try verify(place) }?.description.contains("cannot be read") == true)
        try good.write(to: URL(fileURLWithPath: file))
        try verify(place)
        try place.tamper("UPDATE entry SET at = 1 WHERE sequence = 9", in: file)
        guard case .damaged(_, 9, _) = try journalError({ try verify(place) }) else {
            Issue.record("a changed entry was not found")
            return
        }
        try place.tamper("UPDATE metadata SET value = '20 x y' WHERE key = 'archive_1'")
        #expect(try journalError { try verify(place) } != nil)
    }

    @Test("beside a core it is refused")
    func held() throws {
        let (place, _) = try journal()
        let core = try SQLiteJournal(path: place.path, plainEntries: 0)
        guard case .heldBy = try journalError({ _ = try JournalArchiver(path: place.path) }) else {
            Issue.record("it was not refused")
            return
        }
        core.close()
    }

    @Test("where no file can be made the journal is as it was")
    func refused() throws {
        let (place, before) = try journal()
        let part = place.directory + "/archive-1-63.sqlite.part"
        try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true)
        #expect(throws: BackupError.self) { try archive(place, before: .max) }
        #expect(try read(place) == before)
        try verify(place)
    }

    @Test("a backup of a journal with archives is checked with them")
    func backup() throws {
        let (place, elsewhere) = (try journal().0, try Place())
        try archive(place, before: .max)
        let reader = try SQLiteJournalReader(path: place.path)
        #expect(try reader.backup(to: elsewhere.path).sequence == 81)
        try reader.close()
    }

    @Test(
        "on a full disk, whatever room there is, no entry is lost, and the next run goes on",
        .enabled(if: Mount.works, "needs root and tmpfs"), arguments: [0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200])
    func full(kilobytesFree: Int) throws {
        let (source, before) = try journal()
        let mount = try Mount(megabytes: 1)
        try FileManager.default.copyItem(atPath: source.path, toPath: mount.place.path)
        let ballast = mount.place.directory + "/ballast"
        let used = (source.bytes()?.count ?? 0) / 1_024
        try Data(count: max(0, (1_000 - used - kilobytesFree) * 1_024)).write(to: URL(fileURLWithPath: ballast))
        do { try archive(mount.place, before: .max) } catch is JournalError {} catch is BackupError {}
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try read(mount.place) == before)
        try verify(mount.place)
        let again = try JournalArchiver(path: mount.place.path)
        if let archive = try again.plan(before: .max, now: "now") {
            try again.write(archive)
            try again.remove(archive)
        }
        try again.shrink()
        try again.close()
        let reader = try SQLiteJournalReader(path: mount.place.path)
        #expect(reader.archives.map(\.last) == [63])
        try reader.close()
        #expect(try read(mount.place) == before)
    }
}
