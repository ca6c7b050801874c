import CommandSupport
import Console
import Foundation
import Journal
import SQLiteJournal

/// What the system says of a journal's file and its disk: stat(2), statvfs(3).
enum JournalSize {
    static func growth(of reader: SQLiteJournalReader) throws -> JournalGrowth {
        var room = statvfs()
        guard statvfs(reader.path, &room) == 0 else {
            throw JournalError.io(path: reader.path, why: String(cString: strerror(errno)))
        }
        let free = Int64(
            clamping: UInt64(room.f_bavail).multipliedReportingOverflow(by: UInt64(room.f_frsize)).partialValue)
        var mark: BackupMark?
        do { mark = try BackupMark.read(beside: reader.path) } catch {
            Failure.say("bigbrother: when the journal was last copied cannot be read: \(error)")
        }
        return try JournalGrowth(
            of: reader, bytes: bytes(of: reader.path) + bytes(of: reader.path + "-wal"), freeBytes: free,
            backedUpAt: mark?.at, archives: archives(of: reader))
    }

    private static func archives(of reader: SQLiteJournalReader) -> JournalGrowth.Archives? {
        guard let last = reader.archives.last else { return nil }
        let folder = URL(fileURLWithPath: reader.path).deletingLastPathComponent().path
        let bytes = reader.archives.reduce(Int64(0)) { $0 + self.bytes(of: folder + "/" + $1.file) }
        return JournalGrowth.Archives(count: reader.archives.count, bytes: bytes, lastAt: last.at)
    }

    /// 0 for a file that is not there.
    private static func bytes(of path: String) -> Int64 {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int64(facts.st_size) : 0
    }
}
