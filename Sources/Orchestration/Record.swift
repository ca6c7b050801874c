import Trading

/// What the core writes down about itself: the audit trail, and what the terminal and `explain` show.
package enum Record: Sendable, Hashable, Codable {
    case cycleStarted(CycleStarted)
    case policiesAnswered(cycle: Int64, responses: [PolicyResponse])
    case decision(Decision)
    case portfolio(PortfolioDecision)
    case dispositions(SymbolDispositions)
    case action(ActionTaken)
    case waiting(Waiting)
    case order(OrderChanged)
    case unprotected(UnprotectedTime)
    case outcome(Outcome)
    case discrepancy(Discrepancy)
    case corporateAction(action: CorporateAction, done: CorporateActionDone)
    case cash(movement: CashMovement, done: CashDone)
    case correction(ExecutionCorrected)
    case tradingState(TradingState, who: String, why: TradingReason)
    case swap(SwapProgress)
    case alert(Alert)
}

package struct CycleStarted: Sendable, Hashable, Codable {
    package var cycle: Int64
    package var trigger: CycleTrigger
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
    package var action: ActionSummary
    package var why: ActionReason
    package var orders: [ClientOrderID]
}

/// What became of the advice on a symbol in a cycle whose decision is no news: other than in the last record. So what holds
/// in a cycle is what the last `decision` or `dispositions` before its end says.
package struct SymbolDispositions: Sendable, Hashable, Codable {
    package var cycle: Int64
    package var symbol: Symbol
    /// The decision that made the plan as it stands; nil for no plan.
    package var plan: DecisionID?
    package var items: [Item]

    /// One recommendation, by what it asked for, and what became of it.
    package struct Item: Sendable, Hashable, Codable {
        package var policy: PluginName
        /// Its name in the protocol, such as `protect`.
        package var advice: String
        package var outcome: Disposition.Outcome
        package var by: PluginName?
        package var why: DispositionReason
        package var until: Timestamp?

        package init(_ disposition: Disposition) {
            policy = disposition.policy
            advice = disposition.recommendation.advice.kind
            outcome = disposition.outcome
            by = disposition.by
            why = disposition.why
            until = disposition.until
        }
    }

    init(of decision: Decision) {
        cycle = decision.cycle
        symbol = decision.symbol
        plan = decision.plan.isEmpty ? nil : decision.plan.id
        items = decision.dispositions.map(Item.init)
    }
}

/// What a symbol's plan waits for; recorded when that changes, and once more when it waits no longer.
package struct Waiting: Sendable, Hashable, Codable {
    package var symbol: Symbol
    /// The plan that waits; nil when there is none any more.
    package var decision: DecisionID?
    /// Nil: nothing is waited for any more.
    package var why: WaitReason?
}

package struct OrderChanged: Sendable, Hashable, Codable {
    package var order: ClientOrderID
    package var symbol: Symbol
    package var event: OrderEvent
    package var status: OrderStatus
    package var note: OrderNote
}

/// What goes with a change of an order.
package enum OrderNote: Sendable, Hashable, Codable {
    /// Nothing but the order's terms as they are now.
    case terms(NewOrder)
    /// As the broker put it, or the process that could not deliver it.
    case reason(String)
    /// With the profit that this fill realized, less its fees and taxes; these are nil where none were told.
    case fill(side: Side, quantity: Quantity, symbol: Symbol, price: Price, realized: Money, charges: Money? = nil)
    /// No report within this time; the broker is asked.
    case noReport(within: TimeSpan)
    /// Filled by the broker's count and by ours; the broker is asked. Nil when it gave no count.
    case fillsDiffer(brokers: Quantity?, ours: Quantity)
}

/// The broker has taken an execution back, or says that it was another one.
package struct ExecutionCorrected: Sendable, Hashable, Codable {
    package var order: ClientOrderID
    package var symbol: Symbol
    package var side: Side
    package var execution: ExecutionID
    package var before: Figures
    /// Nil when nothing counts in its place.
    package var after: Figures?
    /// What it does to the realized profit.
    package var realized: Money
    /// Held now.
    package var held: Quantity

    package struct Figures: Sendable, Hashable, Codable {
        package var quantity: Quantity
        package var price: Price
        package var charges: Money
    }
}

