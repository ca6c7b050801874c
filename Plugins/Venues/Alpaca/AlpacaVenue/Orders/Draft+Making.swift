import AlpacaAPI
import Trading

/// Makes drafts: the orders of a request with their ids, in the words of the client and of the exchange.
struct DraftMaker {
    let terms: OrderTerms
    let time: Timestamp
    let asset: Alpaca.Asset
    /// Signed.
    let held: Quantity
    /// What a price of a leg is measured by where the entry has none of its own.
    let price: Price?
    /// Of the parts, each to be used once.
    var ids: IDSource
    var nextExchangeNumber: Int64

    /// - Throws: a ``Failure`` where the parts of a group do not go together.
    mutating func make() throws(Failure) -> Draft {
        switch terms.orderClass {
        case .unnamed, .simple, .mleg: return try single()
        case .oco: return try oco()
        case .bracket: return try bracket(isWhole: true)
        case .oto: return try bracket(isWhole: false)
        }
    }

    private mutating func single() throws(Failure) -> Draft {
        guard terms.request.takeProfit == nil, terms.request.stopLoss == nil else {
            throw .unprocessable("simple orders take no take_profit and no stop_loss")
        }
        let own = try ownTerms(.external)
        var order = order(own, type: terms.type)
        order.clientOrderID = terms.request.clientOrderID ?? order.clientOrderID
        return Draft(parts: [.init(order: order, terms: own, trailFraction: trailFraction)], groupKind: nil)
    }

    private mutating func oco() throws(Failure) -> Draft {
        guard terms.type == .limit else { throw .unprocessable("oco orders must be limit orders") }
        guard !held.isZero, (terms.side == .sell) == held.isPositive else {
            throw .unprocessable("oco orders must be exit orders")
        }
        guard let loss = terms.request.stopLoss else { throw .invalid("oco orders require stop_loss.stop_price") }
        guard let limit = terms.request.takeProfit?.limitPrice ?? terms.request.limitPrice else {
            throw .invalid("oco orders require take_profit.limit_price")
        }
        try checkLegs(target: limit, stop: loss, exit: terms.side, base: nil)
        var own = try ownTerms(.target)
        own.limitPrice = limit
        let stop = leg(.stop, of: loss, side: terms.side)
        var orders = [order(own, type: .limit), order(stop, type: loss.limitPrice == nil ? .stop : .stopLimit)]
        orders[0].clientOrderID = terms.request.clientOrderID ?? orders[0].clientOrderID
        mark(&orders, .oco, [.takeProfit, .stopLoss])
        return Draft(
            parts: [.init(order: orders[0], terms: own), .init(order: orders[1], terms: stop)], groupKind: .oco)
    }

    /// An entry with both legs, or with one of them (`oto`).
    private mutating func bracket(isWhole: Bool) throws(Failure) -> Draft {
        let word = isWhole ? "bracket" : "oto"
        let (profit, loss) = (terms.request.takeProfit, terms.request.stopLoss)
        guard held.isZero || (terms.side == .buy) == held.isPositive else {
            throw .unprocessable("\(word) orders must be entry orders")
        }
        guard terms.timeInForce == .day || terms.timeInForce == .gtc else {
            throw .unprocessable("\(word) orders must be DAY or GTC orders")
        }
        guard terms.type == .market || terms.type == .limit else {
            throw .unprocessable("\(word) orders must be market or limit orders")
        }
        if isWhole {
            guard profit != nil, loss != nil else {
                throw .invalid("bracket orders require both take_profit.limit_price and stop_loss.stop_price")
            }
        } else {
            guard (profit == nil) != (loss == nil) else {
                throw .invalid("oto orders require either take_profit.limit_price or stop_loss.stop_price")
            }
        }
        try checkLegs(
            target: profit?.limitPrice, stop: loss, exit: terms.side.opposite, base: terms.request.limitPrice ?? price)
        let entry = try ownTerms(.entry)
        var made = [(entry, terms.type, Alpaca.GroupRole.entry)]
        if let profit { made.append((leg(of: profit.limitPrice), .limit, .takeProfit)) }
        if let loss {
            let stop = leg(.stop, of: loss, side: terms.side.opposite)
            made.append((stop, loss.limitPrice == nil ? .stop : .stopLimit, .stopLoss))
        }
        var orders: [Alpaca.Order] = []
        for (terms, type, _) in made { orders.append(order(terms, type: type)) }
        orders[0].clientOrderID = terms.request.clientOrderID ?? orders[0].clientOrderID
        mark(&orders, isWhole ? .bracket : .oto, made.map(\.2))
        return Draft(
            parts: zip(orders, made).map { .init(order: $0, terms: $1.0) }, groupKind: .bracket)
    }

    // MARK: - Orders

    private mutating func ownTerms(_ role: OrderRole) throws(Failure) -> NewOrder {
        let request = terms.request
        var trail = request.trailPrice
        if let fraction = trailFraction {
            guard let price else { throw .unprocessable("no price is known for \(terms.symbol)") }
            do throws(NumericError) {
                trail = max(.cent, try price.scaled(by: fraction, .halfEven).rounded(toMultipleOf: .cent, .down))
            } catch {
                throw .invalid("invalid trail_percent")
            }
        }
        return NewOrder(
            clientOrderID: exchangeID(), symbol: terms.symbol, side: terms.side, type: terms.type.exchangeType,
            quantity: terms.quantity, limitPrice: request.limitPrice, stopPrice: request.stopPrice, trailAmount: trail,
            timeInForce: terms.timeInForce, role: role)
    }

