import Trading

/// Compares the plan of one symbol with reality and names the NEXT safe step, or nil when there is none to take now.
///
/// It remembers nothing: a late fill, a refused cancel, a crash or a manual trade changes reality, and so the next step.
/// The rules, in order:
/// 1. Nothing while an order of the symbol is in flight.
/// 2. What could oversell, or stands in the way of a reduction, is cancelled and its confirmation awaited.
/// 3. Reduce.
/// 4. Protect what remains, before anything else goes on; with its target in one OCO group where the broker has OCO.
/// 5. Entries last, with their stop.
struct ActionCoordinator {
    let symbol: Symbol
    let position: PositionRecord?
    let plan: PositionPlan
    let working: [Order]
    let exits: Exits
    let openExitQuantity: Quantity
    let market: Market
    let capabilities: BrokerCapabilities
    /// The position has had no stop for longer than its limit.
    let isOverdue: Bool
    /// The market has been through the resting stop for long, and it does not execute.
    let isStopStuck: Bool
    /// False after the broker refused a reduction: protection comes first.
    let mayReduce: Bool
    /// False after the broker refused again and again: what it does not replace is cancelled.
    let mayReplace: Bool
    /// Trading is active; else an entry that is under way is ended.
    let mayEnter: Bool
    /// A fill of one leg of an OCO after this may still shrink the other.
    let patienceSince: Timestamp

    init(
        _ symbol: Symbol, plan: PositionPlan, state: MarkedPortfolio, capabilities: BrokerCapabilities,
        isOverdue: Bool = false, isStopStuck: Bool = false, mayReduce: Bool = true, mayReplace: Bool = true,
        mayEnter: Bool = true, patienceSince: Timestamp = Timestamp(nanoseconds: .max)
    ) {
        self.patienceSince = patienceSince
        self.isOverdue = isOverdue
        self.isStopStuck = isStopStuck
        self.mayReduce = mayReduce
        self.mayReplace = mayReplace
        self.mayEnter = mayEnter
        self.symbol = symbol
        self.capabilities = capabilities
        position = state.positions[symbol]
        self.plan = capabilities.fitting(plan, isLong: position?.isLong ?? true)
        working = state.orders.working(symbol)
        market = state.market
        if let position {
            exits = Exits(of: position, in: state.orders)
            openExitQuantity = state.orders.openExitQuantity(symbol, side: position.exitSide)
        } else {
            exits = .none
            openExitQuantity = .zero
        }
    }

    func nextAction() -> Action? {
        guard !working.contains(where: { $0.status.isInFlight }) else { return nil }
        if let stray = strayExit {
            let why = position == nil ? "nothing is held any more" : "it would open or add to a position, not close one"
            return cancel(stray, why: why)
        }
        guard let position else { return actionWhenFlat() }
        if let entry = working.first(where: { $0.terms.role == .entry }) { return actionWhileEntering(entry, position) }
        // A market exit is under way: it is the action of the moment.
        guard exits.reductions.isEmpty else { return nil }
        guard !isGroupShrinking else { return nil }
        let rest = intendedRest(of: position)
        if openExitQuantity > position.size {
            return shrinkExits(to: position.size, why: "more shares are on offer than are held")
        }
        if excess(of: position, over: rest).isPositive, mayReduceNow(to: rest) { return reduce(position, to: rest) }
        return protect(position)
    }

    /// What is to remain: the plan's limit, or nothing when the market is through the stop already, since a stop
    /// cannot be placed there and the position must not stand unprotected.
    private func intendedRest(of position: PositionRecord) -> Quantity {
        if isStopStuck || isThroughStop(position) || isAtUnworkedTarget(position) { return .zero }
        return mayReduce ? min(plan.quantityLimit ?? position.size, position.size) : position.size
    }

    /// Something that keeps a position from being protected, and that is not ours to remove.
    var obstacle: String? {
        guard let position, capabilities.refusesSelfCross, exits.protectedQuantity < protectable(position),
            let other = working.first(where: { isCrossing($0, position) })
        else { return nil }
        return
            "no stop can be placed: the broker refuses it while \(other.id) rests on the other side (\(other.words)); cancel that order, or close the position"
    }

