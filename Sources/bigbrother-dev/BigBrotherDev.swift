import ArgumentParser

/// The commands of `bigbrother` that trade nothing: for those who write plugins, or change the core. `bigbrother simulate`, `check`
/// and `new` become this program, so its help names those.
@main
struct BigBrotherDev: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bigbrother", abstract: "What plugin authors and developers of BigBrother need beside it.",
        subcommands: [SimulateCommand.self, CheckCommand.self, NewCommand.self])
}
