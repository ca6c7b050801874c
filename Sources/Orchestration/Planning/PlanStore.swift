import Trading

/// The plan of each symbol, and what goes with it: actions taken for it, the entry that was sent, the profit it realized,
/// and when its position was closed. One value for each symbol.
///
/// Invariants:
/// 1. The count of actions grows while the cycle of the decision is the same: it is part of client order ids.
/// 2. No entry outlives the run of the core in which a policy asked for it.
package struct PlanStore: Sendable, Hashable, Codable {
    private var symbols: [Symbol: SymbolPlan] = [:]
    private var index = Derived(PlanIndex())
    private var stamps = Derived(Stamps())

    private enum CodingKeys: CodingKey { case symbols }

    private struct SymbolPlan: Sendable, Hashable, Codable {
        var plan: PositionPlan?
        var actions: ActionCount?
        /// The entry that was last sent: its stop holds even when nobody asks for it any more.
        var sentEntry: Entry?
        /// Who asked for it.
        var entryOwner: PluginName?
        /// Profit realized by the plan so far.
        var realized: Money?
        /// When the position was closed, as long as that keeps it from being entered again.
        var closedAt: Timestamp?
        /// What came of the position that was closed, until that is recorded.
        var closed: ClosedPosition?
        /// What the venue or somebody else has made of its levels.
        var byOthers: LevelsByOthers?
        /// Of its last change.
        var stamp = Derived<UInt64>(0)

        private enum CodingKeys: CodingKey {
            case plan, actions, sentEntry, entryOwner, realized, closedAt, closed, byOthers
        }

        /// Nothing is known.
        var isEmpty: Bool {
            plan == nil && actions == nil && sentEntry == nil && entryOwner == nil && realized == nil && closedAt == nil
                && closed == nil && byOthers == nil
        }
    }

    /// Actions taken for the decision that a plan belongs to.
    private struct ActionCount: Sendable, Hashable, Codable {
        var decision: DecisionID
        var count: Int64
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        for (symbol, value) in try keys.decode([Symbol: SymbolPlan].self, forKey: .symbols) { keep(value, of: symbol) }
    }

    private mutating func change(_ symbol: Symbol, _ body: (inout SymbolPlan) -> Void) {
        var value = symbols[symbol] ?? SymbolPlan()
        body(&value)
        keep(value.isEmpty ? nil : value, of: symbol)
    }

    private mutating func keep(_ value: SymbolPlan?, of symbol: Symbol) {
        index.value.note(symbol, value?.plan, isKnown: value != nil, isClosed: value?.closedAt != nil)
        symbols[symbol] = value
        symbols[symbol]?.stamp.value = stamps.value.next()
    }

    /// Another one after every change of what is known of the symbol; 0 for nothing.
    func stamp(of symbol: Symbol) -> UInt64 { symbols[symbol]?.stamp.value ?? 0 }

    // MARK: - Plans

    package subscript(symbol: Symbol) -> PositionPlan? { symbols[symbol]?.plan }

    func isPlanned(_ symbol: Symbol) -> Bool { symbols[symbol]?.plan != nil }

    /// Symbols that have a plan, in order.
    package var planned: [Symbol] { index.value.planned }

    /// Every plan, in order of the symbols.
    package var all: [PositionPlan] { index.value.planned.compactMap { symbols[$0]?.plan } }

    /// Plans with a limit of their quantity, in order of the symbols.
    var reducing: [PositionPlan] { index.value.reductions.sorted().compactMap { symbols[$0]?.plan } }

    /// Symbols with a plan of nothing, in order.
    var idle: [Symbol] { index.value.idle.sorted() }

    /// A symbol whose plan is that of another one: there is none.
    var misplaced: Symbol? { symbols.inOrder.first { $0.value.plan.map(\.symbol) ?? $0.key != $0.key }?.key }

    mutating func adopt(_ plan: PositionPlan) {
        guard symbols[plan.symbol]?.plan != plan else { return }
        change(plan.symbol) { $0.plan = plan }
    }

    private mutating func changePlan(_ symbol: Symbol, _ body: (inout PositionPlan) -> Void) {
        guard var plan = symbols[symbol]?.plan else { return }
        body(&plan)
        change(symbol) { $0.plan = plan }
    }

    /// The plan, or an empty one of this decision.
    func plan(of symbol: Symbol, orOf id: DecisionID) -> PositionPlan {
        symbols[symbol]?.plan ?? PositionPlan(id: id, symbol: symbol)
    }

    /// The core's own stop, where nobody gives one. A reduction stays under the decision that wanted it (I-WISH-6).
    mutating func setCoreStop(_ stop: ProtectiveStop, _ symbol: Symbol, id: DecisionID) {
        adopt(
            with(plan(of: symbol, orOf: id)) {
                if $0.quantityLimit == nil { $0.id = id }
                $0.dropStop()
                $0.stop = stop
                $0.stopOwner = PositionPlan.core
            })
    }

    /// Nothing is to be flattened any more.
    mutating func endFlattening() {
        for symbol in planned { changePlan(symbol) { if $0.quantityLimit == .zero { $0.dropReduction() } } }
    }

    /// The position is within its limit, or nobody wants it to be any more.
    mutating func endReduction(_ symbol: Symbol) { changePlan(symbol) { $0.dropReduction() } }

    /// Nobody asks for the reduction any more; its order works.
    mutating func withdrawReduction(_ symbol: Symbol) {
        changePlan(symbol) { if $0.quantityLimit != nil { $0.isReductionWithdrawn = true } }
    }

    /// Something of the reduction was executed: it is finished, whether it is asked for again or not.
    mutating func noteReduced(_ symbol: Symbol) {
        changePlan(symbol) { if $0.quantityLimit != nil { $0.hasReduced = true } }
    }

    /// Rungs of the ladder that the reduction takes, taken out.
    mutating func takeRungs(_ symbol: Symbol) -> [String] {
        let rungs = symbols[symbol]?.plan?.rungs ?? []
        changePlan(symbol) { $0.rungs = nil }
        return rungs
    }

    /// A stop of the plan rests at the broker.
    mutating func noteStopRests(_ symbol: Symbol) {
        changePlan(symbol) { if $0.stopOwner == PositionPlan.core { $0.hasStopRested = true } }
    }

    /// What was to be done by now and was not.
    /// - Returns: the symbols of which something has ended.
    mutating func endOverdueWishes(at now: Timestamp) -> [Symbol] {
        var ended: [Symbol] = []
        for symbol in index.value.wishEnds.filter({ $0.value < now }).keys.sorted() {
            guard let plan = symbols[symbol]?.plan else { continue }
            let isReductionOver = plan.reductionUntil.map { $0 < now } == true
            let isEntryOver = plan.entryUntil.map { $0 < now } == true
            guard isReductionOver || isEntryOver else { continue }
            changePlan(symbol) {
                if isReductionOver { $0.dropReduction() }
                if isEntryOver { $0.dropEntry() }
            }
            ended.append(symbol)
        }
        return ended
    }

    /// When the next wish ends by itself: what is valid until a time is valid at that time.
    var nextWishEnd: Timestamp? {
        index.value.wishEnds.values.min().flatMap {
            $0.nanoseconds < .max ? Timestamp(nanoseconds: $0.nanoseconds + 1) : nil
        }
    }

    /// An order that works has a plan, be it an empty one.
    mutating func ensure(_ symbol: Symbol, id: DecisionID) { adopt(plan(of: symbol, orOf: id)) }

    /// The position is closed or has turned: what was planned for it means nothing for the next one.
    mutating func reset(_ symbol: Symbol) {
        changePlan(symbol) {
            $0.dropReduction()
            $0.dropStop()
            $0.endsEntry = nil
            $0.target = nil
            $0.targetOwner = nil
        }
        change(symbol) { $0.byOthers = nil }
    }

    mutating func drop(_ symbol: Symbol) {
        change(symbol) {
            $0.plan = nil
            $0.byOthers = nil
        }
    }

    // MARK: - Levels that others have changed

    func levelsByOthers(_ symbol: Symbol) -> LevelsByOthers? { symbols[symbol]?.byOthers }

    /// The terms of this order of ours are not what was asked for; what follows is decided when the lists have been read.
    mutating func noteChange(of order: ClientOrderID, _ symbol: Symbol) {
        change(symbol) { $0.byOthers = with($0.byOthers ?? LevelsByOthers()) { $0.changed = order } }
    }

    /// It is decided.
    mutating func endChange(_ symbol: Symbol) { change(symbol) { $0.byOthers?.changed = nil } }

    /// As long as the plan wants the one stop, the other counts for it. What was moved back is as it was before.
    mutating func settle(_ symbol: Symbol, stop wanted: ProtectiveStop, as rests: ProtectiveStop) {
        change(symbol) {
            $0.byOthers = with($0.byOthers ?? LevelsByOthers()) {
                $0.stop = wanted == rests ? nil : LevelsByOthers.StopLevel(wanted: wanted, rests: rests)
            }
        }
    }

    /// The same of a target.
    mutating func settle(_ symbol: Symbol, target wanted: Price, as rests: Price) {
        change(symbol) {
            $0.byOthers = with($0.byOthers ?? LevelsByOthers()) {
                $0.target = wanted == rests ? nil : LevelsByOthers.TargetLevel(wanted: wanted, rests: rests)
            }
        }
    }

    /// A person has tightened the stop: the plan wants it so, and no policy loosens it.
    mutating func tighten(_ symbol: Symbol, to stop: ProtectiveStop) {
        changePlan(symbol) {
            $0.stop = stop
            $0.stopOwner = PositionPlan.person
        }
    }

    /// What policies had the say in that are not configured any more. Their stops stand, and nobody else loosens them; a
    /// target that nobody could move away any more is anybody's.
    mutating func dropTargetOwners(_ left: Set<PluginName>) {
        for symbol in planned {
            changePlan(symbol) { if let owner = $0.targetOwner, left.contains(owner) { $0.targetOwner = nil } }
        }
    }

    /// What a corporate action makes of the plan.
    /// - Parameter seen: the market after it, when that was known before the action was.
    /// - Throws: ``NumericError`` when a figure does not fit.
    mutating func restate(
        _ symbol: Symbol, by restatement: Restatement, _ increment: PriceIncrement, seen: SeenMarket? = nil
    ) throws(NumericError) {
        guard var plan = symbols[symbol]?.plan else { return }
        func adjusted(_ price: Price?) throws(NumericError) -> Price? {
            guard let price = try restatement.price(price) else { return nil }
            return try max(increment.rounded(price, .halfEven), increment.step(for: price))
        }
        func restated(_ stop: ProtectiveStop) throws(NumericError) -> ProtectiveStop {
            let after = ProtectiveStop(
                stopPrice: try adjusted(stop.stopPrice) ?? stop.stopPrice, limitPrice: try adjusted(stop.limitPrice))
            return seen?.isMeant(stop: stop.stopPrice, ratherThan: after.stopPrice) == true ? stop : after
        }
        if let stop = plan.stop { plan.stop = try restated(stop) }
        for index in (plan.stopLevels ?? []).indices {
            guard let level = plan.stopLevels?[index] else { continue }
            plan.stopLevels?[index].stop = try restated(level.stop)
        }
        seen?.keepTightest(in: &plan)
        if let target = plan.target, let after = try adjusted(target) {
            plan.target = seen?.isMeant(target: target, ratherThan: after) == true ? target : after
        }
        if let limit = plan.quantityLimit { plan.quantityLimit = try restatement.quantity(limit) }
        plan.dropEntry()
        adopt(plan)
        change(symbol) { $0.byOthers = $0.byOthers?.changed.map { LevelsByOthers(changed: $0) } }
    }

    /// The shares stand under another symbol, and with them all that is planned.
    mutating func rename(_ symbol: Symbol, to other: Symbol) {
        guard var value = symbols[symbol] else { return }
        keep(nil, of: symbol)
        value.plan?.symbol = other
        value.plan?.dropEntry()
        value.sentEntry = nil
        keep(value.isEmpty ? nil : value, of: other)
    }

    // MARK: - Entries

    mutating func dropEntry(_ symbol: Symbol) { changePlan(symbol) { $0.dropEntry() } }

    /// - Parameter kept: entries of these stay.
    mutating func dropEntries(except kept: Set<Symbol> = []) {
        for symbol in index.value.entries.sorted() where !kept.contains(symbol) { dropEntry(symbol) }
    }

    /// The entry of the plan is being sent.
    mutating func sendEntry(_ symbol: Symbol) {
        change(symbol) {
            $0.sentEntry = $0.plan?.entry
            $0.entryOwner = $0.plan?.entryOwner
        }
    }

    func sentEntry(_ symbol: Symbol) -> Entry? { symbols[symbol]?.sentEntry }

    /// The entry is filled, and brings its stop and target, also when its order was over and the plan with it.
    mutating func enter(_ symbol: Symbol, _ entry: Entry, id: DecisionID) {
        let owner = symbols[symbol]?.entryOwner
        adopt(
            with(plan(of: symbol, orOf: id)) {
                $0.dropStop()
                $0.stop = entry.stop
                $0.stopOwner = owner
                $0.target = entry.target
                $0.targetOwner = entry.target == nil ? nil : owner
                $0.dropEntry()
            })
    }

    // MARK: - Actions

    /// The number of the next action of a decision, from 1. It goes on where a person has decided in the same cycle: a plan
    /// may go back to an id that was its own before.
    func nextAction(_ symbol: Symbol, of decision: DecisionID) -> Int64 {
        guard let actions = symbols[symbol]?.actions, actions.decision.cycleText == decision.cycleText else { return 1 }
        return actions.count + 1
    }

    mutating func noteAction(_ symbol: Symbol, of decision: DecisionID, number: Int64) {
        change(symbol) { $0.actions = ActionCount(decision: decision, count: number) }
    }

    /// Symbols whose actions are counted.
    package var countedActions: Int { symbols.values.count { $0.actions != nil } }

    /// - Parameter keep: whether the count of a symbol may still be needed; those of `cycle` always are.
    mutating func dropActionCounts(except cycle: Int64, keep: (Symbol) -> Bool) {
        let thisCycle = "\(cycle)"
        for symbol in index.value.planless.sorted() where !keep(symbol) {
            guard let actions = symbols[symbol]?.actions, actions.decision.cycleText != thisCycle else { continue }
            change(symbol) { $0.actions = nil }
        }
    }

    // MARK: - What came of it

    mutating func addRealized(_ profit: Money, _ symbol: Symbol) throws(NumericError) {
        let total = try (symbols[symbol]?.realized ?? .zero) + profit
        change(symbol) { $0.realized = total }
    }

    /// Profit of the plan so far; what follows is counted anew.
    mutating func takeRealized(_ symbol: Symbol) -> Money {
        let realized = symbols[symbol]?.realized ?? .zero
        change(symbol) { $0.realized = nil }
        return realized
    }

    func realized(_ symbol: Symbol) -> Money { symbols[symbol]?.realized ?? .zero }

    mutating func positionClosed(_ symbol: Symbol, at time: Timestamp) { change(symbol) { $0.closedAt = time } }

    /// - Parameter closed: what came of the position by executions.
    mutating func positionClosed(_ symbol: Symbol, _ closed: ClosedPosition, at time: Timestamp) {
        change(symbol) { ($0.closedAt, $0.closed) = (time, closed) }
    }

    /// What came of the position that was closed, taken out.
    mutating func takeClosed(_ symbol: Symbol) -> ClosedPosition? {
        let closed = symbols[symbol]?.closed
        change(symbol) { $0.closed = nil }
        return closed
    }

    package func closedAt(_ symbol: Symbol) -> Timestamp? { symbols[symbol]?.closedAt }

    mutating func dropClosed(before time: Timestamp) {
        for symbol in index.value.closed.sorted() {
            if let closed = symbols[symbol]?.closedAt, closed <= time { change(symbol) { $0.closedAt = nil } }
        }
    }
}

/// What came of a position from its opening to its close.
struct ClosedPosition: Sendable, Hashable, Codable {
    var realizedProfit: Money
    var heldFor: TimeSpan
}
