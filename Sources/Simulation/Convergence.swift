import Orchestration
import Trading
import Wording

/// After the faults: nothing unknown, nothing different, nothing unprotected. Liveness, not only safety.
struct Convergence {
    let core: CoreState
    let venue: Venue
    let symbols: [Symbol]

    /// Where core and venue do not agree, in words; empty when they do.
    var defects: [String] {
        guard let broker = core.broker, broker.isReconciled else {
            return ["the core is not reconciled with the broker"]
        }
        var found: [String] = []
        if core.control.state != .active { found.append("trading is \(core.control.state): \(core.control.why.words)") }
        for symbol in symbols { found += defects(of: symbol) }
        return found
    }

    private func defects(of symbol: Symbol) -> [String] {
        var found: [String] = []
        let ours = core.portfolio.positions[symbol]?.quantity ?? .zero
        let theirs = venue.held(symbol)
        if ours != theirs { found.append("\(symbol): \(ours) held in our books, \(theirs) at the broker") }
        let books = core.portfolio.orders.working(symbol)
        for order in books where order.status.isInFlight {
            found.append("\(order.id) is still \(order.status.rawValue)")
        }
        let here = Set(books.map { "\($0.id): \($0.words), filled \($0.filledQuantity)" })
        let there = Set(
            venue.resting(symbol).map { "\($0.order.id): \($0.order.words), filled \($0.order.filledQuantity)" })
        for order in here.subtracting(there).sorted() { found.append("only in our books: \(order)") }
        for order in there.subtracting(here).sorted() { found.append("only at the broker: \(order)") }
        let size = venue.capabilities.tradable(Quantity(units: Int64(theirs.units.magnitude)), of: symbol)
        if venue.protected(symbol) < size.units, !isObstacleTold(symbol, theirs) {
            found.append("\(symbol): a stop for \(Quantity(units: venue.protected(symbol))) of \(size)")
        }
        if let stop = stuckStop(symbol, theirs) {
            found.append("\(symbol): \(stop.words) was elected and does not execute, and nothing is done about it")
        }
        if core.protection.isUnprotected(symbol), size.isPositive, venue.protected(symbol) >= size.units {
            found.append("\(symbol) is protected, and the core does not know it")
        }
        return found
    }

    /// Somebody else's order rests on the other side, where this broker then takes no stop, or holds the shares that have none:
    /// it is not ours to remove, and a person was alerted to it.
    private func isObstacleTold(_ symbol: Symbol, _ held: Quantity) -> Bool {
        let opens: Side = held.isNegative ? .sell : .buy
        let external = venue.resting(symbol).map(\.order).filter {
            core.portfolio.orders[$0.id]?.terms.role == .external
        }
        let isTold = core.holds.reportedReasons(of: symbol).contains { if case .obstacle = $0 { true } else { false } }
        let crosses = venue.capabilities.refusesSelfCross && external.contains { $0.terms.side == opens }
        let claimed = external.filter { $0.terms.side != opens && !$0.terms.type.isStop }
            .reduce(0) { $0 + $1.leavesQuantity.units }
        let size = venue.capabilities.tradable(Quantity(units: Int64(held.units.magnitude)), of: symbol)
        let others = external.filter { $0.terms.side != opens }.reduce(0) { $0 + $1.leavesQuantity.units }
        let free = venue.capabilities.tradable(Quantity(units: max(0, size.units - others)), of: symbol)
        // P5 is told again and again, with the reason.
        guard !external.isEmpty, free.isPositive || !core.protection.isUnprotected(symbol) else { return true }
        return isTold && (crosses || venue.protected(symbol) + claimed >= size.units)
    }

    private func stuckStop(_ symbol: Symbol, _ held: Quantity) -> Order? {
        guard !held.isZero, let price = venue.prices[symbol] else { return nil }
        return venue.resting(symbol).map(\.order).first { order in
            guard order.terms.role == .stop, let level = order.terms.stopPrice else { return false }
            return held.isPositive ? price <= level : price >= level
        }
    }
}
