import Foundation
import GRDB
import Journal

extension SQLiteJournalReader {
    /// Copies all that is durable now into a new file, beside a core that goes on writing: sqlite3_backup_init(3). It is whole,
    /// checked from its first entry, and on the disk when this returns.
    ///
    /// What cannot be finished leaves nothing under the name that was asked for. A crash leaves `<file>.part`.
    /// - Parameter progress: is called with the last good sequence while the copy is checked.
    /// - Returns: where the copy ends.
    /// - Throws: ``BackupError``; ``JournalError`` of the journal that is read.
    @discardableResult
    package func backup(to file: String, progress: (Int64) -> Void = { _ in }) throws -> JournalHead {
        let file = URL(fileURLWithPath: file).standardizedFileURL.path
        let part = file + ".part"
        try Self.refuseExisting(file)
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? BackupError(
                    file: part, why: "it is of a backup that is under way, or was ended: remove it if none is")
                : BackupError(file: part, why: systemWords())
        }
        Glibc.close(descriptor)
        do {
            let head = try copy(to: part, progress)
            try Self.sync(part)
            try Self.refuseExisting(file)
            guard rename(part, file) == 0 else { throw BackupError(file: file, why: systemWords()) }
            try JournalFile.syncDirectory(of: file)
            return head
        } catch {
            for leftover in [part, part + "-journal", part + "-wal", part + "-shm"] { unlink(leftover) }
            throw BackupError.of(error, part: part, file: file)
        }
    }

    private func copy(to part: String, _ progress: (Int64) -> Void) throws(JournalError) -> JournalHead {
        let before = try head
        try translating(part) {
            let copy = try DatabaseQueue(path: part)
            try store.queue.backup(to: copy)
            // One file by itself, which can be read where nothing may be written.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
        let reader = try SQLiteJournalReader(
            path: part, archivesIn: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        try reader.verifyReachable(progress: progress)
        let head = try reader.head
        try reader.close()
        guard head.sequence >= before.sequence else {
            throw .damaged(path: part, sequence: head.sequence + 1, what: "it is missing in the copy")
        }
        return head
    }

    private static func refuseExisting(_ file: String) throws(BackupError) {
        var facts = stat()
        if lstat(file, &facts) == 0 { throw BackupError(file: file, why: "it is there already: name another file") }
        guard errno == ENOENT else { throw BackupError(file: file, why: systemWords()) }
    }

    /// fsync(2).
    static func sync(_ file: String) throws(BackupError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError(file: file, why: systemWords()) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BackupError(file: file, why: "fsync: \(systemWords())") }
    }
}

/// Why a journal was not copied; the journal itself is as it was.
package struct BackupError: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var why: String

    /// An error of what was being written, as one of the file that was asked for; another one as it is.
    static func of(_ error: any Error, part: String, file: String) -> any Error {
        guard let error = error as? JournalError, error.path == part else { return error }
        return BackupError(file: file, why: error.cause)
    }

    package var description: String { "\(file) was not written: \(why); the journal is as it was" }
}

extension JournalError {
    fileprivate var path: String {
        switch self {
        case .full(let path, _), .heldBy(let path, _), .damaged(let path, _, _), .tooNew(let path, _, _, _),
            .notAJournal(let path, _), .missing(let path), .io(let path, _), .tooLarge(let path, _, _, _),
            .poisoned(let path, _), .unreachable(let path, _, _, _, _):
            path
        }
    }

    fileprivate var cause: String {
        switch self {
        // What SQLite has taken back by now made room again.
        case .full: "the disk is full"
        case .notAJournal(_, let why), .io(_, let why), .poisoned(_, let why): why
        case .damaged(_, let sequence, let what): "the copy is damaged at entry \(sequence): \(what)"
        case .heldBy, .tooNew, .missing, .tooLarge, .unreachable: "\(self)"
        }
    }
}
