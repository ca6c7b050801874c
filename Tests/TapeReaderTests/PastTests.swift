import Testing
import Trading

@testable import TapeReader

@Suite("what lies before a tape begins")
struct PastTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func past(_ configuration: TapeConfiguration, count: Int, period: TimeSpan = .seconds(60)) throws
        -> [String]
    {
        let first = try TapeReader(configuration).firstAt
        return try configuration.past(before: first, period: period, count: count).map { "\($0.symbol) \($0.close)" }
    }

    @Test("the newest bars of each symbol before `from`, and no others")
    func newest() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1"), ("13:31", "2"), ("13:32", "3"), ("13:33", "4")))
        try folder.write("BRVO-trade.csv", trades(("13:31", "20"), ("13:34", "21")))
        var configuration = folder.configuration
        configuration.from = "2026-03-16T13:33:30Z"
        #expect(try past(configuration, count: 2) == ["ALFA 2", "ALFA 3", "BRVO 20"])
        #expect(try past(configuration, count: 9) == ["ALFA 1", "ALFA 2", "ALFA 3", "BRVO 20"])
        #expect(try past(configuration, count: 9, period: .day) == [])
    }

    @Test("a day is a bar of its regular session, also of a short one")
    func days() throws {
        try folder.write(
            "ALFA.csv", days(("2025-11-26", "1"), ("2025-11-28", "2"), ("2025-12-01", "3"), ("2025-12-02", "4")))
        var configuration = folder.configuration
        configuration.from = "2025-12-02"
        #expect(try past(configuration, count: 2, period: .day) == ["ALFA 2", "ALFA 3"])
        #expect(try past(configuration, count: 9, period: .day) == ["ALFA 1", "ALFA 2", "ALFA 3"])
        #expect(try past(configuration, count: 9) == [])
    }

    private func days(_ rows: (date: String, close: String)...) -> String {
        "timestamp,open,high,low,close,volume\n"
            + rows.map { "\($0.date),\($0.close),\($0.close),\($0.close),\($0.close),100\n" }.joined()
    }

    @Test("without `from`, or where nothing is older, there is none")
    func none() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1"), ("13:31", "2")))
        var configuration = folder.configuration
        #expect(try past(configuration, count: 5) == [])
        configuration.from = "2026-03-16T13:00:00Z"
        #expect(try past(configuration, count: 5) == [])
    }
}
