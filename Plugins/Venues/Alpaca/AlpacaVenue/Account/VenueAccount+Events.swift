import AlpacaAPI
import PaperExchange
import Trading

/// What was booked, as server-sent events.
extension VenueAccount {
    mutating func log(executionOf update: Alpaca.TradeUpdate) {
        guard let execution = update.executionID, let time = update.at, let symbol = update.order.symbol else { return }
        var details = Alpaca.TradeDetails()
        details.orderID = update.order.id
        details.clientOrderID = update.order.clientOrderID
        details.side = update.order.side ?? .known(.buy)
        details.symbol = symbol
        details.assetID = update.order.assetID
        details.cumulativeQuantity = update.order.filledQuantity
        let filled = update.order.filledQuantity?.units ?? 0
        details.leavesQuantity = Quantity(units: max(0, (update.order.quantity?.units ?? filled) - filled))
        details.orderStatus = update.order.status
        details.executionType = .known(.fill)
        var event = event(.fill, Alpaca.ReferenceID(execution.text), at: time)
        (event.quantity, event.price) = (update.quantity, update.price)
        event.details = .trade(details)
        append(event)
    }

    mutating func log(_ movement: CashMovement) {
        var details = Alpaca.BookingDetails()
        details.systemDate = Alpaca.Day(daysSince1970: USEquityCalendar.tradingDay(at: movement.at))
        details.symbol = movement.symbol
        var event = event(
            ActivityLog.type(of: movement), Alpaca.ReferenceID(movement.id.text), at: movement.at)
        event.netAmount = movement.amount
        event.details = .other(details)
        append(event)
    }

    private mutating func event(
        _ type: Alpaca.ActivityType, _ reference: Alpaca.ReferenceID, at time: Timestamp
    ) -> Alpaca.ActivityEvent {
        var event = Alpaca.ActivityEvent()
        event.eventID = Alpaca.EventID(ids.ulid(at: time))
        event.referenceID = reference
        (event.at, event.executedAt) = (time, time)
        event.activityType = .known(type)
        event.status = .known(.executed)
        event.currency = "USD"
        return event
    }

    private mutating func append(_ event: Alpaca.ActivityEvent) {
        events.append(event)
        if let row = events.rows.last { eventOutbox.append(row) }
    }
}
