import JSON
import Trading

/// A plugin introduces itself.
package struct Hello: Sendable, Hashable, Codable {
    package struct Version: Sendable, Hashable, Codable {
        package var major: Int64
        package var minor: Int64
        package init(major: Int64 = ProtocolVersion.major, minor: Int64 = ProtocolVersion.minor) {
            self.major = major
            self.minor = minor
        }
    }
    package var name: PluginName
    package var role: Role
    /// Of the plugin itself, for people.
    package var version: String
    package var speaks: Version
    /// What the core gave to the process that it started; absent when it was started by hand.
    package var token: String?

    package init(name: PluginName, role: Role, version: String, token: String? = nil) {
        self.name = name
        self.role = role
        self.version = version
        speaks = Version()
        self.token = token
    }
}

/// Which core trades, as a broker adapter knows it (P8, I-FENCE-1 to 4). Since minor 2.
package struct CoreIdentity: Sendable, Hashable, Codable {
    /// Of the journal: 32 hexadecimal digits that no other journal has. Absent: an adapter that has kept an epoch alone.
    package var journal: String?
    /// Of one run of the core: the same of a copy of its journal that was started as well.
    package var run: String?
    package var epoch: Int64

    package init(journal: String?, run: String?, epoch: Int64) {
        self.journal = journal
        self.run = run
        self.epoch = epoch
    }
}

/// The core accepts a plugin, and gives it its configuration.
package struct Welcome: Sendable, Equatable, Codable {
    package var session: String
    /// The account's currency-neutral identity, so that an adapter can refuse a wrong one.
    package var account: AccountID
    /// The plugin's own settings, as the configuration has them.
    package var settings: JSON
    /// A peer that sends nothing for three of these is lost.
    package var heartbeatMilliseconds: Int64
    /// Time is simulated: a provider sends its next update on `advance` only, a broker acts on the times it is sent.
    package var lockstep: Bool
    /// Directory in which a plugin may keep files.
    package var stateDirectory: String
    /// To a broker adapter: which core this is.
    package var core: CoreIdentity?
    /// To a broker adapter: a person has said that it obeys this core from now on, whomever it has obeyed before.
    package var takesOver: Bool?

    package init(
        session: String, account: AccountID, settings: JSON, heartbeatMilliseconds: Int64, lockstep: Bool,
        stateDirectory: String, core: CoreIdentity? = nil, takesOver: Bool? = nil
    ) {
        self.core = core
        self.takesOver = takesOver
        self.session = session
        self.account = account
        self.settings = settings
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.lockstep = lockstep
        self.stateDirectory = stateDirectory
    }
}

/// Why somebody was not let in, or what is wrong with a message.
package struct Fault: Sendable, Hashable, Codable {
    package var reason: String
    /// Of a broker adapter: a command was refused because it obeys this core and not the one that asks.
    package var fence: CoreIdentity?
    package init(reason: String, fence: CoreIdentity? = nil) {
        self.reason = reason
        self.fence = fence
    }
}

/// A provider is asked for the newest closed bars of a period, of each symbol that it publishes.
package struct HistoryRequest: Sendable, Hashable, Codable {
    package var period: TimeSpan
    /// 1 to 1,000.
    package var count: Int64
    package init(period: TimeSpan, count: Int64) {
        self.period = period
        self.count = count
    }
}

/// A piece of the answer; the last one says so. All bars of a symbol stand in one piece, oldest first.
package struct HistoryBars: Sendable, Hashable, Codable {
    package var bars: [Bar]
    package var isLast: Bool?
    package static let most = 5_000
    package init(bars: [Bar], isLast: Bool? = nil) {
        self.bars = bars
        self.isLast = isLast
    }
}

/// A plugin may be used from now on. A broker adapter declares here what it can do, a policy what it is to be given, a provider
/// whether it can be asked for history.
package struct Ready: Sendable, Hashable, Codable {
    package var capabilities: BrokerCapabilities?
    package var needs: PolicyNeeds?
    package var history: Empty?
    /// Of a broker adapter: the core whose commands it has obeyed last.
    package var fence: CoreIdentity?
    package init(
        capabilities: BrokerCapabilities? = nil, needs: PolicyNeeds? = nil, history: Empty? = nil,
        fence: CoreIdentity? = nil
    ) {
        self.fence = fence
        self.capabilities = capabilities
        self.needs = needs
        self.history = history
    }
}

/// An object without members that mean anything yet.
package struct Empty: Sendable, Hashable, Codable {
    private enum CodingKeys: CodingKey {}

    package init() {}

    /// - Throws: for what is no object.
    package init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: CodingKeys.self) }
}

