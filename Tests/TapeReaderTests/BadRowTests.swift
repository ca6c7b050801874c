import Foundation
import Testing
import Trading

@testable import TapeReader

/// A file that must be refused, and the words for it.
struct BadFile: Sendable, CustomTestStringConvertible {
    var name = "AIG-trade.csv"
    var rows: [String]
    var header = tradeHeader
    var error: String
    var testDescription: String { error }
}

private let fix = "Fix or delete the row."
private let good = "2026-03-16T13:30:00Z,1,1,1,1,5"

@Suite("bad files")
struct BadRowTests {
    @Test(
        "a bad row is named with file, line, text and remedy",
        arguments: [
            BadFile(
                rows: [good, "2026-03-16T13:31:00Z,4.9e1,50,49,49,5"],
                error:
                    "AIG-trade.csv line 3: \"4.9e1\" is no price: an exponent is not allowed; write the number out. \(fix)"
            ),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,NaN,50,49,49,5"],
                error: "AIG-trade.csv line 2: \"NaN\" is no price: expected decimal digits such as 189.08. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,,50,49,49,5"],
                error: "AIG-trade.csv line 2: \"\" is no price: expected decimal digits such as 189.08. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1.,2,1,1,5"],
                error: "AIG-trade.csv line 2: \"1.\" is no price: digits are missing behind the point. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1.2.3,2,1,1,5"],
                error: "AIG-trade.csv line 2: \"1.2.3\" is no price: a point stands between digits, once. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1.123456789,2,1,1,5"],
                error: "AIG-trade.csv line 2: \"1.123456789\" is no price: it has 9 decimals, 8 is the most. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,999999999999,2,1,1,5"],
                error:
                    "AIG-trade.csv line 2: reading 999999999999 overflows price; the figures are too large to trade on. \(fix)"
            ),
            BadFile(
                rows: ["2026-03-16T13:31:00Z, 1,2,1,1,5"],
                error: "AIG-trade.csv line 2: \" 1\" is no price: expected decimal digits such as 189.08. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1,2,1,1\u{1b}[31m,5"],
                error: "AIG-trade.csv line 2: \"1?[31m\" is no price: expected decimal digits such as 189.08. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1,2,1,1,-5"],
                error: "AIG-trade.csv line 2: volume is negative. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,1,1,2,1,5"],
                error: "AIG-trade.csv line 2: low 2 is above open 1 or close 1. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,3,2,1,1,5"],
                error: "AIG-trade.csv line 2: high 2 is below open 3 or close 1. \(fix)"),
            BadFile(
                rows: ["2026-03-16T13:31:00Z,0,0,0,0,5"],
                error: "AIG-trade.csv line 2: low must be above zero, it is 0. \(fix)"),
            BadFile(
                rows: [good, "2026-03-16T13:31:00Z,1,1"],
                error: "AIG-trade.csv line 3: \"2026-03-16T13:31:00Z,1,1\" has 3 columns, the header has 6. \(fix)"),
            BadFile(
                rows: [good, ""], error: "AIG-trade.csv line 3: \"\" has 1 columns, the header has 6. \(fix)"),
            BadFile(
                rows: [good, good],
                error: "AIG-trade.csv line 3: \"2026-03-16T13:30:00Z\" is not after the row before it. \(fix)"),
            BadFile(
                rows: ["2026-02-30T13:30:00Z,1,1,1,1,5"],
                error:
                    "AIG-trade.csv line 2: \"2026-02-30T13:30:00Z\" is no minute in UTC: expected such as 2014-06-05T08:00:00Z. \(fix)"
            ),
            BadFile(
                rows: ["2026-03-16T13:30:01Z,1,1,1,1,5"],
                error:
                    "AIG-trade.csv line 2: \"2026-03-16T13:30:01Z\" is no minute in UTC: expected such as 2014-06-05T08:00:00Z. \(fix)"
            ),
            BadFile(
                name: "AIG.csv", rows: [good],
                error: "AIG.csv line 2: \"2026-03-16T13:30:00Z\" is no date: expected such as 2014-06-05. \(fix)"),
            BadFile(
                name: "AIG-quote.csv", rows: ["2026-03-16T13:30:00Z,1,1,1,1,5,2,1,2,2,5"], header: quoteHeader,
                error: "AIG-quote.csv line 2: ask high 1 is below 2. \(fix)"),
            BadFile(
                name: "AIG-quote.csv", rows: ["2026-03-16T13:30:00Z,1,1,0,1,5,2,2,2,2,5"], header: quoteHeader,
                error: "AIG-quote.csv line 2: bid must be above zero, it is 0. \(fix)"),
            BadFile(
                name: "AIG-quote.csv", rows: ["2026-03-16T13:30:00Z,1,1,1,1,-5,2,2,2,2,5"], header: quoteHeader,
                error: "AIG-quote.csv line 2: bid size -5 is negative. \(fix)"),
            BadFile(
                name: "closes-1.csv", rows: ["2026-03-16,1,-1"], header: "timestamp,A,B\n",
                error: "closes-1.csv line 2: close must be above zero, it is -1. \(fix)"),
        ])
    func badRow(_ bad: BadFile) throws {
        #expect(try failure(bad) == bad.error)
    }

    @Test(
        "a file of no use is named with what to do",
        arguments: [
            BadFile(
                rows: [], header: "",
                error:
                    "AIG-trade.csv line 1: the file is empty. Fetch it again, or take it away; its header would be timestamp,open,high,low,close,volume."
            ),
            BadFile(
                rows: [], header: "time,price\n",
                error:
                    "AIG-trade.csv line 1: \"time,price\" is no header of this file. Expected timestamp,open,high,low,close,volume."
            ),
            BadFile(
                name: "closes-1.csv", rows: [], header: "timestamp,A,A\n",
                error: "closes-1.csv line 1: \"timestamp,A,A\" is no header of this file. Expected each symbol once."),
            BadFile(
                rows: [String(repeating: "1", count: Limits.maximumRowBytes + 1)],
                error:
                    "AIG-trade.csv line 2: the row is longer than 1048576 bytes. Write a CSV file with one row per line."
            ),
        ])
    func badFile(_ bad: BadFile) throws {
        #expect(try failure(bad) == bad.error)
    }

    private func failure(_ bad: BadFile) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(bad.name, bad.header + bad.rows.map { $0 + "\n" }.joined())
        return "\(try #require(throws: TapeError.self) { try playToTheEnd(folder.configuration) })"
    }

    @Test("all before a bad row is played whole, never as the last, and the error stays")
    func wholeBefore() throws {
        let folder = try TemporaryFolder()
        try folder.write("AIG-trade.csv", trades(("13:30", "1"), ("13:31", "x")))
        var reader = try TapeReader(folder.configuration)
        let update = try #require(try reader.next())
        #expect(update.bars?.count == 1 && update.isLast == nil)
        let first = #expect(throws: TapeError.self) { try reader.next() }
        let second = #expect(throws: TapeError.self) { try reader.next() }
        #expect(first == second)
    }

    @Test("a gzip file that was cut anywhere is never taken for a shorter one")
    func truncated() throws {
        let folder = try TemporaryFolder()
        let path = try folder.writeGzip("AIG-trade.csv.gz", trades(("13:30", "1"), ("13:31", "2"), ("13:32", "3")))
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for length in 0..<whole.count {
            try folder.write("AIG-trade.csv.gz", bytes: Array(whole[..<length]))
            #expect(throws: TapeError.self, "\(length) bytes") { try playToTheEnd(folder.configuration) }
        }
        try folder.write("AIG-trade.csv.gz", bytes: Array(whole.dropLast(4)))
        let error = #expect(throws: TapeError.self) { try playToTheEnd(folder.configuration) }
        #expect(
            error?.description
                == "AIG-trade.csv.gz line 5: the gzip data end in the middle. Fetch or pack the file again.")
    }

    @Test("bytes changed at random are played or refused, never a crash", arguments: [UInt64](1...4))
    func fuzz(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let trade = Array(trades(("13:30", "1.25"), ("13:31", "2"), ("13:32", "3")).utf8)
        let quote = Array(quotes(("13:30", "1", "1.5"), ("13:31", "2", "2.5")).utf8)
        var state = seed
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var configuration = folder.configuration
        configuration.stepSeconds = 86_400
        for _ in 0..<400 {
            let (isTrade, kinds) = (random(below: 2) == 0, Array("0123456789.,-eTZ:\n\r \u{0}".utf8))
            var bytes = isTrade ? trade : quote
            for _ in 0...random(below: 4) {
                let place = random(below: bytes.count - 40) + 40
                bytes[place] = kinds[random(below: kinds.count)]
            }
            try folder.write("A-trade.csv", bytes: isTrade ? bytes : trade)
            try folder.write("A-quote.csv", bytes: isTrade ? quote : bytes)
            do throws(TapeError) { try playToTheEnd(configuration) } catch { #expect(!"\(error)".isEmpty) }
        }
    }

    @Test(
        "dates that the calendar cannot reckon with are refused", arguments: ["1899-12-31", "2200-01-01", "2262-04-11"])
    func farDates(date: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("AIG.csv", tradeHeader + "\(date),1,1,1,1,1\n")
        #expect(throws: TapeError.self) { try playToTheEnd(folder.configuration) }
        var configuration = folder.configuration
        configuration.from = date
        #expect(throws: TapeError.self) { try configuration.validate() }
    }

    @Test("dates at both ends of the years allowed are played")
    func edgeDates() throws {
        let folder = try TemporaryFolder()
        try folder.write("AIG.csv", tradeHeader + "1900-01-02,1,1,1,1,1\n2199-12-31,1,1,1,1,1\n")
        var configuration = folder.configuration
        configuration.stepSeconds = 10
        configuration.regularOnly = true
        #expect(try play(configuration).count == 2)
    }

    @Test("a flipped bit in a gzip file is found")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let path = try folder.writeGzip("AIG-trade.csv.gz", trades(("13:30", "1"), ("13:31", "2"), ("13:32", "3")))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count - 6] ^= 1
        try folder.write("AIG-trade.csv.gz", bytes: bytes)
        #expect(throws: TapeError.self) { try playToTheEnd(folder.configuration) }
    }
}

private func playToTheEnd(_ configuration: TapeConfiguration) throws(TapeError) {
    var reader = try TapeReader(configuration)
    while try reader.next() != nil {}
}
