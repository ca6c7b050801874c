import Foundation
import TestSupport
import Testing

@Suite("Bad input: one clear sentence with file, line and remedy, exit code 2, nothing lost", .blocking, .serialized)
struct BadInputTests {
    @Test(
        "a bad configuration",
        arguments: [
            ("account: nvda-demo", "acount: nvda-demo", "line 2: unknown field \"acount\", did you mean \"account\"?"),
            ("  cycles: 4", "  cycles: four", "line 6: run.cycles: expected a whole number"),
            ("quantity: 287, average_price", "quantity: 2e2, average_price", "is no quantity"),
            ("clock: lockstep", "clock: [lockstep", "no YAML"),
            ("  - plugin: take-profit", "  - plugin: take-proft", "there is no plugin \"take-proft\""),
            (
                "clock: lockstep", "clock: lockstep\nlimits:\n  maximum_orders_per_minute: 0",
                "line 6: limits.maximum_orders_per_minute: it must be above zero"
            ),
            (
                "clock: lockstep", "clock: lockstep\nlimits: {maximum_daily_loss: 3}",
                "maximum_daily_loss: a share of equity, 0.03 is 3 %"
            ),
            ("maximum_weight: 0.40", "max_weight: 0.40", "knows no setting \"max_weight\""),
            ("NVDA: 183.1822", "nvda: 183.1822", "is no symbol"),
            ("NVDA: 183.1822", "NVDA: 183.18220000001", "has 11 decimals"),
            ("account: nvda-demo\nstate", "account: nvda-demo\naccount: two\nstate", "stands twice"),
        ])
    func configuration(from: String, to: String, words: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml", changing: [(from, to)])
        let ending = try programs.run(["run", "--config", config, "--cycles", "1"])
        let said = ending.errors + ending.output
        #expect(ending.code == 2, "\(said)")
        #expect(said.contains(words) && said.contains("nvda.yaml"), "\(said)")
        #expect(ending.errors.split(separator: "\n").count == 1, "one sentence: \(ending.errors)")
    }

    @Test("a configuration that is not there, and a journal that is none")
    func files() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let missing = try programs.run(["run", "--config", "/nowhere/x.yaml"])
        #expect(missing.code == 2 && missing.errors.contains("there is no such file"))
        let none = try programs.run(["status", "--journal", programs.journal])
        #expect(none.code == 2 && none.errors.contains("there is no journal at"))
        try FileManager.default.createDirectory(atPath: programs.stateDirectory, withIntermediateDirectories: true)
        try "this is no journal".write(toFile: programs.journal, atomically: true, encoding: .utf8)
        let garbage = try programs.run(["run", "--config", try programs.shipped("nvda.yaml")])
        #expect(garbage.code == 2 && garbage.errors.contains("is not a journal"), "\(garbage)")
        #expect(
            try String(contentsOfFile: programs.journal, encoding: .utf8) == "this is no journal", "nothing is lost")
    }

    @Test(
        "a bad manifest is left out with its file and line, and ends a start only where the configuration names its plugin"
    )
    func manifest() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let plugin = programs.folder.appendingPathComponent("plugins/broken")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        try """
        {
          "name": "broken",
          "role": "polcy",
          "version": "1", "description": "x", "command": ["x"]
        }
        """.write(to: plugin.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let config = try programs.shipped(
            "nvda.yaml",
            changing: [("clock: lockstep", "clock: lockstep\nplugins: [\"\(programs.folder.path)/plugins\"]")])
        let ending = try programs.run(["run", "--config", config, "--show", "cycles"])
        #expect(ending.code == 0, "\(ending)")
        #expect(ending.output.contains("a plugin is left out") && ending.output.contains("plugin.json line 3: role"))
        let named = try programs.shipped(
            "nvda.yaml",
            changing: [
                ("clock: lockstep", "clock: lockstep\nplugins: [\"\(programs.folder.path)/plugins\"]"),
                ("  - plugin: take-profit", "  - plugin: broken\n  - plugin: take-profit"),
            ])
        let refused = try programs.run(["run", "--config", named])
        #expect(refused.code == 2 && refused.errors.contains("there is no plugin \"broken\""), "\(refused)")
        #expect(refused.errors.contains("plugin.json line 3: role"), "\(refused)")
    }

    @Test("a flipped byte in the journal is found by replay and doctor, with the entry's number")
    func damaged() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        #expect(try programs.run(["run", "--config", config]).code == 0)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: programs.journal))
        // Too short to be packed.
        let place = try #require(bytes.range(of: Data(#"{"cycle_due":{}}"#.utf8)))
        bytes[place.lowerBound + 2] = UInt8(ascii: "C")
        try bytes.write(to: URL(fileURLWithPath: programs.journal))
        for command in [["replay", "--journal", programs.journal], ["doctor", "--config", config]] {
            let ending = try programs.run(command)
            #expect(ending.code == 2 && (ending.errors + ending.output).contains("damaged at entry"), "\(ending)")
        }
    }

    @Test("a bad row of the tape ends the run with file, line and remedy")
    func tape() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let tapes = Programs.project.path + "/Plugins/Providers/Tape/tapes/nvda"
        let copy = programs.folder.appendingPathComponent("tape").path
        try FileManager.default.copyItem(atPath: tapes, toPath: copy)
        let file = copy + "/NVDA-trade.csv"
        var rows = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        rows[2] = rows[2].replacingOccurrences(of: "189.07", with: "1.8907e2")
        try rows.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let config = try programs.shipped(
            "nvda.yaml", changing: [("${home}/Plugins/Providers/Tape/tapes/nvda\"", copy + "\"")])
        let ending = try programs.run(["run", "--config", config])
        #expect(ending.code == 2, "\(ending)")
        let said = ending.errors + ending.output
        #expect(said.contains("NVDA-trade.csv line 3") && said.contains("exponent"), "\(said)")
    }
}
