import Trading

/// What came of a decision, measured when its reduction is complete or its position is closed.
package struct Outcome: Sendable, Hashable, Codable {
    package var decision: DecisionID
    package var symbol: Symbol
    /// In a few words: `sold 143 at 189.08`, `stopped out`.
    package var words: String
    package var remaining: Quantity
    /// Profit realized by this decision's executions.
    package var realizedByDecision: Money
    /// Profit of the position since it was opened.
    package var realizedProfit: Money
    package var heldFor: TimeSpan
}
