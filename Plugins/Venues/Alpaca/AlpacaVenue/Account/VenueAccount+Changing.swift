import AlpacaAPI
import PaperExchange
import Trading

extension VenueAccount {
    // MARK: - Canceling

    /// Cancels an order, and with it its group.
    mutating func cancel(_ id: Alpaca.OrderID, at time: Timestamp) throws(Failure) {
        guard let entry = orders[id] else { throw .notFound("order not found for \(id)") }
        guard entry.isWorking else { throw .unprocessable("order is not cancelable: it is \(entry.order.status)") }
        let reports = try exact { account throws(NumericError) in
            try account.exchange.cancel(entry.exchangeID, at: time)
        }
        take(reports)
        // The exchange knows the chain by one id: what was not the last of it is over and never comes here.
        guard let after = orders[id], !after.isWorking else {
            throw .unprocessable("order is not cancelable: \(reports.last?.reason ?? "")")
        }
    }

    /// Those that worked, and what became of each.
    mutating func cancelAll(at time: Timestamp) -> [Alpaca.CanceledOrder] {
        orders.working.map { id in
            var row = Alpaca.CanceledOrder()
            row.id = id
            row.status = 200
            // One may have gone with its group.
            guard orders[id]?.isWorking == true else { return row }
            do throws(Failure) {
                try cancel(id, at: time)
            } catch {
                row.status = error.status
                row.body = error.body.json(.exact)
            }
            return row
        }
    }

    // MARK: - Replacing

    /// Puts another order in the place of one.
    /// - Returns: the new order as it was taken.
    mutating func replace(
        _ id: Alpaca.OrderID, _ change: Alpaca.OrderChange, _ market: MarketRecord, at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        guard let old = orders[id] else { throw .notFound("order not found for \(id)") }
        try checkState(old)
        try check(change.clientOrderID)
        let next = try successor(of: old, change, at: time)
        return try exchangeReplace(old, by: next, change, market, at: time)
    }

    private func checkState(_ old: VenueOrder) throws(Failure) {
        switch old.order.status.known {
        case .accepted, .pendingNew: throw .unprocessable("unable to replace order, order isn't sent to exchange yet")
        case .pendingCancel, .pendingReplace, .filled, .canceled, .expired, .replaced, .rejected:
            throw .unprocessable("cannot replace order in \(old.order.status) status")
        case .new, .partiallyFilled, .held, .stopped, .suspended, .calculated, .doneForDay, .acceptedForBidding,
            .pendingReview, nil:
            break
        }
        guard old.order.notional == nil else { throw .unprocessable("notional orders cannot be replaced") }
        guard old.order.orderClass != .known(.oto) else { throw .unprocessable("oto orders cannot be replaced") }
    }

    /// The order that takes its place: what is not changed is that of the old one, its quantity included.
    private func successor(
        of old: VenueOrder, _ change: Alpaca.OrderChange, at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        var next = old.order
        if change.notional != nil { throw .unprocessable("notional orders cannot be replaced") }
        if let quantity = change.quantity {
            guard quantity.isPositive else { throw .invalid("qty must be > 0") }
            let isWhole = quantity.isMultiple(of: .one) && next.quantity?.isMultiple(of: .one) == true
            guard isWhole || next.symbol?.isPair == true else {
                throw .unprocessable("qty must be integer")
            }
            next.quantity = quantity
        }
        if let word = change.timeInForce {
            guard let known = word.known else { throw .invalid("invalid time_in_force: \(word)") }
            guard known == .day || known == .gtc else {
                throw .unprocessable("time_in_force \(known.rawValue) cannot be asked for in a replacement")
            }
            next.timeInForce = word
        }
        if let price = change.limitPrice {
            guard next.limitPrice != nil else { throw .invalid("\(next.type, "order") orders require no limit price") }
            try OrderTerms.checkTick("limit_price", price, of: next.symbol)
            next.limitPrice = price
        }
        if let price = change.stopPrice {
            guard next.stopPrice != nil, next.type != .known(.trailingStop) else {
                throw .invalid("\(next.type, "order") orders require no stop price")
            }
            try OrderTerms.checkTick("stop_price", price, of: next.symbol)
            next.stopPrice = price
        }
        if let trail = change.trail { try changeTrail(&next, trail) }
        guard next != old.order || change.clientOrderID != nil else {
            throw .forbidden("order parameters are not changed")
        }
        (next.createdAt, next.updatedAt, next.submittedAt) = (time, time, time)
        return next
    }

