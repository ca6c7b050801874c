import Trading

extension PaperExchange {
    mutating func takeCancel(_ id: ClientOrderID) throws(NumericError) {
        guard let sequence = book.sequence(of: id) else {
            return refuse(id, .cancelRejected, "order not found")
        }
        switch book[sequence].order.status {
        case .pendingCancel: try report(sequence, .pendingCancel, reason: "a cancel is under way already")
        case .pendingNew, .accepted, .new, .held, .partiallyFilled, .pendingReplace, .suspended, .stopped, .calculated,
            .doneForDay, .unknown, .filled, .canceled, .expired, .replaced, .rejected:
            guard configuration.hasLatency, book[sequence].stage != .ended else {
                return try carryOutCancel(sequence)
            }
            try report(sequence, .pendingCancel)
            send(.cancel(sequence))
        }
    }

    mutating func carryOutCancel(_ sequence: Int64) throws(NumericError) {
        let entry = book[sequence]
        guard entry.stage != .ended else {
            return refuse(entry.order.id, .cancelRejected, "order is already \(entry.order.status.rawValue)")
        }
        try end(sequence, .canceled, reason: nil)
        try matchAwakened()
    }

    mutating func takeReplacement(_ replacement: OrderReplacement) throws(NumericError) {
        guard let sequence = book.sequence(of: replacement.clientOrderID) else {
            return refuse(replacement.clientOrderID, .replaceRejected, "order not found")
        }
        // A refusal must not be taken for the answer to the request that is under way: the status is said again.
        switch book[sequence].order.status {
        case .pendingCancel: return try report(sequence, .pendingCancel, reason: "not replaced: a cancel is under way")
        case .pendingReplace:
            return try report(sequence, .pendingReplace, reason: "not replaced: a replacement is under way")
        case .pendingNew, .accepted, .new, .held, .partiallyFilled, .suspended, .stopped, .calculated, .doneForDay,
            .unknown, .filled, .canceled, .expired, .replaced, .rejected:
            break
        }
        guard configuration.hasLatency, try refusal(of: replacement, book[sequence]) == nil else {
            return try carryOut(replacement, on: sequence, since: now)
        }
        try report(sequence, .pendingReplace)
        send(.replace(sequence, replacement))
    }

    mutating func carryOut(
        _ replacement: OrderReplacement, on sequence: Int64, since: Timestamp
    ) throws(NumericError) {
        let entry = book[sequence]
        if let reason = try refusal(of: replacement, entry) {
            if entry.stage == .ended { return refuse(entry.order.id, .replaceRejected, reason) }
            // Under a later cancel the replacement does not matter any more; the cancel's answer settles both.
            guard entry.order.status != .pendingCancel else { return }
            return try report(sequence, .replaceRejected, reason: reason)
        }
        let terms = entry.terms.changed(by: replacement)
        if entry.intent == .opening { book[sequence].holdPrice = try estimatedPrice(terms) }
        if terms.limitPrice != entry.terms.limitPrice || terms.stopPrice != entry.terms.stopPrice {
            book[sequence].since = since
        }
        try restate(sequence, reason: nil) { $0 = terms }
        try meet(sequence)
        try matchAwakened()
    }

