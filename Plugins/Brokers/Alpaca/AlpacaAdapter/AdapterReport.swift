import Trading

/// What the core is told.
package enum AdapterReport: Equatable, Sendable {
    case execution(ExecutionReport)
    /// An execution does not count any more, or was another one.
    case correction(ExecutionCorrection)
    case answer(OrderAnswer)
    case state(BrokerState)
}
