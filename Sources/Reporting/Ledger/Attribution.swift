import Orchestration
import Trading

/// Whose level or wish an order carries out: told by decisions and by the actions that follow from them.
struct Attribution: Sendable {
    /// Of one symbol: what the newest decision says.
    private struct Owners: Sendable {
        var stop: PluginName?
        var target: PluginName?
        var entry: PluginName?
        var entryStop: Price?
        /// What the symbol was worth when its entry was decided.
        var price: Price?
        var pricedAt = Timestamp(nanoseconds: 0)
        /// Who wanted less to be held.
        var reducer: PluginName?
    }

    struct OrderFacts: Sendable {
        var cause: Execution.Cause?
        var policy: PluginName?
        var decision: DecisionID?
        /// Of an entry: the stop that it brings.
        var initialStop: Price?
    }

    private var owners: [Symbol: Owners] = [:]
    private var orders: [ClientOrderID: OrderFacts] = [:]
    /// Orders that are over, oldest first: a late fill is told of some of them.
    private var finished: [ClientOrderID] = []
    private static let finishedKept = 10_000

    subscript(order: ClientOrderID) -> OrderFacts? { orders[order] }

    /// The stop that an entry of this symbol was to bring.
    func entryStop(of symbol: Symbol) -> Price? { owners[symbol]?.entryStop }

    /// By the decision to enter it, a moment ago.
    func entryPrice(of symbol: Symbol, at now: Timestamp) -> Price? {
        guard let owner = owners[symbol], now - owner.pricedAt <= .seconds(60) else { return nil }
        return owner.price
    }

    // MARK: - What is decided

    /// - Returns: whose stop protects the symbol now.
    mutating func take(_ decision: Decision, at time: Timestamp) -> PluginName? {
        var now = owners[decision.symbol] ?? Owners()
        now.stop = decision.plan.stopOwner
        now.target = decision.plan.targetOwner
        if let entry = decision.plan.entry {
            (now.entry, now.entryStop) = (decision.plan.entryOwner, entry.stop.stopPrice)
            (now.price, now.pricedAt) = (decision.facts.price, time)
        }
        let wishes = decision.dispositions.filter { $0.outcome == .taken && $0.recommendation.advice.reduces }
        now.reducer = wishes.map(\.policy).first ?? now.reducer
        owners[decision.symbol] = now
        return decision.plan.stop == nil ? nil : now.stop
    }

    mutating func ownStopSet(_ symbol: Symbol) { owners[symbol, default: Owners()].stop = PositionPlan.core }

    mutating func entered(_ symbol: Symbol) {
        guard var now = owners[symbol], now.stop == nil else { return }
        now.stop = now.entry
        owners[symbol] = now
    }

    mutating func rename(_ symbol: Symbol, to other: Symbol) { owners[other] = owners.removeValue(forKey: symbol) }

    // MARK: - What is ordered

    mutating func take(_ action: ActionTaken) {
        let owner = owners[action.symbol]
        for (place, order) in action.orders.enumerated() {
            var facts = orders[order] ?? OrderFacts()
            facts.decision = action.decision
            switch action.action {
            case .enter(_, _, _, let stop, _):
                facts.cause = place == 0 ? .entry : nil
                if place == 0 { (facts.policy, facts.initialStop) = (owner?.entry, stop) }
            case .close, .closeAtLimit: (facts.cause, facts.policy) = (.reduction, owner?.reducer)
            case .protect(_, _, _, let target):
                facts.cause = target != nil && place == 0 ? .target : .stop
                facts.policy = facts.cause == .target ? owner?.target : owner?.stop
            case .moveStop, .shrinkStop: (facts.cause, facts.policy) = (.stop, owner?.stop)
            case .moveTarget: (facts.cause, facts.policy) = (.target, owner?.target)
            case .cancel: continue
            }
            orders[order] = facts
        }
    }

    mutating func take(_ change: OrderChanged) {
        if case .terms(let terms) = change.note, orders[change.order] != nil || terms.role != .external {
            note(terms, of: change.order)
        }
        guard change.status.isTerminal, orders[change.order] != nil else { return }
        finished.append(change.order)
        if finished.count > 2 * Self.finishedKept {
            for order in finished.prefix(Self.finishedKept) { orders[order] = nil }
            finished.removeFirst(Self.finishedKept)
        }
    }

    private mutating func note(_ terms: NewOrder, of order: ClientOrderID) {
        var facts = orders[order] ?? OrderFacts()
        let owner = owners[terms.symbol]
        switch terms.role {
        case .entry: facts.cause = .entry
        case .stop: (facts.cause, facts.policy) = (.stop, facts.policy ?? owner?.stop ?? owner?.entry)
        case .target: (facts.cause, facts.policy) = (.target, facts.policy ?? owner?.target ?? owner?.entry)
        case .reduce: facts.cause = .reduction
        case .external: facts.cause = .external
        }
        orders[order] = facts
    }
}

extension Advice {
    /// It asks for less to be held.
    fileprivate var reduces: Bool {
        switch self {
        case .takePartial, .exit, .reduceTo, .reduceToWeight, .reduceExposure: true
        case .protect, .resetStop, .target, .enter, .advise, .hold, .veto, .release: false
        }
    }
}
