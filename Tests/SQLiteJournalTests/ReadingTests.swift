import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("Reading beside the writer, and without one", .blocking)
struct ReadingTests {
    private let place: Place
    init() throws { place = try Place() }

    @Test("a reader sees each turn once it is durable, while the writer lives")
    func beside() throws {
        let journal = try SQLiteJournal(path: place.path)
        let reader = try SQLiteJournal.openReadOnly(place.path)
        for turn in 1...3 {
            try journal.append(kind: .input, type: "tick", at: 0, body: [])
            #expect(try reader.head.turn == Int64(turn - 1))
            try journal.commit()
            #expect(try reader.head == journal.head)
        }
        try reader.verify()
        #expect(try reader.metadata("created_by") == "bigbrother")
    }

    @Test("a reader in the writer's own process takes none of its locks away")
    func sameProcess() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 1)
        for _ in 0..<3 { try SQLiteJournal.openReadOnly(place.path).verify() }
        // Another process that closes last would empty the -wal; it must see that it is not the last.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = ["sqlite3", place.path, "SELECT count(*) FROM entry"]
        shell.standardOutput = Pipe()
        shell.standardError = Pipe()
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "this test needs the sqlite3 shell")
        try journal.fill(turns: 1)
        #expect(FileManager.default.fileExists(atPath: place.wal))
        try SQLiteJournal.openReadOnly(place.path).verify()
    }

    @Test("a reader opens a closed journal and leaves its bytes alone")
    func closed() throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 3)
        journal.close()
        let isUnchanged = try place.isUnchanged {
            let reader = try SQLiteJournal.openReadOnly(place.path)
            try reader.verify()
            #expect(try reader.head.sequence == 9)
            try reader.close()
        }
        #expect(isUnchanged)
        try SQLiteJournal(path: place.path).fill(turns: 1)
    }

    @Test(
        "a reader finds what stands only in the log of a writer that died, and leaves it there",
        arguments: [true, false])
    func orphanedLog(withSharedMemory: Bool) throws {
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 3)
        // A copy of the living files is what a killed process leaves.
        let copy = try Place()
        for name in ["", "-wal"] + (withSharedMemory ? ["-shm"] : []) {
            try FileManager.default.copyItem(atPath: place.path + name, toPath: copy.path + name)
        }
        #expect((copy.bytes(copy.wal)?.count ?? 0) > 0)
        let isUnchanged = try copy.isUnchanged {
            let reader = try SQLiteJournal.openReadOnly(copy.path)
            #expect(try reader.head == journal.head)
            try reader.verify()
            try reader.close()
        }
        #expect(isUnchanged)
        let next = try SQLiteJournal(path: copy.path)
        #expect(next.head == journal.head)
        try next.fill(turns: 1)
    }

    @Test("a reader of no journal says so, and makes none")
    func missing() throws {
        #expect(throws: JournalError.missing(path: place.path)) { try SQLiteJournal.openReadOnly(place.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory).isEmpty)
    }
}
