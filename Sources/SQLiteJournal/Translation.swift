import Foundation
import GRDB
import Journal

/// SQLite's errors as ours, by what is to be done. Every call of GRDB passes through here.
func translating<Value>(_ path: String, _ body: () throws -> Value) throws(JournalError) -> Value {
    do {
        return try body()
    } catch let error as JournalError {
        throw error
    } catch let error as DatabaseError {
        throw journalError(error, path)
    } catch {
        throw .io(path: path, why: "\(error)")
    }
}

private func journalError(_ error: DatabaseError, _ path: String) -> JournalError {
    let words = error.message ?? "\(error.extendedResultCode)"
    switch error.resultCode {
    case .SQLITE_FULL:
        return .full(path: path, why: hasNoRoom(path) ? "the disk is full" : "it has reached its maximum size")
    // The shared memory of a WAL that cannot grow is reported as an I/O error, and so is an exhausted quota.
    case .SQLITE_IOERR where hasNoRoom(path):
        return .full(path: path, why: "the disk is full")
    case .SQLITE_NOTADB:
        return .notAJournal(path: path, why: "it is no SQLite database")
    case .SQLITE_CORRUPT:
        return .damaged(path: path, sequence: 0, what: "its pages do not fit together (\(words))")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
        return .io(path: path, why: "another program keeps it locked, such as a SQL shell")
    default:
        return .io(path: path, why: "\(words) (\(error.extendedResultCode))")
    }
}

/// Whether the disk of a file has less room than SQLite asks for at a time: a piece of shared memory, 32 KiB.
private func hasNoRoom(_ path: String) -> Bool {
    var room = statvfs()
    guard statvfs(path, &room) == 0 else { return false }
    return UInt64(room.f_bavail) * UInt64(room.f_frsize) < 32 << 10
}

/// What errno says, in words.
func systemWords(_ code: CInt = errno) -> String { String(cString: strerror(code)) }