    private func changeTrail(_ next: inout Alpaca.Order, _ trail: Price) throws(Failure) {
        guard next.type == .known(.trailingStop) else { throw .invalid("trail is of trailing_stop orders only") }
        guard trail.isPositive else { throw .invalid("trail must be > 0") }
        if next.trailPrice != nil {
            try OrderTerms.checkTick("trail", trail)
            next.trailPrice = trail
        } else {
            next.trailPercent = Ratio(units: trail.units / (Price.scale / Ratio.scale))
        }
    }

    private mutating func exchangeReplace(
        _ old: VenueOrder, by order: Alpaca.Order, _ change: Alpaca.OrderChange, _ market: MarketRecord,
        at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        var next = order
        next.id = Alpaca.OrderID(ids.uuid())
        next.clientOrderID = change.clientOrderID ?? Alpaca.ClientOrderID(ids.uuid())
        next.replaces = old.order.id
        guard let terms = exchange.query(old.exchangeID).order else { throw .notFound("order not found") }
        var wanted = OrderReplacement(clientOrderID: old.exchangeID)
        // The exchange counts from the beginning of the chain, a client from its own order.
        let total = Quantity(units: terms.filledQuantity.units &+ (next.quantity?.units ?? 0))
        if total != terms.terms.quantity { wanted.quantity = total }
        if next.limitPrice != terms.terms.limitPrice { wanted.limitPrice = next.limitPrice }
        if change.stopPrice != nil, next.stopPrice != terms.terms.stopPrice { wanted.stopPrice = next.stopPrice }
        var reports: [ExecutionReport] = []
        if wanted != OrderReplacement(clientOrderID: old.exchangeID) {
            reports = try exact { account throws(NumericError) in try account.exchange.replace(wanted, at: time) }
            if let refused = reports.first(where: { $0.event == .replaceRejected }) {
                throw failure(refused.reason ?? "", terms.terms.asked(for: next.quantity), market)
            }
            // The first says what was asked for; what follows is about the new order.
            if let index = reports.firstIndex(where: { $0.clientOrderID == old.exchangeID && $0.event == .restated }) {
                reports.remove(at: index)
            }
        }
        // Only now: a refusal changes nothing.
        _ = exchange.amend(
            old.exchangeID, timeInForce: next.timeInForce?.known?.exchangeWord,
            trailAmount: change.trail == nil ? nil : next.trailPrice,
            trailFraction: change.trail == nil ? nil : next.trailPercent.map { Ratio(units: $0.units / 100) })
        let answer = succeed(old, next, filled: terms.filledQuantity, at: time)
        take(reports)
        return answer
    }

    /// The new order takes the old one's place in its chain and its group.
    mutating func succeed(
        _ old: VenueOrder, _ order: Alpaca.Order, filled: Quantity, at time: Timestamp
    ) -> Alpaca.Order {
        var next = order
        (next.filledQuantity, next.filledAveragePrice, next.filledAt) = (.zero, nil, nil)
        let isHeld = old.order.status == .known(.held)
        next.status = isHeld ? .known(.held) : .known(.pendingNew)
        lastNumber += 1
        orders.change(old.order.id) {
            $0.order.status = .known(.replaced)
            ($0.order.replacedAt, $0.order.updatedAt, $0.order.replacedBy) = (time, time, next.id)
        }
        orders.insert(
            VenueOrder(
                order: next, number: lastNumber, exchangeID: old.exchangeID, filledBefore: filled, parent: old.parent,
                legs: old.legs))
        for leg in old.legs { orders.change(leg) { $0.parent = next.id } }
        if let parent = old.parent {
            orders.change(parent) { $0.legs = $0.legs.map { $0 == old.order.id ? next.id : $0 } }
        }
        tell(.replaced, old.order.id, at: time)
        let answer = orders.told(next.id, nested: true) ?? next
        if !isHeld {
            orders.change(next.id) { $0.order.status = .known(.new) }
            tell(.new, next.id, at: time)
        }
        return answer
    }
}

extension NewOrder {
    /// The same for so many.
    fileprivate func asked(for quantity: Quantity?) -> NewOrder {
        var terms = self
        terms.quantity = quantity ?? self.quantity
        return terms
    }
}

extension DefaultStringInterpolation {
    /// A word of the API, or another one where there is none.
    fileprivate mutating func appendInterpolation(_ word: Alpaca.Open<Alpaca.OrderType>?, _ fallback: String) {
        appendInterpolation(word.map { $0.description } ?? fallback)
    }
}
