import ArgumentParser
import CommandSupport
import Configuration
import Foundation
import Node
import Orchestration
import Trading
import Wire

/// The adapters of the account: lists them, and swaps the one that trades.
struct BrokerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "The broker adapters of the account: list them, swap the one that trades.",
        subcommands: [List.self, Swap.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The adapters that the configuration names, and which one trades.")
        @OptionGroup var options: JournalOptions

        private struct Line: Encodable {
            var name: PluginName
            /// It is the one that commands go to, or will at the next start.
            var trades: Bool
            var words: String
        }

        func run() throws {
            try Failure.guarding {
                let loaded = try Home.configuration(options.config)
                let path = options.journal ?? loaded.journalPath
                let state = try Self.hasJournal(path) ? options.state() : nil
                let names = loaded.configuration.core().brokers
                let chosen = state?.chosenBroker.flatMap { names.contains($0) ? $0 : nil } ?? names.first
                let isRunning = Lock.holder(of: path) != nil
                let lines = names.map { name in
                    Line(
                        name: name, trades: name == chosen,
                        words: name == chosen ? Self.words(state, isRunning) : "stands by")
                }
                guard !options.json else { return try options.printJSON(lines) }
                let width = lines.map(\.name.text.count).max() ?? 0
                for line in lines {
                    let name = line.name.text.padding(toLength: width, withPad: " ", startingAt: 0)
                    print("\(line.trades ? "*" : " ") \(name)  \(line.words)")
                }
            }
        }

        private static func hasJournal(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

        private static func words(_ state: CoreState?, _ isRunning: Bool) -> String {
            guard let state, isRunning else { return "trades when a core is at work" }
            if let swap = state.swap {
                return "is being swapped: \(swap.from) -> \(swap.to), \(swap.stage.rawValue), asked for by \(swap.who)"
            }
            guard let link = state.broker else { return "is to trade, and is not connected" }
            return link.isReconciled
                ? "trades, epoch \(state.epoch)" : "is connected; its truth and ours are being brought together"
        }
    }

    struct Swap: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "swap", abstract: "Let another adapter trade, while orders are working.",
            discussion: """
                Sends no more orders but a missing stop, lets the old adapter finish and end,
                starts the new one with the next epoch, compares its positions and orders
                with ours, and goes on. What rests at the broker stays there. Waits for the
                end and prints the result; when the new adapter cannot trade, the old one
                is taken back, and the exit code is 2.
                """)
        @Argument(help: "The adapter's name in the configuration: `broker` or one of `standby_brokers`.") var name:
            String
        @OptionGroup var options: ControlOptions

        func run() throws {
            try Failure.guarding { try options.ask("swap", plugin: try PluginName(name), follows: true) }
        }
    }
}
