import ArgumentParser
import CommandSupport
import Console
import Trading
import Wire

struct PluginsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins",
        abstract: "The plugins of the running core: state, version, latency, late and refused answers, restarts.")
    @OptionGroup var options: ControlOptions
    func run() throws {
        try options.ask("plugins") { PluginTable.lines($0.plugins ?? []) }
    }
}

struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Stop a plugin of the running core, start it, or restart it.",
        discussion: """
            A plugin that was stopped stays so until it is started again or the core is
            restarted. Start also frees one that is quarantined, since it failed five
            times within five minutes.
            """,
        subcommands: [Stop.self, Start.self, Restart.self])

    struct Options: ParsableArguments {
        @Argument(help: "As the configuration names it.") var name: String
        @OptionGroup var options: ControlOptions

        func ask(_ command: String) throws {
            try Failure.guarding { try options.ask(command, plugin: try PluginName(name)) }
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ask it to leave, and do not start it again.")
        @OptionGroup var options: Options
        func run() throws { try options.ask("plugin_stop") }
    }

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start one that is stopped or quarantined.")
        @OptionGroup var options: Options
        func run() throws { try options.ask("plugin_start") }
    }

    struct Restart: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ask it to leave, and start it again.")
        @OptionGroup var options: Options
        func run() throws { try options.ask("plugin_restart") }
    }
}
