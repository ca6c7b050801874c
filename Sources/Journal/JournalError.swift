/// Who holds a journal, as its lock file says.
package struct LockHolder: Hashable, Sendable, CustomStringConvertible {
    package var pid: Int32
    package var host: String
    /// ISO 8601, UTC.
    package var since: String

    package init(pid: Int32, host: String, since: String) {
        self.pid = pid
        self.host = host
        self.since = since
    }

    package var description: String { "process \(pid) on \(host) since \(since)" }
}

/// Why a journal cannot go on, by what is to be done.
package enum JournalError: Error, Hashable, Sendable {
    /// Free space, then start again; everything committed is safe.
    case full(path: String, why: String)
    /// Another core writes it; nil when its lock does not say who.
    case heldBy(path: String, holder: LockHolder?)
    /// Restore from a copy; nothing was changed. Sequence 0: no single entry, the file as such.
    case damaged(path: String, sequence: Int64, what: String)
    /// Use the newer program; nothing was changed.
    case tooNew(path: String, format: Int64, ours: Int64, writtenBy: String?)
    /// Name another file; nothing was changed.
    case notAJournal(path: String, why: String)
    /// There is nothing to read.
    case missing(path: String)
    /// Mend what the system complains of, then start again.
    case io(path: String, why: String)
    /// Something would have been written that is longer than what may be; nothing of it was, and the journal takes the next.
    case tooLarge(path: String, what: String, bytes: Int, limit: Int)
    /// Put the archive that has these entries back.
    case unreachable(path: String, first: Int64, last: Int64, file: String, why: String)
    /// An earlier write failed, or the journal is closed: start again.
    case poisoned(path: String, cause: String)
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .full(let path, let why):
            "the journal \(path) cannot grow: \(why); everything committed is safe and readable: "
                + "make room (or raise its maximum size), then start again"
        case .heldBy(let path, let holder):
            "the journal \(path) is held by \(holder?.description ?? "another process"); "
                + "two cores must never trade one account: stop that one first"
        case .damaged(let path, let sequence, let what):
            "the journal \(path) is damaged\(sequence > 0 ? " at entry \(sequence)" : ""): \(what); nothing was changed: "
                + "restore it from a copy, or move it and its -wal away to begin anew"
        case .tooNew(let path, let format, let ours, let writer):
            "the journal \(path) has format \(format), written by "
                + (writer.map { "bigbrother \($0)" } ?? "a newer bigbrother")
                + ", and this program reads up to format \(ours); nothing was changed: "
                + "use \(writer.map { "bigbrother \($0) or a later one" } ?? "the program that wrote it")"
        case .notAJournal(let path, let why):
            "\(path) is not a journal: \(why); nothing was changed: name another file"
        case .missing(let path):
            "there is no journal at \(path): name another file, or start the core, which begins one"
        case .io(let path, let why):
            "the journal \(path) cannot be used: \(why); what was committed is safe: mend that, then start again"
        case .tooLarge(let path, let what, let bytes, let limit):
            "the journal \(path) does not take \(what) of \(bytes) bytes, \(limit) is the most; what was committed is safe: "
                + "report this, and start again"
        case .unreachable(let path, let first, let last, let file, let why):
            "entries \(first) to \(last) of the journal \(path) cannot be reached: their archive \(file) \(why); "
                + "put it back from a copy; the core starts without it, and what is newer can be read"
        case .poisoned(let path, let cause):
            "the journal \(path) takes nothing more: \(cause); start again when that is mended"
        }
    }
}
