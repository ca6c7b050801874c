import Trading

/// What the broker does with a request that has arrived.
extension Venue {
    func submit(_ submission: OrderSubmission) {
        if let why = refusal(of: submission) { return refuse(submission, why) }
        for terms in submission.orders {
            var order = Order(
                terms: terms, groupID: submission.groupID, groupKind: submission.groupKind, status: .accepted,
                submittedAt: world.time)
            order.brokerOrderID = BrokerOrderID(unchecked: "b\(nextNumber())")
            let waits = submission.groupKind == .bracket && terms.role != .entry
            order.status = waits ? .held : .new
            let hidden = faults.hits(.outOfStep, 60) ? faults.between(.outOfStep, 100, 3_000) : 0
            put(
                Resting(
                    order: order, isElected: !terms.type.isStop,
                    visibleFrom: world.now + hidden * World.millisecond))
            report(order, waits ? .held : .new)
            onChange(terms.symbol, "\(order.id) \(order.status.rawValue)")
        }
        guard let symbol = submission.orders.first?.symbol else { return }
        world.after(faults.wireDelay()) { [weak self] in self?.match(symbol) }
    }

    private func refuse(_ submission: OrderSubmission, _ why: String) {
        for terms in submission.orders {
            var order = Order(terms: terms, status: .rejected, submittedAt: world.time)
            order.reason = why
            put(Resting(order: order))
            report(order, .rejected, reason: why)
        }
    }

    private func refusal(of submission: OrderSubmission) -> String? {
        guard let first = submission.orders.first else { return "an empty submission" }
        if faults.hits(.orderRefused, 25) { return "the broker does not like it" }
        switch refusals[first.symbol] {
        case .groups where submission.groupKind != nil: return "no groups for this symbol"
        case .plainStops
        where submission.orders.contains { $0.type == .stop } && capabilities.orderTypes.contains(.stopLimit):
            return "invalid order type for this symbol"
        default: break
        }
        if let kind = submission.groupKind, !capabilities.groups.contains(kind) { return "no \(kind.rawValue) here" }
        for terms in submission.orders {
            if let defect = terms.defect(increment: capabilities.priceIncrement(of: terms.symbol)) {
                return defect.description
            }
            if !terms.quantity.isMultiple(of: capabilities.quantityIncrement(of: terms.symbol)) {
                return "quantity increment"
            }
            if terms.quantity < capabilities.minimumQuantity(of: terms.symbol) { return "quantity too small" }
            if !capabilities.orderTypes.contains(terms.type) { return "no \(terms.type.rawValue) orders here" }
            if !capabilities.timeInForce.contains(terms.timeInForce) {
                return "no \(terms.timeInForce.rawValue) orders"
            }
            if submission.groupKind != .bracket, isThrough(terms) { return "stop price is beyond the market" }
        }
        if capabilities.refusesSelfCross, let other = crossing(first) {
            return "potential wash trade detected: \(other) rests on the other side"
        }
        if first.role == .entry {
            guard held(first.symbol).isZero || exitSide(first.symbol) != first.side else {
                return "an entry would close a position"
            }
            return nil
        }
        guard capabilities.reservesShares else { return nil }
        let asked = submission.orders.map(\.quantity.units).max() ?? 0
        let available = exitSide(first.symbol) == first.side ? free(first.symbol) : 0
        guard asked > available else { return nil }
        return
            "insufficient qty available for order (requested: \(first.quantity), available: \(Quantity(units: available)))"
    }

    func isThrough(_ terms: NewOrder) -> Bool {
        guard terms.type.isStop, let stop = terms.stopPrice, let price = prices[terms.symbol] else { return false }
        return terms.side == .sell ? stop >= price : stop <= price
    }

    func cancel(_ id: ClientOrderID) {
        guard let resting = orders[id], resting.order.isWorking else {
            let order = orders[id]?.order
            return tell(
                ExecutionReport(
                    clientOrderID: id, event: .cancelRejected,
                    reason: order.map { "it is \($0.status.rawValue)" } ?? "it is not known", at: world.time))
        }
        guard !resting.isCanceling else {
            return resting.isStuck ? finishCancel(id) : report(resting.order, .pendingCancel)
        }
        if faults.hits(.cancelRefused, 40) {
            return report(resting.order, .cancelRejected, reason: "too late to cancel")
        }
        guard faults.hits(.cancelStuck, 40) else { return finishCancel(id) }
        var slow = resting
        slow.isCanceling = true
        slow.isStuck = faults.between(.cancelStuck, 0, 2) == 0
        slow.order.status = .pendingCancel
        put(slow)
        report(slow.order, .pendingCancel)
        guard !slow.isStuck else { return }
        world.after(faults.between(.cancelStuck, 1, 40) * World.second) { [weak self] in self?.finishCancel(id) }
    }

    /// One leg takes its group with it.
    func finishCancel(_ id: ClientOrderID) {
        guard let order = orders[id]?.order, order.isWorking else { return }
        let others = resting(order.symbol).map(\.order).filter { $0.groupID != nil && $0.groupID == order.groupID }
        move(id, to: .canceled, .canceled)
        if order.terms.role == .entry { return wake(others.filter { $0.id != id }, for: order.filledQuantity) }
        for other in others where other.id != id && other.terms.role != .entry {
            move(other.id, to: .canceled, .canceled, reason: "its group was cancelled")
        }
    }

    /// Two orders of one account that could trade with each other.
    private func crossing(_ terms: NewOrder) -> ClientOrderID? {
        resting(terms.symbol).map(\.order).first { $0.terms.side != terms.side && $0.status != .held }?.id
    }
}
