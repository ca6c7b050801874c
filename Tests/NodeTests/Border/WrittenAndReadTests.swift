import Journal
import JournalTesting
import Orchestration
import Testing
import Trading

@testable import Node

@Suite("Nothing is written that cannot be read back (I-JRN-13)")
struct WrittenAndReadTests {
    private let now = Timestamp(seconds: 1_781_100_000)

    private func answers(reason bytes: Int) -> Input {
        let advice = Recommendation(
            symbol: "NVDA", advice: .hold, reason: String(repeating: "x", count: bytes))
        return .evaluated(cycle: 1, answers: [PolicyAnswer(policy: "p1", recommendations: [advice])])
    }

    @Test("the longest entry that is written is read")
    func longest() throws {
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        let input = answers(reason: JournalLimits.writtenBodyBytes - 1_000)
        #expect(try EntryCodec().encode(input).body.count > 31 << 20)
        try node.handle(input, at: now)
        _ = try node.commit()
        #expect(try Recovery.recover(from: journal).state == node.core.state)
        #expect(try Replay.run(journal).isIdentical)
        #expect(try JournalReading(journal).unreadable == nil)
    }

    @Test("a longer one is refused before anything of it is there, and the journal takes the next")
    func tooLong() throws {
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        let error = #expect(throws: JournalError.self) {
            try node.handle(answers(reason: JournalLimits.writtenBodyBytes + 1_000), at: now)
        }
        guard case .tooLarge = error else { return #expect(Bool(false), "\(String(describing: error))") }
        try node.handle(.wake, at: now)
        _ = try node.commit()
        #expect(try journal.entries(type: "evaluated", limit: 1).isEmpty)
        #expect(try Recovery.recover(from: journal).state == node.core.state)
    }

    @Test("a snapshot that is too long is left out and told: a start takes longer, and nothing else")
    func snapshot() throws {
        let journal = InMemoryJournal()
        var turn = OpenTurn(after: .empty, path: "x")
        try turn.append(kind: .input, type: "wake", at: 0, body: [], mentions: [])
        let error = #expect(throws: JournalError.self) {
            try turn.check(
                Snapshot(
                    sequence: 0, chain: .genesis, stateHash: .genesis,
                    body: [UInt8](repeating: 0, count: JournalLimits.writtenSnapshotBytes + 1)))
        }
        guard case .tooLarge = error else { return #expect(Bool(false), "\(String(describing: error))") }
        journal.nextCommit = .lost(.tooLarge(path: "memory", what: "a snapshot", bytes: 2, limit: 1))
        let node = Node(core: Orchestrator(), journal: journal)
        try node.saveSnapshot()
        #expect(node.takeTroubles().count == 1 && node.takeTroubles().isEmpty)
    }

    @Test("what is read has room above what is written")
    func limits() {
        #expect(JournalLimits.writtenBodyBytes < JournalLimits.bodyBytes)
        #expect(JournalLimits.writtenSnapshotBytes < JournalLimits.snapshotBytes)
    }

    @Test("a journal with an input that cannot be read opens up to it, says so, and no core goes on from there")
    func unreadable() throws {
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        try node.handle(.control(Control(command: .halt, who: "me", why: "test")), at: now)
        _ = try node.commit()
        try journal.append(kind: .input, type: "market", at: now.nanoseconds, body: Array("{\"surprise\":1}".utf8))
        try journal.append(kind: .input, type: "wake", at: now.nanoseconds, body: Array("{\"wake\":{}}".utf8))
        try journal.commit()
        let recovered = try Recovery.rebuild(from: journal)
        #expect(recovered.core.state == node.core.state)
        let entry = try #require(recovered.unreadable)
        #expect(entry.type == "market" && entry.last == entry.sequence + 1)
        #expect(try JournalReading(journal).unreadable == entry)
        let error = #expect(throws: RecoveryError.self) { try recovered.trusted() }
        let words = "\(try #require(error))"
        #expect(words.contains("run --fresh") && words.contains("`positions`"), "\(words)")
    }
}