    private func isCrossing(_ order: Order, _ position: PositionRecord) -> Bool {
        order.terms.side != position.exitSide && order.terms.role == .external
    }

    /// What can be sold of what is beyond the rest; the broker trades whole increments.
    func excess(of position: PositionRecord, over rest: Quantity) -> Quantity {
        guard rest < position.size else { return .zero }
        return capabilities.tradable(Quantity(units: position.size.units - rest.units), of: symbol)
    }

    private func protectable(_ position: PositionRecord) -> Quantity {
        capabilities.tradable(position.size, of: symbol)
    }

    private func isThroughStop(_ position: PositionRecord) -> Bool {
        guard let stop = plan.stop, isMarketThrough(stop, position) else { return false }
        guard let resting = exits.stops.first else { return true }
        // A looser stop rests: outside a regular session it stays, and inside one the wanted stop has been reached.
        return isTrading && resting.terms.stopPrice != stop.stopPrice
    }

    /// Where a stop would trigger at once, or be refused for it: by the last trade or by what could be had now.
    func isMarketThrough(_ stop: ProtectiveStop, _ position: PositionRecord) -> Bool {
        let prices = [market.executable(symbol, side: position.exitSide), market.price(of: symbol)].compactMap { $0 }
        return prices.contains { position.isLong ? $0 <= stop.stopPrice : $0 >= stop.stopPrice }
    }

    /// One leg of an OCO was filled in part just now, and the venue's word that the other shrank with it is on its way.
    private var isGroupShrinking: Bool {
        working.contains { leg in
            leg.groupKind == .oco && leg.filledQuantity.isPositive && leg.updatedAt > patienceSince
                && working.contains { $0.groupID == leg.groupID && $0.leavesQuantity > leg.leavesQuantity }
        }
    }

    /// Where the broker has no OCO, the core watches the target itself.
    private func isAtUnworkedTarget(_ position: PositionRecord) -> Bool {
        guard let target = plan.target, !capabilities.restsTargets, exits.targets.isEmpty,
            let price = market.executable(symbol, side: position.exitSide)
        else { return false }
        return position.isLong ? price >= target : price <= target
    }

    /// The broker trades now, and the symbol is not halted.
    var isTrading: Bool { capabilities.sessions.contains(market.session) && !isHalted }
    var isHalted: Bool { market[symbol]?.isHalted == true }

    /// A part is sold while the broker trades; the protection rests until then. A whole exit may queue at the broker, but
    /// through a halt what protects is not taken away.
    func mayReduceNow(to rest: Quantity) -> Bool { isTrading || (rest.isZero && !isHalted) }

    /// The broker would refuse what trades against this.
    private var isBlocked: Bool {
        guard capabilities.refusesSelfCross, let position else { return false }
        return working.contains { isCrossing($0, position) }
    }
}

// MARK: - Reduce

extension ActionCoordinator {
    private func reduce(_ position: PositionRecord, to rest: Quantity) -> Action? {
        let excess = excess(of: position, over: rest)
        let free = Quantity(units: position.size.units - openExitQuantity.units)
        guard free >= excess else {
            return shrinkExits(to: rest, why: "its shares are needed for selling \(excess)")
        }
        guard !isBlocked else { return nil }
        let order = NewOrderDraft(
            side: position.exitSide, type: .market, quantity: excess, timeInForce: capabilities.immediate, role: .reduce
        )
        let why =
            isStopStuck || isThroughStop(position)
            ? "the market is through the stop at \(plan.stop?.stopPrice.text(minimumDecimals: 2) ?? "?"); a stop can no longer rest"
            : "target position: \(rest)"
        return Action(
            kind: .submit([order], group: nil),
            words: "\(order.side.rawValue) \(excess) \(symbol) at market", why: why)
    }

