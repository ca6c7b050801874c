import Journal
import Orchestration
import Trading

/// Feeds a journal's inputs to a fresh core, and compares its effects with those of the journal.
///
/// A journal that this version wrote from its first entry gives every effect again, byte for byte. One that another version
/// wrote, in whole or in part, must give the same commands; what else the core writes down may differ, and is counted.
package struct Replay {
    package enum Comparison: String, Codable, Sendable {
        case everyByte = "every_byte"
        case commands
    }

    package struct Report: Codable {
        package var entries: Int64 = 0
        package var inputs: Int64 = 0
        package var effects: Int64 = 0
        package var decisions: Int64 = 0
        package var cycles: Int64 = 0
        package var commands: Int64 = 0
        /// Who wrote the journal, oldest first.
        package var versions: [JournalVersion.Span] = []
        package var comparison = Comparison.everyByte
        /// Inputs whose effects are not the same byte for byte; counted where only commands are compared.
        package var inputsWithOtherRecords: Int64 = 0
        /// SHA-256 of the state at the end.
        package var stateHash = ""
        package var chain = ""
        package var difference: CommandDifference?
        /// Snapshots that are there, and have the state that the inputs give.
        package var snapshots: Int64 = 0
        package var isIdentical: Bool { difference == nil }
    }

    private let codec = EntryCodec()
    private var core = Orchestrator()
    /// Of the last input, and not yet met in the journal.
    private var expected: [EntryCodec.Coded] = []
    private var commands = CommandComparison()
    private var hasOtherRecords = false
    private var report = Report()

    private let head: JournalHead

    private init(_ versions: [JournalVersion.Span], _ head: JournalHead) {
        self.head = head
        report.versions = versions
        report.comparison = versions.allSatisfy { $0.version == .current } ? .everyByte : .commands
    }

    /// - Parameter progress: called with the number of entries done, every so often.
    /// - Throws: ``JournalError``, ``RecoveryError``.
    package static func run(_ journal: any JournalReader, progress: (Int64) -> Void = { _ in }) throws -> Report {
        var replay = Replay(try JournalVersion.spans(of: journal), try journal.head)
        let snapshots = try hashesOfSnapshots(journal)
        try Recovery.forEachEntry(of: journal, after: 0) { entry in
            if replay.report.entries % 10_000 == 0 { progress(replay.report.entries) }
            replay.report.entries += 1
            replay.report.difference =
                try replay.difference(at: entry) ?? replay.difference(in: snapshots[entry.sequence], at: entry.sequence)
            return replay.report.isIdentical
        }
        return try replay.end(journal.head)
    }

    private mutating func end(_ head: JournalHead) throws -> Report {
        if report.isIdentical { report.difference = endInput(before: head.sequence + 1) }
        report.commands = commands.commands
        report.chain = head.chain.description
        report.stateHash = ChainHash(digestOf: try codec.encode(core.state)).description
        return report
    }

    /// A snapshot that this version wrote is the state that the inputs give, byte for byte.
    private mutating func difference(in snapshot: ChainHash?, at sequence: Int64) throws -> CommandDifference? {
        guard let snapshot, report.comparison == .everyByte else { return nil }
        let ours = ChainHash(digestOf: try StateSnapshot.encode(core.state))
        guard ours != snapshot else {
            report.snapshots += 1
            return nil
        }
        return CommandDifference(sequence: sequence, journal: "snapshot \(snapshot)", replay: "snapshot \(ours)")
    }

    /// Of their bodies, by entry.
    private static func hashesOfSnapshots(_ journal: any JournalReader) throws -> [Int64: ChainHash] {
        var hashes: [Int64: ChainHash] = [:]
        var before: Int64?
        while let snapshot = try journal.latestSnapshot(atOrBefore: before) {
            hashes[snapshot.sequence] = ChainHash(digestOf: snapshot.body)
            before = snapshot.sequence - 1
        }
        return hashes
    }

    private mutating func difference(at entry: JournalEntry) throws -> CommandDifference? {
        switch entry.kind {
        case .format: return nil
        case .input:
            if let missing = endInput(before: entry.sequence) { return missing }
            report.inputs += 1
            return try feed(entry)
        case .effect:
            report.effects += 1
            if entry.type == "decision" { report.decisions += 1 }
            if entry.type == "cycle_started" { report.cycles += 1 }
            return compare(entry)
        }
    }

    private mutating func feed(_ entry: JournalEntry) throws -> CommandDifference? {
        let input: Input
        do {
            input = try codec.decodeInput(entry.body)
        } catch {
            throw RecoveryError.unreadable(UnreadableEntry(entry, because: error, of: head, report.versions))
        }
        let effects = core.handle(input, at: Timestamp(nanoseconds: entry.at))
        expected = try effects.map { try codec.encode($0).entry }
        return try commands.begin(entry, effects)
    }

    private mutating func compare(_ entry: JournalEntry) -> CommandDifference? {
        let command = commands.compare(entry)
        let next = expected.isEmpty ? nil : expected.removeFirst()
        if next?.type == entry.type, next?.body == entry.body { return command }
        hasOtherRecords = true
        return report.comparison == .commands
            ? command : CommandDifference(sequence: entry.sequence, journal: entry.words, replay: next?.words)
    }

    /// All effects of the input before have been met, or not.
    private mutating func endInput(before sequence: Int64) -> CommandDifference? {
        defer { (expected, hasOtherRecords) = ([], false) }
        if hasOtherRecords || !expected.isEmpty { report.inputsWithOtherRecords += 1 }
        if report.comparison == .commands { return commands.missing(before: sequence) }
        return expected.first.map { CommandDifference(sequence: sequence, journal: nil, replay: $0.words) }
    }
}
