import Trading

extension PaperExchange {
    /// Shares that working exits of one side hold. A group holds its larger leg, once.
    ///
    /// Held legs hold what their entry has bought so far: it is meant for them.
    /// - Parameter ifTerms: Counts the order of this id as if it had these terms.
    func reservedQuantity(_ symbol: Symbol, _ side: Side, ifTerms: NewOrder? = nil) -> Quantity {
        guard configuration.reservesShares else { return .zero }
        var total: Int64 = 0
        var groups: [(id: OrderGroupID, units: Int64)] = []
        var working = book.workingOrders(symbol)
        if let terms = ifTerms, let index = working.firstIndex(where: { $0.order.id == terms.clientOrderID }) {
            working[index].order.terms = terms
        }
        for entry in working where entry.intent == .closing && entry.terms.side == side {
            let units = reservation(of: entry, among: working).units
            guard let group = entry.order.groupID else {
                total += units
                continue
            }
            if let index = groups.firstIndex(where: { $0.id == group }) {
                groups[index].units = max(groups[index].units, units)
            } else {
                groups.append((group, units))
            }
        }
        return Quantity(units: groups.reduce(total) { $0 + $1.units })
    }

    private func reservation(of leg: PaperOrder, among working: [PaperOrder]) -> Quantity {
        let entry = working.first { $0.part == .entry && $0.order.groupID == leg.order.groupID }
        guard leg.part != .single, let entry else { return leg.leaves }
        return min(entry.order.filledQuantity, leg.leaves)
    }

    /// After a fill: the sibling shrinks or is canceled; a filled entry activates its legs.
    mutating func settleGroup(
        afterFillOf entry: PaperOrder, _ quantity: Quantity, at price: Price
    ) throws(NumericError) {
        guard let group = entry.order.groupID else { return }
        let others = book.members(of: group, entry.order.symbol).filter { $0.sequence != entry.sequence }
        switch entry.part {
        case .single: return
        case .entry:
            if entry.stage == .ended { try awaken(others, entry.order.filledQuantity, entryPrice: price) }
        case .target, .stop:
            for other in others where entry.stage == .ended {
                try report(other.sequence, .canceled, reason: "one cancels the other")
            }
            for other in others where entry.stage != .ended {
                // Together they held the larger leg; what was filled is gone from it.
                let left = try max(entry.leaves + quantity, other.leaves) - quantity
                guard other.leaves > left else { continue }
                let total = try other.order.filledQuantity + left
                try restate(other.sequence, reason: "one cancels the other") { $0.quantity = total }
            }
        }
    }

    /// Ends an order before it is filled, and its group with it. What an entry bought wakes its legs for it.
    mutating func end(_ sequence: Int64, _ event: OrderEvent, reason: String?) throws(NumericError) {
        try report(sequence, event, reason: reason)
        let entry = book[sequence]
        guard let group = entry.order.groupID else { return }
        let others = book.members(of: group, entry.order.symbol)
        if entry.part == .entry, let price = entry.executions.last?.price {
            return try awaken(others, entry.order.filledQuantity, entryPrice: price)
        }
        for other in others {
            // The legs of a group end at the same close: both are said to have expired.
            let expires = event == .expired && other.terms.timeInForce == .day
            try report(
                other.sequence, expires ? .expired : .canceled,
                reason: "group ended with \(entry.order.id) (\(event.rawValue))")
        }
    }

    private mutating func awaken(
        _ legs: [PaperOrder], _ quantity: Quantity, entryPrice: Price
    ) throws(NumericError) {
        for leg in legs {
            if leg.terms.quantity > quantity {
                try restate(leg.sequence, reason: "the entry bought less") { $0.quantity = quantity }
            }
            book[leg.sequence].stage = leg.workingStage
            book[leg.sequence].since = now
            try report(leg.sequence, .new, reason: "the entry is done")
            awakened.append(Awakened(sequence: leg.sequence, entryPrice: entryPrice))
        }
    }
}
