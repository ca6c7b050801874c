import ArgumentParser
import CommandSupport
import Configuration
import Console
import Foundation
import Orchestration
import Trading
import Wire
import Wording

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "What would be done first with this account; nothing is sent.",
        discussion: """
            Starts the plugins, reads the account, asks the policies for a few cycles,
            prints what would be sent, and ends. The journal has it all: `explain` and
            `why-not` answer afterwards. `bigbrother run --observe` does the same until
            it is stopped.
            """)

    @Option(help: "The YAML file of the account.") var config: String
    @Option(help: "Cycles that are waited for.") var cycles: Int64 = 3
    @Flag(help: "Print the report as JSON.") var json = false

    func run() throws {
        try Failure.guarding {
            guard cycles > 0 else { throw ValidationError("--cycles takes 1 or more, not \(cycles)") }
            let loaded = try Home.configuration(config)
            if !json {
                let words = "Reading \(loaded.configuration.account); nothing is sent. \(cycles) cycles.\n"
                FileHandle.standardOutput.write(Data(words.utf8))
            }
            var running = Running(loaded: loaded, detail: json ? .silent : .progress)
            running.cycles = cycles
            running.isObserving = true
            let result = try running.run()
            guard !json, !result.end.isFailure else { return try RunCommand.finish(result, loaded, json: json) }
            for line in Self.lines(result) { print(line.onOneLine) }
        }
    }

    private static func lines(_ result: Running.Result) -> [String] {
        let (state, observed) = (result.state, result.report.observed)
        var lines = ["", "positions"]
        lines += Tables.positions(state).map { "  " + $0 }
        if state.portfolio.positions.isEmpty { lines.append("  none") }
        lines.append("would be sent")
        // The newest of each symbol: what was superseded meanwhile is in the journal.
        let newest = Dictionary(observed.map { ($0.symbol, $0) }) { $1 }
        for (symbol, action) in newest.sorted(by: { $0.key < $1.key }) {
            lines += Self.lines(action, result.report.newestDecisions[symbol])
        }
        if newest.isEmpty { lines.append("  nothing") }
        for symbol in state.protection.unprotected where newest[symbol] == nil {
            lines.append(
                state.configuration.policies.isEmpty && state.mode(of: symbol) != .watched
                    ? "  \(symbol) has no working stop yet: the core's own comes after \(state.configuration.unprotectedLimit)"
                    : "  \(symbol) has no working stop, and nothing would be sent: bigbrother why-not \(symbol)")
        }
        if let words = state.configuration.withoutPoliciesWords { lines.append(words.capitalizedFirst + ".") }
        if state.configuration.approval != .none {
            lines.append(
                "With `approval: \(state.configuration.approval.rawValue)` you would be asked first, but for stops.")
        }
        lines.append("Nothing was sent. `bigbrother run` manages the account; `run --observe` goes on watching.")
        return lines
    }

    /// The first action, and all the steps of the decision that it begins.
    private static func lines(_ action: ObservedAction, _ decision: Decision?) -> [String] {
        guard let decision, decision.intended.count > 1 else { return ["  " + action.line] }
        let market = action.price.map { ", the market at \($0.text(minimumDecimals: 2))" } ?? ""
        let steps = decision.intended.enumerated().map { "      \($0.offset + 1). \($0.element.words)" }
        return [
            "  \(action.at.inMilliseconds)  \(action.symbol): \(decision.headline.words) in \(steps.count) steps\(market) (bigbrother explain \(decision.id))"
        ] + steps
    }
}
