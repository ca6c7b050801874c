import Journal
import Orchestration
import Trading
import Wire

/// Brings the core back to where the journal ends: the newest snapshot that can be read, and the inputs after it, with their
/// effects held against the commands that were given then and otherwise discarded. Without such a snapshot, all inputs.
/// What was in flight is asked for again by reconciliation.
///
/// - I-NODE-3: No core starts on a state that was rebuilt with other commands than were given.
package enum Recovery {
    /// How many entries are read at a time.
    static let batch = 1_000

    /// The core as it was, for a core that goes on.
    /// - Throws: ``JournalError``, and ``RecoveryError`` for an entry that cannot be read, or a state that is not the one that was.
    package static func recover(from journal: any JournalReader) throws -> Orchestrator {
        try rebuild(from: journal).trusted()
    }

    /// The core as this version makes it of the journal, with how it came about; for a core that goes on,
    /// ``RecoveredCore/trusted()`` is asked first.
    /// - Parameter progress: called with the number of inputs done, every so often.
    /// - Throws: ``JournalError``. An entry that cannot be read is the end of what is rebuilt: ``RecoveredCore/unreadable``.
    package static func rebuild(
        from journal: any JournalReader, progress: (Int64) -> Void = { _ in }
    ) throws -> RecoveredCore {
        var recovered = RecoveredCore(spans: try JournalVersion.spans(of: journal))
        try takeSnapshot(of: journal, &recovered)
        let codec = EntryCodec()
        var comparison = CommandComparison()
        try forEachEntry(of: journal, after: recovered.snapshot) { entry in
            guard entry.kind == .input else {
                if entry.kind == .effect { recovered.note(comparison.compare(entry)) }
                return true
            }
            let input: Input
            do {
                input = try codec.decodeInput(entry.body)
            } catch {
                recovered.unreadable = UnreadableEntry(entry, because: error, of: try journal.head, recovered.spans)
                return false
            }
            let effects = recovered.core.handle(input, at: Timestamp(nanoseconds: entry.at))
            recovered.note(try comparison.begin(entry, effects))
            recovered.inputs += 1
            if recovered.inputs % 10_000 == 0 { progress(recovered.inputs) }
            return true
        }
        if recovered.unreadable == nil { recovered.note(comparison.missing(before: try journal.head.sequence + 1)) }
        return recovered
    }

    /// The newest that can be read. Others before it were kept for the case that it cannot.
    private static func takeSnapshot(of journal: any JournalReader, _ recovered: inout RecoveredCore) throws {
        var newest: Int64?
        while let snapshot = try journal.latestSnapshot(atOrBefore: newest) {
            let isSealed = try journal.isSealed(snapshot)
            do throws(SnapshotDefect) {
                let state = try StateSnapshot.decode(snapshot)
                guard isSealed else { throw .notSealed }
                recovered.core = Orchestrator(state)
                recovered.snapshot = snapshot.sequence
                return
            } catch {
                recovered.unusable.append(UnusableSnapshot(sequence: snapshot.sequence, defect: error))
            }
            newest = snapshot.sequence - 1
        }
    }

    /// Every entry after a sequence, in order, until `body` says false.
    static func forEachEntry(
        of journal: any JournalReader, after sequence: Int64, _ body: (JournalEntry) throws -> Bool
    ) throws {
        var next = sequence + 1
        while true {
            let entries = try journal.entries(from: next, limit: batch)
            for entry in entries where try !body(entry) { return }
            guard let last = entries.last else { return }
            next = last.sequence + 1
        }
    }
}

/// A core that was made of a journal, and how.
package struct RecoveredCore {
    package fileprivate(set) var core = Orchestrator()
    /// The entry of the snapshot that it began with; 0: it began with the first input.
    package fileprivate(set) var snapshot: Int64 = 0
    /// Handled since then.
    package fileprivate(set) var inputs: Int64 = 0
    /// Snapshots that would have been nearer, newest first.
    package fileprivate(set) var unusable: [UnusableSnapshot] = []
    /// The first command that this version would not have given as it was given: its state is another one then.
    package fileprivate(set) var difference: CommandDifference?
    /// The first input that cannot be read: the core is as it was before it.
    package fileprivate(set) var unreadable: UnreadableEntry?
    /// Who wrote the journal, oldest first.
    package let spans: [JournalVersion.Span]

    fileprivate init(spans: [JournalVersion.Span]) { self.spans = spans }

    fileprivate mutating func note(_ found: CommandDifference?) { difference = difference ?? found }

    /// The core, if it is the one that was.
    /// - Throws: ``RecoveryError/unreadable(_:)``; ``RecoveryError/differs(_:writtenBy:)``: its books do not belong to the
    ///   orders that were sent, and it could give an order the id of another one.
    package func trusted() throws(RecoveryError) -> Orchestrator {
        if let unreadable { throw .unreadable(unreadable) }
        guard let difference else { return core }
        throw .differs(difference, writtenBy: spans.version(at: difference.sequence))
    }
}

package struct UnusableSnapshot: Sendable, Hashable {
    package var sequence: Int64
    package var defect: SnapshotDefect
}

/// An input that this version cannot read.
package struct UnreadableEntry: Sendable, Hashable {
    package var sequence: Int64
    /// The journal's last entry.
    package var last: Int64
    package var type: String
    package var at: Timestamp
    package var why: String
    package var writtenBy: JournalVersion

    init(_ entry: JournalEntry, because error: any Error, of head: JournalHead, _ spans: [JournalVersion.Span]) {
        (sequence, last, type) = (entry.sequence, head.sequence, entry.type)
        at = Timestamp(nanoseconds: entry.at)
        why = "\(error)".foreign(atMost: SpokenLimits.defect)
        writtenBy = spans.version(at: entry.sequence)
    }

    /// What is wrong, and how much can be read.
    package var words: String {
        "journal entry \(sequence) (\(type)) cannot be read: \(why); it is of \(at), the last entry is \(last), and what was before it can be read"
    }
}

package enum RecoveryError: Error {
    case unreadable(UnreadableEntry)
    /// The state cannot be rebuilt: with the same inputs this version gives other commands than were given.
    case differs(CommandDifference, writtenBy: JournalVersion)

}

extension RecoveryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let entry):
            "\(entry.words): `status`, `positions`, `orders` and `explain` show it; "
                + "\(Self.whoWrote(entry.writtenBy)); nothing was changed: "
                + "run `bigbrother doctor` to see whether it is damaged; if it is not, \(Self.wayOut(entry.writtenBy))"
        case .differs(let difference, let version):
            "the state cannot be rebuilt: from the same inputs this version gives another command at entry "
                + "\(difference.sequence) than was given; \(Self.whoWrote(version)); nothing was changed: "
                + "`bigbrother replay` shows the difference; \(Self.wayOut(version))"
        }
    }

    private static func whoWrote(_ version: JournalVersion) -> String { "it was written in \(version)" }

    private static func wayOut(_ version: JournalVersion) -> String {
        (version == .current ? "" : "go on with the version that wrote it, or ")
            + "begin a new journal with `bigbrother run --fresh`, which keeps this one, and finds positions and orders at "
            + "the broker"
    }
}

extension [JournalVersion.Span] {
    /// The version in which an entry is written.
    func version(at sequence: Int64) -> JournalVersion { last { $0.firstEntry <= sequence }?.version ?? .unnumbered }
}
