import ArgumentParser
import Node

/// The command. Reads the configuration, opens real things, wires them.
@main
struct BigBrother: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bigbrother",
        abstract: "The one process that may trade an account.",
        discussion: """
            Every cycle BigBrother gathers the whole portfolio, asks separate policy
            processes what they would do, makes one coordinated decision, and carries
            it out step by step through a broker-adapter process. Everything is
            journaled, explained and replayable.

              bigbrother run                    the embedded demonstration
              bigbrother run --config my.yaml   your account
              bigbrother demo nvda              the proposal's scenario, to the cent
              bigbrother explain 42.NVDA        why, and what became of it
            """,
        version: Program.version,
        subcommands: [
            RunCommand.self, DemoCommand.self, SimulateCommand.self, StatusCommand.self, PositionsCommand.self,
            OrdersCommand.self,
            DecisionsCommand.self, ExplainCommand.self, WhyNotCommand.self, ReplayCommand.self, HaltCommand.self,
            ReduceCommand.self,
            ResumeCommand.self, FlattenCommand.self, ReloadCommand.self, PluginsCommand.self,
            PluginCommand.self, BrokerCommand.self, KeysCommand.self, CheckCommand.self, NewCommand.self,
            DoctorCommand.self,
        ])
}
