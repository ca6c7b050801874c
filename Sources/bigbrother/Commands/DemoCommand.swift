import ArgumentParser
import CommandSupport
import Console
import Foundation
import Trading

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Play a scenario through real processes: nvda.",
        discussion: """
            nvda: 287 shares at +2.5 R, 42 % of equity, a take-profit that holds all the
            shares, and no stop. Four policies recommend; one decision: cancel the
            take-profit, sell 143, protect the other 144.
            """)

    @Argument(help: "The scenario: nvda.") var name: String
    @Flag(help: "Print the report as JSON.") var json = false
    @Flag(help: "Go on with the journal of an earlier demo, as after a crash.") var resume = false

    func run() throws {
        try Failure.guarding {
            guard name == "nvda" else { throw ValidationError("there is no scenario \"\(name)\"; there is: nvda") }
            let loaded = try Home.configuration(Home.project + "/Plugins/Configurations/nvda.yaml")
            if !resume { try RunCommand.moveAside(loaded, isDemonstration: true) }
            let result = try Running(loaded: loaded, detail: json ? .silent : .cycles).run()
            try RunCommand.finish(result, loaded, json: json)
            guard !json else { return }
            print("\nWhy: bigbrother explain 1.NVDA --journal \(loaded.journalPath)")
            print("Again, bit for bit: bigbrother replay --journal \(loaded.journalPath)")
        }
    }
}
