import ArgumentParser
import Node

/// The command. Reads the configuration, opens the journal and the sockets, and connects them.
@main
struct BigBrother: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bigbrother",
        abstract: "The one process that may trade an account.",
        discussion: """
            Every cycle BigBrother gathers the whole portfolio, asks separate policy
            processes for recommendations, makes one decision for each position, and
            carries it out step by step through a broker-adapter process. Everything
            is journaled, explained and can be replayed.

              bigbrother run                    the embedded demonstration
              bigbrother init my.yaml           set up your account: a few questions
              bigbrother plan --config my.yaml  what it would do first, without sending it
              bigbrother run --config my.yaml   your account
              bigbrother demo nvda              one position, one decision, each step
              bigbrother backtest --config ...  what it would have made of a recorded market
              bigbrother explain 42.NVDA        why it was decided, and what followed
            """,
        version: Program.version,
        subcommands: [
            InitCommand.self, RunCommand.self, PlanCommand.self, DemoCommand.self, BacktestCommand.self,
            WhatIfCommand.self,
            SimulateCommand.self,
            StatusCommand.self,
            PositionsCommand.self,
            OrdersCommand.self,
            AlertsCommand.self, ReportCommand.self, TradesCommand.self, EquityCommand.self, DecisionsCommand.self,
            ExplainCommand.self, WhyNotCommand.self, ReplayCommand.self,
            HaltCommand.self,
            ReduceCommand.self,
            ResumeCommand.self, FlattenCommand.self, CloseCommand.self, SellCommand.self, StopCommand.self,
            TargetCommand.self, FreezeCommand.self, ManageCommand.self, ReleaseCommand.self, HandOverCommand.self,
            ApprovalsCommand.self, ApproveCommand.self, RejectCommand.self,
            ReloadCommand.self, PluginsCommand.self,
            PluginCommand.self, BrokerCommand.self, KeysCommand.self, CheckCommand.self, NewCommand.self,
            DoctorCommand.self, JournalCommand.self,
        ])
}
