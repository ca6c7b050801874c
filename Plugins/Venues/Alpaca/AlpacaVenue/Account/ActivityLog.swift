import AlpacaAPI
import Trading

/// What was booked on an account, by time.
struct ActivityLog: Sendable {
    private struct Row: Sendable {
        var activity: Alpaca.Activity
        var at: Timestamp
    }

    private var rows: [Row] = []

    private mutating func append(_ activity: Alpaca.Activity, at time: Timestamp) {
        rows.append(Row(activity: activity, at: time))
        if rows.count > VenueLimits.activities { rows.removeFirst(VenueLimits.activities / 10) }
    }

    /// `20260316133100123::` and an id: their order is that of time.
    private static func id(at time: Timestamp, _ ids: inout IDSource) -> Alpaca.ActivityID {
        let digits = time.description.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let text = String(decoding: digits, as: UTF8.self)
        let padded = text + String(repeating: "0", count: max(0, 17 - text.utf8.count))
        return Alpaca.ActivityID(padded.prefix(17) + "::" + ids.uuid())
    }

    /// An execution.
    mutating func book(_ update: Alpaca.TradeUpdate, isShort: Bool, _ ids: inout IDSource) {
        guard let price = update.price, let quantity = update.quantity, let symbol = update.order.symbol,
            let time = update.timestamp
        else { return }
        var fill = Alpaca.TradeActivity()
        fill.id = Self.id(at: time, &ids)
        fill.type = update.event == .known(.fill) ? .known(.fill) : .known(.partialFill)
        fill.orderID = update.order.id
        fill.orderStatus = update.order.status
        fill.symbol = symbol
        fill.side = isShort ? .known(.sellShort) : update.order.side ?? .known(.buy)
        (fill.quantity, fill.price) = (quantity, price)
        fill.cumulativeQuantity = update.order.filledQuantity
        let total = update.order.quantity?.units ?? update.order.filledQuantity?.units ?? 0
        fill.leavesQuantity = Quantity(units: max(0, total - (update.order.filledQuantity?.units ?? 0)))
        fill.transactionTime = time
        append(.trade(fill), at: time)
    }

    /// Cash that came or went by no execution.
    mutating func book(_ movement: CashMovement, _ ids: inout IDSource) {
        var activity = Alpaca.NonTradeActivity()
        activity.id = Self.id(at: movement.at, &ids)
        activity.activityType = .known(Self.type(of: movement))
        activity.date = Alpaca.Day(daysSince1970: USEquityCalendar.tradingDay(at: movement.at))
        activity.createdAt = movement.at
        activity.netAmount = movement.amount
        activity.currency = "USD"
        activity.symbol = movement.symbol
        activity.status = .known(.executed)
        append(.other(activity), at: movement.at)
    }

    static func type(of movement: CashMovement) -> Alpaca.ActivityType {
        switch movement.kind {
        case .dividend: .dividend
        case .interest: .interest
        case .fee, .tax: .fee
        case .deposit: .cashDeposit
        case .withdrawal: .cashWithdrawal
        case .other: .miscellaneous
        }
    }

    // MARK: - Lists

    /// `GET /v2/account/activities` and the same of one type.
    func list(_ query: Alpaca.ActivityQuery) throws(Failure) -> [Alpaca.Activity] {
        let size = query.pageSize ?? VenueLimits.activityPage
        guard (1...VenueLimits.activityPage).contains(size) else {
            throw .invalid("page_size must be between 1 and \(VenueLimits.activityPage)")
        }
        guard query.types.elements.isEmpty || query.category == nil else {
            throw .invalid("only one of activity_types or category is accepted")
        }
        guard query.date == nil || query.after == nil && query.until == nil else {
            throw .invalid("date cannot be used with after or until")
        }
        if let id = query.orderID, !IDSource.isUUID(id.text) { throw .invalid("order_id is not a valid UUID") }
        if case .other(let word)? = query.category { throw .invalid("invalid category: \(word)") }
        if case .other(let word)? = query.direction { throw .invalid("invalid direction: \(word)") }
        for case .other(let word) in query.types.elements { throw .invalid("invalid activity type: \(word)") }
        let isAscending = query.direction?.known == .ascending
        var rest = (isAscending ? rows : rows.reversed())[...]
        if let token = query.pageToken {
            guard let index = rest.firstIndex(where: { $0.activity.id == token }) else {
                throw .invalid("invalid page_token")
            }
            rest = rest[(index + 1)...]
        }
        return rest.lazy.filter { Self.matches($0, query) }.prefix(size).map(\.activity)
    }

    private static func matches(_ row: Row, _ query: Alpaca.ActivityQuery) -> Bool {
        let type: Alpaca.Open<Alpaca.ActivityType>
        switch row.activity {
        case .trade(let trade):
            type = trade.activityType
            if query.category?.known == .nonTrade { return false }
            if let id = query.orderID, trade.orderID != id { return false }
        case .other(let other):
            type = other.activityType
            if query.category?.known == .trade || query.orderID != nil { return false }
        }
        if !query.types.elements.isEmpty, !query.types.elements.contains(type) { return false }
        if let date = query.date, USEquityCalendar.tradingDay(at: row.at) != date.daysSince1970 { return false }
        if let after = query.after, row.at <= after { return false }
        if let until = query.until, row.at >= until { return false }
        return true
    }
}