    /// Frees shares with the least loss of protection: a lone stop shrinks in place where the broker can do that, else
    /// a target goes first, else the stop.
    private func shrinkExits(to size: Quantity, why: String) -> Action? {
        let isAlone = exits.targets.isEmpty && exits.stops.count == 1
        if isAlone, let stop = exits.stops.first, capabilities.canShrink, mayReplace, size.isPositive,
            stop.leavesQuantity > size, stop.status != .held
        {
            let before = capabilities.replacementQuantity == .total ? stop.filledQuantity.units : 0
            let total = Quantity(units: before + size.units)
            return Action(
                kind: .replace(OrderReplacement(clientOrderID: stop.id, quantity: total)),
                words: "shrink the stop to \(size)", why: why)
        }
        guard let order = exits.targets.first ?? exits.stops.first else { return nil }
        return cancel(order, why: why)
    }

    private func cancel(_ order: Order, why: String) -> Action {
        let role = order.terms.role == .external ? "" : "\(order.terms.role.rawValue) "
        return Action(kind: .cancel(order.id), words: "cancel the \(role)order: \(order.words)", why: why)
    }
}

// MARK: - Protect

extension ActionCoordinator {
    private func protect(_ position: PositionRecord) -> Action? {
        guard let stop = plan.stop else { return nil }
        let target = capabilities.restsTargets ? plan.target.flatMap { isBeyond($0, stop) ? nil : $0 } : nil
        let covered = exits.stops.map(\.leavesQuantity).total
        guard exits.stops.count == 1, let resting = exits.stops.first, covered == protectable(position) else {
            return arrange(position, stop, target)
        }
        if !isMarketThrough(stop, position), let action = move(resting, to: stop) { return action }
        return adjustTarget(position, to: target)
    }

    /// The stop rests for all shares; its price may have to move.
    private func move(_ resting: Order, to stop: ProtectiveStop) -> Action? {
        guard resting.terms.stopPrice != stop.stopPrice || resting.terms.limitPrice != stop.limitPrice else {
            return nil
        }
        let words = "move the stop from \(text(resting.terms.stopPrice)) to \(text(stop.stopPrice))"
        let sameKind = (resting.terms.limitPrice == nil) == (stop.limitPrice == nil)
        guard capabilities.canMovePrice, sameKind, resting.status != .held else {
            return cancel(resting, why: words)
        }
        return Action(
            kind: .replace(
                OrderReplacement(
                    clientOrderID: resting.id,
                    limitPrice: stop.limitPrice == resting.terms.limitPrice ? nil : stop.limitPrice,
                    stopPrice: stop.stopPrice)),
            words: words, why: "the plan's stop has moved")
    }

    /// The stop is right; the target may be missing, moved or no longer wanted.
    private func adjustTarget(_ position: PositionRecord, to target: Price?) -> Action? {
        guard let resting = exits.targets.first else {
            guard target != nil, let stop = exits.stops.first else { return nil }
            return cancel(stop, why: "it comes back at once in one OCO group with the target")
        }
        guard let target else { return cancel(resting, why: "the plan has no target any more") }
        guard resting.terms.limitPrice != target else { return nil }
        guard capabilities.canMovePrice, resting.status != .held else {
            return cancel(resting, why: "the plan's target has moved")
        }
        return Action(
            kind: .replace(OrderReplacement(clientOrderID: resting.id, limitPrice: target)),
            words: "move the target from \(text(resting.terms.limitPrice)) to \(text(target))",
            why: "the plan's target has moved")
    }

