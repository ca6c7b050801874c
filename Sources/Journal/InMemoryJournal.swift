/// A journal without a disk, for tests and the simulator: the same promises, and faults on request.
package final class InMemoryJournal: Journal, JournalReader {
    private var durable: [JournalEntry] = []
    private var mentions: [String: [Int]] = [:]
    private var open: [(entry: JournalEntry, mentions: [String])] = []
    private var openNotes: [JournalNote] = []
    private var durableNotes: [JournalNote] = []
    private var snapshots: [Snapshot] = []
    private var isPoisoned = false
    /// The next commit fails with this, and poisons the journal.
    package var failNextCommit: JournalError?

    package init() {}

    package var head: JournalHead {
        (open.last?.entry ?? durable.last).map { JournalHead(sequence: $0.sequence, turn: $0.turn, chain: $0.chain) }
            ?? .empty
    }

    package func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: "memory") }
        let before = head
        let turn = (durable.last?.turn ?? 0) + 1
        let chain = ChainHash(
            after: before.chain, sequence: before.sequence + 1, turn: turn, kind: kind, type: type, at: at, body: body)
        let entry = JournalEntry(
            sequence: before.sequence + 1, turn: turn, kind: kind, type: type, at: at, body: body, chain: chain)
        open.append((entry, mentions))
    }

    package func commit() throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: "memory") }
        if let error = failNextCommit {
            isPoisoned = true
            open = []
            throw error
        }
        for item in open {
            for key in item.mentions { mentions[key, default: []].append(durable.count) }
            durable.append(item.entry)
        }
        durableNotes += openNotes
        (open, openNotes) = ([], [])
    }

    package func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        openNotes.append(JournalNote(kind: kind, at: at, body: body))
    }

    package func saveSnapshot(_ snapshot: Snapshot) throws(JournalError) {
        guard !isPoisoned else { throw .poisoned(path: "memory") }
        snapshots.append(snapshot)
        snapshots.removeFirst(max(0, snapshots.count - Snapshot.kept))
    }

    package func close() {}

    /// What a power cut leaves: the committed, and nothing else.
    package func crash() {
        (open, openNotes) = ([], [])
        isPoisoned = false
        failNextCommit = nil
    }

    package func entries(from sequence: Int64, limit: Int) throws(JournalError) -> [JournalEntry] {
        Array(durable.dropFirst(Int(max(1, sequence) - 1)).prefix(limit))
    }

    package func entries(mentioning key: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        choose((mentions[key] ?? []).map { durable[$0] }, limit, newestFirst)
    }

    package func entries(type: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry] {
        choose(durable.filter { $0.type == type }, limit, newestFirst)
    }

    private func choose(_ found: [JournalEntry], _ limit: Int, _ newestFirst: Bool) -> [JournalEntry] {
        newestFirst ? Array(found.reversed().prefix(limit)) : Array(found.prefix(limit))
    }

    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        snapshots.last { sequence == nil || $0.sequence <= sequence ?? .max }
    }

    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        Array(durableNotes.filter { $0.kind == kind }.suffix(limit))
    }
}
