import Testing
import Trading

@testable import TapeReader

@Suite("replay in real time")
struct RebaseTests {
    private func demo() throws -> TapeConfiguration {
        var configuration = TapeConfiguration(folders: ["\(checkout)/Plugins/Providers/Tape/tapes/demo"])
        configuration.conditions = [.init(name: "VIX", file: configuration.folders[0] + "/VIX-demo.csv")]
        configuration.corporateActions = [.init(symbol: try Symbol("ALFA"), date: "2026-03-16", dividend: "0.5")]
        return configuration
    }

    @Test("in real time every time of every update moves by one offset, and nothing else changes")
    func realTime() throws {
        let start = try time("2030-01-01T00:00:00Z")
        var reader = try TapeReader(try demo())
        let rebase = reader.rebased(to: start)
        let offset = start - reader.firstAt
        let back = TimeSpan(nanoseconds: -offset.nanoseconds)
        var isFirst = true
        while let update = try reader.next() {
            let moved = rebase(update)
            if isFirst { #expect(moved.at == start) }
            isFirst = false
            #expect(moved.at == update.at + offset)
            #expect(moved.session == update.session)
            #expect(moved.bars?.map(\.start) == update.bars?.map { $0.start + offset })
            #expect(moved.quotes?.map(\.at) == update.quotes?.map { $0.at + offset })
            #expect(moved.conditions?.map(\.at) == update.conditions?.map { $0.at + offset })
            #expect(
                moved.corporateActions?.map(\.effectiveAt) == update.corporateActions?.map { $0.effectiveAt + offset })
            #expect(moved.shifted(by: back) == update)
        }
    }

    @Test("ten times faster, an update is due ten times earlier and is known when it is published")
    func faster() throws {
        var reader = try TapeReader(try demo())
        let start = try time("2030-01-01T00:00:00Z")
        let rebase = reader.rebased(to: start, speed: try TapeSpeed(10))
        _ = try reader.next()
        let update = try #require(try reader.next())
        #expect(rebase.due(update.at) - start == .milliseconds((update.at - reader.firstAt).wholeMilliseconds / 10))
        let moved = rebase(update)
        #expect(moved.at == rebase.due(update.at))
        #expect(moved.bars?.allSatisfy { $0.end == moved.at } == true)
    }

    @Test("a speed outside the limits is refused", arguments: [0, -1, Limits.maximumSpeed + 1])
    func badSpeed(factor: Int) { #expect(throws: TapeError.self) { try TapeSpeed(factor) } }
}
