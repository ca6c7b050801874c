import Foundation
import Journal
import JournalTesting
import SQLiteJournal
import TestSupport
import Testing

/// What holds for every journal, asked of both.
@Suite("Both journals", .blocking)
struct BothJournalsTests {
    enum Which: CaseIterable { case memory, sqlite }

    private let place: Place
    init() throws { place = try Place() }

    private func journal(_ which: Which) throws -> any Journal {
        switch which {
        case .memory: InMemoryJournal()
        case .sqlite: try SQLiteJournal(path: place.path)
        }
    }

    @Test("the same entries give the same chain in memory and in a file")
    func sameChain() throws {
        let heads = try Which.allCases.map { which in
            let journal = try journal(which)
            try journal.fill(turns: 5)
            return journal.openHead
        }
        #expect(heads[0] == heads[1])
        #expect(heads[0].sequence == 15)
    }

    @Test("entries are found from a sequence, by range, and in reverse", arguments: Which.allCases)
    func ranges(which: Which) throws {
        let journal = try journal(which)
        try journal.fill(turns: 4)
        #expect(try journal.entries(from: 11, limit: 10).map(\.sequence) == [11, 12])
        #expect(try journal.entries(from: 13, limit: 10).isEmpty)
        #expect(try journal.entries(from: -5, limit: 2).map(\.sequence) == [1, 2])
        #expect(try journal.entries(in: 3...5, limit: 10).map(\.sequence) == [3, 4, 5])
        #expect(try journal.entries(in: 3...5, limit: 2, newestFirst: true).map(\.sequence) == [5, 4])
        #expect(try journal.entries(in: 1...12, limit: 0).isEmpty)
    }

    @Test("entries are found by type and by mention, oldest or newest first", arguments: Which.allCases)
    func filters(which: Which) throws {
        let journal = try journal(which)
        try journal.fill(turns: 4)
        #expect(try journal.entries(type: "tick", limit: 10).map(\.sequence) == [1, 4, 7, 10])
        #expect(try journal.entries(type: "tick", limit: 2, newestFirst: true).map(\.sequence) == [10, 7])
        #expect(try journal.entries(mentioning: "entry:5", limit: 10).map(\.sequence) == [5])
        #expect(try journal.entries(mentioning: "symbol:S0", limit: 2).map(\.sequence) == [2, 4])
        #expect(
            try journal.entries(EntryQuery(.mention("symbol:S0"), in: 5...10, limit: 9, newestFirst: true))
                .map(\.sequence) == [10, 8, 6])
        #expect(try journal.entries(EntryQuery(.type("tick"), in: 2...7, limit: 9)).map(\.sequence) == [4, 7])
        #expect(try journal.entries(mentioning: "symbol:none", limit: 9).isEmpty)
    }

    @Test("a key that is mentioned twice for one entry finds it once", arguments: Which.allCases)
    func mentionedTwice(which: Which) throws {
        let journal = try journal(which)
        try journal.append(kind: .input, type: "tick", at: 0, body: [], mentions: ["cycle:42", "cycle:42"])
        try journal.mention("cycle:42")
        try journal.commit()
        #expect(try journal.entries(mentioning: "cycle:42", limit: 10).count == 1)
    }

    @Test("an entry comes back as it went in, empty bodies and odd characters included", arguments: Which.allCases)
    func roundTrip(which: Which) throws {
        let journal = try journal(which)
        try journal.append(kind: .effect, type: "ünïcode 🦉", at: .min, body: [])
        try journal.append(kind: .input, type: "zero", at: .max, body: [0, 255, 0])
        try journal.commit()
        let entries = try journal.entries(from: 1, limit: 10)
        #expect(entries.map(\.type) == ["ünïcode 🦉", "zero"])
        #expect(entries.map(\.body) == [[], [0, 255, 0]])
        #expect(entries.map(\.at) == [.min, .max])
        try journal.verifyChain()
    }

    @Test(
        "the newest snapshot at or before a sequence is found, and only the last few are kept",
        arguments: Which.allCases)
    func snapshots(which: Which) throws {
        let journal = try journal(which)
        #expect(try journal.latestSnapshot(atOrBefore: nil) == nil)
        for _ in 0..<5 {
            try journal.fill(turns: 1)
            try journal.snapshot()
            try journal.snapshot()
        }
        #expect(try journal.latestSnapshot(atOrBefore: nil)?.sequence == 15)
        #expect(try journal.latestSnapshot(atOrBefore: 14)?.sequence == 12)
        #expect(try journal.latestSnapshot(atOrBefore: 14)?.body == Array("state 12".utf8))
        #expect(try journal.latestSnapshot(atOrBefore: 9)?.sequence == 9)
        #expect(try journal.latestSnapshot(atOrBefore: 8) == nil)
        try journal.verifyChain()
        try journal.verifyChain(from: .latestSnapshot)
    }

    @Test("notes and metadata become durable with the commit, notes alone begin no turn", arguments: Which.allCases)
    func notes(which: Which) throws {
        let journal = try journal(which)
        try journal.fill(turns: 1)
        for index in 0..<3 { try journal.note(kind: "latency", at: Int64(index), body: [UInt8(index)]) }
        try journal.setMetadata("account", "old")
        try journal.setMetadata("account", "new")
        #expect(try journal.metadata("account") == nil)
        try journal.commit()
        #expect(try journal.metadata("account") == "new")
        #expect(try journal.notes(kind: "latency", limit: 2).map(\.at) == [1, 2])
        #expect(try journal.notes(kind: "latency", limit: 2).map(\.sequence) == [3, 3])
        #expect(try journal.notes(kind: "other", limit: 2).isEmpty)
        #expect(journal.openHead.turn == 1)
    }

    @Test("the open turn stands in the head, but not in what is read", arguments: Which.allCases)
    func openTurn(which: Which) throws {
        let journal = try journal(which)
        try journal.append(kind: .input, type: "tick", at: 0, body: [])
        #expect(journal.openHead.sequence == 1)
        #expect(try journal.entries(from: 1, limit: 10).isEmpty)
        journal.rollback()
        #expect(journal.openHead == .empty)
    }

    @Test("a closed journal takes nothing more", arguments: Which.allCases)
    func closed(which: Which) throws {
        let journal = try journal(which)
        journal.close()
        journal.close()
        let error = try journalError { try journal.append(kind: .input, type: "tick", at: 0, body: []) }
        guard case .poisoned(_, "it is closed") = error else { return unexpected(error) }
    }
}
