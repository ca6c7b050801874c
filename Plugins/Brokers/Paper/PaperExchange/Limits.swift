/// The named limits of the paper exchange.
package enum PaperLimits {
    /// Ended orders that are kept for queries; the oldest are forgotten first.
    package static let endedOrders = 100_000
    /// Orders that may work at the same time; more are rejected.
    package static let workingOrders = 100_000
    /// Corporate actions whose ids are remembered so that each applies once.
    package static let appliedActions = 100_000
    /// Movements of cash that are listed; the newest.
    package static let cashMovements = 200
    /// A movement comes within a year of the beginning.
    package static let cashMovementSeconds: Int64 = 366 * 86_400
    /// The longest latency or jitter: a minute. Anything longer is a slip of the keyboard.
    package static let latencyMilliseconds: Int64 = 60_000
    /// The highest margin: intraday portfolio margin of today is about six.
    package static let marginMultiplier: Int64 = 10
}
