import Trading

/// What brokers say now and then, and seldom explain.
extension Venue {
    func sendMalformedReport(about symbol: Symbol) {
        let candidates = resting(symbol).filter { !$0.isCanceling && $0.order.status != .held }
        guard !candidates.isEmpty else { return }
        let order = faults.pick(.malformedReports, candidates).order
        switch faults.between(.malformedReports, 0, 3) {
        case 0: interrupt(order.id, faults.pick(.malformedReports, [.suspended, .stopped, .calculated, .doneForDay]))
        case 1: expire(order)
        default:
            report(order, faults.pick(.malformedReports, [.accepted, .new, .held, .pendingReplace, .pendingCancel]))
        }
    }

    /// It exists, does not trade for a while, and then rests again.
    private func interrupt(_ id: ClientOrderID, _ event: OrderEvent) {
        guard var resting = orders[id], let status = Self.status(event), !resting.isForgotten else { return }
        resting.isForgotten = true
        put(resting)
        move(id, to: status, event)
        world.after(faults.between(.malformedReports, 1, 20) * World.second) { [weak self] in
            guard let self, var resting = orders[id], resting.order.isWorking else { return }
            resting.isForgotten = false
            put(resting)
            guard !resting.isCanceling else { return }
            move(id, to: resting.order.filledQuantity.isPositive ? .partiallyFilled : .new, .new)
            match(resting.order.symbol)
        }
    }

    private static func status(_ event: OrderEvent) -> OrderStatus? {
        switch event {
        case .suspended: .suspended
        case .stopped: .stopped
        case .calculated: .calculated
        case .doneForDay: .doneForDay
        default: nil
        }
    }

    /// The day is over, and with it what was good for the day. Entries' legs and siblings hang on it.
    func endDay() {
        for symbol in working.keys.sorted() {
            for order in resting(symbol).map(\.order) where order.terms.timeInForce == .day {
                guard orders[order.id]?.order.isWorking == true, order.terms.type != .market else { continue }
                expire(order)
            }
        }
    }

    /// With everything that hangs on it.
    private func expire(_ order: Order) {
        let others = resting(order.symbol).map(\.order).filter { $0.groupID != nil && $0.groupID == order.groupID }
        move(order.id, to: .expired, .expired)
        if order.terms.role == .entry { return wake(others.filter { $0.id != order.id }, for: order.filledQuantity) }
        for other in others where other.id != order.id && other.terms.role != .entry {
            move(other.id, to: .expired, .expired, reason: "its group has expired")
        }
    }
}
