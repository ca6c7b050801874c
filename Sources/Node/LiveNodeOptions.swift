import Messaging
import Orchestration
import Trading

/// How a run begins. Plugins, their settings and the core's figures may change while it is at work: ``ConfigurationWatcher``
/// has those that are in force.
package struct LiveNodeOptions {
    package var plugins: [PluginSpec]
    package var core: CoreConfiguration
    /// Time is the tape's: nothing moves before all that the last update caused is done.
    package var lockstep: Bool
    /// Nothing that concerns an order is sent.
    package var isObserving = false
    /// Who wants the run to begin halted; nil: it begins as the last one ended.
    package var haltedBy: String?
    /// End after so many cycles.
    package var maximumCycles: Int64?
    /// End with the tape.
    package var endsWithTape = true
    package var heartbeatMilliseconds: Int64 = 1_000
    /// How long a start waits for all plugins before it goes on without the missing.
    package var startMilliseconds: Int64 = 10_000
    /// How long a stop waits for plugins to say bye.
    package var drainMilliseconds: Int64 = 3_000
    /// Pause between lockstep cycles, so that a person can follow.
    package var paceMilliseconds: Int64 = 0
    package var stateDirectory: String
    /// What a reload of the configuration never changes, by key, as a person reads it.
    package var fixed: [String: String] = [:]
    /// Which core this is, for the adapters; nil: they go by the epoch alone.
    package var lineage: Lineage?
    /// Who may come from other hosts; nil: nobody.
    package var keys: (any KeyAuthority)?
    /// This process adopts what its plugins leave behind, and ends it, but for these children that it had before; nil: it does not.
    package var childrenBefore: Set<Int32>?
    /// Plugins that work inside this process, by name: in lockstep, and never for an account.
    package var hosted: [PluginName: HostedPlugin] = [:]
    /// Records are published to whoever watches.
    package var publishesRecords = true
    /// Of the core; the children are given a part of it.
    package var environment = ChildEnvironment()
    #if DEBUG
        package var faults = FaultPoints()
    #endif

    package init(plugins: [PluginSpec], core: CoreConfiguration, lockstep: Bool, stateDirectory: String) {
        self.plugins = plugins
        self.core = core
        self.lockstep = lockstep
        self.stateDirectory = stateDirectory
    }
}
