import Trading

/// Held symbols whose stop and target rest as they are planned: no step is to be taken, nothing is waited for and nothing stands in
/// the way, as long as plan, orders and quantity are the same and the market moves between stop and target. Then the coordinator is
/// not asked again. It is no part of the state: a core that has none of it asks, with the same result.
struct QuietSymbols: Sendable {
    private var symbols: [Symbol: Quiet] = [:]

    /// What a symbol was like when the coordinator named no step.
    struct Quiet: Sendable {
        /// Stamps of the plan and of the working orders.
        var plan: UInt64
        var orders: UInt64
        var connection: UInt64
        var quantity: Quantity
        var session: SessionPhase
        /// The market is above this and below that.
        var above: Price?
        var below: Price?

        func contains(_ prices: ClosedRange<Price>) -> Bool {
            (above.map { $0 < prices.lowerBound } ?? true) && (below.map { prices.upperBound < $0 } ?? true)
        }
    }

    subscript(symbol: Symbol) -> Quiet? {
        get { symbols[symbol] }
        set { if newValue != nil || !symbols.isEmpty { symbols[symbol] = newValue } }
    }
}

extension Orchestrator {
    /// Nothing is to be done on it, and nothing about it is to be told.
    func isQuiet(_ symbol: Symbol) -> Bool {
        guard let known = quiet[symbol], known.connection == state.reconciler.connection.value,
            known.plan == state.plans.stamp(of: symbol), known.orders == state.portfolio.orders.stamp(of: symbol),
            known.quantity == state.portfolio.positions[symbol]?.quantity,
            let prices = state.market.priceRange(of: symbol), known.contains(prices), isUndisturbed(symbol),
            known.session == state.market.session(of: symbol, at: state.now)
        else { return false }
        assert(namesNoStep(symbol))
        return true
    }

    /// Nothing beside plan, orders and price has a say.
    private func isUndisturbed(_ symbol: Symbol) -> Bool {
        state.control.state == .active && !state.control.isFlattening && !state.run.isObserving
            && state.swapMachine.current == nil && state.reconciler.isInAgreement && !state.holds.hasAny(of: symbol)
            && !state.protection.hasAny(of: symbol) && state.mode(of: symbol) == .managed
    }

    /// The long way.
    private func namesNoStep(_ symbol: Symbol) -> Bool {
        guard let plan = state.plans[symbol], let broker = state.broker else { return false }
        let coordinator = coordinator(of: symbol, plan, broker)
        return coordinator.nextAction() == nil && coordinator.waiting == nil && coordinator.obstacle == nil
            && !isMarketThroughStop(of: symbol) && unprotectablePart(of: symbol) == nil
            && state.plans.levelsByOthers(symbol)?.changed == nil
    }

    /// Called when no step is to be taken.
    mutating func noteQuiet(_ coordinator: ActionCoordinator) {
        let symbol = coordinator.symbol
        let found = findQuiet(coordinator)
        quiet[symbol] = found
    }

    private func findQuiet(_ coordinator: ActionCoordinator) -> QuietSymbols.Quiet? {
        let symbol = coordinator.symbol
        guard let position = coordinator.position, let plan = state.plans[symbol], let stop = coordinator.plan.stop,
            plan.entry == nil, plan.quantityLimit == nil, plan.endsEntry == nil,
            plan.stopOwner != PositionPlan.core || plan.hasStopRested == true, isUndisturbed(symbol),
            state.plans.levelsByOthers(symbol)?.changed == nil, coordinator.others.isEmpty,
            !coordinator.working.isEmpty, coordinator.working.allSatisfy(isAtRest),
            coordinator.waiting == nil, coordinator.obstacle == nil, unprotectablePart(of: symbol) == nil,
            let prices = state.market.priceRange(of: symbol)
        else { return nil }
        let stops = coordinator.working.compactMap(\.terms.stopPrice) + [stop.stopPrice]
        let targets = coordinator.working.filter { $0.terms.role == .target }.compactMap(\.terms.limitPrice)
        let levels = targets + [coordinator.plan.target].compactMap { $0 }
        let found = QuietSymbols.Quiet(
            plan: state.plans.stamp(of: symbol), orders: state.portfolio.orders.stamp(of: symbol),
            connection: state.reconciler.connection.value, quantity: position.quantity,
            session: state.market.session(of: symbol, at: state.now),
            above: position.isLong ? stops.max() : levels.max(), below: position.isLong ? levels.min() : stops.min())
        return found.contains(prices) ? found : nil
    }

    /// A stop or target of ours of which nothing was filled, and nothing is asked.
    private func isAtRest(_ order: Order) -> Bool {
        (order.terms.role == .stop || order.terms.role == .target) && order.isWorking && !order.status.isInFlight
            && order.status != .held && order.filledQuantity.isZero && !state.inFlight.isInDoubt(order.id)
    }
}