package struct Recommendations: Sendable, Hashable, Codable {
    package var recommendations: [Recommendation]
    package init(_ recommendations: [Recommendation]) { self.recommendations = recommendations }
}

/// A person's request, from the command line.
package struct ControlRequest: Sendable, Hashable, Codable {
    /// `halt`, `reduce`, `resume`, `flatten`, `reload`, `swap`, `free`, `ping`, `plugins`, `plugin_stop`, `plugin_start`, `plugin_restart`,
    /// `hand_over`, `close`, `sell`, `stop`, `target`, `mode`, `approve`, `reject`.
    package var command: String
    /// Which plugin is meant, by `swap`, `free` and the three commands that name one.
    package var plugin: PluginName?
    /// Which order `hand_over` means: somebody else's, which is managed from then on.
    package var order: ClientOrderID?
    /// Which symbol is meant; of `mode` it may be absent: all that is held.
    package var symbol: Symbol?
    /// Of `sell`, exactly one: shares, or the share of the position above 0 and at most 1.
    package var quantity: Quantity?
    package var fraction: Ratio?
    /// Of `stop` and `target`.
    package var price: Price?
    /// Of `mode`: `managed`, `protected`, `frozen` or `watched`.
    package var mode: String?
    /// Of `approve` and `reject`: which proposal.
    package var proposal: String?
    package var who: String
    package var why: String
    package init(
        command: String, plugin: PluginName? = nil, order: ClientOrderID? = nil, symbol: Symbol? = nil, who: String,
        why: String
    ) {
        self.command = command
        self.symbol = symbol
        self.plugin = plugin
        self.order = order
        self.who = who
        self.why = why
    }
}

package struct ControlReply: Sendable, Hashable, Codable {
    package var accepted: Bool
    package var message: String
    /// Answers `plugins`.
    package var plugins: [PluginStatus]?
    package init(accepted: Bool, message: String, plugins: [PluginStatus]? = nil) {
        self.accepted = accepted
        self.message = message
        self.plugins = plugins
    }
}

/// How a plugin of the running core is.
package struct PluginStatus: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It answers.
        case ready
        /// Its process runs, or it has said hello, and it is not ready yet.
        case starting
        /// It failed, and is started again.
        case waiting
        /// It failed too often, and is started again when a person says so.
        case quarantined
        /// A person has stopped it.
        case stopped
        /// It is started elsewhere, and is not here.
        case absent
        /// A broker adapter that does not trade, until it is swapped in.
        case standby
    }

    package var name: PluginName
    package var role: Role
    package var state: State
    /// As it said hello; nil when it never has.
    package var version: String?
    package var isRequired: Bool
    /// Of the process that the core has started.
    package var process: Int64?
    /// From question to answer, of the newest 1,000 answers, in microseconds; nil without any.
    package var latencyP50: Int64?
    package var latencyP99: Int64?
    package var answers: Int64
    /// Answers that came after their cycle was decided.
    package var late: Int64
    /// Questions that were not answered in time.
    package var missed: Int64
    /// Messages that were not taken: malformed, or not its to send.
    package var refused: Int64
    /// Starts after a failure.
    package var restarts: Int64

    package init(name: PluginName, role: Role, state: State, isRequired: Bool) {
        self.name = name
        self.role = role
        self.state = state
        self.isRequired = isRequired
        (answers, late, missed, refused, restarts) = (0, 0, 0, 0, 0)
    }
}

/// What a plugin that the core starts reads as the first line of its standard input. When that input ends, the core is
/// gone.
package struct Launch: Sendable, Hashable, Codable {
    package var endpoint: String
    package var name: PluginName
    package var token: String
    package init(endpoint: String, name: PluginName, token: String) {
        self.endpoint = endpoint
        self.name = name
        self.token = token
    }
}

/// How a plugin that is started by hand, or by systemd on another host, learns where the core is: an environment variable
/// for each, or the option of the same meaning.
package enum LaunchVariable {
    /// `ipc://` or `tcp://`.
    package static let endpoint = "BIGBROTHER_ENDPOINT"
    /// As the core's configuration names it; absent: the plugin's own name.
    package static let name = "BIGBROTHER_NAME"
    /// The core's public key, 40 characters of Z85, or the path of its `.public` file.
    package static let serverKey = "BIGBROTHER_SERVER_KEY"
    /// The path of the plugin's own `.secret` file. A secret is never handed over by variable or option.
    package static let keyFile = "BIGBROTHER_KEY_FILE"
    /// The folder where it keeps its files on this host, in place of the one in `welcome`.
    package static let stateDirectory = "BIGBROTHER_STATE"

    package static let all = [endpoint, name, serverKey, keyFile, stateDirectory]
}
