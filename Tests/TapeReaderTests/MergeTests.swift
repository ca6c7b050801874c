import Testing
import Trading

@testable import TapeReader

@Suite("merging, sessions, windows and the clock")
struct MergeTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("rows that are known at one time are one update, sorted, and a quote has its minute's last price")
    func merge() throws {
        try folder.write("BRVO-trade.csv", trades(("13:30", "20"), ("13:32", "21")))
        try folder.write("ALFA-trade.csv", trades(("13:31", "10"), ("13:32", "11")))
        try folder.write("BRVO-quote.csv", quotes(("13:30", "19", "21"), ("13:31", "18", "22"), ("13:32", "20", "22")))
        let updates = try play(folder.configuration)
        #expect(clockTimes(updates) == ["13:31:00", "13:32:00", "13:33:00"])
        #expect(
            updates.map { ($0.bars ?? []).map { "\($0.symbol) \($0.close)" } } == [
                ["BRVO 20"], ["ALFA 10"], ["ALFA 11", "BRVO 21"],
            ])
        #expect(updates.map { $0.quotes?.first?.last?.description } == ["20", nil, "21"])
    }

    @Test("minutes, days and wide tables of several folders merge")
    func mixed() throws {
        let other = try TemporaryFolder()
        try folder.write("ALFA-trade.csv", trades(("13:30", "10"), ("19:59", "11")))
        try folder.write("ALFA.csv", tradeHeader + "2026-03-16,10,11,10,11,900\n")
        try other.write("closes-1.csv", "timestamp,BRVO,AAAA\n2026-03-16,5,6\n")
        try other.write("ALFA-quote.csv", quotes(("19:59", "10", "12")))
        var configuration = folder.configuration
        configuration.folders.append(other.path)
        let last = try #require(try play(configuration).last)
        #expect(last.bars?.map(\.symbol.text) == ["AAAA", "ALFA", "ALFA", "BRVO"])
        #expect(last.quotes?.first?.last == (try Price("11")))
        #expect(last.isLast == true)
    }

    @Test("sessions follow New York's clock, and regular_only drops what began outside 09:30 to 16:00")
    func sessions() throws {
        try folder.write(
            "ALFA-trade.csv",
            trades(("08:00", "1"), ("13:29", "1"), ("13:30", "1"), ("19:59", "1"), ("20:00", "1"), ("23:59", "1")))
        var configuration = folder.configuration
        let phases = try play(configuration).map(\.session)
        #expect(phases == [.preMarket, .regular, .regular, .afterHours, .afterHours, .closed])
        configuration.regularOnly = true
        #expect(clockTimes(try play(configuration)) == ["13:31:00", "20:00:00"])
    }

    @Test("from is inclusive, until exclusive, by the time when a row is known; a date is New York's midnight")
    func window() throws {
        try folder.write("ALFA-trade.csv", trades(("03:00", "1"), ("13:30", "1"), ("13:31", "1"), ("13:32", "1")))
        var configuration = folder.configuration
        configuration.from = "2026-03-16T13:31:00Z"
        configuration.until = "2026-03-16T13:33:00Z"
        #expect(clockTimes(try play(configuration)) == ["13:31:00", "13:32:00"])
        configuration.from = "2026-03-16"
        configuration.until = "2026-03-17"
        #expect(clockTimes(try play(configuration)) == ["13:31:00", "13:32:00", "13:33:00"])
        configuration.from = "2026-03-17"
        configuration.until = nil
        #expect(throws: TapeError.self) { try play(configuration) }
    }

    @Test("symbols choose files")
    func symbols() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1")))
        try folder.write("BRVO-trade.csv", trades(("13:31", "1")))
        var configuration = folder.configuration
        configuration.symbols = [try Symbol("BRVO")]
        #expect(try play(configuration).compactMap { $0.bars?.first?.symbol.text } == ["BRVO"])
    }

    @Test("the clock steps between the first and the last row of each day and not through the night")
    func clock() throws {
        let rows =
            trades(("13:30", "1"), ("13:31", "1")) + "2026-03-17T13:30:00Z,1,1,1,1,1\n2026-03-17T13:31:00Z,1,1,1,1,1\n"
        try folder.write("ALFA-trade.csv", rows)
        var configuration = folder.configuration
        configuration.stepSeconds = 20
        let updates = try play(configuration)
        let day = ["13:31:00", "13:31:20", "13:31:40", "13:32:00"]
        #expect(clockTimes(updates) == day + day)
        #expect(updates.map { $0.bars?.count } == [1, nil, nil, 1, 1, nil, nil, 1])
        #expect(updates[1] == MarketUpdate(at: try time("2026-03-16T13:31:20Z"), session: .regular))
    }

    @Test("a step that does not divide a minute keeps its own rhythm beside the bars")
    func oddStep() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1"), ("13:31", "1"), ("13:32", "1")))
        var configuration = folder.configuration
        configuration.stepSeconds = 45
        #expect(clockTimes(try play(configuration)) == ["13:31:00", "13:31:45", "13:32:00", "13:32:30", "13:33:00"])
    }

    @Test("the clock stops with the day's last bar though a condition follows")
    func clockAndCondition() throws {
        try folder.write("ALFA-trade.csv", trades(("19:59", "1")) + "2026-03-17T13:30:00Z,1,1,1,1,1\n")
        let file = try folder.write("VIX-1.csv", "timestamp,close\n2026-03-16,19\n")
        var configuration = folder.configuration
        configuration.stepSeconds = 60
        configuration.conditions = [.init(name: "VIX", file: file)]
        #expect(clockTimes(try play(configuration)) == ["20:00:00", "20:15:00", "13:31:00"])
    }

    @Test("a condition from before rides in the first update with its own time; one from behind the end is left out")
    func conditionsAround() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1"), ("13:31", "1")))
        let file = try folder.write(
            "VIX-1.csv", "timestamp,close\n2026-03-12,17\n2026-03-13,18\n2026-03-16,19\n2026-03-17,20\n")
        var configuration = folder.configuration
        configuration.conditions = [.init(name: "VIX", file: file)]
        configuration.from = "2026-03-16T13:30:00Z"
        let updates = try play(configuration)
        #expect(
            updates.map(\.conditions) == [
                [MarketCondition(name: "VIX", value: try Ratio("18"), at: try time("2026-03-13T20:15:00Z"))], nil,
            ])
    }
}