    private var trailFraction: Ratio? { terms.request.trailPercent.map { Ratio(units: $0.units / 100) } }

    private mutating func leg(_ role: OrderRole, of loss: Alpaca.OrderRequest.StopLoss, side: Trading.Side) -> NewOrder
    {
        NewOrder(
            clientOrderID: exchangeID(), symbol: terms.symbol, side: side,
            type: loss.limitPrice == nil ? .stop : .stopLimit, quantity: terms.quantity, limitPrice: loss.limitPrice,
            stopPrice: loss.stopPrice, timeInForce: terms.timeInForce, role: role)
    }

    private mutating func leg(of limit: Price) -> NewOrder {
        NewOrder(
            clientOrderID: exchangeID(), symbol: terms.symbol, side: terms.side.opposite, type: .limit,
            quantity: terms.quantity, limitPrice: limit, timeInForce: terms.timeInForce, role: .target)
    }

    private mutating func exchangeID() -> Trading.ClientOrderID {
        defer { nextExchangeNumber += 1 }
        return Trading.ClientOrderID(unchecked: "o\(nextExchangeNumber)")
    }

    private mutating func order(_ own: NewOrder, type: Alpaca.OrderType) -> Alpaca.Order {
        var order = Alpaca.Order()
        order.id = Alpaca.OrderID(ids.uuid())
        order.clientOrderID = Alpaca.ClientOrderID(ids.uuid())
        (order.createdAt, order.updatedAt, order.submittedAt) = (time, time, time)
        order.expiresAt = own.timeInForce == .gtc ? Self.gtcEnd(time) : Sessions.nextClose(after: time)
        order.assetID = asset.id
        order.symbol = own.symbol
        order.assetClass = asset.assetClass
        order.notional = terms.request.notional
        order.quantity = terms.request.notional == nil ? own.quantity : nil
        order.filledQuantity = .zero
        order.orderClass = .known(.simple)
        (order.type, order.orderType) = (.known(type), .known(type))
        order.side = Alpaca.Open(own.side.rawValue)
        order.timeInForce = Alpaca.Open(own.timeInForce.rawValue)
        (order.limitPrice, order.stopPrice) = (own.limitPrice, own.stopPrice)
        (order.trailPrice, order.trailPercent) = (terms.request.trailPrice, terms.request.trailPercent)
        order.isExtendedHours = terms.request.isExtendedHours ?? false
        order.positionIntent = .known(intent(of: own))
        // The exchange has not heard of it.
        order.status = .known(Sessions.isOpen(own.symbol, at: time) ? .pendingNew : .accepted)
        return order
    }

    private func intent(of own: NewOrder) -> Alpaca.PositionIntent {
        if own.role == .target || own.role == .stop { return own.side == .buy ? .buyToClose : .sellToClose }
        switch own.side {
        case .buy: return held.isNegative ? .buyToClose : .buyToOpen
        case .sell: return held.isPositive ? .sellToClose : .sellToOpen
        }
    }

    private mutating func mark(
        _ orders: inout [Alpaca.Order], _ orderClass: Alpaca.OrderClass, _ roles: [Alpaca.GroupRole]
    ) {
        let group = Alpaca.GroupID(ids.uuid())
        for index in orders.indices {
            orders[index].orderClass = .known(orderClass)
            orders[index].groupID = group
            orders[index].groupRole = .known(roles[index])
            if roles[index] == .stopLoss || roles[0] == .entry && index > 0 { orders[index].status = .known(.held) }
        }
    }

    /// 16:15 in New York, ninety days on.
    private static func gtcEnd(_ time: Timestamp) -> Timestamp {
        USEquityCalendar.time(minute: 975, ofDay: USEquityCalendar.tradingDay(at: time) + VenueLimits.gtcDays)
    }

    // MARK: - Prices of legs

    /// A target is a cent or more on the better side of the base price, a stop on the worse one.
    /// - Parameter base: of an entry.
    private func checkLegs(
        target: Price?, stop: Alpaca.OrderRequest.StopLoss?, exit side: Trading.Side, base: Price?
    ) throws(Failure) {
        let isSale = side == .sell
        if let target, let stop {
            guard isSale ? target > stop.stopPrice : target < stop.stopPrice else {
                throw .unprocessable("take_profit.limit_price must be \(isSale ? ">" : "<") stop_loss.stop_price")
            }
        }
        if let stop, let limit = stop.limitPrice {
            guard isSale ? limit <= stop.stopPrice : limit >= stop.stopPrice else {
                throw .unprocessable("stop_loss.limit_price must be \(isSale ? "<=" : ">=") stop_loss.stop_price")
            }
        }
        // Measured by the market as well, a stop that it has passed would be a market order in disguise.
        for base in [base, price].compactMap(\.self) {
            guard let stop else { break }
            guard isSale ? stop.stopPrice < base : stop.stopPrice > base else {
                let sign = isSale ? "<= base_price - 0.01" : ">= base_price + 0.01"
                throw .unprocessable("stop_loss.stop_price must be \(sign)").with("base_price", base)
            }
        }
        guard let target, let base else { return }
        guard isSale ? target > base : target < base else {
            let sign = isSale ? ">= base_price + 0.01" : "<= base_price - 0.01"
            throw .unprocessable("take_profit.limit_price must be \(sign)").with("base_price", base)
        }
    }
}
