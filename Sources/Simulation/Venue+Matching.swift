import Trading

/// Trading on the market's price, and orders that hang together.
extension Venue {
    /// Everything of a symbol that can trade now does; now and then in parts.
    func match(_ symbol: Symbol) {
        guard !halted.contains(symbol), capabilities.sessions.contains(session), let price = prices[symbol] else {
            return
        }
        for id in working[symbol] ?? [] {
            guard var resting = orders[id], resting.order.isWorking, resting.order.status != .held else { continue }
            if !resting.isElected, isReached(resting.order.terms, price) {
                resting.isElected = true
                resting.isForgotten = resting.order.terms.role == .stop && faults.hits(.stopForgotten, 60)
                put(resting)
            }
            guard isExecutable(resting, price) else { continue }
            let leaves = resting.order.leavesQuantity
            fill(id, faults.hits(.partialFills, 150) ? part(of: leaves) : leaves, at: tradePrice(resting.order, price))
        }
    }

    private func isReached(_ terms: NewOrder, _ price: Price) -> Bool {
        guard terms.type.isStop, let stop = terms.stopPrice else { return true }
        return terms.side == .sell ? price <= stop : price >= stop
    }

    private func isExecutable(_ resting: Resting, _ price: Price) -> Bool {
        guard resting.isElected, !resting.isForgotten else { return false }
        switch resting.order.terms.type {
        case .market, .stop, .trailingStop: return true
        case .limit, .stopLimit:
            guard let limit = resting.order.terms.limitPrice else { return true }
            return resting.order.terms.side == .sell ? price >= limit : price <= limit
        }
    }

    private func tradePrice(_ order: Order, _ price: Price) -> Price {
        guard order.terms.type == .limit, let limit = order.terms.limitPrice else { return price }
        return limit
    }

    private func part(of leaves: Quantity) -> Quantity {
        let step = capabilities.quantityIncrement.units
        let steps = leaves.units / step
        guard steps > 1 else { return leaves }
        return Quantity(units: faults.between(.partialFills, 1, steps - 1) * step)
    }

    // MARK: - Groups

    /// What one leg's fill means for the others: an OCO sibling shrinks or ends, a bracket's legs wake.
    func settleGroup(of order: Order) {
        guard let group = order.groupID else { return }
        let others = resting(order.symbol).map(\.order).filter { $0.groupID == group && $0.id != order.id }
        if order.terms.role == .entry {
            guard !order.isWorking else { return }
            return wake(others, for: order.filledQuantity)
        }
        for other in others where other.terms.role != .entry {
            if !order.isWorking {
                move(other.id, to: .canceled, .canceled, reason: "one cancels the other")
            } else {
                shrink(other, to: order.leavesQuantity)
            }
        }
    }

    func wake(_ legs: [Order], for quantity: Quantity) {
        for leg in legs {
            guard quantity.isPositive else {
                move(leg.id, to: .canceled, .canceled, reason: "its entry was not filled")
                continue
            }
            guard var resting = orders[leg.id] else { continue }
            let shrinks = resting.order.terms.quantity != quantity
            resting.order.terms.quantity = quantity
            resting.order.groupKind = .oco
            put(resting)
            move(leg.id, to: .new, .new)
            if shrinks, let woken = orders[leg.id]?.order { report(woken, .restated, terms: true) }
        }
        if let symbol = legs.first?.symbol { match(symbol) }
    }

    private func shrink(_ leg: Order, to leaves: Quantity) {
        guard var resting = orders[leg.id], resting.order.leavesQuantity > leaves else { return }
        resting.order.terms.quantity = Quantity(units: resting.order.filledQuantity.units + leaves.units)
        put(resting)
        report(resting.order, .restated, terms: true)
    }
}
