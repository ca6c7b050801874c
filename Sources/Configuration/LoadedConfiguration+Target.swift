import Node
import Trading
import Wire

extension LoadedConfiguration {
    /// What the core that runs with another configuration compares with its own.
    package func target(for running: LoadedConfiguration) -> ConfigurationTarget {
        var configuration = configuration
        // Defaults that depend on the clock are those of the clock that runs.
        configuration.clock = running.configuration.clock
        return ConfigurationTarget(
            core: configuration.core(), plugins: specs, fixed: fixed, leftOut: leftOut)
    }

    /// What a core that is at work never changes, by its key, as a person reads it.
    package var fixed: [String: String] {
        [
            "broker": (configuration.broker.name ?? configuration.broker.plugin).text, "state": stateDirectory,
            "clock": (configuration.clock ?? .real).rawValue, "currency": configuration.currency ?? "USD",
            "run.cycles": configuration.run?.cycles.map { "\($0)" } ?? "none",
            "run.pace": configuration.run?.pace.map { "\($0.value)" } ?? "none",
            "run.end_with_tape": "\(configuration.run?.endWithTape ?? true)",
            "listen": listeners.map { "\($0.role) \($0.endpoint)" }.joined(separator: ", "),
        ]
    }
}
