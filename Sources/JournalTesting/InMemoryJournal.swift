import Journal

/// A journal without a disk, for tests and the simulator: the same promises, and faults on request.
///
/// It outlives the core that wrote it: ``crash()`` leaves what a power cut would leave, for the next core to recover from.
package final class InMemoryJournal: Journal {
    /// How a commit goes wrong.
    package enum Fault {
        /// It throws, and the turn is not there after the next start.
        case lost(JournalError)
        /// It throws, though the turn is there after the next start: the disk had it, and the answer did not arrive.
        case kept(JournalError)
    }

    package let path = "memory"
    /// What the next commit, or the next snapshot, comes to.
    package var nextCommit: Fault?
    private var durable: [JournalEntry] = []
    private var durableMentions: [String: [Int64]] = [:]
    private var durableNotes: [JournalNote] = []
    private var durableMetadata: [String: String] = [:]
    private var snapshots: [Snapshot] = []
    private var turn = OpenTurn(after: .empty, path: "memory")
    private var poison: String?

    package init() {}

    package var head: JournalHead { turn.head }
    package var openHead: JournalHead { turn.head }

    package func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        try checkWritable()
        try turn.append(kind: kind, type: type, at: at, body: body, mentions: mentions)
    }

    package func mention(_ key: String) throws(JournalError) {
        try checkWritable()
        turn.mention(key)
    }

    package func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        try checkWritable()
        try turn.note(kind: kind, at: at, body: body)
    }

    package func setMetadata(_ key: String, _ value: String) throws(JournalError) {
        try checkWritable()
        turn.setMetadata(key, value)
    }

    package func commit() throws(JournalError) {
        try checkWritable()
        guard !turn.isEmpty else { return }
        try fail { store() }
        store()
    }

    package func rollback() { turn.discard() }

    package func saveSnapshot(_ snapshot: Snapshot) throws(JournalError) {
        try checkWritable()
        try turn.check(snapshot)
        try fail { store(snapshot) }
        store(snapshot)
    }

    package func close() { poison = "it is closed" }

    /// What a power cut leaves, ready for the next start: the committed, and nothing else.
    package func crash() {
        turn.discard()
        poison = nil
        nextCommit = nil
    }

    /// Carries out the fault that was asked for, if any.
    private func fail(keeping keep: () -> Void) throws(JournalError) {
        guard let fault = nextCommit else { return }
        nextCommit = nil
        let error: JournalError
        switch fault {
        case .lost(let cause): error = cause
        case .kept(let cause):
            keep()
            error = cause
        }
        turn.discard()
        poison = "an earlier write failed, because \(error)"
        throw error
    }

    private func checkWritable() throws(JournalError) {
        if let poison { throw .poisoned(path: path, cause: poison) }
    }

    private func store() {
        for item in turn.items {
            durable.append(item.entry)
            for key in item.mentions where durableMentions[key]?.last != item.entry.sequence {
                durableMentions[key, default: []].append(item.entry.sequence)
            }
        }
        durableNotes += turn.notes
        for (key, value) in turn.metadata { durableMetadata[key] = value }
        turn.settle()
    }

    private func store(_ snapshot: Snapshot) {
        snapshots.removeAll { $0.sequence == snapshot.sequence }
        snapshots.append(snapshot)
        snapshots.sort { $0.sequence < $1.sequence }
        snapshots.removeFirst(max(0, snapshots.count - JournalLimits.snapshotsKept))
    }
}

extension InMemoryJournal {
    package func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        // An entry's place is its sequence less one.
        let lower = max(query.range.lowerBound, 1)
        let upper = min(query.range.upperBound, Int64(durable.count))
        guard lower <= upper else { return [] }
        let all = durable[Int(lower - 1)..<Int(upper)]
        switch query.filter {
        case .all: return choose(all, query)
        case .type(let type): return choose(all.lazy.filter { $0.type == type }, query)
        case .mention(let key):
            let sequences = (durableMentions[key] ?? []).lazy.filter { (lower...upper).contains($0) }
            return choose(sequences.map { self.durable[Int($0 - 1)] }, query)
        }
    }

    private func choose(
        _ found: some BidirectionalCollection<JournalEntry>, _ query: EntryQuery
    ) -> [JournalEntry] {
        query.newestFirst ? Array(found.reversed().prefix(query.limit)) : Array(found.prefix(query.limit))
    }

    package func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        snapshots.last { $0.sequence <= sequence ?? .max }
    }

    package func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        Array(durableNotes.filter { $0.kind == kind }.suffix(limit))
    }

    package func metadata(_ key: String) throws(JournalError) -> String? { durableMetadata[key] }
}
