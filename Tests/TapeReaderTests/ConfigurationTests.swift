import Foundation
import Testing
import Trading

@testable import TapeReader

@Suite("configuration")
struct ConfigurationTests {
    @Test(
        "a wrong key is named with its path and the remedy",
        arguments: [
            (#"{"folders": []}"#, "folders: 0 folders are named; name 1 to 64 that hold CSV files."),
            (#"{"folders": ["a", "a"]}"#, "folders[1]: \"a\" is named twice; take one out."),
            (#"{"folders": ["a", ""]}"#, "folders[1]: the path is empty or has a NUL; write the folder's path."),
            (
                #"{"folders": ["a"], "symbols": []}"#,
                "symbols: 0 symbols are named; name 1 to 20000, or leave the key out for all."
            ),
            (#"{"folders": ["a"], "symbols": ["A", "A"]}"#, "symbols[1]: A is named twice; take one out."),
            (
                #"{"folders": ["a"], "from": "monday"}"#,
                "from: \"monday\" is no time; write such as 2014-06-09 or 2014-06-09T13:30:00Z."
            ),
            (
                #"{"folders": ["a"], "from": "2026-03-16", "until": "2026-03-16"}"#,
                "until: it is not after from, so no row is left; write a later time."
            ),
            (
                #"{"folders": ["a"], "stepSeconds": 0}"#,
                "step_seconds: 0 is no step; write 1 to 86400, or leave it out for one update per bar."
            ),
            (
                #"{"folders": ["a"], "conditions": [{"name": "", "file": "x"}]}"#,
                "conditions[0].name: the name is empty; write one such as VIX."
            ),
            (
                #"{"folders": ["a"], "conditions": [{"name": "V", "file": "x"}, {"name": "V", "file": "y"}]}"#,
                "conditions[1].name: \"V\" is named twice; take one out."
            ),
            (
                #"{"folders": ["a"], "corporateActions": [{"symbol": "A", "date": "2014-06-09", "split": "7/1"}]}"#,
                "corporate_actions[0].split: \"7/1\" is no split; write new:old shares, such as 7:1."
            ),
            (
                #"{"folders": ["a"], "corporateActions": [{"symbol": "A", "date": "2014-06-09", "split": "0:1"}]}"#,
                "corporate_actions[0].split: a split is two numbers from 1 to 10000, not 0:1; correct it."
            ),
            (
                #"{"folders": ["a"], "corporateActions": [{"symbol": "A", "date": "2014-06-09", "dividend": "-1"}]}"#,
                "corporate_actions[0].dividend: a dividend is above zero, not -1; correct it."
            ),
            (
                #"{"folders": ["a"], "corporateActions": [{"symbol": "A", "date": "2014-06-09"}]}"#,
                "corporate_actions[0]: it needs either split or dividend; write one of the two."
            ),
            (
                #"{"folders": ["a"], "corporateActions": [{"symbol": "A", "date": "2014-6-9", "split": "7:1"}]}"#,
                "corporate_actions[0].date: \"2014-6-9\" is no date; write such as 2014-06-09."
            ),
            (
                #"{"folders": ["a"], "symbols": ["B"], "corporateActions": [{"symbol": "A", "date": "2014-06-09", "split": "7:1"}]}"#,
                "corporate_actions[0].symbol: A is not among symbols; add it there or take the action out."
            ),
        ])
    func wrongKey(json: String, message: String) throws {
        let configuration = try JSONDecoder().decode(TapeConfiguration.self, from: Data(json.utf8))
        let error = #expect(throws: TapeError.self) { try configuration.validate() }
        #expect(error?.description == message)
    }

    @Test("a full configuration is valid and survives encoding")
    func whole() throws {
        var configuration = TapeConfiguration(folders: ["a", "b"])
        configuration.symbols = [try Symbol("AAPL")]
        configuration.from = "2014-06-05"
        configuration.until = "2014-06-09T13:30:00Z"
        configuration.stepSeconds = 10
        configuration.regularOnly = true
        configuration.conditions = [.init(name: "VIX", file: "VIX-1.csv")]
        configuration.corporateActions = [.init(symbol: try Symbol("AAPL"), date: "2014-06-09", split: "7:1")]
        try configuration.validate()
        let encoded = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(TapeConfiguration.self, from: encoded) == configuration)
    }

    @Test("a name that fits no pattern is refused, other kinds of file are ignored")
    func names() throws {
        let folder = try TemporaryFolder()
        try folder.write("ALFA-trade.csv", trades(("13:30", "1")))
        try folder.write("README.md", "# words")
        try folder.write(".hidden.csv", "x")
        try folder.write("VIX-1.csv", "x")
        #expect(try play(folder.configuration).count == 1)
        try folder.write("alfa-trade.csv", "x")
        let error = #expect(throws: TapeError.self) { try play(folder.configuration) }
        #expect(error?.description.hasPrefix("folders[0]: \"alfa-trade.csv\" fits none of SYMBOL.csv, ") == true)
    }

    @Test("two files for one thing, a symbol without file, a folder that is not there")
    func files() throws {
        let folder = try TemporaryFolder()
        let trade = try folder.write("ALFA-trade.csv", trades(("13:30", "1")))
        var configuration = folder.configuration
        configuration.symbols = [try Symbol("ALFA"), try Symbol("NOPE")]
        var error = #expect(throws: TapeError.self) { try play(configuration) }
        #expect(error?.description == "symbols[1]: no file of the folders has NOPE; add one or take the symbol out.")

        let packed = try folder.writeGzip("ALFA-trade.csv.gz", trades(("13:30", "1")))
        error = #expect(throws: TapeError.self) { try play(folder.configuration) }
        #expect(error?.description == "folders[0]: \(trade) and \(packed) hold the same; take one of them away.")

        error = #expect(throws: TapeError.self) { try play(TapeConfiguration(folders: ["/nowhere"])) }
        #expect(error == .system(code: ENOENT, call: "opendir", path: "/nowhere"))
    }

    @Test("daily bars of one symbol in a file of its own and in a wide table are refused")
    func twoDailies() throws {
        let folder = try TemporaryFolder()
        let one = try folder.write("ALFA.csv", tradeHeader + "2026-03-16,1,1,1,1,1\n")
        let other = try folder.write("closes-1.csv", "timestamp,ALFA\n2026-03-16,1\n")
        let error = #expect(throws: TapeError.self) { try play(folder.configuration) }
        #expect(error?.description == "folders: ALFA has daily bars in \(one) and in \(other); keep one of them.")
    }
}
