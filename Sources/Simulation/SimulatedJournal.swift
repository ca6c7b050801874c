import Journal
import JournalTesting

/// A journal in memory that can fail, and that remembers which commands are durable: P3 is checked against it.
final class SimulatedJournal: Journal {
    private let inner = InMemoryJournal()
    private var open: [[UInt8]] = []
    /// Bodies of all durable commands.
    private(set) var commands: Set<[UInt8]> = []
    /// For a person who looks at a failure.
    private(set) var newestInput = ""
    /// Called with each input, and the bytes of it.
    var onInput: (_ type: String, _ body: [UInt8]) -> Void = { _, _ in }
    /// Called before each commit: the process may die here, or the disk may refuse.
    var beforeCommit: () -> InMemoryJournal.Fault? = { nil }
    /// Called after each commit.
    var afterCommit: () -> Void = {}

    var path: String { inner.path }
    var head: JournalHead { inner.head }
    var openHead: JournalHead { inner.openHead }

    func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        try inner.append(kind: kind, type: type, at: at, body: body, mentions: mentions)
        if kind == .effect, type == "command" { open.append(body) }
        if kind == .input { onInput(type, body) }
        if kind == .input { newestInput = type + " " + String(decoding: body.prefix(300), as: UTF8.self) }
    }

    func mention(_ key: String) throws(JournalError) { try inner.mention(key) }
    func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        try inner.note(kind: kind, at: at, body: body)
    }
    func setMetadata(_ key: String, _ value: String) throws(JournalError) { try inner.setMetadata(key, value) }

    func commit() throws(JournalError) {
        inner.nextCommit = beforeCommit()
        let kept = if case .kept = inner.nextCommit { true } else { inner.nextCommit == nil }
        defer { open = [] }
        if kept { commands.formUnion(open) }
        try inner.commit()
        afterCommit()
    }

    func rollback() {
        open = []
        inner.rollback()
    }

    func saveSnapshot(_ snapshot: Snapshot) throws(JournalError) { try inner.saveSnapshot(snapshot) }
    func close() { inner.close() }

    /// What a power cut leaves.
    func crash() {
        open = []
        inner.crash()
    }

    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] { try inner.entries(query) }
    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try inner.latestSnapshot(atOrBefore: sequence)
    }
    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try inner.notes(kind: kind, limit: limit)
    }
    func metadata(_ key: String) throws(JournalError) -> String? { try inner.metadata(key) }
}
