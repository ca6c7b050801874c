import CZlib
import Foundation
import GRDB
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("Stored bodies", .blocking)
struct StoredBodyTests {
    /// An answer of many symbols, as policies repeat them.
    private static func answer(_ number: Int, _ symbols: Int = 100) -> [UInt8] {
        let rows = (0..<symbols).map { "{\"symbol\":\"S\($0)\",\"stop\":\"\(100 + $0 * 7 % 13).\($0 % 10)\"}" }
        return Array("{\"cycle\":\(number),\"recommendations\":[\(rows.joined(separator: ","))]}".utf8)
    }

    private func stored(_ place: Place) throws -> [(sequence: Int64, body: Data)] {
        let queue = try DatabaseQueue(path: place.path)
        defer { do { try queue.close() } catch { Issue.record(error) } }
        return try queue.read { database in
            try Row.fetchAll(database, sql: "SELECT sequence, body FROM entry ORDER BY sequence").map { ($0[0], $0[1]) }
        }
    }

    @Test("an answer that repeats the one before takes a few bytes, and is read in full")
    func repeated() throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        for number in 0..<20 {
            try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number))
            try journal.commit()
        }
        journal.close()
        let reader = try SQLiteJournalReader(path: place.path)
        try reader.verify()
        #expect(try reader.entries(from: 1, limit: 100).map(\.body) == (0..<20).map { Self.answer($0) })
        // From the end, one at a time: each finds what it stands on.
        let last = try reader.entries(type: "evaluated", limit: 1, newestFirst: true)
        #expect(last.map(\.body) == [Self.answer(19)])
        try reader.close()
        let sizes = try stored(place).map(\.body.count)
        #expect(sizes[0] < Self.answer(0).count / 3)
        #expect(sizes.dropFirst().allSatisfy { $0 < 60 }, "\(sizes)")
    }

    @Test("the first entries of a journal are stored as they are, for whatever reads SQLite and JSON")
    func plainAtFirst() throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, plainEntries: 2)
        for number in 0..<4 {
            try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number))
            try journal.commit()
        }
        journal.close()
        let bodies = try stored(place).map { [UInt8]($0.body) }
        #expect(bodies[0] == Self.answer(0) && bodies[1] == Self.answer(1))
        #expect(bodies[2...].map { $0[0] } == [1, 2])
        let usual = try Place()
        let small = try SQLiteJournal(path: usual.path)
        for number in 0..<4 { try small.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number)) }
        try small.commit()
        small.close()
        #expect(try stored(usual).map { [UInt8]($0.body) } == (0..<4).map { Self.answer($0) })
    }

    @Test("a core that goes on begins again with a body that stands by itself")
    func goesOn() throws {
        let place = try Place()
        for number in 0..<3 {
            let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
            for turn in 0..<2 {
                try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number * 2 + turn))
                try journal.commit()
            }
            journal.close()
        }
        #expect(try stored(place).map { $0.body[0] } == [1, 2, 1, 2, 1, 2])
        let reader = try SQLiteJournalReader(path: place.path)
        try reader.verify()
        #expect(try reader.entries(from: 1, limit: 100).map(\.body) == (0..<6).map { Self.answer($0) })
        try reader.close()
    }

    @Test(
        "any body is read as it was written",
        arguments: [
            [], [0], [1], [2], [3], [0, 1, 2], [2, 255, 255], Array("{}".utf8), [UInt8](repeating: 1, count: 500),
            [UInt8](repeating: 0, count: 200_000),
            (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
        ])
    func anyBody(_ body: [UInt8]) throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        for _ in 0..<3 { try journal.append(kind: .input, type: "tick", at: 1, body: body) }
        try journal.commit()
        #expect(try journal.entries(from: 1, limit: 10).map(\.body) == [body, body, body])
        try journal.verifyChain()
        journal.close()
    }

    @Test("a journal of before, with plain bodies, is continued")
    func plainBodies() throws {
        let place = try Place()
        let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
        for number in 0..<4 { try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number)) }
        try journal.commit()
        journal.close()
        for number in 0..<4 {
            let text = String(decoding: Self.answer(number), as: UTF8.self)
            try place.tamper("UPDATE entry SET body = CAST('\(text)' AS BLOB) WHERE sequence = \(number + 1)")
        }
        let next = try SQLiteJournal(path: place.path, plainEntries: 0)
        try next.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(4))
        try next.commit()
        try next.verifyChain()
        #expect(try next.entries(from: 1, limit: 10).map(\.body) == (0..<5).map { Self.answer($0) })
        next.close()
        #expect(try stored(place).map { $0.body[0] } == [123, 123, 123, 123, 1])
    }

    @Test("a bomb, and what was never written, is refused with a sentence, and no memory is taken for it")
    func damaged() throws {
        // A gigabyte of zeros; a length that is a lie either way; no length; itself; nothing before it; one that stands on another.
        let zeros = try deflated([UInt8](repeating: 0, count: 1 << 20))
        let cases: [(body: [UInt8], what: String)] = [
            ([1, 0x80, 0x80, 0x80, 0x80, 0x04] + zeros, "it has 1073741824 bytes, and 67108864 is the most"),
            ([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F] + zeros, "is the most"),
            ([1, 0x10] + zeros, "cannot be unpacked to the 16 bytes"),
            ([1, 0x81, 0x80, 0x40] + zeros, "cannot be unpacked to the 1048577 bytes"),
            ([1, 0x80, 0x80, 0x40] + zeros.dropLast(), "cannot be unpacked"),
            ([1, 0x80, 0x80, 0x40] + zeros + [0], "cannot be unpacked"),
            ([1, 0x80], "no length"), ([2, 0], "refers to itself"), ([2, 9, 1, 1], "entry -6, which is missing"),
            ([2, 1, 5, 3], "entry 2, which stands on another one"),
        ]
        for (body, what) in cases {
            let place = try Place()
            let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
            for number in 0..<4 {
                try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number))
            }
            try journal.commit()
            journal.close()
            let digits = body.map { String(format: "%02x", $0) }.joined()
            try place.tamper("UPDATE entry SET body = x'\(digits)' WHERE sequence = 3")
            let reader = try SQLiteJournalReader(path: place.path)
            guard case .damaged(_, 3, let found) = try journalError({ try reader.verify() }) else {
                return unexpected(try journalError { try reader.verify() })
            }
            #expect(found.contains(what), "\(found)")
            try reader.close()
        }
    }

    @Test("a body that others stand on is the first that is wrong, when it is")
    func base() throws {
        for change in [
            "UPDATE entry SET body = (SELECT body FROM entry WHERE sequence = 3) WHERE sequence = 2",
            "DELETE FROM entry WHERE sequence = 2", "UPDATE entry SET body = x'0100' WHERE sequence = 2",
        ] {
            let place = try Place()
            let journal = try SQLiteJournal(path: place.path, plainEntries: 0)
            try journal.append(kind: .input, type: "started", at: 1, body: Array("{}".utf8))
            for number in 0..<4 {
                try journal.append(kind: .input, type: "evaluated", at: 1, body: Self.answer(number))
            }
            try journal.commit()
            journal.close()
            try place.tamper(change)
            let reader = try SQLiteJournalReader(path: place.path)
            guard case .damaged(_, let sequence, _) = try journalError({ try reader.verify() }) else {
                return unexpected(change)
            }
            #expect(sequence == 2, "\(change)")
            try reader.close()
        }
    }

    private func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        try #require(compress(&packed, &size, bytes, UInt(bytes.count)) == Z_OK)
        // Without the two bytes in front and the four behind of zlib's own format.
        return Array(packed[2..<Int(size) - 4])
    }
}
