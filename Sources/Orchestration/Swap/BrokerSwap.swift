import Trading

/// One adapter gives way to another while orders are working.
///
///     draining -> leaving -> joining -> done
///         |                     |
///     given up              retreating -> returning -> failed
///
/// Nothing has changed before `leaving` is over: who trades is ``SwapMachine/chosenBroker``, and that is another from
/// `joining` on, together with a new epoch.
package struct BrokerSwap: Sendable, Hashable, Codable {
    package enum Stage: String, Sendable, Codable, CaseIterable {
        /// Nothing new is sent; what is in flight is being found out.
        case draining
        /// The old adapter was asked to leave; its process is awaited.
        case leaving
        /// The new one is started, says what it can do, and its snapshot and our state are brought together.
        case joining
        /// The new one cannot trade: it was asked to leave, its process is awaited.
        case retreating
        /// The old one is back, and its snapshot and our state are brought together.
        case returning
    }

    package let from: PluginName
    package let to: PluginName
    package let who: String
    package let why: String
    /// No order command has left since.
    package internal(set) var began: Timestamp
    package internal(set) var stage = Stage.draining
    /// When the stage is given up; nil while a process is on its way out, which the live loop sees to.
    var deadline: Timestamp?
    /// The old adapter left with its snapshot and our state in agreement, so whatever differs from it is the new one's doing. Nil
    /// for no: a swap that rescues an account from an adapter that is gone takes over what it finds.
    var leftReconciled: Bool?
    /// Why the new adapter does not trade.
    package internal(set) var failure: SwapFailure?

    init(_ request: SwapRequest, from: PluginName, began: Timestamp, deadline: Timestamp) {
        self.from = from
        to = request.to
        who = request.who
        why = request.why
        self.began = began
        self.deadline = deadline
    }
}

/// A person wants another of the configured adapters to trade.
package struct SwapRequest: Sendable, Hashable, Codable {
    package var to: PluginName
    package var who: String
    package var why: String
    package init(to: PluginName, who: String, why: String) {
        self.to = to
        self.who = who
        self.why = why
    }
}

/// A step of a swap, for the journal and for whoever asked for it.
package struct SwapProgress: Sendable, Hashable, Codable {
    package enum Step: String, Sendable, Codable, CaseIterable {
        case began
        /// The old adapter has left, the new one is awaited.
        case changed
        /// The new one cannot trade, the old one is taken back.
        case rolledBack = "rolled_back"
        case done
        /// The old one trades.
        case failed

        package var isLast: Bool { self == .done || self == .failed }
    }
    package var step: Step
    package var from: PluginName?
    package var to: PluginName
    package var who: String
    package var why: String
    package var epoch: Int64
    /// So long no order command has left.
    package var frozen: TimeSpan
    package var event: SwapEvent

    package init(
        step: Step, from: PluginName?, to: PluginName, who: String, why: String, epoch: Int64, frozen: TimeSpan,
        event: SwapEvent
    ) {
        self.step = step
        self.from = from
        self.to = to
        self.who = who
        self.why = why
        self.epoch = epoch
        self.frozen = frozen
        self.event = event
    }
}

/// The adapter that trades from here on, and the epoch of its commands.
package struct BrokerEngagement: Sendable, Hashable, Codable {
    package var broker: PluginName
    package var epoch: Int64
}
