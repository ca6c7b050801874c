import Foundation
import Testing
import Trading

@testable import TapeReader

@Suite("formats")
struct FormatTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("a trade row is a minute bar, known at its end")
    func trade() throws {
        try folder.write("ALFA-trade.csv", tradeHeader + "2026-03-16T13:30:00Z,10,10.5,9.75,10.25,1200\n")
        let updates = try play(folder.configuration)
        #expect(updates.count == 1)
        #expect(updates.first?.at == (try time("2026-03-16T13:31:00Z")))
        #expect(updates.first?.session == .regular)
        let bar = Bar(
            symbol: try Symbol("ALFA"), start: try time("2026-03-16T13:30:00Z"), period: .seconds(60),
            open: try Price("10"), high: try Price("10.5"), low: try Price("9.75"), close: try Price("10.25"),
            volume: Quantity(shares: 1_200))
        #expect(updates.first?.bars == [bar])
        #expect(updates.first?.quotes == nil)
    }

    @Test("the slash of a pair stands as %2F in a file's name")
    func pair() throws {
        try folder.write("BTC%2FUSD-trade.csv", tradeHeader + "2026-03-16T13:30:00Z,10,10.5,9.75,10.25,1200\n")
        let updates = try play(folder.configuration)
        #expect(updates.first?.bars?.map(\.symbol) == [try Symbol("BTC/USD")])
    }

    @Test("a quote row is the quote at the end of its minute; sides may be absent")
    func quote() throws {
        try folder.write(
            "ALFA-quote.csv",
            quoteHeader + "2026-03-16T13:30:00Z,10,11,9,10.5,200,11,12,10,11.5,300\n"
                + "2026-03-16T13:31:00Z,,,,,,11,12,10,11.5,300\n2026-03-16T13:32:00Z,,,,,,,,,,\n")
        let quotes = try play(folder.configuration).compactMap { $0.quotes?.first }
        let alfa = try Symbol("ALFA")
        #expect(
            quotes == [
                Quote(
                    symbol: alfa, bid: try Price("10.5"), ask: try Price("11.5"), bidSize: Quantity(shares: 200),
                    askSize: Quantity(shares: 300), at: try time("2026-03-16T13:31:00Z")),
                Quote(
                    symbol: alfa, ask: try Price("11.5"), askSize: Quantity(shares: 300),
                    at: try time("2026-03-16T13:32:00Z")),
                Quote(symbol: alfa, at: try time("2026-03-16T13:33:00Z")),
            ])
    }

    @Test(
        "a daily bar spans 09:30 to 16:00 in New York, in summer and in winter and on the days between",
        arguments: [
            ("2026-01-05", "14:30", "21:00"), ("2026-03-06", "14:30", "21:00"), ("2026-03-09", "13:30", "20:00"),
            ("2026-07-06", "13:30", "20:00"), ("2026-11-02", "14:30", "21:00"), ("2006-03-20", "14:30", "21:00"),
        ])
    func daily(date: String, open: String, close: String) throws {
        try folder.write("ALFA.csv", tradeHeader + "\(date),10,10.5,9.75,10.25,1200\n")
        let bar = try #require(try play(folder.configuration).first?.bars?.first)
        #expect(bar.start == (try time("\(date)T\(open):00Z")))
        #expect(bar.end == (try time("\(date)T\(close):00Z")))
    }

    @Test("a wide table gives one-price bars without volume, sorted; an empty cell gives none")
    func closes() throws {
        try folder.write("closes-1.csv", "timestamp,ZULU,ALFA\n2026-03-16,5,7.5\n2026-03-17,,7\n2026-03-18,,\n")
        let updates = try play(folder.configuration)
        #expect(updates.map { $0.bars?.map(\.symbol.text) } == [["ALFA", "ZULU"], ["ALFA"]])
        let bar = try #require(updates.first?.bars?.first)
        let close = try Price("7.5")
        #expect([bar.open, bar.high, bar.low, bar.close] == [close, close, close, close])
        #expect(bar.volume == .zero && bar.period == .seconds(23_400))
    }

    @Test("a wide table's bars have the volume that the configuration gives them, and its rows may be long")
    func closesVolume() throws {
        let names = (0..<12_000).map { "S\($0)" }
        let header = (["timestamp"] + names).joined(separator: ",")
        try folder.write(
            "closes-1.csv", header + "\n2026-03-16" + String(repeating: ",12.34", count: names.count) + "\n")
        var configuration = folder.configuration
        configuration.closesVolume = 5_000
        let bars = try #require(try play(configuration).first?.bars)
        #expect(header.utf8.count > 65_536 && bars.count == names.count)
        #expect(bars.allSatisfy { $0.volume == Quantity(shares: 5_000) })
        configuration.closesVolume = -1
        #expect(throws: TapeError.self) { try configuration.validate() }
    }

    @Test("of a wide table only the symbols asked for are given, all are checked")
    func closesFiltered() throws {
        try folder.write("closes-1.csv", "timestamp,ZULU,ALFA\n2026-03-16,5,7.5\n2026-03-17,x,7\n")
        var configuration = folder.configuration
        configuration.symbols = [try Symbol("ALFA")]
        var reader = try TapeReader(configuration)
        #expect(try reader.next()?.bars?.map(\.symbol.text) == ["ALFA"])
        #expect(throws: TapeError.self) { try reader.next() }
    }

    @Test("a condition is known at 16:15 in New York; a bare point is a day without value")
    func condition() throws {
        try folder.write("ALFA.csv", tradeHeader + "2026-03-16,1,1,1,1,1\n2026-03-19,1,1,1,1,1\n")
        let file = try folder.write("VIX-1.csv", "timestamp,close\n2026-03-16,18.5\n2026-03-17,.\n2026-03-18,19\n")
        var configuration = folder.configuration
        configuration.conditions = [.init(name: "VIX", file: file)]
        let updates = try play(configuration)
        #expect(clockTimes(updates) == ["20:00:00", "20:15:00", "20:15:00", "20:00:00"])
        #expect(updates.compactMap { $0.conditions?.first?.value.description } == ["18.5", "19"])
        #expect(updates[1].session == .afterHours)
    }

    @Test("lines may end with a carriage return, and the last without any end")
    func lineEnds() throws {
        try folder.write(
            "ALFA-trade.csv", "timestamp,open,high,low,close,volume\r\n2026-03-16T13:30:00Z,1,1,1,1,5\r\n")
        try folder.write("BRVO-trade.csv", tradeHeader + "2026-03-16T13:30:00Z,1,1,1,1,5")
        #expect(try play(folder.configuration).first?.bars?.count == 2)
    }

    @Test("plain and compressed files give the same, also over many buffers")
    func gzip() throws {
        let packed = try TemporaryFolder()
        var text = tradeHeader
        for day in 10...30 {
            for minute in 0..<960 {
                let clock = String(format: "%02d:%02d", 8 + minute / 60, minute % 60)
                text += "2026-03-\(day)T\(clock):00Z,100.\(day),100.99,\(minute % 7 + 1).5,20.25,\(minute)\n"
            }
        }
        try folder.write("ALFA-trade.csv", text)
        try packed.writeGzip("ALFA-trade.csv.gz", text)
        let plain = try play(folder.configuration)
        #expect(plain.count == 21 * 960)
        #expect(plain == (try play(packed.configuration)))
    }
}
