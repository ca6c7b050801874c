import ArgumentParser
import Backtesting
import CommandSupport
import Configuration
import Console
import Foundation
import Node
import ShippedPlugins
import Trading
import Wire

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Run an account's configuration over a recorded market.",
        discussion: """
            The core, the policies, the paper broker and the tape are those that trade
            the account, called inside one process; policies in other languages keep
            their processes. Nothing of the account is touched.

              bigbrother backtest --config my.yaml --from 2014-01-01 --until 2015-01-01
              bigbrother backtest --config my.yaml --set stop-loss.trail=0.01,0.015,0.02
            """)

    @OptionGroup var tape: TapeOptions
    @Option(help: "NAME=VALUE[,VALUE...]: what is other than in the file; several values are tried side by side.")
    var set: [String] = []
    @Option(help: "TRAIN:TEST, in days: the best of the grid over TRAIN days is tried on the TEST days after them.")
    var walkForward: String?
    @Option(help: "A folder for the journal, which `explain` and `replay` read; without it none is kept.")
    var journal: String?
    @Flag(help: "Give every plugin a process of its own, as when the account is traded.") var processes = false
    @Flag(help: "Run again over a shorter tape, and name the policies that knew what came later.")
    var checkLookAhead = false
    @Flag(help: "Do not ask before a grid that takes long.") var yes = false
    @Flag(help: "Print the result as JSON.") var json = false

    func run() throws {
        try Failure.guarding {
            let combinations = try combinations()
            let bench = try Bench(tape, journal: journal, usesProcesses: processes, isQuiet: json)
            if let walkForward {
                try WalkForward(walkForward, combinations, bench).run(json: json)
            } else if checkLookAhead {
                try bench.checkLookAhead(try only(combinations, "--check-look-ahead"))
            } else if combinations.count == 1 {
                try show(try bench.run(combinations[0]))
            } else {
                try Table(try bench.run(combinations, isAgreed: yes)).show(json: json)
            }
        }
    }

    private func combinations() throws -> [Combination] {
        let settings = try set.map { try Setting($0) }
        guard let count = Combination.count(of: settings), count <= Self.mostCombinations else {
            throw SettingError("--set: more than \(Self.mostCombinations) combinations; try fewer values")
        }
        if count > 1, journal != nil {
            throw SettingError("--journal: a journal is of one run, and this is a grid of \(count); leave one out")
        }
        return Combination.all(of: settings)
    }

    private static let mostCombinations = 1_000_000

    private func only(_ combinations: [Combination], _ option: String) throws -> Combination {
        guard combinations.count == 1 else { throw SettingError("\(option) is for one run, not for a grid") }
        return combinations[0]
    }

    private func show(_ result: Backtest.Result) throws {
        if json { return print(String(decoding: try WireEncoder().encode(ResultJSON(result)), as: UTF8.self)) }
        for line in ResultText.lines(result) { print(line) }
    }
}

/// Which market, and what the venue makes of it.
struct TapeOptions: ParsableArguments {
    @Option(help: "The YAML file of the account.") var config: String
    @Option(help: "First moment, such as 2014-06-09; as the tape's `from`.") var from: String?
    @Option(help: "The end, exclusive; as the tape's `until`.") var until: String?
    @Option(help: "Symbols of the tape, separated by commas.") var symbols: String?
    @Option(help: "A folder of recorded prices, instead of the file's provider; may stand more than once.")
    var tape: [String] = []
    @Option(help: "Cash of the paper account at the start.") var cash: String?
    @Option(help: "When an order decided on a bar is filled: next-bar or same-bar; else as the file has it.")
    var fills: String?

    /// - Throws: `ValidationError` for a word that is none.
    func change(_ combination: Combination, state: String) throws -> ConfigurationChange {
        var change = ConfigurationChange(state: state, combination: combination)
        (change.from, change.until, change.cash) = (from, until, cash)
        change.symbols = symbols?.split(separator: ",").map(String.init)
        change.tapes = tape.map(Self.absolute)
        change.fills = try fills.map { text in
            guard let fills = ConfigurationChange.Fills(rawValue: text) else {
                throw ValidationError("--fills takes next-bar or same-bar, not \(text)")
            }
            return fills
        }
        return change
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
