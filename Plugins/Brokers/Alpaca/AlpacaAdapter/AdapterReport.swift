import Trading

/// What the core is told.
package enum AdapterReport: Equatable, Sendable {
    case execution(ExecutionReport)
    /// An execution does not count any more, or was another one.
    case correction(ExecutionCorrection)
    /// - Parameter to: the command's number.
    case answer(OrderAnswer, to: Int64)
    case state(BrokerState, to: Int64)
}
