/// A turn that is not yet durable. Every journal keeps one, so that all number and chain their entries alike.
package struct OpenTurn {
    package struct Item {
        package var entry: JournalEntry
        package var mentions: [String]
    }

    /// Where the durable part ends.
    package private(set) var durable: JournalHead
    package private(set) var items: [Item] = []
    package private(set) var notes: [JournalNote] = []
    /// In the order of arrival; the last of a key holds.
    package private(set) var metadata: [(key: String, value: String)] = []

    /// Of the journal; stands in every error.
    private let path: String

    package init(after durable: JournalHead, path: String) {
        self.durable = durable
        self.path = path
    }

    package var isEmpty: Bool { items.isEmpty && notes.isEmpty && metadata.isEmpty }

    package var head: JournalHead { items.last.map { JournalHead($0.entry) } ?? durable }

    /// - Throws: ``JournalError/tooLarge(path:what:bytes:limit:)``, and nothing is added then.
    package mutating func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError) {
        try check(body.count, most: JournalLimits.writtenBodyBytes, "the entry \(type)")
        precondition(items.count < JournalLimits.rowsPerTurn, "a turn without end")
        checkName(type)
        for key in mentions { checkName(key) }
        let before = head
        let (sequence, turn) = (before.sequence + 1, durable.turn + 1)
        let chain = ChainHash(
            after: before.chain, sequence: sequence, turn: turn, kind: kind, type: type, at: at, body: body)
        let entry = JournalEntry(
            sequence: sequence, turn: turn, kind: kind, type: type, at: at, body: body, chain: chain)
        items.append(Item(entry: entry, mentions: mentions))
    }

    package mutating func mention(_ key: String) {
        precondition(!items.isEmpty, "a mention needs an entry in the open turn")
        checkName(key)
        items[items.count - 1].mentions.append(key)
    }

    /// - Throws: ``JournalError/tooLarge(path:what:bytes:limit:)``, and nothing is added then.
    package mutating func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError) {
        try check(body.count, most: JournalLimits.writtenBodyBytes, "the note \(kind)")
        precondition(notes.count < JournalLimits.rowsPerTurn, "a turn without end")
        checkName(kind)
        notes.append(JournalNote(sequence: head.sequence, kind: kind, at: at, body: body))
    }

    package mutating func setMetadata(_ key: String, _ value: String) {
        precondition(metadata.count < JournalLimits.rowsPerTurn, "a turn without end")
        checkName(key)
        metadata.append((key, value))
    }

    /// The turn is durable; the next one begins.
    package mutating func settle() {
        durable = head
        discard()
    }

    /// The turn never was.
    package mutating func discard() {
        // Room for the next turn of the same size is kept: the turns of a loop are alike.
        items.removeAll(keepingCapacity: true)
        notes.removeAll(keepingCapacity: true)
        metadata.removeAll()
    }

    /// A snapshot is of something durable; anything else could outlive what it stands on.
    /// - Throws: ``JournalError/tooLarge(path:what:bytes:limit:)``.
    package func check(_ snapshot: Snapshot) throws(JournalError) {
        try check(snapshot.body.count, most: JournalLimits.writtenSnapshotBytes, "a snapshot")
        precondition((0...durable.sequence).contains(snapshot.sequence), "a snapshot of what is not durable")
        precondition(
            snapshot.sequence != durable.sequence || snapshot.chain == durable.chain, "a snapshot of another journal")
    }

    /// What is written can be read back (I-JRN-13).
    private func check(_ bytes: Int, most: Int, _ what: String) throws(JournalError) {
        guard bytes <= most else { throw .tooLarge(path: path, what: what, bytes: bytes, limit: most) }
    }

    private func checkName(_ name: String) {
        precondition((1...JournalLimits.nameBytes).contains(name.utf8.count), "a name of \(name.utf8.count) bytes")
    }
}