/// What was done about a corporate action.
package enum CorporateActionDone: Sendable, Hashable, Codable {
    /// The broker books the cash; nothing of it is held.
    case dividendNoted
    /// Stop, target, R and marks are lowered by it; so much is due, or owed by a short position.
    case dividendApplied(due: Money)
    /// Shares of another company are handed out: stop, target, R and marks are lowered by their part; so many of the new ones
    /// are expected, nil when nothing was held.
    case spinOffApplied(expected: Quantity?)
    /// It takes effect later.
    case awaited
    /// It was applied before, announced by somebody else or told again.
    case appliedBefore
    /// The position is held under the new symbol when the broker shows it there.
    case symbolChangeAwaited
    /// Its figures do not fit: nothing was changed.
    case notApplied
    /// Stop, target and R are restated; so many shares are held now, nil for none.
    case splitApplied(held: Quantity?)
    /// The broker has booked it before, and the position was restated then.
    case splitBookedBefore
}

/// A stretch of time in which a position had no working stop for all of its shares.
package struct UnprotectedTime: Sendable, Hashable, Codable {
    package var symbol: Symbol
    /// The plan in which it happened.
    package var decision: DecisionID?
    package var from: Timestamp
    package var lasted: TimeSpan
    package var endedBy: End

    package enum End: String, Sendable, Codable {
        case positionClosed = "position_closed"
        case stopRests = "stop_rests"
    }
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
    package var ours: DiscrepancyValue
    package var brokers: DiscrepancyValue
    package var done: DiscrepancyDone
}

/// One side of a discrepancy.
package enum DiscrepancyValue: Sendable, Hashable, Codable {
    case none
    case quantity(Quantity)
    case order(NewOrder)
    case status(OrderStatus)
    case notBooked
    case execution(quantity: Quantity?, price: Price?)
    /// Of an order; with the average price where it is known.
    case filled(quantity: Quantity, average: Price?)
    case neverHad
    case notOpen
}

/// What was done about a discrepancy.
package enum DiscrepancyDone: Sendable, Hashable, Codable {
    case adopted
    case adoptedAsSplit(numerator: Int64, denominator: Int64)
    /// An external order is left as it stands.
    case leftAsItStands
    case waitsForSplit
    case booked
    case orderEnded
    /// The position is held under another symbol, and its memory goes along.
    case movedTo(Symbol)
    /// They were handed out for shares of this one.
    case spunOffFrom(Symbol)
    /// What it filled is taken from the position.
    case orderEndedFillsFromPosition
}

package struct Alert: Sendable, Hashable, Codable {
    package enum Level: String, Sendable, Codable, CaseIterable {
        case notice
        case warning
        case emergency
    }
    /// By which a program may recognize it.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// The core restricts trading by itself.
        case restricted
        case brokerGone = "broker_gone"
        /// It was asked, and does not answer.
        case brokerSilent = "broker_silent"
        /// Its adapter obeys another core.
        case brokerFenced = "broker_fenced"
        /// Whose account it is, or its figures: another account or currency, money that nothing of ours explains.
        case account
        /// A policy was asked, and has not answered.
        case policySilent = "policy_silent"
        /// What the broker reports makes no sense, or is more than was ordered.
        case brokerDoubtful = "broker_doubtful"
        /// The broker refuses again and again.
        case refusedByBroker = "refused_by_broker"
        /// An order of which the broker says nothing, or that it does not end.
        case orderStuck = "order_stuck"
        /// Somebody else, or the venue, has ended, moved or resized an order of ours.
        case changedByOthers = "changed_by_others"
        case riskGate = "risk_gate"
        case orderBudget = "order_budget"
        /// A position has had no working stop for too long.
        case unprotected
        /// The core has set its own stop.
        case ownStop = "own_stop"
        /// A stop that a person has named is not used.
        case initialStop = "initial_stop"
        /// The market is through a resting stop that does not execute.
        case stopStuck = "stop_stuck"
        /// Somebody else's order keeps a stop from being placed.
        case obstacle
        case externalShort = "external_short"
        /// A split that a provider announced is not in the broker's positions yet.
        case splitNotBooked = "split_not_booked"
        case priceInDoubt = "price_in_doubt"
        /// A corporate action was announced that cannot be applied.
        case corporateAction = "corporate_action"
        /// Of a plugin, its process or its key.
        case pluginNotice = "plugin_notice"
    }
    package var level: Level
    package var symbol: Symbol?
    package var reason: AlertReason
    /// Of every emergency, and of what the risk gate holds back.
    package var kind: Kind? { reason.kind }

    package init(level: Level, symbol: Symbol?, reason: AlertReason) {
        self.level = level
        self.symbol = symbol
        self.reason = reason
    }
}