    private func refusal(of replacement: OrderReplacement, _ entry: PaperOrder) throws(NumericError) -> String? {
        let terms = entry.terms.changed(by: replacement)
        switch entry.stage {
        case .ended: return "order is already \(entry.order.status.rawValue)"
        case .inTransit: return "order isn't sent to exchange yet"
        case .held:
            guard configuration.replacesHeldLegs else { return "order is held until its entry is filled" }
            guard terms.quantity == entry.terms.quantity else { return "a held leg has the quantity of its entry" }
            if terms == entry.terms { return "order parameters are not changed" }
            // It is measured against its sibling; against the market once it rests.
            return defect(of: terms) ?? refusalBySibling(terms, entry)
        case .armed, .live: break
        }
        guard terms != entry.terms else { return "order parameters are not changed" }
        if let reason = defect(of: terms) { return reason }
        let changesQuantity = terms.quantity != entry.terms.quantity
        if changesQuantity {
            guard configuration.replacesQuantity else { return "the quantity cannot be replaced" }
            guard entry.part != .entry else { return "the quantity of a bracket's entry cannot be replaced" }
            guard terms.quantity > entry.order.filledQuantity else {
                return "quantity \(terms.quantity) must be above what is filled (\(entry.order.filledQuantity))"
            }
        }
        if terms.limitPrice != entry.terms.limitPrice || terms.stopPrice != entry.terms.stopPrice {
            guard configuration.replacesPrice else { return "prices cannot be replaced" }
            if let reason = refusalOfPrices(terms, entry) { return reason }
        }
        return try refusalOfMore(terms, entry)
    }

    private func refusalOfPrices(_ terms: NewOrder, _ entry: PaperOrder) -> String? {
        if terms.stopPrice != entry.terms.stopPrice {
            guard entry.stage != .live else { return "the stop was elected already" }
            if let (stop, market) = passedStop(terms) {
                return "stop price must be \(terms.side == .sell ? "below" : "above") the market "
                    + "(stop: \(stop.text(minimumDecimals: 2)), market: \(market.text(minimumDecimals: 2)))"
            }
        }
        switch entry.part {
        case .single:
            // Only a limit can come to cross one of ours by a new price; a stop was judged when it was submitted.
            return terms.type == .limit ? refusalOfWashTrade(terms) : nil
        case .entry: return nil
        case .target, .stop:
            return refusalBySibling(terms, entry)
        }
    }

    /// Why a leg with these terms goes together no more with the other one.
    private func refusalBySibling(_ terms: NewOrder, _ entry: PaperOrder) -> String? {
        guard let group = entry.order.groupID else { return nil }
        for other in book.members(of: group, terms.symbol)
        where other.sequence != entry.sequence && other.part != .entry {
            let (target, stop) = entry.part == .target ? (terms, other.terms) : (other.terms, terms)
            if let reason = GroupShape.problemOfPrices(target, stop) { return reason }
        }
        return nil
    }

    /// Whether the shares or the money for a larger order are there.
    private func refusalOfMore(_ terms: NewOrder, _ entry: PaperOrder) throws(NumericError) -> String? {
        let wanted = try terms.quantity - entry.order.filledQuantity
        switch entry.intent {
        case .closing:
            let reserved = reservedQuantity(terms.symbol, terms.side)
            let held = try quantityHeld(terms.symbol).magnitude()
            let extra = try reservedQuantity(terms.symbol, terms.side, ifTerms: terms) - reserved
            let free = try held - reserved
            guard extra.isPositive && extra > free || wanted > held else { return nil }
            return insufficientQuantity(requested: max(extra, wanted), available: free, reserved: reserved)
        case .opening:
            guard let price = try estimatedPrice(terms) else { return nil }
            let required = try price.times(wanted) - entry.hold
            guard required.isPositive else { return nil }
            return refusalOfFunds(required: required, available: try buyingPower())
        }
    }

    /// A refusal that touches no order.
    private mutating func refuse(_ id: ClientOrderID, _ event: OrderEvent, _ reason: String) {
        outbox.append(
            ExecutionReport(
                clientOrderID: id, brokerOrderID: book.order(id)?.order.brokerOrderID, event: event, reason: reason,
                at: now))
    }
}

extension NewOrder {
    /// These terms after a replacement.
    func changed(by replacement: OrderReplacement) -> NewOrder {
        var terms = self
        terms.quantity = replacement.quantity ?? quantity
        terms.limitPrice = replacement.limitPrice ?? limitPrice
        terms.stopPrice = replacement.stopPrice ?? stopPrice
        return terms
    }
}
