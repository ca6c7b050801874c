import Trading

/// Replacements, in the way that this broker has declared.
extension Venue {
    func replace(_ replacement: OrderReplacement) {
        let id = replacement.clientOrderID
        guard let resting = orders[id], resting.order.isWorking, !resting.isCanceling,
            !resting.isElected || !resting.order.terms.type.isStop, resting.order.status != .held
        else {
            return tell(
                ExecutionReport(
                    clientOrderID: id, event: .replaceRejected, reason: "it can no longer be replaced", at: world.time))
        }
        let order = resting.order
        let terms = terms(of: order, after: replacement)
        if let why = refusal(of: terms, replacing: order) { return report(order, .replaceRejected, reason: why) }
        switch capabilities.replacement {
        case .inPlace: change(resting, to: terms)
        case .newID, .cancelNew, .notAtomic: succeed(resting, with: terms, replacement)
        }
        match(terms.symbol)
    }

    /// The terms of what rests afterwards; the quantity of a successor begins at zero fills.
    private func terms(of order: Order, after replacement: OrderReplacement) -> NewOrder {
        var terms = order.terms
        let asked = (replacement.quantity ?? terms.quantity).units
        let filled = order.filledQuantity.units
        let isNew = capabilities.replacement != .inPlace
        switch capabilities.replacementQuantity {
        case .total: terms.quantity = Quantity(units: isNew ? asked - filled : asked)
        case .remaining: terms.quantity = Quantity(units: isNew ? asked : asked + filled)
        }
        terms.limitPrice = replacement.limitPrice ?? terms.limitPrice
        terms.stopPrice = replacement.stopPrice ?? terms.stopPrice
        return terms
    }

    private func refusal(of terms: NewOrder, replacing order: Order) -> String? {
        if faults.hits(.replaceRefused, 40) { return "the replacement is refused" }
        if isThrough(terms) { return "stop price is beyond the market" }
        let isNew = capabilities.replacement != .inPlace
        let leaves = terms.quantity.units - (isNew ? 0 : order.filledQuantity.units)
        guard leaves > 0 else { return "nothing is left of it" }
        if let defect = terms.defect(increment: capabilities.priceIncrement(of: terms.symbol)) {
            return defect.description
        }
        let more = leaves - order.leavesQuantity.units
        let isShort = capabilities.reservesShares && order.terms.role != .entry && more > max(0, free(terms.symbol))
        return isShort ? "insufficient qty available for order" : nil
    }

    private func change(_ resting: Resting, to terms: NewOrder) {
        var resting = resting
        resting.order.terms = terms
        resting.order.updatedAt = world.time
        put(resting)
        report(resting.order, .restated, terms: true)
        onChange(terms.symbol, "\(resting.order.id) replaced: \(resting.order.words)")
    }

    /// The first ends and the successor rests, in one moment.
    private func succeed(_ resting: Resting, with terms: NewOrder, _ replacement: OrderReplacement) {
        guard let id = replacement.newClientOrderID else {
            return report(resting.order, .replaceRejected, reason: "a successor needs an id")
        }
        var first = resting
        first.order.status = .replaced
        first.order.updatedAt = world.time
        put(first)
        var order = Order(
            terms: terms, groupID: first.order.groupID, groupKind: first.order.groupKind, status: .new,
            submittedAt: world.time)
        order.terms.clientOrderID = id
        order.replacesOrder = first.order.id
        order.brokerOrderID = BrokerOrderID(unchecked: "b\(nextNumber())")
        put(Resting(order: order, isElected: !terms.type.isStop))
        report(first.order, .replaced)
        report(order, .new, terms: true)
        onChange(terms.symbol, "\(first.order.id) replaced by \(order.words)")
    }
}
