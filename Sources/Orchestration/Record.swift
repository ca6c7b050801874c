import Trading

/// What the core writes down about itself: the audit trail, and what the terminal and `explain` tell.
package enum Record: Sendable, Hashable, Codable {
    case cycleStarted(CycleStarted)
    case policiesAnswered(cycle: Int64, responses: [PolicyResponse])
    case decision(Decision)
    case portfolio(PortfolioDecision)
    case action(ActionTaken)
    case waiting(Waiting)
    case order(OrderChanged)
    case unprotected(UnprotectedTime)
    case outcome(Outcome)
    case discrepancy(Discrepancy)
    case corporateAction(action: CorporateAction, words: String)
    case tradingState(TradingState, who: String, why: String)
    case swap(SwapProgress)
    case alert(Alert)
}

package struct CycleStarted: Sendable, Hashable, Codable {
    package var cycle: Int64
    package var trigger: String
    package var positions: Int
    package var openOrders: Int
    package var equity: Money
    package var asked: [PluginName]
    package var missing: [PluginName]
}

package struct PolicyResponse: Sendable, Hashable, Codable {
    package var policy: PluginName
    package var recommendations: Int
    package var failure: String?
}

package struct ActionTaken: Sendable, Hashable, Codable {
    package var decision: DecisionID
    package var symbol: Symbol
    package var number: Int64
    package var words: String
    package var why: String
    package var orders: [ClientOrderID]
}

/// What a symbol's plan waits for; told when that changes, and once more when it waits no longer.
package struct Waiting: Sendable, Hashable, Codable {
    package var symbol: Symbol
    /// The plan that waits; nil when there is none any more.
    package var decision: DecisionID?
    /// Nil: nothing is waited for any more.
    package var why: String?
}

package struct OrderChanged: Sendable, Hashable, Codable {
    package var order: ClientOrderID
    package var symbol: Symbol
    package var event: OrderEvent
    package var status: OrderStatus
    package var words: String
}

/// A stretch of time in which a position had no working stop for all of its shares.
package struct UnprotectedTime: Sendable, Hashable, Codable {
    package var symbol: Symbol
    /// The plan in which it happened.
    package var decision: DecisionID?
    package var from: Timestamp
    package var lasted: TimeSpan
    package var endedBy: String
}

/// What our books and the broker's snapshot did not agree on, and what was done about it.
package struct Discrepancy: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case missedFill = "missed_fill"
        case externalOrder = "external_order"
        case lostOrder = "lost_order"
        /// Held before this journal began.
        case openingPosition = "opening_position"
        /// Somebody traded it elsewhere.
        case manualTrade = "manual_trade"
        /// New shares for old, or another name for the same value.
        case corporateAction = "corporate_action"
        /// A short that none of our orders can have made.
        case externalShort = "external_short"
        case statusDrift = "status_drift"
    }
    package var kind: Kind
    package var symbol: Symbol
    package var order: ClientOrderID?
    package var ours: String
    package var brokers: String
    package var done: String
}

package struct Alert: Sendable, Hashable, Codable {
    package enum Level: String, Sendable, Codable, CaseIterable {
        case notice
        case warning
        case emergency
    }
    /// What a program may tell it by; the text is for people, and may change.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// The core restricts trading by itself.
        case restricted
        case brokerGone = "broker_gone"
        /// What the broker tells makes no sense, or is more than was ordered.
        case brokerDoubtful = "broker_doubtful"
        /// The broker refuses again and again.
        case refusedByBroker = "refused_by_broker"
        /// An order of which the broker says nothing, or that it does not end.
        case orderStuck = "order_stuck"
        case riskGate = "risk_gate"
        case orderBudget = "order_budget"
        /// A position has had no working stop for too long.
        case unprotected
        /// The core has set its own stop.
        case ownStop = "own_stop"
        /// The market is through a resting stop that does not execute.
        case stopStuck = "stop_stuck"
        /// Somebody else's order keeps a stop from being placed.
        case obstacle
        case externalShort = "external_short"
        /// A split that a provider announced is not in the broker's positions yet.
        case splitNotBooked = "split_not_booked"
    }
    package var level: Level
    package var symbol: Symbol?
    package var text: String
    /// Of every emergency, and of what the risk gate holds back.
    package var kind: Kind?

    package init(level: Level, symbol: Symbol?, text: String, kind: Kind? = nil) {
        self.level = level
        self.symbol = symbol
        self.text = text
        self.kind = kind
    }
}
