import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport

/// A request, and what its answer is for.
struct Outgoing: Sendable {
    enum Purpose: Sendable {
        /// Of the desk, by its tag.
        case desk(Int64, AdapterRequest.Call)
        case setup(AccountSetup.Part)
        case clock
        /// A page of what was booked by no execution.
        case activities(Alpaca.ActivityQuery)
        /// The events of the account, which do not end.
        case events
    }

    let purpose: Purpose
    let request: WebRequest

    var urgency: RequestQueue<Outgoing>.Urgency {
        guard case .desk(_, let call) = purpose else { return .list }
        switch call {
        case .order(let endpoint): return endpoint.method == .get ? .lookUp : .order
        case .cancel: return .order
        case .activities: return .lookUp
        case .account, .positions, .orders: return .list
        }
    }
}

extension AdapterRequest.Call {
    /// A list of open orders, which shows what the stream should have told.
    var isOrderList: Bool {
        switch self {
        case .orders: true
        case .order, .cancel, .account, .positions, .activities: false
        }
    }

    var isAccount: Bool {
        switch self {
        case .account: true
        case .order, .cancel, .orders, .positions, .activities: false
        }
    }
}
