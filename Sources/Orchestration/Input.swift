import Trading

/// Everything that can happen to the core. Time comes with it, from outside; nothing else enters.
package enum Input: Sendable, Hashable, Codable {
    /// The first input of every run of the process, also after a crash.
    case started(Start)
    case policyReady(name: PluginName, needs: PolicyNeeds? = nil)
    case policyGone(name: PluginName, why: String)
    case brokerReady(name: PluginName, capabilities: BrokerCapabilities)
    case brokerGone(name: PluginName, why: String)
    case providerReady(name: PluginName)
    case providerGone(name: PluginName, why: String)
    /// The period is over: look at everything.
    case cycleDue
    /// All that the policies said of a cycle, sorted by name; whoever is missing stands here with the reason.
    case evaluated(cycle: Int64, answers: [PolicyAnswer])
    case market(MarketUpdate)
    /// Bars from before, which a provider was asked for at the start: for figures only.
    case history(provider: PluginName, bars: [Bar])
    /// It gave none, or not all of them, within its time.
    case historyMissing(provider: PluginName, why: String)
    case execution(ExecutionReport)
    /// The broker's report on an order, and the number of the question that it answers: ``ApprovedCommand/number``. Nil when
    /// it names none that is known.
    case orderAnswer(answer: OrderAnswer, query: Int64?)
    case brokerState(state: BrokerState, query: Int64?)
    /// Cash that came or went by no execution.
    case cashMovement(CashMovement)
    /// An execution does not count any more, or was another one.
    case executionCorrection(ExecutionCorrection)
    /// The adapter answered a command with an error, in its own words.
    /// - Parameter query: the number of the question that it was, as in ``orderAnswer(answer:query:)``; nil for no question.
    case brokerError(name: PluginName, query: Int64?, why: String)
    /// A command could not be handed to the adapter: it has certainly not left this process.
    case commandNotSent(command: OrderCommand, why: String)
    case control(Control)
    /// A person hands a symbol over, or wants something done by hand.
    case asked(PersonRequest)
    /// The core asked to be woken at this time (``Effect/wake(at:)``).
    case wake
    /// The wall's clock went ahead by so much, and no time has passed.
    case clockJumped(by: TimeSpan)
    /// Messages of a plugin did not arrive, by their numbers.
    case messageGap(plugin: PluginName, what: String)
    /// A plugin broke the protocol; what it sent was not taken.
    case protocolViolation(plugin: PluginName, why: String)
    /// Something about a plugin, its process or its key that a person must know, and that is no fault of its messages.
    case pluginNotice(plugin: PluginName, what: String)
    /// The configuration was read again, and is sound.
    case configured(Reconfiguration)
    /// It was read again and cannot be used: everything stays as it was.
    case misconfigured(why: String)
    /// A plugin has taken the settings that ``Effect/configure(plugin:settings:)`` sent, or goes on with those it had.
    case settingsAnswered(plugin: PluginName, refusal: String?)
    /// A person has stopped, started or restarted a plugin.
    case pluginManaged(plugin: PluginName, what: String, who: String, why: String)
    case stopping(why: String)
    /// A person wants another adapter to trade.
    case swapBroker(SwapRequest)
    /// The adapter that ``Effect/dismissBroker(_:)`` asked to leave is gone: its session is over and its process has ended.
    case brokerLeft(name: PluginName)
    /// The adapter that is to trade does not even become ready.
    case brokerFailed(name: PluginName, why: String)
    /// The adapter that trades obeys another core.
    case brokerFenced(name: PluginName, finding: FenceFinding)
    /// A person has said that it is to obey this one.
    case brokerFreed(name: PluginName, who: String, why: String)
}

/// What a changed configuration asks of a core that is at work.
package struct Reconfiguration: Sendable, Hashable, Codable {
    /// Who or what had it read again.
    package var why: String
    /// In force from here on.
    package var configuration: CoreConfiguration
    /// New settings for plugins that run, sorted by name.
    package var settings: [PluginSettings]
    /// What else is different now, for people.
    package var changes: [String]
    /// What is different in the file, and takes a restart: it stays as it was.
    package var needsRestart: [String]

    package init(
        why: String, configuration: CoreConfiguration, settings: [PluginSettings] = [], changes: [String] = [],
        needsRestart: [String] = []
    ) {
        self.why = why
        self.configuration = configuration
        self.settings = settings
        self.changes = changes
        self.needsRestart = needsRestart
    }
}

/// The settings of one plugin. The core hands them on and does not read them.
package struct PluginSettings: Sendable, Hashable, Codable {
    package var plugin: PluginName
    /// JSON, as the plugin gets it.
    package var settings: String

    package init(plugin: PluginName, settings: String) {
        self.plugin = plugin
        self.settings = settings
    }
}

package struct Start: Sendable, Hashable, Codable {
    /// Grows by one with every start on a journal; adapters refuse a lower one.
    package var epoch: Int64
    package var configuration: CoreConfiguration
    /// Orders are named after this run; journals of before have none, and name them after the first.
    var namesOrdersByRun: Bool?
    /// Everything is read and decided, and no order command leaves in this run.
    package var isObserving: Bool

    package init(epoch: Int64, configuration: CoreConfiguration, isObserving: Bool = false) {
        self.epoch = epoch
        self.configuration = configuration
        namesOrdersByRun = true
        self.isObserving = isObserving
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try keys.decode(Int64.self, forKey: .epoch)
        configuration = try keys.decode(CoreConfiguration.self, forKey: .configuration)
        namesOrdersByRun = try keys.decodeIfPresent(Bool.self, forKey: .namesOrdersByRun)
        // Journals of before there was such a run do not name it.
        isObserving = try keys.decodeIfPresent(Bool.self, forKey: .isObserving) ?? false
    }
}

package struct PolicyAnswer: Sendable, Hashable, Codable {
    package var policy: PluginName
    package var recommendations: [Recommendation]
    /// Why there is no answer; nil when there is one.
    package var failure: String?
    /// Recommendations that are not looked at, beyond the bounds of ``AdviceBounds``; nil for none.
    package var leftOut: Int64?
    package init(policy: PluginName, recommendations: [Recommendation], failure: String? = nil) {
        self.policy = policy
        self.recommendations = recommendations
        self.failure = failure
    }
}

/// A person's order to the core.
package struct Control: Sendable, Hashable, Codable {
    package enum Command: String, Sendable, Codable, CaseIterable {
        case halt
        case reduce
        case resume
        case flatten
        /// Somebody else's order is to be managed from now on.
        case handOver = "hand_over"
    }
    package var command: Command
    /// Which order is handed over.
    package var order: ClientOrderID?
    package var who: String
    package var why: String
    package init(command: Command, order: ClientOrderID? = nil, who: String, why: String) {
        self.command = command
        self.order = order
        self.who = who
        self.why = why
    }
}
