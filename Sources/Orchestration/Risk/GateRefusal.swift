import Trading

/// Why the risk gate refuses a command.
package enum GateRefusal: Sendable, Hashable, Codable {
    case tradingHalted(who: String, why: TradingReason)
    case noBudgetForQuery
    /// Entries have used up their half of so many requests a minute; the rest is for exits.
    case entryBudget(perMinute: Int64)
    case order(OrderDefect)
    case quantityOffIncrement(Quantity, increment: Quantity)
    case quantityBelowMinimum(Quantity, minimum: Quantity)
    case orderTypeNotTaken(OrderType)
    case timeInForceNotTaken(TimeInForce)
    case unknownOrder
    /// A replacement never asks for more than the order did.
    case replacementAsksMore
    case emptySubmission
    case nothingHeld(Symbol)
    /// An exit must be on the side that closes the position.
    case exitOnWrongSide(Symbol)
    /// What is offered and asked would be more than is held.
    case oversell(held: Quantity, open: Quantity, asked: Quantity)
    /// `away` and `limit` as shares of the market's price.
    case priceTooFar(Price, away: Ratio, market: Price, limit: Ratio)
    // Entries
    case noEntriesWhile(TradingState)
    case entriesPaused(EntryPause)
    case symbolNotAllowed(Symbol)
    case quantityAboveLimit(Quantity, limit: Quantity)
    case noPrice
    case notionalAboveLimit(Money, limit: Money)
    /// An order of the symbol is under way that no price is known for.
    case commitmentUnknown(Symbol)
    case priceOld(Symbol, age: TimeSpan, limit: TimeSpan)
    case priceAhead(Symbol, by: TimeSpan, limit: TimeSpan)
    case noAccount
    case buyingPower(Money, free: Money)
    case positionNotional(Money, limit: Money)
    /// `weight` as a share of equity.
    case positionWeight(Money, limit: Money, weight: Ratio)
    /// Made in five business days, and what was opened today and may become one.
    case dayTrades(made: Int, open: Int, most: Int64, below: Money)
    case cashNotSettled(Money, settled: Money)
    case grossExposure(Money, limit: Money, weight: Ratio)
    case figures(NumericError)
}
