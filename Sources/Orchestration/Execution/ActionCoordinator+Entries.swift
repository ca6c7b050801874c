import Trading

// MARK: - Flat, and entries

extension ActionCoordinator {
    func actionWhenFlat() -> Action? {
        guard !working.contains(where: { $0.terms.role == .entry }) else { return cancelEntryIfUnwanted() }
        guard mayEnter, areWishesFresh, !refused.isEntry, let entry = plan.entry, isTrading, !isSpreadUnsound,
            !isOfferedByOthers(entry)
        else { return nil }
        return enter(entry)
    }

    /// I-HAND-6: somebody's order may close what the entry opens, and the entry's stop would offer the same shares again.
    private func isOfferedByOthers(_ entry: Entry) -> Bool {
        others.contains { $0.terms.side == entry.side.opposite && $0.leavesQuantity.isPositive }
    }

    /// An exit of ours without a position, or on the side that does not close it, would open the other side.
    var strayExit: Order? {
        working.first { order in
            let waits =
                order.groupKind == .bracket
                && working.contains { $0.groupID == order.groupID && $0.terms.role == .entry }
            return order.isExit && order.terms.side != position?.exitSide && order.status != .held && !waits
        }
    }

    private func cancelEntryIfUnwanted() -> Action? {
        guard let order = working.first(where: { $0.terms.role == .entry }) else { return nil }
        guard mayEnter else { return cancel(order, why: .tradingRestricted) }
        // A market order is over in a moment, where the market trades.
        guard order.terms.type == .limit || !isTrading else { return nil }
        guard let entry = plan.entry else { return cancel(order, why: .noEntryPlanned) }
        guard entry.side == order.terms.side else { return cancel(order, why: .otherSidePlanned) }
        guard let sentEntry, sentEntry != entry else { return nil }
        return cancel(order, why: .otherEntryPlanned)
    }

    func actionWhileEntering(_ entry: Order, _ position: PositionRecord) -> Action? {
        if !mayEnter { return cancel(entry, why: .tradingRestricted) }
        if plan.endsEntry == true { return cancel(entry, why: .otherEntryPlanned) }
        if isOverdue { return cancel(entry, why: .filledPartUnprotected) }
        if plan.quantityLimit != nil || isThroughStop(position) { return cancel(entry, why: .positionReducing) }
        // Its bracket protects what is filled; a broker that refuses orders on both sides takes no stop beside it.
        guard entry.groupKind != .bracket, !capabilities.refusesSelfCross, exits.reductions.isEmpty,
            openExitQuantity <= position.size
        else { return nil }
        return protectFilledPart(position)
    }

    /// I-WISH-5: what is filled gets its stop at once, while the rest of the entry works: beside those that rest, so that none is
    /// taken away for it.
    private func protectFilledPart(_ position: PositionRecord) -> Action? {
        guard let stop = plan.stop, !isMarketThrough(stop, position) else { return nil }
        let free = Quantity(units: protectable(position).units - openExitQuantity.units)
        guard free.isPositive, takesStops, !refused.isStop, capabilities.tradable(free, of: symbol, in: .stop) == free
        else { return nil }
        return place(stop, nil, free, position)
    }

    private func enter(_ entry: Entry) -> Action {
        let main = NewOrderDraft(
            side: entry.side, type: entry.limitPrice == nil ? .market : .limit, quantity: entry.quantity,
            limitPrice: entry.limitPrice, timeInForce: capabilities.immediate, role: .entry)
        func summary(target: Price?) -> ActionSummary {
            .enter(
                side: entry.side, quantity: entry.quantity, symbol: symbol, stop: entry.stop.stopPrice, target: target)
        }
        guard capabilities.groups(of: symbol).contains(.bracket), !refused.isBracket,
            capabilities.orderTypes(of: symbol, in: session).contains(.limit), takesStops,
            let target = entry.target
        else {
            return Action(kind: .submit([main], group: nil), summary: summary(target: nil), why: .entryPlanned)
        }
        let exitSide = entry.side.opposite
        let level = capabilities.fitting(entry.stop, of: symbol, isLong: entry.side == .buy)
        let stop = NewOrderDraft(
            side: exitSide, type: level.limitPrice == nil ? .stop : .stopLimit, quantity: entry.quantity,
            limitPrice: level.limitPrice, stopPrice: level.stopPrice, timeInForce: capabilities.resting, role: .stop)
        let profit = NewOrderDraft(
            side: exitSide, type: .limit, quantity: entry.quantity, limitPrice: target,
            timeInForce: capabilities.resting, role: .target)
        return Action(
            kind: .submit([main, profit, stop], group: .bracket),
            summary: summary(target: target), why: .entryPlanned)
    }
}
