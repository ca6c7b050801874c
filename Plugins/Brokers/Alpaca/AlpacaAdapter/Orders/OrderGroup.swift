import AlpacaAPI
import Trading

/// Orders of one submission, and what has taken their place.
struct OrderGroup: Codable, Equatable, Sendable {
    /// Shared by the venue's orders of it; nil where it says none.
    var venueID: String?
    /// Under whose id the venue lists it.
    let head: ClientOrderID
    var members: [ClientOrderID]
}

/// By what an order of the venue is told to be one of ours.
struct RowKey: Codable, Equatable, Sendable {
    var clientOrderID: ClientOrderID?
    var replaces: BrokerOrderID?
    var group: String?
    var part: OrderChain.Part?

    init(_ row: Alpaca.Order) {
        (clientOrderID, replaces) = (row.clientOrderID?.said(), row.replaces?.said())
        (group, part) = (row.groupID?.text, row.legPart)
    }
}

struct UnclaimedNews: Codable, Equatable, Sendable {
    var row: RowKey
    var symbol: Symbol?
    var news: VenueNews
}

extension NewOrder {
    /// Which one it is of its group.
    func part(in group: OrderGroupKind?) -> OrderChain.Part {
        guard group != nil else { return .single }
        switch role {
        case .entry: return .entry
        case .stop: return .stop
        case .target: return .target
        case .reduce, .external: return type.isStop ? .stop : .target
        }
    }
}

extension Alpaca.TradeActivity {
    /// What stands behind the colons of `20190801011955195::5f596936-6f23-4cef-bdf1-3806aae57dbf`.
    var executionID: ExecutionID? {
        Alpaca.ExecutionID(id.text.split(separator: ":").last.map(String.init) ?? id.text).said()
    }
}

extension VenueNews {
    /// An execution out of the list of activities.
    init?(_ activity: Alpaca.TradeActivity, of order: BrokerOrderID) {
        guard let execution = activity.executionID, activity.quantity.isPositive, activity.price.isPositive else {
            return nil
        }
        id = order
        filled = activity.cumulativeQuantity ?? .zero
        self.execution = Execution(id: execution, quantity: activity.quantity, price: activity.price)
        at = activity.transactionTime
    }
}
