import Trading

/// What came of a decision, measured when its reduction is complete or its position is closed.
package struct Outcome: Sendable, Hashable, Codable {
    package var decision: DecisionID
    package var symbol: Symbol
    /// The order whose fill completed it.
    package var execution: Execution
    package var remaining: Quantity
    /// Profit realized by this decision's executions.
    package var realizedByDecision: Money
    /// Profit of the position since it was opened.
    package var realizedProfit: Money
    package var heldFor: TimeSpan

    package struct Execution: Sendable, Hashable, Codable {
        package var side: Side
        package var quantity: Quantity
        package var averagePrice: Price?
        package var role: OrderRole
    }
}
