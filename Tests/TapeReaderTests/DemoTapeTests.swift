import Foundation
import TestSupport
import Testing
import Trading

@testable import TapeReader

private let tapes = "\(checkout)/Plugins/Providers/Tape/tapes"

@Suite("the tapes that ship")
struct DemoTapeTests {
    @Test("scripts/make-demo-tape writes the committed bytes again", .blocking)
    func regenerated() throws {
        let folder = try TemporaryFolder()
        let script = Process()
        script.executableURL = URL(fileURLWithPath: "\(checkout)/scripts/make-demo-tape")
        script.arguments = ["--into", folder.path]
        try script.run()
        script.waitUntilExit()
        #expect(script.terminationStatus == 0)
        for tape in ["demo", "nvda"] {
            let made = try contents("\(folder.path)/\(tape)")
            #expect(made == (try contents("\(tapes)/\(tape)")), "run scripts/make-demo-tape and commit")
            #expect(made.values.reduce(0) { $0 + $1.count } < 150_000)
        }
    }

    private func contents(_ folder: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            contents[name] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        return contents
    }

    private func configuration(_ tape: String) -> TapeConfiguration {
        var configuration = TapeConfiguration(folders: ["\(tapes)/\(tape)"])
        configuration.conditions = [.init(name: "VIX", file: "\(tapes)/\(tape)/VIX-demo.csv")]
        return configuration
    }

    @Test("the demo tape is two hours of six tickers, with VIX from the first update on")
    func demo() throws {
        let updates = try play(configuration("demo"))
        #expect(updates.count == 120)
        #expect(updates.allSatisfy { $0.bars?.count == 6 && $0.quotes?.count == 6 && $0.session == .regular })
        #expect(updates.first?.conditions?.first?.value == (try Ratio("18.5")))
        #expect(updates.allSatisfy { $0.quotes?.allSatisfy { $0.last != nil } == true })
        #expect(updates == (try play(configuration("demo"))))
    }

    @Test(
        "each ticker tells its story",
        arguments: [
            ("ALFA", "99", "106"), ("BRVO", "48", "50"), ("CHRL", "74", "80"), ("DLTA", "119.5", "120.1"),
            ("ECHO", "39.9", "42"), ("FXTR", "59.5", "61.8"),
        ])
    func story(ticker: String, low: String, high: String) throws {
        var configuration = configuration("demo")
        configuration.symbols = [try Symbol(ticker)]
        let bars = try play(configuration).flatMap { $0.bars ?? [] }
        #expect(try #require(bars.map(\.low).min()) > (try Price(low)))
        #expect(try #require(bars.map(\.high).max()) >= (try Price(high)))
    }

    @Test("NVDA stands still for ten minutes")
    func nvda() throws {
        let updates = try play(configuration("nvda"))
        #expect(updates.count == 10)
        #expect(updates.first?.at == (try time("2026-03-16T14:01:00Z")))
        #expect(updates.first?.conditions?.first?.value == (try Ratio("18.5")))
        let quote = try #require(updates.first?.quotes?.first)
        #expect([quote.last, quote.bid, quote.ask] == [try Price("189.07"), try Price("189.08"), try Price("189.09")])
        #expect(quote.bidSize == Quantity(shares: 2_000) && quote.askSize == Quantity(shares: 2_000))
        #expect(updates.last?.bars?.first?.volume == Quantity(shares: 50_000))
    }
}
