/// Why a journal cannot go on, by what is to be done.
package enum JournalError: Error, Hashable, Sendable {
    /// Free space, then start again; what was confirmed is safe.
    case full(path: String, why: String)
    /// Another core writes it.
    case heldBy(path: String, holder: String)
    /// Restore from a copy; nothing was changed.
    case damaged(path: String, sequence: Int64, what: String)
    case tooNew(path: String, version: Int64, ours: Int64)
    case notAJournal(path: String, why: String)
    case missing(path: String)
    case io(path: String, why: String)
    /// An earlier commit failed.
    case poisoned(path: String)
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .full(let path, let why):
            "the journal \(path) cannot grow: \(why); everything confirmed before is safe, and orders at the broker rest: free some space and start again"
        case .heldBy(let path, let holder):
            "the journal \(path) is held by \(holder); two cores must never trade one account: stop that one first"
        case .damaged(let path, let sequence, let what):
            "the journal \(path) is damaged at entry \(sequence): \(what); nothing was changed: restore it from a copy, or move it away to begin anew"
        case .tooNew(let path, let version, let ours):
            "the journal \(path) has format \(version), this bigbrother knows \(ours): use the newer bigbrother that wrote it"
        case .notAJournal(let path, let why):
            "\(path) is no journal of bigbrother: \(why); nothing was changed: name another file"
        case .missing(let path):
            "there is no journal at \(path): run `bigbrother run` first, or name one with --journal"
        case .io(let path, let why): "the journal \(path) cannot be used: \(why)"
        case .poisoned(let path): "the journal \(path) refused an earlier write; start again when that is mended"
        }
    }
}
