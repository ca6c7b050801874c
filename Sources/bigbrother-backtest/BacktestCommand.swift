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

    @Option(help: "The YAML file of the account.") var config: String
    @Option(help: "First moment, such as 2014-06-09; as the tape's `from`.") var from: String?
    @Option(help: "The end, exclusive; as the tape's `until`.") var until: String?
    @Option(help: "Symbols of the tape, separated by commas.") var symbols: String?
    @Option(help: "A folder of recorded prices, instead of the file's provider; may stand more than once.")
    var tape: [String] = []
    @Option(help: "Cash of the paper account at the start.") var cash: String?
    @Option(help: "When an order decided on a bar is filled: next-bar or same-bar; else as the file has it.")
    var fills: String?
    @Option(help: "NAME=VALUE[,VALUE...]: what is other than in the file; several values are tried side by side.")
    var set: [String] = []
    @Option(help: "A folder for the journal, which `explain`, `report` and `replay` read; without it none is kept.")
    var journal: String?
    @Flag(help: "Give every plugin a process of its own, as when the account is traded.") var processes = false
    @Flag(help: "Print the result as JSON.") var json = false

    func run() throws {
        try Failure.guarding {
            let settings = try set.map { try Setting($0) }
            let combinations = Combination.all(of: settings)
            guard combinations.count == 1 else { fatalError() }
            let backtest = try backtest(combinations[0])
            let presenter = Presenter(detail: json ? .silent : .progress, isTerminal: isatty(1) == 1, logFile: nil)
            let result = try backtest.run(observer: presenter)
            print(
                "\(result.end): equity \(result.equity), \(result.cycles) cycles, \(result.bars) bars in \(result.seconds) s, \(Int(Double(result.bars) / result.seconds)) symbol-bars a second, hash \(result.head.map { "\($0.chain)" } ?? "-") fills \(result.report.fills) orders \(result.report.orderRequests)"
            )
        }
    }

    private func backtest(_ combination: Combination) throws -> Backtest {
        let scratch =
            journal
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("bigbrother-backtest-\(getpid())").path
        var change = ConfigurationChange(
            state: scratch.hasPrefix("/") ? scratch : FileManager.default.currentDirectoryPath + "/" + scratch,
            combination: combination)
        change.from = from
        change.until = until
        change.symbols = symbols?.split(separator: ",").map(String.init)
        change.tapes = tape.map { $0.hasPrefix("/") ? $0 : FileManager.default.currentDirectoryPath + "/" + $0 }
        change.cash = cash
        change.fills = try fills.map { text in
            guard let fills = ConfigurationChange.Fills(rawValue: text) else {
                throw ValidationError("--fills takes next-bar or same-bar, not \(text)")
            }
            return fills
        }
        var backtest = Backtest(
            path: config.hasPrefix("/") ? config : FileManager.default.currentDirectoryPath + "/" + config,
            home: Home.project, binaries: Home.binaries, change: change, makers: ShippedPlugins.byProgram,
            journal: journal == nil ? .none : .file)
        backtest.usesProcesses = processes
        return backtest
    }
}
