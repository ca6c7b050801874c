import Foundation
import GRDB
import Journal

/// The file itself: where it is, what state it is in, and how a new one comes into being.
///
/// Nothing here, nor elsewhere in this target, opens and closes the database file past SQLite: to close any descriptor
/// of a file drops all POSIX locks that the process holds on it, those of a living connection too.
enum JournalFile {
    /// Absolute and without symbolic links: two names of one journal must not give two locks.
    static func resolve(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    /// Bytes of the smallest page of SQLite; below it, SQLite takes anything for an empty database.
    private static let smallestPage = 512

    static func wal(of path: String) -> String { path + "-wal" }

    /// Bytes of a file; nil when there is none.
    static func size(_ path: String) throws(JournalError) -> Int64? {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            guard errno == ENOENT else { throw .io(path: path, why: systemWords()) }
            return nil
        }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw .notAJournal(path: path, why: "it is no regular file") }
        return Int64(facts.st_size)
    }

    /// - Returns: false when there is no journal, and one may be begun.
    /// - Throws: `notAJournal` for an empty file, `damaged` when only the write-ahead log is left.
    static func exists(_ path: String) throws(JournalError) -> Bool {
        guard let size = try size(path) else {
            // SQLite would take the log of the lost journal for that of the new one.
            guard try self.size(wal(of: path)) ?? 0 == 0 else {
                throw .damaged(
                    path: path, sequence: 0, what: "the file is gone, and its \(wal(of: path)) is still there")
            }
            return false
        }
        guard size > 0 else { throw .notAJournal(path: path, why: "it is empty, and a journal never is") }
        guard size >= smallestPage else {
            throw .notAJournal(path: path, why: "it has only \(size) bytes, or is what is left of a longer file")
        }
        return true
    }

    /// A file consists of whole pages. SQLite would take a last page that is cut short for one that ends in zeros.
    /// While there is a log, a page may be under way to the file.
    static func checkLength(_ path: String, pageBytes: Int64) throws(JournalError) {
        guard let size = try size(path), size % pageBytes != 0, try self.size(wal(of: path)) ?? 0 == 0 else { return }
        throw .damaged(path: path, sequence: 0, what: "it was cut short within a page, at \(size) bytes")
    }

    /// Makes an empty journal under another name and moves it into place when it is whole, so that a crash on the way
    /// leaves nothing that looks like a damaged journal. The caller holds the lock.
    static func create(_ path: String, createdBy: String) throws(JournalError) {
        let draft = path + ".new"
        for leftover in [draft, draft + "-wal", draft + "-shm", draft + "-journal"] {
            guard unlink(leftover) == 0 || errno == ENOENT else { throw .io(path: leftover, why: systemWords()) }
        }
        // Made here, so that nobody else can read it for even an instant; SQLite's own files take over its mode.
        let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io(path: path, why: "it cannot be made: \(systemWords())") }
        close(descriptor)
        try translating(path) {
            let queue = try DatabaseQueue(path: draft)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
            try Schema.migrator.migrate(queue)
            try queue.write { database in
                for (key, value) in ["created_by": createdBy, "created_at": Date().formatted(.iso8601)] {
                    try database.execute(sql: "INSERT INTO metadata VALUES (?, ?)", arguments: [key, value])
                }
            }
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
        }
        guard rename(draft, path) == 0 else { throw .io(path: path, why: "rename: \(systemWords())") }
        try syncDirectory(of: path)
    }

    /// A new name is durable when its directory is.
    static func syncDirectory(of path: String) throws(JournalError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .io(path: path, why: "\(directory): \(systemWords())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .io(path: path, why: "fsync of \(directory): \(systemWords())") }
    }
}
