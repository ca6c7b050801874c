import Trading

/// What the plan of a symbol waits for.
package enum WaitReason: Sendable, Hashable, Codable {
    /// The core observes: this would be sent now.
    case observing(ActionSummary)
    /// A person has not handed the symbol over.
    case watched
    /// The broker's position is another than ours, and not confirmed yet.
    case positionDiffers
    /// The broker's lists contradict themselves about the symbol, or do not say it.
    case listContradicts
    /// After a refusal its snapshot is looked at before the next try.
    case brokerRefused
    case brokerSnapshot
    /// After several refusals in a row the next try is in the next cycle.
    case brokerRefusedRepeatedly
    case entry(NotTrading)
    /// The broker refused the reduction; protection comes first, the next try later.
    case refusedReduction(to: Quantity)
    /// The broker refused the entry again and again; the next try comes later.
    case refusedEntry
    /// The same of the stop.
    case refusedStop(at: Price)
    /// The broker refused again and again to move the stop that rests.
    case refusedMove(to: Price)
    /// Less than the broker takes.
    case reductionTooSmall(Quantity, least: Money)
    /// The broker takes no order in this session that would do it.
    case noOrderType(SessionPhase)
    case reduction(to: Quantity, NotTrading)
    /// No stop rests yet.
    case newStop(at: Price, NotTrading)
    /// The market is through the stop that the plan wants.
    case stop(at: Price, NotTrading)
}

/// Why a symbol cannot be traded at the moment.
package enum NotTrading: Sendable, Hashable, Codable {
    case halted(Symbol)
    /// The broker does not trade in it.
    case session(SessionPhase)
    /// The broker takes no stop in it.
    case noStops(SessionPhase)
    /// Its quote is crossed or absurdly wide.
    case spread(Symbol)
}
