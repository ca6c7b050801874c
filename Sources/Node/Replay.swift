import Journal
import Orchestration
import Trading

/// Feeds a journal's inputs to a fresh core and demands the same effects, byte for byte.
package struct Replay {
    package struct Report: Codable {
        package var entries: Int64 = 0
        package var inputs: Int64 = 0
        package var effects: Int64 = 0
        package var decisions: Int64 = 0
        package var cycles: Int64 = 0
        /// SHA-256 of the state at the end.
        package var stateHash = ""
        package var chain = ""
        package var difference: Difference?
        package var isIdentical: Bool { difference == nil }
    }

    package struct Difference: Codable {
        package var sequence: Int64
        package var journal: String
        package var replay: String
    }

    private let codec = EntryCodec()
    private var core = Orchestrator()
    private var expected: [EntryCodec.Coded] = []
    private var report = Report()

    private init() {}

    /// - Parameter progress: called with the number of entries done, every so often.
    /// - Throws: ``JournalError``, ``RecoveryError``.
    package static func run(_ journal: any JournalReader, progress: (Int64) -> Void = { _ in }) throws -> Report {
        var replay = Replay()
        try Recovery.forEachEntry(of: journal, after: 0) { entry in
            if replay.report.entries % 10_000 == 0 { progress(replay.report.entries) }
            return try replay.compare(entry)
        }
        let head = try journal.head
        if replay.report.difference == nil, let missing = replay.expected.first {
            replay.report.difference = Difference(
                sequence: head.sequence + 1, journal: "nothing", replay: text(missing))
        }
        replay.report.chain = head.chain.description
        replay.report.stateHash = ChainHash(digestOf: try replay.codec.encode(replay.core.state)).description
        return replay.report
    }

    /// Returns false at the first difference.
    private mutating func compare(_ entry: JournalEntry) throws -> Bool {
        report.entries += 1
        switch entry.kind {
        case .input:
            if let missing = expected.first { return differ(entry, replay: Self.text(missing)) }
            report.inputs += 1
            try feed(entry)
        case .effect:
            report.effects += 1
            if entry.type == "decision" { report.decisions += 1 }
            if entry.type == "cycle_started" { report.cycles += 1 }
            guard let next = expected.first else { return differ(entry, replay: "nothing") }
            guard next.type == entry.type, next.body == entry.body else {
                return differ(entry, replay: Self.text(next))
            }
            expected.removeFirst()
        }
        return true
    }

    private mutating func feed(_ entry: JournalEntry) throws {
        do {
            let input = try codec.decodeInput(entry.body)
            expected = try core.handle(input, at: Timestamp(nanoseconds: entry.at)).map { try codec.encode($0).entry }
        } catch {
            throw RecoveryError.unreadable(sequence: entry.sequence, what: entry.type, why: "\(error)")
        }
    }

    private mutating func differ(_ entry: JournalEntry, replay: String) -> Bool {
        let journal = "\(entry.type) \(String(decoding: entry.body, as: UTF8.self))"
        report.difference = Difference(sequence: entry.sequence, journal: journal, replay: replay)
        return false
    }

    private static func text(_ coded: EntryCodec.Coded) -> String {
        "\(coded.type) \(String(decoding: coded.body, as: UTF8.self))"
    }
}
