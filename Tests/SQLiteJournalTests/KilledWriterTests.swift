import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A writer that is killed", .blocking)
struct KilledWriterTests {
    /// What the helper said of one durable turn.
    struct Report {
        var turn: Int64
        var sequence: Int64
        var chain: String

        /// nil for a line that the kill cut short.
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 3, let turn = Int64(words[0]), let sequence = Int64(words[1]), words[2].count == 64
            else { return nil }
            (self.turn, self.sequence, self.chain) = (turn, sequence, String(words[2]))
        }
    }

    @Test("after kill -9 at any moment all that was reported durable is there, whole, and the next writer goes on")
    func kills() throws {
        let place = try Place()
        var seed = Seed.value
        print("kill test: seed \(seed)")
        var reported: Int64 = 0
        for kill in 1...Tier.volume(gate: 6, nightly: 100) {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let reports = try runAndKill(place.path, seed: seed, afterLines: 1 + Int(seed >> 40) % 150)
            let last = try #require(reports.last, "kill \(kill)")
            #expect(last.turn > reported)
            try check(place.path, reports)
            reported = last.turn
        }
        let next = try SQLiteJournal(path: place.path)
        #expect(next.head.turn >= reported)
        try next.fill(turns: 1)
        try next.verifyChain()
    }

    /// Reads as a bystander first, then as the next writer.
    private func check(_ path: String, _ reports: [Report]) throws {
        let reader = try SQLiteJournal.openReadOnly(path)
        try reader.verify()
        for report in reports {
            let entry = try #require(try reader.entries(in: report.sequence...report.sequence, limit: 1).first)
            #expect(entry.turn == report.turn)
            #expect(entry.chain.description == report.chain)
        }
        let last = try #require(reports.last)
        // One turn may be durable that there was no time to report; no more than that.
        #expect((last.turn...(last.turn + 1)).contains(try reader.head.turn))
        try reader.close()
        let journal = try SQLiteJournal(path: path)
        journal.close()
    }

    private func runAndKill(_ path: String, seed: UInt64, afterLines lines: Int) throws -> [Report] {
        let process = Process()
        process.executableURL = Self.helper
        process.arguments = [path, "\(seed)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output = Data()
        var count = 0
        var isKilled = false
        while true {
            let piece = pipe.fileHandleForReading.availableData
            guard !piece.isEmpty else { break }
            output += piece
            count += piece.count { $0 == UInt8(ascii: "\n") }
            if count >= lines, !isKilled {
                kill(process.processIdentifier, SIGKILL)
                isKilled = true
            }
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap(Report.init)
    }

    /// It lies beside the tests.
    private static var helper: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("journal-torture")
    }
}
