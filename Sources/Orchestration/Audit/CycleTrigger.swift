import Trading

/// What began a cycle.
package enum CycleTrigger: Sendable, Hashable, Codable {
    /// The period is over.
    case period
    /// The broker's snapshot and our state agree for the first time since the connection.
    case reconciled
    /// A person has asked for something.
    case asked
    case filled(role: OrderRole, symbol: Symbol)
}
