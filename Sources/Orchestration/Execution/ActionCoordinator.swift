import Trading

/// Compares the plan of one symbol with reality and names the NEXT safe step, or nil when there is none to take now.
///
/// It remembers nothing: a late fill, a refused cancel, a crash or a manual trade changes reality, and so the next step.
/// Other people's orders are planned around: they are never canceled, moved or resized, and what they may sell is not offered
/// again (I-HAND-1). An order of ours whose fate stays unknown for longer than the limit is treated alike; then nothing but
/// protection of what is free is sent (I-DOUBT-1).
///
/// The rules, in order:
/// 1. Nothing while an order of the symbol is in flight.
/// 2. What could oversell, or stands in the way of a reduction, is canceled and its confirmation awaited.
/// 3. Reduce.
/// 4. Protect what remains, before anything else goes on; with its target in one OCO group where the broker has OCO.
/// 5. Entries last, with their stop.
struct ActionCoordinator {
    let symbol: Symbol
    let position: PositionRecord?
    let plan: PositionPlan
    /// Ours, but for those whose fate has been unknown for too long.
    let working: [Order]
    /// Other people's, and those of ours whose fate has been unknown for too long.
    let others: [Order]
    /// Of ours, and of other people.
    let exits: Exits
    let openExitQuantity: Quantity
    /// Shares that the others may still sell, or buy back.
    let claimed: Quantity
    /// The fate of an order of ours has been unknown for too long.
    let isInDoubt: Bool
    let market: Market
    let capabilities: BrokerCapabilities
    /// The position has had no stop for longer than its limit.
    let isOverdue: Bool
    /// The market has been through the resting stop for long, and it does not execute.
    let isStopStuck: Bool
    /// What the broker has refused lately and is not tried now: after a refused reduction protection comes first.
    let refused: RefusedSteps
    /// What the broker declares, whatever refusals have shown.
    let declared: BrokerCapabilities
    /// False after the broker refused again and again: what it does not replace is canceled.
    let mayReplace: Bool
    /// Trading is active; else an entry that is under way is ended.
    let mayEnter: Bool
    /// Policies were asked not long ago; else no entry and no reduction of theirs is begun.
    let areWishesFresh: Bool
    /// The entry that was last sent.
    let sentEntry: Entry?
    /// A fill of one leg of an OCO after this may still shrink the other.
    let patienceSince: Timestamp
    /// The quote is crossed or absurdly wide: no market order goes into it.
    let isSpreadUnsound: Bool
    /// The part of the symbol's trading day.
    let session: SessionPhase
    /// Somebody's market order is under way, or what became of somebody's order is being asked: for a bounded time.
    let isOthersSettling: Bool
    /// What the broker shows of the position, where that differs from our books and is not adopted yet.
    let unconfirmed: Quantity?

    init(
        _ symbol: Symbol, plan: PositionPlan, state: MarkedPortfolio, capabilities: BrokerCapabilities,
        isOverdue: Bool = false, isStopStuck: Bool = false, refused: RefusedSteps = RefusedSteps(),
        declared: BrokerCapabilities? = nil,
        mayReplace: Bool = true, mayEnter: Bool = true, areWishesFresh: Bool = true, sentEntry: Entry? = nil,
        patienceSince: Timestamp = Timestamp(nanoseconds: .max), isSpreadUnsound: Bool = false,
        session: SessionPhase = .regular, levels: LevelsByOthers? = nil, overdue: Set<ClientOrderID> = [],
        unconfirmed: Quantity? = nil
    ) {
        self.unconfirmed = unconfirmed
        self.session = session
        self.isSpreadUnsound = isSpreadUnsound
        self.areWishesFresh = areWishesFresh
        self.sentEntry = sentEntry
        self.patienceSince = patienceSince
        self.isOverdue = isOverdue
        self.isStopStuck = isStopStuck
        self.refused = refused
        self.declared = declared ?? capabilities
        self.mayReplace = mayReplace
        self.mayEnter = mayEnter
        self.symbol = symbol
        self.capabilities = capabilities
        position = state.positions[symbol]
        let fitted = capabilities.fitting(plan, isLong: position?.isLong ?? true)
        self.plan = levels?.applied(to: fitted) ?? fitted
        func isOthers(_ order: Order) -> Bool { order.terms.role == .external || overdue.contains(order.id) }
        let all = state.orders.working(symbol)
        working = all.filter { !isOthers($0) }
        others = all.filter(isOthers)
        isInDoubt = others.contains { $0.terms.role != .external }
        isOthersSettling = others.contains { order in
            !overdue.contains(order.id) && (order.status == .unknown || order.isOverSoon)
        }
        market = state.market
        if let position {
            exits = Exits(of: position, in: state.orders).without(overdue)
            openExitQuantity = state.orders.openExitQuantity(symbol, side: position.exitSide)
            claimed = state.orders.openExitQuantity(symbol, side: position.exitSide, where: isOthers)
        } else {
            exits = .none
            openExitQuantity = .zero
            claimed = .zero
        }
    }

