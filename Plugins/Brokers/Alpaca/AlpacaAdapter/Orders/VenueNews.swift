import AlpacaAPI
import Trading

/// What the venue has said of one of its orders, in the protocol's words.
struct VenueNews: Codable, Equatable, Sendable {
    struct Execution: Codable, Equatable, Sendable {
        var id: ExecutionID
        var quantity: Quantity
        var price: Price
    }

    var id: BrokerOrderID
    /// nil where nothing follows for the status.
    var event: OrderEvent?
    /// Of this order alone, by the venue's count.
    var filled = Quantity.zero
    var execution: Execution?
    var type: OrderType?
    var quantity: Quantity?
    var limitPrice: Price?
    var stopPrice: Price?
    var replacedBy: BrokerOrderID?
    var reason: String?
    /// When it happened at the venue.
    var at: Timestamp
    /// Told as it happened; false of an answer or a row of a list, which may be older than what is known.
    var isEvent = false
    /// The core asks for just this order.
    var isWanted = false

    /// What follows from news of another order.
    init(_ id: BrokerOrderID, _ event: OrderEvent, at time: Timestamp) { (self.id, self.event, at) = (id, event, time) }

    /// Of a list, or of the answer to a request; nil where its id cannot be said.
    init?(_ row: Alpaca.Order, seen: Timestamp) {
        guard let id = row.id.said(as: BrokerOrderID.self) else { return nil }
        self.id = id
        event = row.status.known?.orderEvent
        filled = row.filledQuantity ?? .zero
        type = (row.type ?? row.orderType)?.known?.orderType
        (quantity, limitPrice, stopPrice) = (row.quantity, row.limitPrice, row.stopPrice)
        replacedBy = row.replacedBy?.said()
        at = row.updatedAt ?? row.submittedAt ?? seen
    }

    /// Of the stream.
    init?(_ update: Alpaca.TradeUpdate, seen: Timestamp) {
        self.init(update.order, seen: seen)
        event = update.event.known?.orderEvent
        at = update.timestamp ?? update.at ?? at
        reason = update.reason
        isEvent = true
        guard update.event == .known(.fill) || update.event == .known(.partialFill),
            let id = update.executionID?.said(as: ExecutionID.self), let quantity = update.quantity,
            let price = update.price, quantity.isPositive, price.isPositive
        else { return }
        execution = Execution(id: id, quantity: quantity, price: price)
    }

    /// An execution, or what corrects one, of the account's events.
    init?(_ event: Alpaca.ActivityEvent, _ details: Alpaca.TradeDetails) {
        guard let id = details.orderID.said(as: BrokerOrderID.self) else { return nil }
        self.id = id
        filled = details.cumulativeQuantity ?? .zero
        (at, isEvent) = (event.executedAt ?? event.at, true)
        if details.executionType == .known(.fill) {
            self.event = details.orderStatus == .known(.filled) ? .fill : .partialFill
        }
        guard let execution = event.referenceID.said(as: ExecutionID.self), let units = event.quantity?.units.magnitude,
            let price = event.price, units > 0, price.isPositive
        else { return }
        self.execution = Execution(id: execution, quantity: Quantity(units: Int64(clamping: units)), price: price)
    }

    /// The venue works this order, or has worked it: whatever it replaces does not rest any more.
    var showsItWorks: Bool {
        guard isEvent || filled.isPositive else { return false }
        switch event {
        case .new, .held, .partialFill, .fill, .stopped, .suspended, .calculated, .doneForDay, .restated, .canceled,
            .expired, .replaced:
            return true
        case .accepted, .rejected, .cancelRequested, .pendingCancel, .cancelRejected, .replaceRequested,
            .pendingReplace, .replaceRejected, .timedOut, .notFound, nil:
            return false
        }
    }
}

extension Alpaca.TradeUpdate {
    /// What counts in the place of an execution that is corrected; nil for a bust.
    var corrected: VenueNews.Execution? {
        guard event == .known(.tradeCorrect), let id = executionID?.said(as: ExecutionID.self), let quantity, let price,
            quantity.isPositive, price.isPositive
        else { return nil }
        return VenueNews.Execution(id: id, quantity: quantity, price: price)
    }
}
