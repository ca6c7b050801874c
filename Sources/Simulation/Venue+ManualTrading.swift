import Trading

/// A person at the broker's own screen, who asks nobody.
extension Venue {
    /// Cancels one of the working orders of a symbol.
    func cancelManually(_ id: ClientOrderID) { finishCancel(id) }

    /// Buys more, or sells what is free; at market.
    func tradeManually(_ symbol: Symbol, _ side: Side, _ quantity: Quantity) {
        place(symbol, side, quantity, .market, limit: nil)
    }

    func place(
        _ symbol: Symbol, _ side: Side, _ quantity: Quantity, _ type: OrderType, limit: Price?, stop: Price? = nil
    ) {
        let id = ClientOrderID(unchecked: "hand-\(nextNumber())")
        let terms = NewOrder(
            clientOrderID: id, symbol: symbol, side: side, type: type, quantity: quantity, limitPrice: limit,
            stopPrice: stop, role: .external)
        var order = Order(terms: terms, status: .new, submittedAt: world.time)
        order.brokerOrderID = BrokerOrderID(unchecked: "b\(nextNumber())")
        put(Resting(order: order, isElected: stop == nil))
        report(order, .new, terms: true)
        onChange(symbol, "\(order.words) by hand")
        match(symbol)
    }

    /// Gives a resting order another stop price.
    func moveManually(_ id: ClientOrderID, to stop: Price) { changeManually(id) { $0.stopPrice = stop } }

    func resizeManually(_ id: ClientOrderID, to quantity: Quantity) { changeManually(id) { $0.quantity = quantity } }

    private func changeManually(_ id: ClientOrderID, _ change: (inout NewOrder) -> Void) {
        guard var resting = orders[id], resting.order.status == .new, !resting.isElected else { return }
        change(&resting.order.terms)
        resting.order.updatedAt = world.time
        put(resting)
        report(resting.order, .restated, terms: true)
        onChange(resting.order.symbol, "\(id) changed by hand")
    }

    /// Tells an order as over that lives, and as alive later.
    func tellEnd(of id: ClientOrderID, for span: Int64) {
        guard let order = orders[id]?.order, order.isWorking else { return }
        report(order, .expired, reason: "between sessions")
        world.after(span) { [weak self] in
            guard let order = self?.orders[id]?.order, order.status == .new else { return }
            self?.report(order, .new)
        }
    }

    // MARK: - Money

    /// Paid in, or taken out.
    func move(cash amount: Money) { book(cash: amount) }

    func book(_ kind: CashMovement.Kind, _ amount: Money, listedAfter span: Int64) -> CashMovement {
        let movement = CashMovement(
            id: CashMovementID(unchecked: "m\(nextNumber())"), kind: kind, amount: amount, at: world.time)
        movements.append((movement, world.now + span, [amount.units]))
        book(cash: amount)
        return movement
    }

    func movement(_ id: CashMovementID) -> CashMovement? { movements.first { $0.movement.id == id }?.movement }

    /// It was another amount after all.
    func correct(_ id: CashMovementID, to amount: Money) -> CashMovement {
        guard let place = movements.firstIndex(where: { $0.movement.id == id }) else {
            preconditionFailure("\(id) was booked")
        }
        book(cash: Money(units: amount.units - movements[place].movement.amount.units))
        movements[place].movement.amount = amount
        movements[place].told.append(amount.units)
        movements[place].from = world.now
        return movements[place].movement
    }

    // MARK: - Dividends

    /// From now on the shares trade without it; whoever holds them now is paid later, and who is short pays.
    /// - Parameter lowersOrders: stops that sell and limits that buy are lowered by it, as many brokers do.
    func goWithoutDividend(_ symbol: Symbol, _ amount: Price, lowersOrders: Bool, paidIn seconds: Int64) {
        let due = value(held(symbol), amount)
        lowerPrices(symbol, by: amount)
        world.after(seconds * World.second) { [weak self] in self?.book(cash: due) }
        guard lowersOrders else { return }
        for var resting in resting(symbol) where resting.order.status == .new && !resting.isElected {
            guard resting.order.terms.side == .sell, let stop = resting.order.terms.stopPrice else { continue }
            let step = capabilities.priceIncrement(of: symbol).step(for: stop).units
            func lowered(_ price: Price) -> Price {
                Price(units: max(step, (price.units - amount.units) / step * step))
            }
            resting.order.terms.stopPrice = lowered(stop)
            resting.order.terms.limitPrice = resting.order.terms.limitPrice.map(lowered)
            resting.order.updatedAt = world.time
            put(resting)
            report(resting.order, .restated, terms: true)
            onChange(symbol, "\(resting.order.id) lowered by a dividend")
        }
    }
}