    func nextAction() -> Action? {
        guard !working.contains(where: { $0.status.isInFlight }), !isOthersSettling else { return nil }
        guard !isInDoubt, unconfirmed == nil else { return position.flatMap(protectWhatIsFree) }
        if let stray = strayExit {
            return cancel(stray, why: position == nil ? .nothingHeld : .exitWouldOpen)
        }
        guard let position else { return actionWhenFlat() }
        if let entry = working.first(where: { $0.terms.role == .entry }) { return actionWhileEntering(entry, position) }
        let rest = max(intendedRest(of: position), min(claimed, position.size))
        // A market exit is under way: it is the action of the moment, as long as somebody wants it.
        guard exits.reductions.isEmpty else { return cancelUnwantedReduction(of: position, to: rest) }
        guard !isGroupShrinking else { return nil }
        if openExitQuantity > position.size, let action = shrinkExits(to: position.size, why: .overCommitted) {
            return action
        }
        if excess(of: position, over: rest).isPositive, mayReduceNow(to: rest) { return reduce(position, to: rest) }
        return protect(position)
    }

    /// What is to remain: the plan's limit, or nothing when the market is through the stop already, since a stop
    /// cannot be placed there and the position must not stand unprotected.
    private func intendedRest(of position: PositionRecord) -> Quantity {
        isForcedOut(position) && !refused.isExitThroughStop ? .zero : wantedRest(of: position)
    }

    /// The plan's limit, whatever the market does.
    private func wantedRest(of position: PositionRecord) -> Quantity {
        let rest = min(plan.quantityLimit ?? position.size, position.size)
        let isWished = areWishesFresh && plan.continuesReduction
        let isWanted = isWished || plan.hasReduced == true || !exits.reductions.isEmpty
        return isWanted && !isRefused(rest) ? rest : position.size
    }

    /// The market has reached a level that nothing at the broker carries out. I-PRICE-9: outside the broker's sessions the price
    /// is that of another day, and a stop waits for the next one as well as an order does.
    func isForcedOut(_ position: PositionRecord) -> Bool {
        isTrading && market.isOfThisSession(symbol)
            && (isStopStuck || isThroughStop(position) || isAtUnworkedTarget(position))
    }

    func isRefused(_ rest: Quantity) -> Bool { rest.isZero ? refused.isWholeExit : refused.isPart }

    /// An order of ours that waits for the open, or for a halt to end, and that would leave less than is wanted now. One that
    /// the market takes is over in a moment.
    private func cancelUnwantedReduction(of position: PositionRecord, to rest: Quantity) -> Action? {
        guard let order = exits.reductions.first(where: { $0.terms.role == .reduce }),
            !isTrading || order.submittedAt <= patienceSince
        else { return nil }
        guard position.size.units - order.leavesQuantity.units >= rest.units else {
            return cancel(order, why: .reductionWithdrawn)
        }
        // The market has left its limit behind, or another session takes market orders.
        return order.terms.type == .limit && isTrading ? cancel(order, why: .exitNotTaken) : nil
    }

