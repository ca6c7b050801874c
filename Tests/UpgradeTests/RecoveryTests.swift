import Console
import Journal
import JournalTesting
import Node
import Orchestration
import SQLiteJournal
import Testing
import Trading

/// What a start does with snapshots, records and formats that it cannot read.
struct RecoveryTests {
    /// Of today's numbers: its snapshots can be read. Where there is none, scripts/freeze-journal makes it.
    private func frozen() throws -> FrozenJournal {
        try FrozenJournal("format-\(JournalFormat.current)-state-\(StateFormat.current)")
    }

    enum Damage: CaseIterable {
        case bytes, format, missingField

        var body: String {
            switch self {
            case .bytes: "{}"
            case .format: #"{"format":70,"state":{}}"#
            case .missingField: #"{"format":\#(StateFormat.current),"state":{}}"#
            }
        }
    }

    @Test("a snapshot of the first format is left aside, all inputs give the state, and a person is told")
    func olderSnapshot() throws {
        let frozen = try FrozenJournal("format-1-state-1")
        let recovered = try Recovery.rebuild(from: frozen.reader())
        #expect(recovered.snapshot == 0 && recovered.inputs == frozen.expected.inputs)
        #expect(recovered.unusable.map(\.sequence) == frozen.expected.snapshots.reversed())
        #expect(recovered.unusable.map(\.defect) == [.otherFormat(1), .otherFormat(1)])
        #expect(
            recovered.lines(took: .milliseconds(1_240)) == [
                "2 snapshots cannot be used, the newest at entry 96, because it has state format 1, and this version has "
                    + "\(StateFormat.current): the state was rebuilt from all 46 inputs, in 1.2 s; nothing is lost"
            ])
    }

    @Test("a start on a journal in order says nothing")
    func inOrder() throws {
        let recovered = try Recovery.rebuild(from: frozen().reader())
        #expect(recovered.inputs == 0 && recovered.unusable == [])
        #expect(recovered.lines(took: .seconds(1)) == [] && recovered.doubt == nil)
    }

    @Test("a damaged snapshot is left aside for the one before it", arguments: Damage.allCases)
    func damaged(damage: Damage) throws {
        let frozen = try frozen()
        let state = try Recovery.recover(from: frozen.reader()).state
        let hash = damage == .bytes ? "state_hash" : "x'\(ChainHash(digestOf: Array(damage.body.utf8)))'"
        try frozen.tamper(
            """
            UPDATE snapshot SET body = CAST('\(damage.body)' AS BLOB), state_hash = \(hash)
            WHERE sequence = (SELECT max(sequence) FROM snapshot)
            """)
        let recovered = try Recovery.rebuild(from: frozen.reader())
        #expect(recovered.snapshot == frozen.expected.snapshots.first)
        #expect(recovered.unusable.map(\.sequence) == [frozen.expected.snapshots.last])
        switch (damage, recovered.unusable.first?.defect) {
        case (.bytes, .damaged), (.format, .otherFormat(70)), (.missingField, .unreadable): break
        case (_, let defect): Issue.record("\(String(describing: defect))")
        }
        #expect(recovered.inputs > 0)
        #expect(try recovered.trusted().state == state)
    }

    @Test("a record of a kind that nobody knows hinders nothing, and is shown")
    func unknownRecord() throws {
        let source = try FrozenJournal("format-1-state-1").entries()
        let journal = try rewritten(source) { entry in
            guard entry.type == "decision" else { return }
            entry.type = "verdict"
            entry.body = Array(#"{"verdict":{"of":"1.NVDA"}}"#.utf8)
        }
        #expect(try Recovery.rebuild(from: journal).difference == nil)
        let report = try Replay.run(journal)
        #expect(report.isIdentical && report.comparison == .commands && report.inputsWithOtherRecords >= 1)
        let explain = Explain(journal)
        #expect(try explain.explanation(of: "1.NVDA") == nil, "nothing else of it can be found here")
        #expect(explain.unreadable.map(\.type) == ["verdict"])
        #expect(explain.unreadable.lines.last?.contains("verdict: {\"verdict\":{\"of\":\"1.NVDA\"}}") == true)
        _ = try WhyNot(journal).answer(Symbol(unchecked: "NVDA"))
    }

    @Test("an input that cannot be read is refused, with who wrote it and what to do")
    func unreadableInput() throws {
        let source = try FrozenJournal("format-1-state-1").entries()
        let journal = try rewritten(source) { entry in
            if entry.type == "market" { entry.body = Array(#"{"market":{"surprise":1}}"#.utf8) }
        }
        let error = #expect(throws: RecoveryError.self) { try Recovery.recover(from: journal) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("(market) cannot be read") && text.contains("format 1") && text.contains("--fresh"))
    }

    @Test("a state that comes out with other commands starts no core, and can be looked at")
    func otherCommands() throws {
        let source = try FrozenJournal("format-1-state-1").entries()
        let journal = try rewritten(source) { entry in
            guard entry.type == "command" else { return }
            entry.body = Array(String(decoding: entry.body, as: UTF8.self).replacing("143", with: "142").utf8)
        }
        let recovered = try Recovery.rebuild(from: journal)
        #expect(recovered.doubt?.contains("`bigbrother replay`") == true)
        #expect(throws: RecoveryError.self) { try recovered.trusted() }
        let report = try Replay.run(journal)
        #expect(!report.isIdentical)
        #expect(report.difference?.sequence == recovered.difference?.sequence)
        #expect(
            report.difference?.journal?.contains("142") == true && report.difference?.replay?.contains("143") == true)
    }

    @Test("a journal of a newer format is refused, with the version that wrote it, by its header and by its entry")
    func newer() throws {
        let frozen = try frozen()
        try frozen.tamper("PRAGMA user_version = 9; UPDATE metadata SET value = '4.2.0' WHERE key = 'written_by'")
        let text = #expect(throws: JournalError.self) { try frozen.reader() }.map { "\($0)" } ?? ""
        #expect(text.contains("has format 9, written by bigbrother 4.2.0"))
        #expect(text.contains("use bigbrother 4.2.0 or a later one"))

        let journal = InMemoryJournal()
        try journal.append(
            kind: .format, type: JournalFormat.entryType, at: 0, body: Array(#"{"format":9,"program":"4.2.0"}"#.utf8))
        try journal.commit()
        #expect(
            throws: JournalError.tooNew(path: "memory", format: 9, ours: JournalFormat.current, writtenBy: "4.2.0")
        ) { try Recovery.recover(from: journal) }
    }

    @Test("metadata that do not agree with the chain are damage")
    func otherMetadata() throws {
        let frozen = try frozen()
        try frozen.tamper("UPDATE metadata SET value = '1' WHERE key = 'format'")
        #expect(throws: JournalError.self) { try JournalVersion.spans(of: frozen.reader()) }
    }

    @Test("a journal that a core begins while it is looked at is no damage", arguments: [0, 1, 2])
    func begunBeside(after looks: Int) throws {
        let journal = InMemoryJournal()
        let begins: () throws -> Void = {
            let body = Array("{\"format\":\(JournalFormat.current),\"program\":\"\(Program.version)\"}".utf8)
            try journal.append(kind: .format, type: JournalFormat.entryType, at: 0, body: body)
            try journal.setMetadata(JournalFormat.numberKey, "\(JournalFormat.current)")
            try journal.commit()
        }
        let beside = WrittenBeside(journal, after: looks, begins)
        let spans = try JournalVersion.spans(of: beside)
        #expect(spans.isEmpty || spans.map(\.version) == [.current], "\(spans)")
        #expect(try JournalVersion.spans(of: beside).map(\.version) == [.current])
    }

    /// The entries in a journal of their own, some of them changed.
    private func rewritten(
        _ entries: [JournalEntry], _ change: (inout JournalEntry) -> Void
    ) throws -> InMemoryJournal {
        let journal = InMemoryJournal()
        var turn: Int64 = 0
        for var entry in entries {
            if entry.turn != turn { try journal.commit() }
            turn = entry.turn
            change(&entry)
            let mentions = entry.type == "verdict" ? ["decision:1.NVDA"] : []
            try journal.append(kind: entry.kind, type: entry.type, at: entry.at, body: entry.body, mentions: mentions)
        }
        try journal.commit()
        return journal
    }
}

/// A journal into which another process writes after so many looks of the reader.
private final class WrittenBeside: JournalReader {
    private let journal: InMemoryJournal
    private var looks: Int
    private let write: () throws -> Void

    init(_ journal: InMemoryJournal, after looks: Int, _ write: @escaping () throws -> Void) {
        (self.journal, self.looks, self.write) = (journal, looks, write)
    }

    private func look() {
        if looks == 0 { do { try write() } catch { Issue.record(error) } }
        looks -= 1
    }

    var path: String { journal.path }
    var head: JournalHead {
        get throws(JournalError) {
            look()
            return journal.head
        }
    }
    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        look()
        return try journal.entries(query)
    }
    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? {
        try journal.latestSnapshot(atOrBefore: sequence)
    }
    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] {
        try journal.notes(kind: kind, limit: limit)
    }
    func metadata(_ key: String) throws(JournalError) -> String? {
        look()
        return try journal.metadata(key)
    }
}
