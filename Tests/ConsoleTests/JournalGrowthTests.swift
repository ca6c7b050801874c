import Journal
import JournalTesting
import Testing

@testable import Console

@Suite("How a journal grows")
struct JournalGrowthTests {
    private static let hour: Int64 = 3_600_000_000_000

    /// One entry an hour.
    private func journal(hours: Int64) throws -> InMemoryJournal {
        let journal = InMemoryJournal()
        for hour in 0..<hours {
            try journal.append(kind: .input, type: "tick", at: hour * Self.hour, body: Array("{}".utf8))
        }
        try journal.commit()
        return journal
    }

    @Test("bytes a day are those of the last week, by the times of entries")
    func perDay() throws {
        // Twenty days of one an hour after a year in which nothing was.
        let journal = InMemoryJournal()
        try journal.append(kind: .input, type: "tick", at: -365 * 24 * Self.hour, body: [])
        for hour in 0..<Int64(480) { try journal.append(kind: .input, type: "tick", at: hour * Self.hour, body: []) }
        try journal.commit()
        let growth = try JournalGrowth(of: journal, bytes: 481_000_000, freeBytes: 24_000_000 * 40)
        #expect(growth.bytesPerDay == 24_000_000 && growth.daysLeft == 40 && growth.attention == nil)
        #expect(growth.words == "481.0 MB in 481 entries, 24.0 MB a day")
    }

    @Test("less than 30 days of room are told, with what to do")
    func little() throws {
        let growth = try JournalGrowth(of: journal(hours: 48), bytes: 48_000_000, freeBytes: 24_000_000 * 29)
        #expect(
            growth.attention
                == "the disk of the journal has 696.0 MB left, which is 29 days at 24.0 MB a day; trading halts when it is full: make room"
        )
        #expect(
            try JournalGrowth(of: journal(hours: 48), bytes: 48_000_000, freeBytes: 24_000_000 * 30).attention == nil)
    }

    @Test("nothing is forecast from less than a day, nor of an empty journal")
    func early() throws {
        for hours in [Int64(0), 1, 24] {
            let growth = try JournalGrowth(of: journal(hours: hours), bytes: 1 << 40, freeBytes: 1)
            #expect(growth.bytesPerDay == nil && growth.daysLeft == nil && growth.attention == nil)
        }
    }
}