    /// While the fate of an order, or the size of the position, is unknown nothing is canceled, reduced or entered: what is not on
    /// offer gets its stop.
    private func protectWhatIsFree(_ position: PositionRecord) -> Action? {
        guard exits.isNothingOfOurs, !working.contains(where: { $0.terms.role == .entry }) else { return nil }
        // The market may be that of other shares than those that the stop was planned for.
        if let unconfirmed, let stop = plan.stop, isMarketThrough(stop, position), isFar(from: stop),
            Split.mayExplain(unconfirmed, from: position.quantity)
        {
            return nil
        }
        return protect(position)
    }

    /// By more than an eighth, as after a split.
    private func isFar(from stop: ProtectiveStop) -> Bool {
        guard let price = market.price(of: symbol) else { return true }
        return (Int128(price.units) - Int128(stop.stopPrice.units)).magnitude > stop.stopPrice.units.magnitude / 8
    }

    /// Something that keeps a position, or a part of it, from being protected, and that is not ours to remove.
    var obstacle: Obstacle? {
        guard let position else { return nil }
        let missing = capabilities.tradable(position.size, of: symbol).less(exits.protectedQuantity)
        guard missing.isPositive else { return nil }
        if capabilities.refusesSelfCross, let other = others.first(where: { isCrossing($0, position) }) {
            return Obstacle(order: other.terms)
        }
        let claims = exits.external.filter(\.claimsWithoutProtecting)
        guard let largest = claims.max(by: { $0.leavesQuantity < $1.leavesQuantity }) else { return nil }
        return Obstacle(order: largest.terms, unprotected: min(missing, claims.map(\.leavesQuantity).total))
    }

    private func isCrossing(_ order: Order, _ position: PositionRecord) -> Bool {
        order.terms.side != position.exitSide && order.terms.role == .external
    }

    /// What can be sold of what is beyond the rest; the broker trades whole increments.
    func excess(of position: PositionRecord, over rest: Quantity) -> Quantity {
        guard rest < position.size else { return .zero }
        let excess = Quantity(units: position.size.units - rest.units)
        guard let type = exitOrder(position)?.type else { return capabilities.tradable(excess, of: symbol) }
        return capabilities.tradable(excess, of: symbol, in: type)
    }

    /// How a part or all is sold now; nil when the broker takes nothing that would do it.
    func exitOrder(_ position: PositionRecord) -> (type: OrderType, limit: Price?)? {
        capabilities.exitOrder(
            symbol, position.exitSide, in: session, at: market.executable(symbol, side: position.exitSide))
    }

    /// Less than the broker takes is not tried: its protection would be taken away for nothing.
    func isTooSmall(_ excess: Quantity) -> Bool {
        !capabilities.isLargeEnough(excess, of: symbol, at: market.price(of: symbol))
    }

    /// What a stop of ours can be for: the broker trades whole increments, and what others may sell is not offered again.
    func protectable(_ position: PositionRecord) -> Quantity {
        capabilities.tradable(leastHeld(of: position).less(claimed), of: symbol, in: .stop)
    }

    /// I-DOUBT-4: of two figures for one position the smaller one, and nothing where the one is long and the other short: a stop
    /// would open what it is to close.
    private func leastHeld(of position: PositionRecord) -> Quantity {
        guard let unconfirmed, !unconfirmed.isZero else { return position.size }
        guard unconfirmed.isNegative == position.quantity.isNegative else { return .zero }
        return min(position.size, Quantity(units: Int64(clamping: unconfirmed.units.magnitude)))
    }

    /// A stop can be placed in this session; else what rests is not taken away.
    var takesStops: Bool { capabilities.takesStops(symbol, in: session) }

    func isThroughStop(_ position: PositionRecord) -> Bool {
        guard let stop = plan.stop, isMarketThrough(stop, position) else { return false }
        guard let resting = exits.stops.first else { return true }
        // A looser stop rests: outside a regular session it stays, and inside one the wanted stop has been reached.
        return isTrading && resting.terms.stopPrice != stop.stopPrice
    }

