import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A journal that cannot grow", .blocking)
struct FullDiskTests {
    /// Writes until the journal refuses, and says with what.
    private func fillUp(_ journal: SQLiteJournal) throws -> (JournalError?, JournalHead) {
        var committed = journal.head
        let error = try journalError {
            while true {
                try journal.fill(turns: 1, bodyBytes: 3_000)
                committed = journal.head
            }
        }
        return (error, committed)
    }

    private func expectPoisoned(_ journal: SQLiteJournal) throws {
        let error = try journalError { try journal.append(kind: .input, type: "tick", at: 0, body: []) }
        guard case .poisoned(_, let cause) = error else { return unexpected(error) }
        #expect(cause.contains("cannot grow"))
        #expect(try journalError { try journal.commit() } == error)
    }

    @Test("a commit beyond the maximum size fails whole, what was there stays, and nothing more is taken")
    func maximumBytes() throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, maximumBytes: 400_000)
        let (error, committed) = try fillUp(journal)
        #expect(error == .full(path: place.path, why: "it has reached its maximum size"))
        #expect(committed.turn > 10)
        #expect(journal.head == committed)
        try expectPoisoned(journal)
        #expect(try journal.entries(from: committed.sequence, limit: 9).map(\.chain) == [committed.chain])
        try SQLiteJournal.openReadOnly(place.path).verify()
        journal.close()
        #expect((place.bytes()?.count ?? .max) <= 400_000)
        let next = try SQLiteJournal(path: place.path)
        #expect(next.head == committed)
        try next.fill(turns: 1)
    }

    @Test("a snapshot that does not fit poisons as a commit does, and the one before stays")
    func snapshot() throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, maximumBytes: 400_000)
        try journal.fill(turns: 1)
        try journal.snapshot()
        let error = try journalError {
            try journal.saveSnapshot(
                Snapshot(
                    sequence: 3, chain: journal.head.chain, stateHash: .genesis,
                    body: [UInt8](repeating: 1, count: 500_000)))
        }
        guard case .full = error else { return unexpected(error) }
        try expectPoisoned(journal)
        #expect(try journal.latestSnapshot(atOrBefore: nil)?.body == Array("state 3".utf8))
    }

    @Test(
        "a full disk is the same, and after room was made the journal goes on",
        .enabled(if: Mount.works, "needs root and tmpfs"))
    func noSpace() throws {
        let mount = try Mount(megabytes: 2)
        let path = mount.place.path
        let journal = try SQLiteJournal(path: path)
        let (error, committed) = try fillUp(journal)
        #expect(error == .full(path: path, why: "the disk is full"))
        #expect(committed.turn > 10)
        try expectPoisoned(journal)
        try SQLiteJournal.openReadOnly(path).verify()
        journal.close()
        try mount.remount("size=8m")
        let next = try SQLiteJournal(path: path)
        #expect(next.head == committed)
        try next.fill(turns: 5)
        try next.verifyChain()
    }

    @Test(
        "on a disk that is full from the start no journal is begun", .enabled(if: Mount.works, "needs root and tmpfs"))
    func noSpaceAtAll() throws {
        let mount = try Mount(megabytes: 1)
        try Data(count: (1 << 20) - 4 * 4_096).write(to: URL(fileURLWithPath: mount.place.directory + "/ballast"))
        let error = try journalError { _ = try SQLiteJournal(path: mount.place.path) }
        guard case .full = error else { return unexpected(error) }
        #expect(!FileManager.default.fileExists(atPath: mount.place.path))
    }

    @Test(
        "a journal on a read-only medium can be read, and its writer is refused",
        .enabled(if: Mount.works, "needs root and tmpfs"))
    func readOnlyMedium() throws {
        let mount = try Mount(megabytes: 4)
        let journal = try SQLiteJournal(path: mount.place.path)
        try journal.fill(turns: 3)
        let head = journal.head
        journal.close()
        try mount.remount("ro")
        let reader = try SQLiteJournal.openReadOnly(mount.place.path)
        #expect(try reader.head == head)
        try reader.verify()
        try reader.close()
        let error = try journalError { _ = try SQLiteJournal(path: mount.place.path) }
        guard case .io = error else { return unexpected(error) }
    }
}

/// A small disk of its own, for as long as the test lives.
final class Mount {
    let place: Place
    static let works: Bool = {
        do {
            _ = try Mount(megabytes: 1)
            return true
        } catch { return false }
    }()

    struct Refused: Error { let arguments: [String] }

    init(megabytes: Int) throws {
        place = try Place()
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700", "tmpfs", place.directory)
    }

    func remount(_ options: String) throws { try Self.run("mount", "-o", "remount,\(options)", place.directory) }

    deinit {
        do { try Self.run("umount", place.directory) } catch { print("left mounted: \(place.directory)") }
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Refused(arguments: arguments) }
    }
}
