import Foundation
import GRDB
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("Opening a journal", .blocking)
struct OpeningTests {
    private let place: Place
    init() throws { place = try Place() }

    @Test("a new journal is readable by its owner alone, and so are the files beside it")
    func mode() throws {
        let journal = try SQLiteJournal(path: place.path, createdBy: "a test")
        try journal.fill(turns: 1)
        for name in ["", "-wal", "-shm", ".lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: place.path + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(try journal.metadata("created_by") == "a test")
        #expect(try journal.metadata("created_at") != nil)
        #expect(!FileManager.default.fileExists(atPath: place.path + ".new"))
    }

    @Test("it runs with a write-ahead log, and marks the file as its own")
    func pragmas() throws {
        try SQLiteJournal(path: place.path).fill(turns: 1)
        let queue = try DatabaseQueue(path: place.path)
        let found = try queue.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int64.fetchOne(database, sql: "PRAGMA application_id"),
                try Int64.fetchOne(database, sql: "PRAGMA user_version")
            )
        }
        #expect(found == ("wal", 0x4242_6A72, 1))
    }

    @Test("a journal that is opened again goes on where it ended")
    func again() throws {
        var head = JournalHead.empty
        for turn in 1...3 {
            let journal = try SQLiteJournal(path: place.path)
            #expect(journal.head == head)
            try journal.fill(turns: 1)
            try journal.append(kind: .input, type: "lost", at: 0, body: [])
            journal.rollback()
            head = journal.head
            #expect(head.turn == Int64(turn))
            journal.close()
        }
        try SQLiteJournal.openReadOnly(place.path).verify()
    }

    @Test("a second writer is told who holds the journal, by whichever name it asks")
    func held() throws {
        let journal = try SQLiteJournal(path: place.path)
        let link = place.directory + "/other-name"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place.path)
        for path in [place.path, link] {
            guard case .heldBy(_, let holder) = try journalError({ _ = try SQLiteJournal(path: path) }) else {
                return unexpected("\(path) was opened twice")
            }
            #expect(holder?.pid == getpid())
            #expect(holder?.host == ProcessInfo.processInfo.hostName)
            #expect(holder?.since.hasSuffix("Z") == true)
        }
        guard case .held(let holder) = SQLiteJournal.lockState(of: place.path) else {
            return unexpected("it is not held")
        }
        #expect(holder?.pid == getpid())
        journal.close()
        #expect(SQLiteJournal.lockState(of: place.path) == .free)
        _ = try SQLiteJournal(path: link)
    }

    @Test("a lock file that a dead process left is no obstacle")
    func staleLock() throws {
        try Data("process 1 on elsewhere since 2020-01-01T00:00:00Z\n".utf8).write(
            to: URL(fileURLWithPath: place.path + ".lock"))
        #expect(SQLiteJournal.lockState(of: place.path) == .free)
        try SQLiteJournal(path: place.path).fill(turns: 1)
    }

    @Test("a writer that got past the lock cannot write what another one wrote")
    func fenced() throws {
        let first = try SQLiteJournal(path: place.path)
        try first.fill(turns: 1)
        // What deletes a lock file makes room for a second writer.
        try FileManager.default.removeItem(atPath: place.path + ".lock")
        let second = try SQLiteJournal(path: place.path)
        try second.fill(turns: 1)
        let error = try journalError { try first.fill(turns: 1) }
        guard case .heldBy = error else { return unexpected(error) }
        try second.fill(turns: 1)
        try SQLiteJournal.openReadOnly(place.path).verify()
        #expect(second.head.turn == 3)
    }

    @Test("a crash while a journal is begun leaves nothing that stops the next start")
    func halfBegun() throws {
        try Data("half".utf8).write(to: URL(fileURLWithPath: place.path + ".new"))
        try Data("half".utf8).write(to: URL(fileURLWithPath: place.path + ".new-wal"))
        let journal = try SQLiteJournal(path: place.path)
        try journal.fill(turns: 1)
        try journal.verifyChain()
    }

    @Test("a directory that does not exist is an error that names it")
    func noDirectory() throws {
        let error = try journalError { _ = try SQLiteJournal(path: place.directory + "/none/journal.sqlite") }
        guard case .io(let path, let why) = error else { return unexpected(error) }
        #expect(path.hasSuffix("/none/journal.sqlite"))
        #expect(why.contains("No such file or directory"))
    }
}