    /// Where a stop would trigger at once, or be refused for it: by the last trade or by what could be had now.
    func isMarketThrough(_ stop: ProtectiveStop, _ position: PositionRecord) -> Bool {
        guard market.isFresh(symbol) else { return false }
        let prices = [
            market.executable(symbol, side: position.exitSide),
            market.price(of: symbol),
        ].compactMap { $0 }
        return prices.contains { position.isLong ? $0 <= stop.stopPrice : $0 >= stop.stopPrice }
    }

    /// One leg of an OCO was filled in part just now, and the venue's report that the other shrank with it is on its way.
    private var isGroupShrinking: Bool {
        working.contains { leg in
            leg.groupKind == .oco && leg.filledQuantity.isPositive && leg.updatedAt > patienceSince
                && working.contains { $0.groupID == leg.groupID && $0.leavesQuantity > leg.leavesQuantity }
        }
    }

    /// Where the broker has no OCO, the core watches the target itself.
    private func isAtUnworkedTarget(_ position: PositionRecord) -> Bool {
        guard let target = plan.target, !capabilities.restsTargets(symbol), exits.targets.isEmpty,
            market.isFresh(symbol),
            let price = market.executable(symbol, side: position.exitSide)
        else { return false }
        return position.isLong ? price >= target : price <= target
    }

    /// The broker trades now, and the symbol is not halted.
    var isTrading: Bool { capabilities.sessions.contains(session) && !isHalted }
    var isHalted: Bool { market[symbol]?.isHalted == true }

    /// A part is sold while the broker trades; the protection rests until then. A whole exit may queue at the broker, but
    /// through a halt what protects is not taken away.
    func mayReduceNow(to rest: Quantity) -> Bool {
        guard let position, exitOrder(position) != nil, !isTooSmall(excess(of: position, over: rest)) else {
            return false
        }
        return !isSpreadUnsound && (isTrading || (rest.isZero && !isHalted))
    }

    /// The broker would refuse what trades against this.
    private var isBlocked: Bool {
        guard capabilities.refusesSelfCross, let position else { return false }
        return others.contains { isCrossing($0, position) }
    }
}

// MARK: - Reduce

extension ActionCoordinator {
    private func reduce(_ position: PositionRecord, to rest: Quantity) -> Action? {
        let excess = excess(of: position, over: rest)
        let free = Quantity(units: position.size.units - openExitQuantity.units)
        guard free >= excess else {
            return shrinkExits(to: rest, why: .sharesNeeded(forSelling: excess))
        }
        guard !isBlocked, let (type, limit) = exitOrder(position) else { return nil }
        let order = NewOrderDraft(
            side: position.exitSide, type: type, quantity: excess, limitPrice: limit,
            timeInForce: capabilities.immediate, role: .reduce)
        // What is wanted anyway is not sold for a price.
        let isForPrice = wantedRest(of: position) > rest && (isStopStuck || isThroughStop(position))
        let why: ActionReason =
            isForPrice
            ? .marketThroughStop(plan.stop?.stopPrice) : .targetPosition(rest)
        return Action(
            kind: .submit([order], group: nil),
            summary: limit.map { .closeAtLimit(side: order.side, quantity: excess, symbol: symbol, limit: $0) }
                ?? .close(side: order.side, quantity: excess, symbol: symbol), why: why)
    }

    /// Frees shares with the least loss of protection: a lone stop shrinks in place where the broker can do that, else
    /// a target goes first, else the stop.
    private func shrinkExits(to size: Quantity, why: ActionReason) -> Action? {
        let isAlone = exits.targets.isEmpty && exits.stops.count == 1
        let ours = size.less(claimed)
        if isAlone, let stop = exits.stops.first, capabilities.canShrink, mayReplace, ours.isPositive,
            stop.leavesQuantity > ours, stop.status != .held
        {
            let before = capabilities.replacementQuantity == .total ? stop.filledQuantity.units : 0
            let total = Quantity(units: before + ours.units)
            return Action(
                kind: .replace(OrderReplacement(clientOrderID: stop.id, quantity: total)),
                summary: .shrinkStop(to: ours), why: why)
        }
        guard let order = exits.targets.first ?? exits.stops.first else { return nil }
        return cancel(order, why: why)
    }

