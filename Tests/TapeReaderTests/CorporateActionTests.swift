import Testing
import Trading

@testable import TapeReader

@Suite("corporate actions")
struct CorporateActionTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func configuration(_ actions: TapeConfiguration.Action...) -> TapeConfiguration {
        var configuration = folder.configuration
        configuration.corporateActions = actions
        return configuration
    }

    @Test("an action takes effect at 04:00 in New York, before anything of its day")
    func beforeTheDay() throws {
        try folder.write("ALFA.csv", tradeHeader + "2026-03-13,10,10,10,10,1\n2026-03-16,1,1,1,1,1\n")
        let alfa = try Symbol("ALFA")
        let updates = try play(
            configuration(
                .init(symbol: alfa, date: "2026-03-16", split: "10:1"),
                .init(symbol: alfa, date: "2026-03-16", dividend: "0.47")))
        #expect(
            updates.map(\.at.description) == [
                "2026-03-13T20:00:00Z", "2026-03-16T08:00:00Z", "2026-03-16T20:00:00Z",
            ])
        let actions = try #require(updates[1].corporateActions)
        #expect(actions.map(\.id) == ["2026-03-16.ALFA.dividend", "2026-03-16.ALFA.split"])
        #expect(actions.map(\.kind) == [.dividend(amount: try Price("0.47")), .split(numerator: 10, denominator: 1)])
        #expect(actions.allSatisfy { $0.effectiveAt == updates[1].at })
    }

    @Test("an earlier first update of the day carries it")
    func earlier() throws {
        try folder.write("ALFA-trade.csv", trades(("06:00", "1"), ("13:30", "1")))
        let updates = try play(configuration(.init(symbol: try Symbol("ALFA"), date: "2026-03-16", split: "7:1")))
        #expect(clockTimes(updates) == ["06:01:00", "13:31:00"])
        #expect(updates.first?.corporateActions?.first?.effectiveAt == updates.first?.at)
    }

    @Test("actions of days before the tape and behind its end are not played")
    func outside() throws {
        try folder.write("ALFA-trade.csv", trades(("13:30", "1"), ("13:31", "1")))
        let alfa = try Symbol("ALFA")
        let updates = try play(
            configuration(
                .init(symbol: alfa, date: "2005-02-28", split: "2:1"),
                .init(symbol: alfa, date: "2026-03-17", split: "2:1")))
        #expect(updates.allSatisfy { $0.corporateActions == nil })
        #expect(updates.count == 2)
    }

    @Test(
        "AAPL's 7:1 split comes before the first price of 2014-06-09",
        .enabled(if: marketData != nil, "needs market data"))
    func appleSplit() throws {
        let apple = try Symbol("AAPL")
        var configuration = TapeConfiguration(folders: [try #require(marketData) + "/us-equity-minute"])
        configuration.symbols = [apple]
        configuration.corporateActions = [.init(symbol: apple, date: "2014-06-09", split: "7:1")]
        let updates = try play(configuration)
        let index = try #require(updates.firstIndex { $0.corporateActions != nil })
        #expect(updates[index].at == (try time("2014-06-09T08:00:00Z")))
        #expect(updates[index].bars == nil)
        #expect(updates[index].corporateActions?.first?.kind == .split(numerator: 7, denominator: 1))
        let before = try #require(updates[..<index].last { $0.bars != nil }?.bars?.first?.close)
        let after = try #require(updates[index...].first { $0.bars != nil }?.bars?.first?.close)
        #expect(before > (try Price("640")))
        #expect(after < (try Price("100")))
    }
}
