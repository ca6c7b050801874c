import Trading

/// An action as it is recorded.
package enum ActionSummary: Sendable, Hashable, Codable {
    case cancel(NewOrder)
    case moveStop(from: Price?, to: Price)
    case moveTarget(from: Price?, to: Price)
    case shrinkStop(to: Quantity)
    /// A market order that closes the position or a part of it.
    case close(side: Side, quantity: Quantity, symbol: Symbol)
    /// The same with a limit that the market takes, where a session takes no market orders.
    case closeAtLimit(side: Side, quantity: Quantity, symbol: Symbol, limit: Price)
    /// With a target: both in one OCO group.
    case protect(quantity: Quantity, symbol: Symbol, stop: ProtectiveStop, target: Price?)
    /// With a target: entry, stop and target in one bracket.
    case enter(side: Side, quantity: Quantity, symbol: Symbol, stop: Price, target: Price?)
}

/// Why an action is taken.
package enum ActionReason: Sendable, Hashable, Codable {
    case nothingHeld
    /// The exit would open or add to a position.
    case exitWouldOpen
    /// More shares are in open exits than are held.
    case overCommitted
    case sharesNeeded(forSelling: Quantity)
    /// The market is through the stop, which can no longer rest.
    case marketThroughStop(Price?)
    case targetPosition(Quantity)
    case stopMoves(from: Price?, to: Price)
    /// It comes back at once in one OCO group with the target.
    case regroupedWithTarget
    case noTargetPlanned
    case targetMoves
    /// It does not protect so many shares, and holds what the stop needs.
    case doesNotProtect(Quantity)
    /// The venue has taken the stop out of the market.
    case executesNothing
    case unprotected
    case unprotectedWithTarget
    case tradingRestricted
    case noEntryPlanned
    case otherSidePlanned
    /// With another price, size or stop.
    case otherEntryPlanned
    /// Nobody wants it any more, and it was not executed yet.
    case reductionWithdrawn
    /// An exit with a limit that the market has left behind.
    case exitNotTaken
    case filledPartUnprotected
    case positionReducing
    case entryPlanned
}

/// A step that a decision foresees.
package enum IntendedStep: Sendable, Hashable, Codable {
    case enter(side: Side, quantity: Quantity, symbol: Symbol, stop: Price)
    case moveStop(to: Price)
    case moveTarget(to: Price)
    /// And its confirmation is awaited.
    case cancel(NewOrder)
    case close(side: Side, quantity: Quantity, symbol: Symbol)
    case stop(quantity: Quantity, at: ProtectiveStop)
    case target(quantity: Quantity, at: Price)
    /// The broker has no OCO: the core watches the target, and sells when it is reached.
    case watchTarget(quantity: Quantity, at: Price)
}
