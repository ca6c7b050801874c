import AlpacaAPI
import Trading

extension Alpaca.TradeEvent {
    /// In the protocol's words; nil for what is said otherwise (corrections), and for requests under way: the core knows its own,
    /// and those of others change nothing until they are carried out.
    var orderEvent: OrderEvent? {
        switch self {
        case .new: .new
        case .accepted, .pendingNew: .accepted
        case .held: .held
        case .partialFill: .partialFill
        case .fill: .fill
        case .canceled: .canceled
        case .expired: .expired
        case .doneForDay: .doneForDay
        case .replaced: .replaced
        case .restated: .restated
        case .rejected: .rejected
        case .stopped: .stopped
        case .suspended: .suspended
        case .calculated: .calculated
        case .orderCancelRejected: .cancelRejected
        case .orderReplaceRejected: .replaceRejected
        case .pendingCancel, .pendingReplace, .tradeBust, .tradeCorrect: nil
        }
    }
}

extension Alpaca.OrderStatus {
    /// The event that leads there; nil where a request is under way.
    var orderEvent: OrderEvent? {
        switch self {
        case .new: .new
        case .accepted, .pendingNew, .pendingReview, .acceptedForBidding: .accepted
        case .held: .held
        case .partiallyFilled: .partialFill
        case .filled: .fill
        case .doneForDay: .doneForDay
        case .canceled: .canceled
        case .expired: .expired
        case .replaced: .replaced
        case .rejected: .rejected
        case .stopped: .stopped
        case .suspended: .suspended
        case .calculated: .calculated
        case .pendingCancel, .pendingReplace: nil
        }
    }
}

extension Alpaca.OrderType {
    var orderType: OrderType {
        switch self {
        case .market: .market
        case .limit: .limit
        case .stop: .stop
        case .stopLimit: .stopLimit
        case .trailingStop: .trailingStop
        }
    }
}

extension OrderType {
    var alpacaType: Alpaca.OrderType {
        switch self {
        case .market: .market
        case .limit: .limit
        case .stop: .stop
        case .stopLimit: .stopLimit
        case .trailingStop: .trailingStop
        }
    }
}

extension Alpaca.Open<Alpaca.Side> {
    /// nil for a word that orders do not have.
    var orderSide: Side? {
        switch known {
        case .buy: .buy
        case .sell, .sellShort: .sell
        case nil: nil
        }
    }
}

extension Alpaca.ID {
    /// As the protocol has it; nil where it cannot be said there (blanks, or longer than is allowed).
    func said<ID: Identifier>(as type: ID.Type = ID.self) -> ID? {
        do { return try ID(text) } catch { return nil }
    }
}

extension OrderEvent {
    /// Nothing more is to come of the venue's order.
    var endsOrder: Bool {
        switch self {
        case .fill, .canceled, .expired, .replaced, .rejected: true
        case .accepted, .new, .held, .partialFill, .cancelRequested, .pendingCancel, .cancelRejected,
            .replaceRequested, .pendingReplace, .replaceRejected, .restated, .suspended, .stopped, .calculated,
            .doneForDay, .timedOut, .notFound:
            false
        }
    }
}
