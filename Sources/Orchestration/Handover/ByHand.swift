import Trading

/// What keeps an exit that a person asks for from being carried out whole, as things stand.
package enum ExitHindrance: Sendable, Hashable {
    /// So many of the shares that are to be sold, or bought back, are held by orders of others: it waits for these
    /// (I-HAND-1).
    case heldByOthers(Symbol, waiting: Quantity, of: Quantity, orders: [NewOrder])
    /// The broker refuses an exit while an order of others rests on the other side.
    case crossesOthers(Symbol, NewOrder)
}

/// What becomes of a symbol's orders and wishes when nothing is sent for it any more.
package struct Release: Sendable, Hashable {
    package let symbol: Symbol
    /// What a person had asked for and is not done: given up.
    package let givenUp: StandingWish?
    /// Orders of ours that stay at the broker and may be executed there: exits under way and entries.
    package let executable: [Order]
    /// Every position is being closed, and this one is left out from now on.
    package let leavesFlattening: Bool

    package var isPlain: Bool { givenUp == nil && executable.isEmpty && !leavesFlattening }
}

/// Where the stop of a position is.
package enum StopPlace: Sendable, Hashable {
    /// At the broker, and it can be executed; the tightest of them, nil for one that trails.
    case rests(Price?)
    /// In the plan alone.
    case planned(Price)
    case nowhere
}

// For the answer to a person. Nothing is decided here.
extension CoreState {
    /// What a request waits for; empty where it is no exit, or nothing keeps it.
    package func hindrances(of request: PersonRequest) -> [ExitHindrance] {
        guard let symbol = request.symbol, let record = portfolio.positions[symbol] else { return [] }
        switch request.wish {
        case .close: return hindrances(ofSelling: record.size, record)
        case .part(let quantity): return hindrances(ofSelling: quantity, record)
        case .fraction(let fraction): return hindrances(ofSelling: part(fraction, of: record), record)
        case .stop, .target, .mode, .approve, .reject: return []
        }
    }

    /// The same of closing every position that is not watched.
    package var hindrancesOfFlattening: [ExitHindrance] {
        portfolio.positions.inOrder.filter { mode(of: $0.key) != .watched }
            .flatMap { hindrances(ofSelling: $0.value.size, $0.value) }
    }

    private func hindrances(ofSelling quantity: Quantity, _ record: PositionRecord) -> [ExitHindrance] {
        let free = record.size.less(portfolio.orders.externalClaim(on: record))
        let waiting = quantity.less(free)
        let external = portfolio.orders.working(record.symbol).filter { $0.terms.role == .external }
        let holders = external.filter { $0.terms.side == record.exitSide }.map(\.terms)
        guard waiting.isZero else {
            return [.heldByOthers(record.symbol, waiting: waiting, of: quantity, orders: holders)]
        }
        guard broker?.capabilities.refusesSelfCross == true,
            let other = external.first(where: { $0.terms.side != record.exitSide })
        else { return [] }
        return [.crossesOthers(record.symbol, other.terms)]
    }

    /// What handing a symbol back gives up, and what it leaves at the broker.
    package func release(of symbol: Symbol) -> Release {
        let executable = portfolio.orders.working(symbol).filter { $0.terms.role == .reduce || $0.terms.role == .entry }
        return Release(
            symbol: symbol, givenUp: handover.standing.first { $0.symbol == symbol }, executable: executable,
            leavesFlattening: control.isFlattening && portfolio.positions[symbol] != nil
                && mode(of: symbol) != .watched)
    }

    package func stopPlace(of symbol: Symbol) -> StopPlace {
        guard let record = portfolio.positions[symbol] else { return .nowhere }
        let resting = Exits(of: record, in: portfolio.orders).allStops.filter(\.status.isExecutable)
        let prices = resting.compactMap(\.terms.stopPrice)
        if !resting.isEmpty { return .rests(record.isLong ? prices.max() : prices.min()) }
        return plans[symbol]?.stop.map { .planned($0.stopPrice) } ?? .nowhere
    }
}