    /// No single stop covers the position: clear the way, then place what the plan wants in one go.
    private func arrange(_ position: PositionRecord, _ stop: ProtectiveStop, _ target: Price?) -> Action? {
        if let order = exits.targets.first ?? exits.stops.first {
            return cancel(order, why: "it does not protect \(position.size) shares, and holds what the stop needs")
        }
        let size = protectable(position)
        guard size.isPositive, !isBlocked, !(isHalted && isMarketThrough(stop, position)) else { return nil }
        let stopOrder = NewOrderDraft(
            side: position.exitSide, type: stop.limitPrice == nil ? .stop : .stopLimit, quantity: size,
            limitPrice: stop.limitPrice, stopPrice: stop.stopPrice, timeInForce: capabilities.resting, role: .stop)
        let name = stop.limitPrice == nil ? "stop" : "stop-limit"
        guard let target else {
            return Action(
                kind: .submit([stopOrder], group: nil),
                words: "\(name) \(size) \(symbol) @ \(text(stop.stopPrice))", why: "protect what is held")
        }
        let targetOrder = NewOrderDraft(
            side: position.exitSide, type: .limit, quantity: size, limitPrice: target,
            timeInForce: capabilities.resting, role: .target)
        return Action(
            kind: .submit([targetOrder, stopOrder], group: .oco),
            words:
                "\(name) \(size) \(symbol) @ \(text(stop.stopPrice)) and take-profit @ \(text(target)), one OCO group",
            why: "protect what is held, with its target")
    }

    /// A target on the wrong side of the stop can be no OCO.
    private func isBeyond(_ target: Price, _ stop: ProtectiveStop) -> Bool {
        position?.isLong == true ? target <= stop.stopPrice : target >= stop.stopPrice
    }

    private func text(_ price: Price?) -> String { price?.text(minimumDecimals: 2) ?? "?" }
}

// MARK: - Flat, and entries

extension ActionCoordinator {
    private func actionWhenFlat() -> Action? {
        guard !working.contains(where: { $0.terms.role == .entry }) else { return cancelEntryIfUnwanted() }
        guard mayEnter, let entry = plan.entry, isTrading else { return nil }
        return enter(entry)
    }

    /// An exit of ours without a position, or on the side that does not close it, would open the other side.
    private var strayExit: Order? {
        working.first { order in
            let waits =
                order.groupKind == .bracket
                && working.contains { $0.groupID == order.groupID && $0.terms.role == .entry }
            return order.isExit && order.terms.side != position?.exitSide && order.status != .held && !waits
        }
    }

    private func cancelEntryIfUnwanted() -> Action? {
        guard let order = working.first(where: { $0.terms.role == .entry }) else { return nil }
        guard mayEnter else { return cancel(order, why: "trading is restricted: there are no entries") }
        guard order.terms.type == .limit else { return nil }
        guard let entry = plan.entry else { return cancel(order, why: "the plan has no entry any more") }
        return entry.side == order.terms.side ? nil : cancel(order, why: "the plan enters the other side")
    }

    private func actionWhileEntering(_ entry: Order, _ position: PositionRecord) -> Action? {
        // A partly filled entry waits for its end; its bracket protects it, and the core's own limit watches the time.
        if !mayEnter { return cancel(entry, why: "trading is restricted: there are no entries") }
        if isOverdue { return cancel(entry, why: "what is filled already has no stop") }
        return plan.quantityLimit != nil || isThroughStop(position)
            ? cancel(entry, why: "the position is being reduced") : nil
    }

    private func enter(_ entry: Entry) -> Action {
        let main = NewOrderDraft(
            side: entry.side, type: entry.limitPrice == nil ? .market : .limit, quantity: entry.quantity,
            limitPrice: entry.limitPrice, timeInForce: capabilities.immediate, role: .entry)
        let words = "\(entry.side.rawValue) \(entry.quantity) \(symbol), stop \(text(entry.stop.stopPrice))"
        guard capabilities.groups.contains(.bracket), capabilities.orderTypes.contains(.limit),
            let target = entry.target
        else {
            return Action(kind: .submit([main], group: nil), words: words, why: "the plan enters")
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
            words: words + ", target \(text(target)), one bracket",
            why: "the plan enters")
    }
}

extension Exits {
    static let none = Exits()
    private init() {}
}

extension Order {
    /// One of ours that is to close a position.
    var isExit: Bool {
        switch terms.role {
        case .stop, .target, .reduce: true
        case .entry, .external: false
        }
    }
}
