import JournalTesting
import Testing

@testable import Journal

@Suite("The journal in memory")
struct InMemoryJournalTests {
    @Test("an entry gets the next sequence, the open turn and the chain")
    func numbering() throws {
        let journal = InMemoryJournal()
        try journal.append(kind: .input, type: "tick", at: 5, body: [1])
        try journal.append(kind: .effect, type: "order_submit", at: 5, body: [2])
        try journal.commit()
        try journal.append(kind: .input, type: "fill", at: 6, body: [3])
        try journal.commit()
        let entries = try journal.entries(from: 1, limit: 10)
        #expect(entries.map(\.sequence) == [1, 2, 3])
        #expect(entries.map(\.turn) == [1, 1, 2])
        #expect(entries.map(\.kind) == [.input, .effect, .input])
        #expect(journal.head == entries.last.map(JournalHead.init))
        try journal.verifyChain()
    }

    @Test("what is not committed cannot be read, and a crash loses it")
    func crash() throws {
        let journal = InMemoryJournal()
        try journal.append(kind: .input, type: "kept", at: 0, body: [])
        try journal.commit()
        try journal.append(kind: .input, type: "lost", at: 0, body: [])
        try journal.note(kind: "pid", at: 0, body: [])
        try journal.setMetadata("account", "lost")
        #expect(try journal.entries(from: 1, limit: 10).map(\.type) == ["kept"])
        journal.crash()
        #expect(journal.head.sequence == 1)
        try journal.append(kind: .input, type: "next", at: 0, body: [])
        try journal.commit()
        #expect(try journal.entries(from: 1, limit: 10).map(\.type) == ["kept", "next"])
        #expect(try journal.notes(kind: "pid", limit: 1).isEmpty)
        #expect(try journal.metadata("account") == nil)
        try journal.verifyChain()
    }

    @Test("a rollback gives the same numbers out again")
    func rollback() throws {
        let journal = InMemoryJournal()
        try journal.append(kind: .input, type: "never", at: 0, body: [])
        journal.rollback()
        #expect(journal.head == .empty)
        try journal.commit()
        #expect(journal.head == .empty)
    }

    @Test("a commit that fails poisons the journal until the next start, and loses its turn", arguments: [false, true])
    func failedCommit(kept: Bool) throws {
        let journal = InMemoryJournal()
        let full = JournalError.full(path: "memory", why: "a test")
        journal.nextCommit = kept ? .kept(full) : .lost(full)
        try journal.append(kind: .input, type: "tick", at: 0, body: [])
        #expect(throws: full) { try journal.commit() }
        let error = try #require(throws: JournalError.self) {
            try journal.append(kind: .input, type: "x", at: 0, body: [])
        }
        guard case .poisoned = error else {
            Issue.record("\(error)")
            return
        }
        #expect(throws: error) { try journal.commit() }
        #expect(throws: error) { try journal.note(kind: "x", at: 0, body: []) }
        #expect(throws: error) {
            try journal.saveSnapshot(Snapshot(sequence: 0, chain: .genesis, stateHash: .genesis, body: []))
        }
        journal.crash()
        #expect(try journal.entries(from: 1, limit: 10).count == (kept ? 1 : 0))
        try journal.append(kind: .input, type: "again", at: 0, body: [])
        try journal.commit()
        try journal.verifyChain()
    }

    @Test("side notes, metadata and mentions do not touch the chain")
    func notesStayOutside() throws {
        let (plain, noisy) = (InMemoryJournal(), InMemoryJournal())
        for journal in [plain, noisy] {
            try journal.append(kind: .input, type: "tick", at: 0, body: [1])
            if journal === noisy {
                try journal.mention("symbol:NVDA")
                try journal.note(kind: "latency", at: 123, body: [9])
                try journal.setMetadata("account", "7")
            }
            try journal.commit()
        }
        #expect(plain.head == noisy.head)
        #expect(try noisy.notes(kind: "latency", limit: 5).map(\.sequence) == [1])
        #expect(try noisy.metadata("account") == "7")
    }
}
