import Foundation
import GRDB
import Journal

/// Reads a journal beside its writer, or after it. It takes no lock that a writer would wait for, and writes nothing to
/// the database; SQLite keeps its `-wal` and `-shm` beside it.
package final class SQLiteJournalReader: JournalReader {
    package let path: String
    let store: Store

    /// - Parameter folder: where its archives are; nil: beside it.
    /// - Throws: `missing`, `notAJournal`, `tooNew`, `damaged`, `io`.
    package init(path: String, archivesIn folder: String? = nil) throws(JournalError) {
        let path = JournalFile.resolve(path)
        guard try JournalFile.exists(path) else { throw .missing(path: path) }
        self.path = path
        let queue = try Self.open(path)
        let folder = folder ?? URL(fileURLWithPath: path).deletingLastPathComponent().path
        let span = try translating(path) {
            try queue.inDatabase { try ArchiveSpan($0, path: path, folder: folder) }
        }
        store = Store(path: path, queue: queue, span: span)
    }

    /// Opens in a way that fits: read-only; or, from a medium where SQLite cannot place its `-shm`, as a file that
    /// nobody changes, provided that everything is in the file itself.
    private static func open(_ path: String) throws(JournalError) -> DatabaseQueue {
        do throws(JournalError) {
            return try connect(path, as: path)
        } catch {
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard case .io = error, access(directory, W_OK) != 0 else { throw error }
            guard try JournalFile.size(JournalFile.wal(of: path)) ?? 0 == 0 else {
                throw .io(path: path, why: "its -wal can only be read where one may write; copy both files elsewhere")
            }
            guard let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) else { throw error }
            return try connect(path, as: "file:\(escaped)?immutable=1")
        }
    }

    private static func connect(_ path: String, as name: String) throws(JournalError) -> DatabaseQueue {
        try translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(SQLiteJournal.busySeconds)
            let queue = try DatabaseQueue(path: name, configuration: configuration)
            try queue.read { try Schema.check($0, path: path) }
            return queue
        }
    }

    /// Oldest first, whether or not they can be reached.
    package var archives: [JournalArchive] { store.span?.archives ?? [] }

    package var archivedUpTo: Int64 { archives.last?.last ?? 0 }

    package var head: JournalHead { get throws(JournalError) { try store.head() } }

    package func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] { try store.entries(query) }

    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try store.latestSnapshot(atOrBefore: sequence)
    }

    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try store.notes(kind: kind, limit: limit)
    }

    package func metadata(_ key: String) throws(JournalError) -> String? { try store.metadata(key) }

    package func isSealed(_ snapshot: Snapshot) throws(JournalError) -> Bool { try store.isSealed(snapshot) }

    /// Where it ends now, to be kept elsewhere.
    /// - Parameter time: ISO 8601.
    package func anchor(at time: String) throws(JournalError) -> JournalAnchor { try store.anchor(at: time) }

    /// Whether all that was there when an anchor was made is there as it was. ``verify(from:progress:)`` shows the rest.
    /// - Throws: ``JournalError/damaged(path:sequence:what:)``.
    package func check(_ anchor: JournalAnchor) throws(JournalError) { try store.check(anchor) }

    /// Checks everything: the end, each entry of the chain, what stands beside it, and the pages of the file. Reads the whole
    /// file from the genesis; from a snapshot, the last two are left out.
    /// - Parameter progress: is called with the last good sequence, from time to time.
    /// - Throws: ``JournalError/damaged(path:sequence:what:)`` with the first bad sequence.
    package func verify(
        from start: VerificationStart = .genesis, progress: (Int64) -> Void = { _ in }
    ) throws(JournalError) {
        try verifyChain(from: start, progress: progress)
        _ = try store.checkedHead()
        guard case .genesis = start else { return }
        try store.checkPages()
        try store.checkSeals()
    }

    /// Everything; where an archive is out of reach, what is in the file itself.
    func verifyReachable(progress: (Int64) -> Void) throws(JournalError) {
        guard let span = store.span, !span.gaps.isEmpty else { return try verify(progress: progress) }
        try verifyChain(from: .newest(.max), progress: progress)
        _ = try store.checkedHead()
        try store.checkPages()
    }

    /// The end, checked against the last entry.
    func checkedHead() throws(JournalError) -> JournalHead { try store.checkedHead() }

    package func close() throws(JournalError) { try translating(path) { try store.queue.close() } }
}
