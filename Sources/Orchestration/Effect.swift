import Trading

/// Everything that the core can want. The live loop journals it, makes it durable, and only then performs it.
package enum Effect: Sendable, Hashable {
    /// Ask these policies, sorted by name, for their recommendations.
    case evaluate(cycle: Int64, policies: [PluginName], budget: TimeSpan, snapshot: PortfolioSnapshot)
    /// Hand this to the broker adapter.
    case command(ApprovedCommand)
    /// Give a plugin that runs its new settings; ``Input/settingsAnswered(plugin:refusal:)`` follows.
    case configure(PluginSettings)
    /// Ask this adapter to leave, and see to it that it does; ``Input/brokerLeft(name:)`` follows.
    case dismissBroker(PluginName)
    /// Start this adapter, or wait for it; messages of no other are taken from here on.
    case engageBroker(BrokerEngagement)
    /// Send ``Input/wake`` no later than this.
    case wake(at: Timestamp)
    /// For the journal and for whoever watches.
    case record(Record)
}
