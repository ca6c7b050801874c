import Trading

/// What other people and the world do at the same account (seeds from ``Scenario/sixthEdition`` on).
extension Simulator {
    func interfere() {
        if faults.hits(.otherHands, 6) { interfere(with: faults.pick(.otherHands, scenario.symbols)) }
        if faults.hits(.cashFlows, 2) {
            // What is left is far more than positions can lose.
            let most = max(0, venue.cash.units - 5_000_000 * Money.scale)
            let percent = faults.between(.cashFlows, 10, 90)
            let isPaidIn = faults.between(.cashFlows, 0, 1) == 1
            let amount = Money(units: isPaidIn ? venue.cash.units / 100 * percent : -(most / 100 * percent))
            story("somebody moves \(amount) in or out")
            venue.move(cash: amount)
        }
    }

    /// The core is down for weeks. What was under way is over by then, and the day's orders with it.
    func pauseForWeeks() {
        let until = world.now + 60 * World.second
        while !isOver, world.step(until: until) {}
        guard !isOver, faults.isStorm, provider.isSettled else { return }
        let weeks = faults.between(.longPause, 1, 3)
        story("\(weeks) weeks pass")
        world.skip(weeks * 7 * 86_400 * World.second)
        invariants.weeksPass()
        venue.endDay()
        for symbol in scenario.symbols {
            guard let price = venue.prices[symbol] else { continue }
            let cent = Price.scale / 100
            let moved = price.units / 100 * faults.between(.longPause, 85, 118) / cent * cent
            venue.price(symbol, Price(units: max(moved, 5 * Price.scale)))
            venue.match(symbol)
        }
    }

    private func interfere(with symbol: Symbol) {
        let stop = venue.resting(symbol).map(\.order).first {
            $0.terms.role == .stop && $0.status == .new && $0.groupID == nil
        }
        let kind = faults.between(.otherHands, 0, 4)
        guard kind > 0 else { return placeForAPart(of: symbol) }
        guard let stop else { return }
        switch kind {
        case 1: moveStop(stop)
        case 2:
            let half = stop.terms.quantity.units / 2
            let units = half / venue.capabilities.quantityIncrement.units * venue.capabilities.quantityIncrement.units
            guard units > 0, stop.filledQuantity.isZero else { return }
            story("a person makes \(stop.id) smaller")
            venue.resizeManually(stop.id, to: Quantity(units: units))
        case 3:
            story("the broker tells \(stop.id) as expired, and it lives")
            venue.tellEnd(of: stop.id, for: faults.between(.otherHands, 5, 60) * World.second)
        default:
            guard stop.leavesQuantity.units == Int64(venue.held(symbol).units.magnitude) else { return }
            story("the list of positions leaves \(symbol) out")
            venue.leaveOut(symbol, for: faults.between(.otherHands, 10, 120) * World.second)
        }
    }

    /// A limit or a stop for some of what is held, which stays; also where our exits hold all of it and the broker lets it.
    private func placeForAPart(of symbol: Symbol) {
        guard let side = venue.exitSide(symbol), let price = venue.prices[symbol],
            !venue.resting(symbol).contains(where: { $0.order.terms.role == .entry || $0.order.terms.role == .external }
            )
        else { return }
        let step = venue.capabilities.quantityIncrement.units
        let held = Int64(venue.held(symbol).units.magnitude)
        let most = venue.capabilities.reservesShares ? venue.free(symbol) : held
        let units = most / 4 * faults.between(.otherHands, 1, 4) / step * step
        guard units > 0 else { return }
        invariants.tradesManually(symbol)
        let isStop = faults.between(.otherHands, 0, 1) == 1
        let cent = Price.scale / 100
        let level = Price(units: price.units / 100 * (isStop == (side == .sell) ? 92 : 108) / cent * cent)
        story("a person places an exit for \(Quantity(units: units)) of \(symbol) at \(level)")
        venue.place(
            symbol, side, Quantity(units: units), isStop ? .stop : .limit, limit: isStop ? nil : level,
            stop: isStop ? level : nil)
    }

    private func moveStop(_ order: Order) {
        guard let level = order.terms.stopPrice, order.terms.limitPrice == nil, let price = venue.prices[order.symbol]
        else { return }
        let tightens = faults.between(.otherHands, 0, 1) == 1
        let distance = (price.units - level.units) / (tightens ? 3 : -3)
        let step = venue.capabilities.priceIncrement(of: order.symbol).step(for: level).units
        let moved = Price(units: (level.units + distance) / step * step)
        guard moved.isPositive, abs(moved.units - level.units) > 12 * step else { return }
        story("a person moves \(order.id) from \(level) to \(moved)")
        invariants.movesStop(order.id, from: level, to: moved)
        venue.moveManually(order.id, to: moved)
    }
}
