import ArgumentParser

/// The commands of `bigbrother` that trade an account's past: they call policies, venue and tape inside one process, which the
/// program that trades an account never does. `bigbrother backtest` and `what-if` become this program, so its help
/// names those.
@main
struct BigBrotherBacktest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bigbrother", abstract: "What would have been, with the core that trades the account.",
        subcommands: [BacktestCommand.self, WhatIfCommand.self])
}
