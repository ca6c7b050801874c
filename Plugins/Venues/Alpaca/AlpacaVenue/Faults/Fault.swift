/// What goes wrong on demand, so that a client can be tried against it.
package enum Fault: String, CaseIterable, Sendable {
    // MARK: Requests

    /// 429 though the budget is not spent, in JSON or as plain text. Nothing is done.
    case rateLimited = "rate_limited"
    /// 500, or a proxy's page with 502, 503 or 504. Nothing is done.
    case serverError = "server_error"
    /// No response ever comes. Nothing is done.
    case lostRequest = "lost_request"
    /// No response ever comes. It is done.
    case lostResponse = "lost_response"
    /// 504 as a proxy's page. It is done.
    case gatewayTimeout = "gateway_timeout"
    /// A replacement is answered with 422, and is done.
    case refusedReplacement = "refused_replacement"
    /// The replacement of an exit is refused with 403 for the shares that it holds itself. Nothing is done.
    case ownShares = "own_shares"
    /// A list of orders or positions is that of some seconds before.
    case laggingList = "lagging_list"

    // MARK: Sockets

    /// An event is never told on a socket.
    case lostEvent = "lost_event"
    /// An event comes seconds late.
    case lateEvent = "late_event"
    /// An event is told several times, also later, with the same ids.
    case repeatedEvent = "repeated_event"
    /// An event comes after the next one.
    case reorderedEvent = "reordered_event"
    /// A socket stays open and says nothing any more.
    case silentSocket = "silent_socket"
    /// A socket is closed without a word.
    case droppedSocket = "dropped_socket"
    /// That an order was canceled is never told on a socket.
    case untoldCancel = "untold_cancel"

    // MARK: Orders

    /// The stop of a group that is reached is replaced by another order, which is filled.
    case replacedLeg = "replaced_leg"
}

/// How often: so many times in a thousand occasions.
package struct FaultRates: Equatable, Sendable {
    package private(set) var permille: [Fault: Int64] = [:]

    package init() {}

    /// - Parameter rates: by ``Fault/rawValue``.
    /// - Returns: nil for a name that is none, and for less than 0 or more than 1,000.
    package init?(_ rates: [(name: String, permille: Int64)]) {
        for rate in rates {
            guard let fault = Fault(rawValue: rate.name), (0...1_000).contains(rate.permille) else { return nil }
            permille[fault] = rate.permille
        }
    }
}
