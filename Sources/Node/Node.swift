import Journal
import Orchestration
import Trading

/// The core with its journal: the one place where inputs become effects, and effects become permissible.
///
/// Invariants:
/// 1. An effect is returned for performing only after it, and the input that caused it, are durable.
/// 2. What is in memory never runs ahead of a journal that refused: after a failed commit nothing is returned any more.
package final class Node {
    package private(set) var core: Orchestrator
    /// Nil: nothing is written down.
    private let journal: (any Journal)?
    private let codec = EntryCodec()
    private var pending: [Outgoing] = []
    /// Where the newest snapshot stands; nil before it was looked up. It may be of an earlier process: cores that die young
    /// would never keep one of their own, and each start would take longer than the one before.
    private var snapshotSequence: Int64?

    /// Entries from one snapshot to the next.
    package static let snapshotEvery: Int64 = 5_000
    private let entriesBetweenSnapshots: Int64
    /// A large state is written down less often: one entry more for so many of its bytes, which is about what an entry has.
    private static let snapshotBytesPerEntry: Int64 = 400
    private var snapshotBytes: Int64 = 0
    private var isSnapshotDue: Bool
    private var isVersionWritten = false
    private var troubles: [String] = []
    /// Hears of every input as the core is given it, for who measures a run.
    package var watch: ((Input, Timestamp) -> Void)?

    /// - Parameters:
    ///   - journal: nil for a back-test that keeps none: then nothing is encoded, and nothing is durable.
    ///   - snapshotEvery: entries from one snapshot to the next, 1 or more.
    ///   - isSnapshotDue: the newest snapshot in the journal is of no use: the first commit keeps another one.
    package init(
        core: Orchestrator, journal: (any Journal)?, snapshotEvery: Int64 = Node.snapshotEvery,
        isSnapshotDue: Bool = false
    ) {
        self.core = core
        self.journal = journal
        entriesBetweenSnapshots = snapshotEvery
        self.isSnapshotDue = isSnapshotDue
    }

    /// Journals an input, lets the core decide, and journals what it wants. Nothing leaves before ``commit()``.
    /// - Throws: ``JournalError``.
    package func handle(_ input: Input, at time: Timestamp) throws {
        watch?(input, time)
        guard let journal else {
            for effect in core.handle(input, at: time) { pending.append(Outgoing(effect, nil)) }
            return
        }
        if !isVersionWritten { try writeVersion(to: journal, at: time) }
        let coded = try codec.encode(input)
        try journal.append(
            kind: .input, type: coded.type, at: time.nanoseconds, body: coded.body, mentions: coded.mentions)
        for effect in core.handle(input, at: time) {
            let (entry, snapshot) = try codec.encode(effect)
            try journal.append(
                kind: .effect, type: entry.type, at: time.nanoseconds, body: entry.body, mentions: entry.mentions)
            pending.append(Outgoing(effect, snapshot ?? entry.body))
        }
    }

    /// Where another version wrote what is there, or nobody anything yet, the journal says who goes on from here.
    private func writeVersion(to journal: any Journal, at time: Timestamp) throws {
        isVersionWritten = true
        let version = JournalVersion.current
        guard try JournalVersion.newest(of: journal) != version else { return }
        try journal.append(
            kind: .format, type: JournalFormat.entryType, at: time.nanoseconds, body: try codec.encode(version))
        try journal.setMetadata(JournalFormat.numberKey, "\(version.format)")
        try journal.setMetadata(JournalFormat.programKey, Program.version)
    }

    /// Makes the turn durable, and returns what may be performed now, in order.
    /// - Throws: ``JournalError``; nothing may be performed then, and the process must end.
    package func commit() throws -> [Outgoing] {
        defer { pending = [] }
        guard let journal else { return pending }
        try journal.commit()
        let newest = try snapshotSequence ?? journal.latestSnapshot(atOrBefore: nil)?.sequence ?? 0
        snapshotSequence = newest
        let entries = entriesBetweenSnapshots + snapshotBytes / Self.snapshotBytesPerEntry
        if isSnapshotDue || head.sequence - newest >= entries { try saveSnapshot() }
        return pending
    }

    /// Keeps the state as of the last commit, so that a start need not replay everything.
    package func saveSnapshot() throws {
        guard let journal else { return }
        let body = try StateSnapshot.encode(core.state)
        let hash = ChainHash(digestOf: body)
        do throws(JournalError) {
            try journal.saveSnapshot(
                Snapshot(sequence: head.sequence, chain: head.chain, stateHash: hash, body: body))
        } catch {
            guard case .tooLarge = error else { throw error }
            // Without one a start takes longer, and nothing else: the entries say it all.
            troubles.append("\(error)")
        }
        snapshotSequence = head.sequence
        isSnapshotDue = false
        snapshotBytes = Int64(body.count)
    }

    /// What a person must know of the journal, and no error ends: since the last call.
    func takeTroubles() -> [String] {
        defer { troubles = [] }
        return troubles
    }

    /// Side facts of this run, such as latencies: kept beside the chain, since no decision depends on them.
    package func note(_ kind: String, at time: Timestamp, _ body: [UInt8]) throws {
        try journal?.note(kind: kind, at: time.nanoseconds, body: body)
    }

    /// A value beside the chain; durable with the next commit.
    package func setMetadata(_ key: String, _ value: String) throws { try journal?.setMetadata(key, value) }

    package var head: JournalHead { journal?.openHead ?? .empty }
}

/// An effect that is durable, with the bytes that are made already: what is sent is what was journaled. Without a journal
/// there are none.
package enum Outgoing {
    case evaluate(cycle: Int64, policies: [PluginName], budget: TimeSpan, snapshot: PortfolioSnapshot, whole: [UInt8]?)
    case command(OrderCommand, number: Int64, body: [UInt8]?)
    case configure(PluginSettings)
    case dismissBroker(PluginName)
    case engageBroker(PluginName)
    case wake(at: Timestamp)
    case record(Record, body: [UInt8]?)

    /// It tells of something, and does nothing.
    var isRecord: Bool {
        if case .record = self { true } else { false }
    }

    /// - Parameter bytes: of the snapshot in an `evaluate`, else of the journal's entry.
    init(_ effect: Effect, _ bytes: [UInt8]?) {
        switch effect {
        case .evaluate(let cycle, let policies, let budget, let snapshot):
            self = .evaluate(cycle: cycle, policies: policies, budget: budget, snapshot: snapshot, whole: bytes)
        case .command(let approved): self = .command(approved.command, number: approved.number, body: bytes)
        case .configure(let settings): self = .configure(settings)
        case .dismissBroker(let name): self = .dismissBroker(name)
        case .engageBroker(let engagement): self = .engageBroker(engagement.broker)
        case .wake(let time): self = .wake(at: time)
        case .record(let record): self = .record(record, body: bytes)
        }
    }
}