    func cancel(_ order: Order, why: ActionReason) -> Action {
        Action(kind: .cancel(order.id), summary: .cancel(order.terms), why: why)
    }
}

// MARK: - Protect

extension ActionCoordinator {
    private func protect(_ position: PositionRecord) -> Action? {
        guard let stop = plan.stop else { return nil }
        let target = capabilities.restsTargets(symbol) ? plan.target.flatMap { isBeyond($0, stop) ? nil : $0 } : nil
        let covered = exits.stops.map(\.leavesQuantity).total
        let whole = protectable(position)
        if covered == whole, let action = protectRemainder(position, stop, beyond: whole) { return action }
        // Several stops, as of an entry that was filled in parts, protect as one does; a target stands beside one.
        let isAlone = exits.stops.count == 1 || (target == nil && exits.targets.isEmpty)
        guard isAlone, !exits.stops.isEmpty, covered == whole || covered == declaredProtectable(position) else {
            return arrange(position, stop, target)
        }
        // It exists, and the market that trades passes it by: another one takes its place.
        if isOverdue, isTrading, let idle = exits.stops.first(where: { !$0.status.isExecutable }) {
            return cancel(idle, why: .executesNothing)
        }
        if !isMarketThrough(stop, position) {
            for resting in exits.stops where mayMove(resting, to: stop, position) {
                if let action = move(resting, to: stop) { return action }
            }
        }
        return adjustTarget(position, to: target)
    }

    /// Where stops were refused but for whole shares, the rest is tried beside what rests, later each time.
    private func protectRemainder(
        _ position: PositionRecord, _ stop: ProtectiveStop, beyond whole: Quantity
    ) -> Action? {
        let free = declaredProtectable(position)
        // Less than the broker takes in one order was told (I-VALUE-1).
        let rest = declared.tradable(free.less(whole), of: symbol, in: .stop)
        guard rest.isPositive, !(whole.isPositive ? refused.isRemainder : refused.isStop), takesStops,
            !isMarketThrough(stop, position), openExitQuantity.less(claimed) <= whole
        else { return nil }
        return place(stop, nil, rest, position)
    }

    /// What a stop could be for by what the broker declares, whatever its refusals have shown.
    private func declaredProtectable(_ position: PositionRecord) -> Quantity {
        declared.tradable(leastHeld(of: position).less(claimed), of: symbol, in: .stop)
    }

    /// I-PRICE-8: what rests is moved towards the market only where that is known, and not through it, however old the price
    /// is: the stop that is there protects, and the other one may sell at once.
    private func mayMove(_ resting: Order, to stop: ProtectiveStop, _ position: PositionRecord) -> Bool {
        guard let before = resting.terms.stopPrice,
            position.isLong ? stop.stopPrice > before : stop.stopPrice < before
        else { return true }
        guard let price = market.price(of: symbol) else { return false }
        return position.isLong ? stop.stopPrice < price : stop.stopPrice > price
    }

    /// The stop rests for all shares; its price may have to move.
    private func move(_ resting: Order, to stop: ProtectiveStop) -> Action? {
        guard resting.terms.stopPrice != stop.stopPrice || resting.terms.limitPrice != stop.limitPrice else {
            return nil
        }
        let sameKind = (resting.terms.limitPrice == nil) == (stop.limitPrice == nil)
        guard capabilities.canMovePrice, sameKind, resting.status != .held else {
            guard takesStops, !refused.isStop else { return nil }
            return cancel(resting, why: .stopMoves(from: resting.terms.stopPrice, to: stop.stopPrice))
        }
        guard !refused.isMove else { return nil }
        return Action(
            kind: .replace(
                OrderReplacement(
                    clientOrderID: resting.id,
                    limitPrice: stop.limitPrice == resting.terms.limitPrice ? nil : stop.limitPrice,
                    stopPrice: stop.stopPrice)),
            summary: .moveStop(from: resting.terms.stopPrice, to: stop.stopPrice),
            why: .stopMoves(from: resting.terms.stopPrice, to: stop.stopPrice))
    }

