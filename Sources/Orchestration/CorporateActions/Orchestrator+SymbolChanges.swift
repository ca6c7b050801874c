import Trading

/// The broker shows under another symbol what it showed under this one before: in one list, or in two of which the later one may
/// show either (I-CORP-6).
extension Orchestrator {
    /// One list shows under another symbol what it showed under this one before: the same quantity at the same average
    /// price, or what an announcement makes of it.
    /// - Returns: the symbols that this explains.
    mutating func moveSymbols(
        _ findings: [(symbol: Symbol, finding: PositionFinding)]
    ) throws(NumericError) -> Set<Symbol> {
        var (gone, come): ([PositionRecord], [BrokerPosition]) = ([], [])
        for (symbol, finding) in findings {
            guard case .differs(let ours, let theirs) = finding else { continue }
            if let theirs, ours.isZero { come.append(theirs) }
            if theirs == nil, let record = state.portfolio.positions[symbol] { gone.append(record) }
        }
        guard state.reconciler.hasReconciled, !state.swapMachine.mustMatchPrevious else { return [] }
        var moved: Set<Symbol> = []
        for record in gone {
            let matches = come.filter { !moved.contains($0.symbol) && isSame(record, $0) }
            guard matches.count == 1, let theirs = matches.first else { continue }
            // Two positions alike: nobody can tell which of them it was.
            guard gone.count(where: { isSame($0, theirs) }) == 1 else { continue }
            try move(record, to: theirs)
            moved.formUnion([record.symbol, theirs.symbol])
        }
        return moved
    }

    /// I-CORP-6: the other symbol is shown in a later list, or was in an earlier one.
    /// - Returns: whether that explains it.
    mutating func followSymbol(
        _ symbol: Symbol, _ theirs: BrokerPosition?, ours: Quantity
    ) throws(NumericError) -> Bool {
        guard state.reconciler.hasReconciled, !state.swapMachine.mustMatchPrevious else { return false }
        guard let theirs else { return try joinRenamed(symbol) }
        return ours.isZero ? try restoreVanished(as: theirs) : false
    }

    /// It was gone before the other symbol was shown.
    private mutating func restoreVanished(as theirs: BrokerPosition) throws(NumericError) -> Bool {
        let (actions, now, held) = (state.actions, state.now, state.portfolio.positions)
        let price = state.market.price(of: theirs.symbol)
        let before = state.actions.takeVanished(at: now) { vanished in
            vanished.record.symbol != theirs.symbol && held[vanished.record.symbol] == nil
                && Self.isSame(vanished.record, theirs, actions, at: now)
                && (actions.successor(of: vanished.record.symbol, at: now) != nil
                    || Self.fits(vanished.plan, theirs, at: price))
        }
        guard let before else { return false }
        state.portfolio.restore(before.record, as: before.record.symbol)
        // Under a name of now: that of then may have named orders of which the count is forgotten.
        let id = DecisionID(cycle: state.cycle.number, symbol: before.record.symbol)
        if let plan = before.plan { state.plans.adopt(with(plan) { $0.id = id }) }
        try move(before.record, to: theirs)
        return true
    }

    /// The other symbol was shown before it was gone, and was adopted as if it were another position.
    private mutating func joinRenamed(_ symbol: Symbol) throws(NumericError) -> Bool {
        guard let record = state.portfolio.positions[symbol] else { return false }
        let positions = state.portfolio.positions.values
        let found = positions.filter { other in
            other.symbol != symbol && other.origin == .found
                && state.now < other.openedAt + CoreLimits.symbolChangeDelay && isSame(record, BrokerPosition(other))
        }
        guard found.count == 1, let other = found.first,
            positions.count(where: { $0.symbol != other.symbol && isSame($0, BrokerPosition(other)) }) == 1
        else { return false }
        let isAnnounced = state.actions.successor(of: symbol, at: state.now) != nil
        let price = state.market.price(of: other.symbol)
        guard isAnnounced || Self.fits(state.plans[symbol], BrokerPosition(other), at: price) else { return false }
        state.portfolio.close(other.symbol)
        try move(record, to: BrokerPosition(other))
        return true
    }

    /// The stop of the one would not sell the other at once.
    private static func fits(_ plan: PositionPlan?, _ theirs: BrokerPosition, at price: Price?) -> Bool {
        guard let stop = plan?.stop?.stopPrice, let price else { return true }
        return theirs.quantity.isPositive ? stop < price : stop > price
    }

    private func isSame(_ record: PositionRecord, _ theirs: BrokerPosition) -> Bool {
        Self.isSame(record, theirs, state.actions, at: state.now)
    }

    private static func isSame(
        _ record: PositionRecord, _ theirs: BrokerPosition, _ actions: CorporateActions, at now: Timestamp
    ) -> Bool {
        if let change = actions.successor(of: record.symbol, at: now) {
            return change.to == theirs.symbol && change.split.explains(theirs.quantity, from: record.quantity)
        }
        return record.isSame(as: theirs)
    }

    private mutating func move(_ record: PositionRecord, to theirs: BrokerPosition) throws(NumericError) {
        let symbol = record.symbol
        note(
            .corporateAction, symbol, nil, ours: .quantity(record.quantity), brokers: .quantity(.zero),
            done: .movedTo(theirs.symbol))
        state.reconciler.note(.differs(ours: record.quantity, theirs: nil), of: symbol, at: state.now)
        state.reconciler.note(.differs(ours: .zero, theirs: theirs), of: theirs.symbol, at: state.now)
        endUnseenOrders(of: symbol)
        let split = state.actions.successor(of: symbol, at: state.now)?.split
        try moveSymbol(symbol, to: theirs.symbol, split.flatMap { $0.numerator == $0.denominator ? nil : $0 })
        adoptQuantity(theirs)
        adoptExitsIntoPlan(theirs.symbol)
        watchProtection(theirs.symbol)
    }

    /// The broker shows under another symbol what it showed under this one: the position's memory goes along.
    private mutating func moveSymbol(_ symbol: Symbol, to other: Symbol, _ split: Split?) throws(NumericError) {
        if let split { try restate(symbol, by: .split(split)) }
        state.portfolio.rename(symbol, to: other)
        state.plans.rename(symbol, to: other)
        if let split { try state.market.split(symbol, split, effectiveAt: state.now) }
        state.market.rename(symbol, to: other)
        state.audit.reset(symbol)
        watchProtection(symbol)
        watchBreach(symbol)
        touch(symbol)
        touch(other)
    }
}

extension BrokerPosition {
    fileprivate init(_ record: PositionRecord) {
        self.init(symbol: record.symbol, quantity: record.quantity, averagePrice: record.averagePrice)
    }
}
