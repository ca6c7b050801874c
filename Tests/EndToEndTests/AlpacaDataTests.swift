import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing
import Trading

@Suite("Alpaca's market data, from a venue that is compatible", .blocking, .serialized)
struct AlpacaDataTests {
    /// A Monday, 10:00 in New York, in the tape of the demonstration.
    private static let start = Timestamp(rfc3339: "2026-03-16T14:00:00Z")!

    private static func venue(_ programs: Programs, _ arguments: [String] = []) throws -> AlpacaVenueProcess {
        try AlpacaVenueProcess(
            programs, tape: Programs.project.path + "/Plugins/Providers/Tape/tapes/demo",
            start: "2026-03-16T14:00:00Z", speed: 0, arguments: arguments)
    }

    private static func minutes(_ bars: [Bar], of symbol: String) -> [Int64] {
        bars.filter { $0.symbol.text == symbol }.map { ($0.start - start).wholeSeconds / 60 }
    }

    @Test("history, last prices, then every bar and quote of the stream")
    func streams() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try Self.venue(programs)
        let driver = try AlpacaDataDriver(venue, at: Self.start)
        try driver.askHistory(.seconds(60), 20, number: 1)
        try driver.askHistory(.seconds(300), 3, number: 2)
        try driver.run("history comes") { driver.histories.count == 2 }
        let bars = try #require(driver.histories[1])
        #expect(Self.minutes(bars, of: "ALFA") == Array(-20..<0))
        #expect(try #require(driver.histories[2]).filter { $0.symbol.text == "ALFA" }.count == 3)
        try driver.run("last prices come") { !driver.quotes.isEmpty }
        try driver.advance(seconds: 300)
        try driver.run("five bars come") { Self.minutes(driver.bars, of: "ALFA").count >= 5 }
        #expect(Self.minutes(driver.bars, of: "ALFA") == Array(0..<5))
        #expect(driver.updates.allSatisfy { $0.session == nil || $0.session == .regular })
        #expect(zip(driver.updates, driver.updates.dropFirst()).allSatisfy { $0.at < $1.at })
        #expect(driver.quotes.contains { $0.bid != nil && $0.ask != nil } && driver.quotes.contains { $0.last != nil })
    }

    @Test(
        "whatever happens to the stream, each bar is told once and in order",
        arguments: ["dropped_socket", "silent_socket", "lost_event", "late_event", "repeated_event", "reordered_event"])
    func faults(fault: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try Self.venue(programs)
        let driver = try AlpacaDataDriver(venue, at: Self.start)
        try driver.run("last prices come") { !driver.quotes.isEmpty }
        try driver.advance(seconds: 120)
        try venue.post("/venue/faults", #"{"\#(fault)": 300}"#)
        try driver.advance(seconds: 600)
        try venue.post("/venue/faults", "{}")
        try driver.advance(seconds: 180)
        try driver.wait(seconds: 70)
        try driver.advance(seconds: 180)
        for symbol in ["ALFA", "CHRL"] {
            let minutes = Self.minutes(driver.bars, of: symbol)
            #expect(minutes == minutes.sorted() && Set(minutes).count == minutes.count, "\(symbol): \(minutes)")
            let missing = Set(0..<16 as Range<Int64>).subtracting(minutes)
            #expect(missing.isEmpty, "\(fault): \(symbol) has no \(missing.sorted())")
        }
        var newest: [Symbol: Timestamp] = [:]
        for quote in driver.quotes {
            #expect(newest[quote.symbol].map { $0 <= quote.at } ?? true)
            newest[quote.symbol] = quote.at
        }
    }

    @Test("a split to come is told before the history, once")
    func split() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try Self.venue(programs, ["--split", "ALFA:2026-03-17:4:1", "--dividend", "CHRL:2026-03-16:0.47"])
        let driver = try AlpacaDataDriver(venue, at: Self.start)
        try driver.askHistory(.seconds(60), 5, number: 1)
        try driver.run("history comes") { driver.histories.count == 1 }
        let actions = driver.updates.flatMap { $0.corporateActions ?? [] }
        #expect(
            Set(actions.map(\.kind)) == [.split(numerator: 4, denominator: 1), .dividend(amount: try Price("0.47"))])
        #expect(actions.map(\.effectiveAt).max() == Timestamp(rfc3339: "2026-03-17T08:00:00Z"))
    }

    @Test("the conformance kit has no complaint")
    func conformance() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try AlpacaVenueProcess(programs, speed: 1, start: 0)
        let settings = try programs.configuration(venue.settings(), name: "settings.json")
        let ending = try programs.run(
            ["check", Programs.project.path + "/Plugins/Providers/AlpacaData", "--settings", settings],
            environment: AlpacaVenueProcess.environment)
        #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
        #expect(ending.output.contains("0 failed") && ending.output.contains("pass  provider.stale"))
    }

    @Test("a core trades on it; the key is in no file, journal or log")
    func core() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try AlpacaVenueProcess(programs, speed: 1, start: 0)
        let configuration = try programs.configuration(
            """
            account: paper
            state: ${state}
            cycle: 1s
            run: {end_with_tape: false}
            broker:
              plugin: paper
              settings:
                account: paper
                sessions: always
                cash: 40000
                positions: [{symbol: ALFA, quantity: 100, average_price: 100.00}]
            initial_stops: {ALFA: 95.00}
            providers:
              - plugin: alpaca-data
                environment: [T_KEY, T_SECRET]
                settings: \(venue.settings())
            policies:
              - plugin: stop-loss
                settings: {initial: 0.04, trail: 0.04, trail_from: high_water}
            """)
        let core = try RunningProcess(
            programs, ["run", "--config", configuration], environment: AlpacaVenueProcess.environment)
        try eventually(seconds: 40, "prices and history are in the journal") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            let reader = try SQLiteJournalReader(path: programs.journal)
            let quoted = try reader.entries(type: "market", limit: 1_000).contains {
                String(decoding: $0.body, as: UTF8.self).contains("\"bid\"")
            }
            return quoted
        }
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0 || ending.code == 130 || ending.code == 143, "\(ending)")
        for text in [ending.output, ending.errors] { #expect(!Self.hasKey(Data(text.utf8))) }
        let files = try #require(FileManager.default.enumerator(at: programs.folder, includingPropertiesForKeys: nil))
        for case let file as URL in files {
            guard let data = FileManager.default.contents(atPath: file.path) else { continue }
            #expect(!Self.hasKey(data), "\(file.path) has the key")
        }
    }

    private static func hasKey(_ data: Data) -> Bool {
        [AlpacaVenueProcess.key, AlpacaVenueProcess.secret].contains { data.range(of: Data($0.utf8)) != nil }
    }

    @Test("a key that is refused is said, without the key, and tried seldom")
    func refused() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let venue = try Self.venue(programs)
        let driver = try AlpacaDataDriver(
            venue, at: Self.start,
            settings: venue.settings().replacingOccurrences(of: "\"T_SECRET\"", with: "\"T_KEY\""))
        try driver.askHistory(.seconds(60), 5, number: 1)
        try driver.run("the core hears that there is no history") { driver.failures.count == 1 }
        #expect(try #require(driver.failures[1]).contains("the key is refused"))
        #expect(!Self.hasKey(Data(driver.failures[1]!.utf8)))
    }
}
