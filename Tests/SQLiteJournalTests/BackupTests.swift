import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A copy of a journal", .blocking)
struct BackupTests {
    private func backup(_ place: Place, to file: String) throws -> JournalHead {
        let reader = try SQLiteJournalReader(path: place.path)
        let head = try reader.backup(to: file)
        try reader.close()
        return head
    }

    private func refusal(_ body: () throws -> Void) throws -> BackupError? {
        do {
            try body()
            return nil
        } catch let error as BackupError {
            return error
        }
    }

    @Test("beside a writer it has all that was durable, is one file, and a core can go on with it")
    func beside() throws {
        let (place, elsewhere) = (try Place(), try Place())
        let journal = try SQLiteJournal(path: place.path)
        defer { journal.close() }
        try journal.fill(turns: 10)
        try journal.snapshot()
        let head = journal.head
        try journal.append(kind: .input, type: "tick", at: 1, body: [])
        #expect(try backup(place, to: elsewhere.path) == JournalHead(sequence: 30, turn: 10, chain: head.chain))
        try journal.commit()
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.directory) == ["journal.sqlite"])
        let mode = try FileManager.default.attributesOfItem(atPath: elsewhere.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let next = try SQLiteJournal(path: elsewhere.path)
        #expect(next.head.chain == head.chain)
        try next.fill(turns: 1)
        try next.verifyChain()
        next.close()
    }

    @Test("a file, a link or a half copy that is there is left alone, in one sentence")
    func existing() throws {
        let (place, elsewhere) = (try Place(), try Place())
        try SQLiteJournal(path: place.path).fill(turns: 1)
        try elsewhere.write(Data("mine".utf8))
        let there = try refusal { _ = try backup(place, to: elsewhere.path) }
        #expect(there?.description.contains("it is there already") == true)
        #expect(elsewhere.bytes() == Data("mine".utf8))
        let link = elsewhere.directory + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: elsewhere.directory + "/target")
        #expect(try refusal { _ = try backup(place, to: link) }?.why.contains("already") == true)
        let half = elsewhere.directory + "/half"
        try Data("half".utf8).write(to: URL(fileURLWithPath: half + ".part"))
        #expect(try refusal { _ = try backup(place, to: half) }?.why.contains("under way, or was ended") == true)
        #expect(elsewhere.bytes(half + ".part") == Data("half".utf8))
        #expect(!FileManager.default.fileExists(atPath: half))
    }

    @Test("of a damaged journal there is no copy, and nothing is left behind")
    func damaged() throws {
        let (place, elsewhere) = (try Place(), try Place())
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 3)
        journal.close()
        try place.tamper("UPDATE entry SET at = 1 WHERE sequence = 5")
        #expect(try refusal { _ = try backup(place, to: elsewhere.path) }?.why.contains("damaged at entry 5") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.directory).isEmpty)
    }

    @Test("where the disk is too small nothing is left behind", .enabled(if: Mount.works, "needs root and tmpfs"))
    func full() throws {
        let (place, mount) = (try Place(), try Mount(megabytes: 1))
        let journal = try SQLiteJournal(path: place.path)
        let chance = try #require(FileHandle(forReadingAtPath: "/dev/urandom"))
        for _ in 0..<20 {
            let body = try #require(try chance.read(upToCount: 100_000))
            try journal.append(kind: .input, type: "tick", at: 1, body: Array(body))
            try journal.commit()
        }
        journal.close()
        #expect(try refusal { _ = try backup(place, to: mount.place.path) }?.why == "the disk is full")
        #expect(try FileManager.default.contentsOfDirectory(atPath: mount.place.directory).isEmpty)
    }
}
