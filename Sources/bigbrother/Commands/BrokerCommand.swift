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
        commandName: "broker",
        abstract:
            "The broker adapters of the account: list them, swap the one that trades, free one that obeys another core.",
        subcommands: [List.self, Swap.self, Free.self])

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

    struct Free: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "free", abstract: "Let an adapter that obeys another core obey this one.",
            discussion: """
                An adapter obeys the core of one journal, and refuses every other: a copy that
                was put back, a new journal beside the old one, a second host. First make sure
                that the other core is ended and stays so. This command is for the core that is
                to trade, and is given while it runs; from then on the adapter refuses the
                other one. Trading stays halted until `bigbrother resume`.
                """)
        @Argument(help: "The adapter's name in the configuration.") var name: String
        @OptionGroup var options: ControlOptions
        @OptionGroup var agreement: Agreement

        func run() throws {
            try agreement.ask { ["  \(name) refuses from then on whatever core it has obeyed before"] }
            try Failure.guarding { try options.ask("free", plugin: try PluginName(name)) }
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
