import CZlib
import Foundation
import Testing
import Trading

@testable import TapeReader

@Suite("real market data", .enabled(if: marketData != nil, "../shared/market-data is absent: skipped"))
struct RealDataTests {
    @Test("every file parses to its end with as many rows as it has lines")
    func everyFile() throws {
        let root = try #require(marketData)
        let names = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".csv.gz") }
            .sorted()
        #expect(names.count >= 17)
        for name in names {
            let path = "\(root)/\(name)"
            let lines = try lines(path).dropFirst()
            // FRED writes a day without value as a point; such a row is read and gives nothing.
            let expected = lines.filter { !$0.hasSuffix(",.") }.count
            #expect(try rows(path) == expected, "\(name)")
        }
    }

    @Test(
        "a folder plays as a whole, the same twice",
        arguments: ["us-equity-minute", "us-equity-daily", "sp500-20-closes"])
    func everyFolder(name: String) throws {
        let folder = try #require(marketData) + "/\(name)"
        var expected = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let lines = try lines("\(folder)/\(file)")
            let columns = try #require(lines.first).split(separator: ",").count
            expected += (lines.count - 1) * (file.hasPrefix("closes-") ? columns - 1 : 1)
        }
        let updates = try play(TapeConfiguration(folders: [folder]))
        #expect(updates.reduce(0) { $0 + ($1.bars?.count ?? 0) + ($1.quotes?.count ?? 0) } == expected)
        #expect(updates == (try play(TapeConfiguration(folders: [folder]))))
    }

    @Test("the sessions of the calendar are the days with closes, 1990 to 2022")
    func calendar() throws {
        let root = try #require(marketData)
        let rows = try lines("\(root)/sp500-20-closes/closes-1990-2022.csv.gz").dropFirst()
        let days = try rows.map { row in
            try CivilTime(#require(Timestamp(rfc3339: String(row.prefix(10))))).daysSince1970
        }
        let (first, last) = (try #require(days.first), try #require(days.last))
        #expect(days == (first...last).filter { USEquityCalendar.closingMinute(ofDay: $0) != nil })
    }

    private func rows(_ path: String) throws -> Int {
        let feed: TapeFeed
        switch TapeFileName(baseName(path)) {
        case .feed(let known): feed = known
        case .ignored, .unknown: feed = .condition("VIX")
        }
        let plan = try TapeConfiguration(folders: ["."]).plan()
        let cursor = try TapeCursor(TapeFile(feed: feed, path: path), plan, symbols: nil)
        var count = 0
        try cursor.advance()
        while cursor.knownAt != nil {
            count += 1
            try cursor.advance()
        }
        return count
    }

    private func lines(_ path: String) throws -> [Substring] {
        let file = try #require(gzopen(path, "rb"))
        defer { gzclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = gzread(file, &chunk, UInt32(chunk.count)), count > 0 {
            bytes += chunk.prefix(Int(count))
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
