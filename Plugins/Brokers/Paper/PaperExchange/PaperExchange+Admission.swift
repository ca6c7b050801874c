import Trading

extension PaperExchange {
    /// Why a submission is refused, or nil. Nothing is changed.
    /// - Precondition: ``GroupShape`` has taken it, so an order without a group stands alone.
    func refusal(of submission: OrderSubmission, _ parts: [PaperOrder.Part]) throws(NumericError) -> String? {
        guard book.workingCount + parts.count <= PaperLimits.workingOrders else {
            return "too many working orders (\(book.workingCount), at most \(PaperLimits.workingOrders))"
        }
        for order in submission.orders {
            if let reason = defect(of: order) { return reason }
        }
        if let kind = submission.groupKind, let group = submission.groupID {
            guard configuration.groups.contains(kind) else { return "\(kind.rawValue) groups are not offered" }
            let inUse = submission.orders.contains { !book.members(of: group, $0.symbol).isEmpty }
            if inUse { return "order group id \(group) is in use" }
        }
        switch submission.groupKind {
        case nil: return try refusal(single: submission.orders[0])
        case .oco: return refusal(oco: submission.orders)
        case .bracket: return try refusal(bracket: submission.orders, parts)
        }
    }

    /// Terms that no order can have here.
    func defect(of order: NewOrder) -> String? {
        if let defect = order.defect(increment: configuration.priceIncrement(of: order.symbol)) {
            return defect.description
        }
        let step = configuration.quantityIncrement
        guard order.quantity.isMultiple(of: step) else {
            return "quantity \(order.quantity) is no multiple of the increment \(step)"
        }
        let rests = order.timeInForce == .day || order.timeInForce == .gtc
        guard rests || !order.type.isStop else { return "a stop cannot be \(order.timeInForce.rawValue)" }
        return nil
    }

    private func refusal(single order: NewOrder) throws(NumericError) -> String? {
        switch intent(order.side, order.symbol) {
        case .closing: if let reason = refusalToClose(order, order.quantity) { return reason }
        case .opening: if let reason = try refusalToOpen(order) { return reason }
        }
        return refusalOfStop(order) ?? refusalOfWashTrade(order)
    }

    private func refusal(oco legs: [NewOrder]) -> String? {
        guard let larger = legs.max(by: { $0.quantity < $1.quantity }) else { return nil }
        guard intent(larger.side, larger.symbol) == .closing else {
            return insufficientQuantity(requested: larger.quantity, available: .zero, reserved: .zero)
        }
        if let reason = refusalToClose(larger, larger.quantity) { return reason }
        for leg in legs { if let reason = refusalOfStop(leg) { return reason } }
        return nil
    }

    private func refusal(bracket orders: [NewOrder], _ parts: [PaperOrder.Part]) throws(NumericError) -> String? {
        guard let entry = zip(orders, parts).first(where: { $0.1 == .entry })?.0 else { return nil }
        guard intent(entry.side, entry.symbol) == .opening else { return "bracket orders must be entry orders" }
        if let reason = try refusalToOpen(entry) { return reason }
        if let reason = refusalOfStop(entry) { return reason }
        let expected = try estimatedPrice(entry)
        guard let base = entry.limitPrice ?? entry.stopPrice ?? expected else { return nil }
        for leg in orders where leg.side != entry.side {
            let (price, isStop) = (leg.stopPrice ?? leg.limitPrice ?? base, leg.type.isStop)
            guard leg.type != .trailingStop else { continue }
            let mustBeBelow = isStop == (entry.side == .buy)
            guard mustBeBelow ? price < base : price > base else {
                let words = (isStop ? "stop price" : "take-profit price", mustBeBelow ? "below" : "above")
                return "\(words.0) must be \(words.1) the entry's (\(price), entry: \(base))"
            }
        }
        return nil
    }

    func intent(_ side: Side, _ symbol: Symbol) -> PaperOrder.Intent {
        let held = quantityHeld(symbol)
        return (side == .sell ? held.isPositive : held.isNegative) ? .closing : .opening
    }

    /// An exit finds its shares free, or is refused with a reason as real brokers give it.
    private func refusalToClose(_ order: NewOrder, _ quantity: Quantity) -> String? {
        let reserved = reservedQuantity(order.symbol, order.side)
        let free = Quantity(units: Int64(clamping: quantityHeld(order.symbol).units.magnitude) - reserved.units)
        guard quantity > free else { return nil }
        return insufficientQuantity(requested: quantity, available: free, reserved: reserved)
    }

    func insufficientQuantity(requested: Quantity, available: Quantity, reserved: Quantity) -> String {
        "insufficient qty available for order (requested: \(requested), available: \(max(.zero, available)), "
            + "held_for_orders: \(reserved))"
    }

    private func refusalToOpen(_ order: NewOrder) throws(NumericError) -> String? {
        guard order.side == .buy || configuration.allowShort else {
            return insufficientQuantity(requested: order.quantity, available: .zero, reserved: .zero)
        }
        // Whichever filled first, the other would turn long into short.
        let opposite = book.workingOrders(order.symbol).first {
            $0.intent == .opening && $0.terms.side == order.side.opposite
        }
        if let opposite { return "opposite side opening order exists (\(opposite.order.id))" }
        guard let price = try estimatedPrice(order) else { return nil }
        return refusalOfFunds(required: try price.times(order.quantity), available: try buyingPower())
    }

    /// A stop that the market has passed would be a market order in disguise.
    func refusalOfStop(_ order: NewOrder) -> String? {
        guard passedStop(order) != nil else { return nil }
        return "stop price must be \(order.side == .sell ? "less" : "greater") than current price"
    }

    /// The stop and the market's price, when the market is through the stop.
    func passedStop(_ order: NewOrder) -> (stop: Price, market: Price)? {
        guard order.type.isStop, let stop = order.stopPrice,
            let price = markets[order.symbol]?.stopReference(order.side)
        else { return nil }
        return (order.side == .sell ? stop >= price : stop <= price) ? (stop, price) : nil
    }

    /// Orders of a group and trailing stops are exempt, on either side (Alpaca, "Wash trade protection").
    func refusalOfWashTrade(_ order: NewOrder) -> String? {
        guard configuration.refuseWashTrades, order.type != .trailingStop else { return nil }
        let trades = book.workingOrders(order.symbol).contains { other in
            guard other.terms.side != order.side, other.part == .single, other.terms.type != .trailingStop else {
                return false
            }
            guard order.type == .limit, other.terms.type == .limit, let mine = order.limitPrice,
                let theirs = other.terms.limitPrice
            else { return true }
            return order.side == .buy ? mine >= theirs : mine <= theirs
        }
        return trades ? "potential wash trade detected" : nil
    }
}