    /// The stop is right; the target may be missing, moved or no longer wanted.
    private func adjustTarget(_ position: PositionRecord, to target: Price?) -> Action? {
        guard let resting = exits.targets.first else {
            guard target != nil, takesStops, !refused.isStop, let stop = exits.stops.first else { return nil }
            return cancel(stop, why: .regroupedWithTarget)
        }
        guard let target else { return cancel(resting, why: .noTargetPlanned) }
        guard resting.terms.limitPrice != target else { return nil }
        guard capabilities.canMovePrice, resting.status != .held else {
            return cancel(resting, why: .targetMoves)
        }
        guard !refused.isMove else { return nil }
        return Action(
            kind: .replace(OrderReplacement(clientOrderID: resting.id, limitPrice: target)),
            summary: .moveTarget(from: resting.terms.limitPrice, to: target),
            why: .targetMoves)
    }

    /// No single stop covers the position: clear the way, then place what the plan wants in one go.
    private func arrange(_ position: PositionRecord, _ stop: ProtectiveStop, _ target: Price?) -> Action? {
        guard takesStops, !refused.isStop else { return nil }
        if let order = exits.targets.first ?? exits.stops.first {
            return cancel(order, why: .doesNotProtect(protectable(position)))
        }
        let size = protectable(position)
        return place(stop, target, size, position)
    }

    func place(
        _ stop: ProtectiveStop, _ target: Price?, _ size: Quantity, _ position: PositionRecord
    ) -> Action? {
        // A stop is a market order in waiting: none is placed into a quote that is no market.
        guard size.isPositive, !isBlocked, !isSpreadUnsound, !(isHalted && isMarketThrough(stop, position)) else {
            return nil
        }
        let stopOrder = NewOrderDraft(
            side: position.exitSide, type: stop.limitPrice == nil ? .stop : .stopLimit, quantity: size,
            limitPrice: stop.limitPrice, stopPrice: stop.stopPrice, timeInForce: capabilities.resting, role: .stop)
        guard let target else {
            return Action(
                kind: .submit([stopOrder], group: nil),
                summary: .protect(quantity: size, symbol: symbol, stop: stop, target: nil), why: .unprotected)
        }
        let targetOrder = NewOrderDraft(
            side: position.exitSide, type: .limit, quantity: size, limitPrice: target,
            timeInForce: capabilities.resting, role: .target)
        return Action(
            kind: .submit([targetOrder, stopOrder], group: .oco),
            summary: .protect(quantity: size, symbol: symbol, stop: stop, target: target),
            why: .unprotectedWithTarget)
    }

    /// A target on the wrong side of the stop can be no OCO.
    private func isBeyond(_ target: Price, _ stop: ProtectiveStop) -> Bool {
        position?.isLong == true ? target <= stop.stopPrice : target >= stop.stopPrice
    }
}

extension Exits {
    static let none = Exits()
    private init() {}

    func without(_ left: Set<ClientOrderID>) -> Exits {
        guard !left.isEmpty else { return self }
        return with(self) {
            $0.stops.removeAll { left.contains($0.id) }
            $0.targets.removeAll { left.contains($0.id) }
            $0.reductions.removeAll { left.contains($0.id) }
        }
    }
}

extension Order {
    /// It holds shares and no stop protects them. A market order sells as soon as the market trades.
    fileprivate var claimsWithoutProtecting: Bool {
        terms.type != .market && !(terms.type.isStop && status.isExecutable)
    }

    /// One of ours that is to close a position.
    var isExit: Bool {
        switch terms.role {
        case .stop, .target, .reduce: true
        case .entry, .external: false
        }
    }
}
