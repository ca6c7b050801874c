import Trading

/// Turns one cycle's answers into decisions: merges by symbol, and gives each recommendation its disposition.
struct DecisionEngine {
    let state: MarkedPortfolio
    let equity: Money
    let now: Timestamp
    let cycle: Int64
    let configuration: CoreConfiguration
    let capabilities: BrokerCapabilities?
    /// Why no entry is possible at all; nil when one is.
    let entriesRefused: DispositionReason?
    /// Symbols whose position is another one than the snapshot showed: advice on them is void.
    var overtaken: Set<Symbol> = []
    /// How far a symbol is handed over.
    let mode: (Symbol) -> SymbolMode
    /// Nil when nobody has to be asked.
    var approvals: ApprovalGate?
    /// The id of the decision on a symbol; nil for that of the cycle.
    var makesID: ((Symbol) -> DecisionID)?

    struct SymbolDecision {
        var decision: Decision
        /// The plan differs from the one before.
        var changesPlan: Bool
        /// What policies want, and a person is asked about.
        var proposals: [Proposal] = []
        /// The plan is what it was, whatever it remembers.
        var keepsPlan = false
        /// What it is made of; nil where something that concerns all symbols is a part of it.
        var advice: [PolicyAdvice]?
    }

    /// What comes of one cycle's advice.
    struct Result {
        var portfolio: PortfolioMerge
        /// In symbol order.
        var symbolDecisions: [SymbolDecision] = []
        /// Symbols that any policy recommends for, in order.
        var symbols: [Symbol] = []
    }

    /// What concerns the portfolio first, then one verdict for each symbol that any policy recommends for, in symbol order.
    /// - Parameter stands: whether what is said of a symbol changes nothing; there is no decision on it then.
    func decide(
        _ advice: AdviceBySymbol, plans: PlanStore, except stands: (Symbol, Range<Int>) -> Bool = { _, _ in false }
    ) throws(NumericError) -> Result {
        var result = Result(
            portfolio: try PortfolioMerge(
                advice.everywhere, state, equity: equity, now: now, configuration: configuration,
                capabilities: capabilities))
        var derived = Dictionary(grouping: result.portfolio.advice) { $0.recommendation.symbol }
        let vetoes = advice.everywhere.filter { $0.recommendation.advice == .veto }
        for (symbol, places) in advice.groups(with: derived.keys.compactMap(\.self)) {
            let parts = derived.removeValue(forKey: symbol) ?? []
            let isPlain = parts.isEmpty && vetoes.isEmpty
            result.symbols.append(symbol)
            if isPlain, stands(symbol, places) { continue }
            let all = advice.advice(places) + parts + vetoes
            var decision = try decide(symbol, all, plans)
            if isPlain { decision.advice = all }
            result.symbolDecisions.append(decision)
        }
        return result
    }

    func decide(
        _ symbol: Symbol, _ advice: [PolicyAdvice], _ plans: PlanStore
    ) throws(NumericError) -> SymbolDecision {
        let id = makesID?(symbol) ?? DecisionID(cycle: cycle, symbol: symbol)
        let current = plans[symbol]
        let before = current ?? PositionPlan(id: id, symbol: symbol)
        let (merge, dispositions, proposals) = try merge(advice, onto: before, facts(symbol, plans))
        var plan = merge.plan
        plan.entry = approvals.map { $0.bounded(plan.entry, symbol) } ?? plan.entry
        let changes = current.map { !$0.isSameState(as: plan) } ?? !plan.isEmpty
        if changes { plan.id = id }
        let decision = Decision(
            id: id, cycle: cycle, symbol: symbol, headline: headline(merge, changes: changes),
            intended: intended(plan, before: before), plan: plan, dispositions: dispositions,
            facts: try decisionFacts(symbol))
        return SymbolDecision(
            decision: decision, changesPlan: changes, proposals: proposals, keepsPlan: current == plan)
    }

    /// Without what a person is to approve first.
    private func merge(
        _ advice: [PolicyAdvice], onto current: PositionPlan, _ facts: Merge.Facts
    ) throws(NumericError) -> (Merge, [Disposition], [Proposal]) {
        let whole = try Merge(advice, onto: current, facts: facts)
        guard let verdict = approvals?.examine(whole, advice, current.symbol, cycle: cycle), !verdict.wanted.isEmpty
        else { return (whole, whole.dispositions, []) }
        guard !verdict.held.isEmpty || !verdict.approved.isEmpty else {
            return (whole, whole.dispositions, verdict.wanted)
        }
        let rest = try Merge(
            verdict.allowed, onto: current, facts: with(facts) { $0.approved = verdict.approved })
        let outcomes = Dictionary(rest.dispositions.map { ($0.advice, $0) }) { first, _ in first }
        let dispositions = whole.dispositions.map { verdict.held[$0.advice] ?? outcomes[$0.advice] ?? $0 }
        return (rest, dispositions, verdict.wanted)
    }

    private func facts(_ symbol: Symbol, _ plans: PlanStore) -> Merge.Facts {
        var facts = Merge.Facts(
            position: state.positions[symbol], price: state.market.price(of: symbol), equity: equity, now: now,
            quantityIncrement: capabilities?.quantityIncrement(of: symbol) ?? .one,
            tickSize: capabilities?.priceIncrement(of: symbol), damping: configuration.damping,
            priceCollar: configuration.limits.priceCollar, entriesRefused: entriesRefused)
        facts.mode = mode(symbol)
        facts.figures = state.market.series.ranges(of: symbol)
        facts.stopIncrement = capabilities?.quantityIncrement(of: symbol, in: .stop)
        facts.minimumQuantity = capabilities?.minimumQuantity(of: symbol) ?? .zero
        facts.reentryFrom = plans.closedAt(symbol).map { $0 + configuration.damping.reentryCoolDown }
        facts.isReductionUnderWay = state.isReducing(
            symbol, plans[symbol], sessions: capabilities?.sessions ?? [], at: now)
        facts.isOvertaken = overtaken.contains(symbol)
        facts.claimedByOthers = state.orders.claimedByOthers(symbol)
        if state.orders.working(symbol).contains(where: { $0.terms.role == .entry }) {
            facts.workingEntry = plans.sentEntry(symbol)
        }
        return facts
    }

    private func decisionFacts(_ symbol: Symbol) throws(NumericError) -> DecisionFacts {
        guard let record = state.positions[symbol] else {
            return DecisionFacts(quantity: .zero, price: state.market.price(of: symbol), equity: equity)
        }
        let view = try PositionViewer(state: state, now: now, sectors: configuration.sectors).view(
            record, equity: equity)
        return DecisionFacts(
            quantity: view.quantity, averagePrice: view.averagePrice, price: view.lastPrice,
            profit: view.unrealizedProfit, profitInR: view.profitInR, weight: view.weight, equity: equity)
    }
}

extension PositionPlan {
    var isEmpty: Bool { quantityLimit == nil && stop == nil && target == nil && entry == nil }
}

// MARK: - What it comes to

extension DecisionEngine {
    private func headline(_ merge: Merge, changes: Bool) -> Headline {
        let taken = merge.dispositions.filter { $0.outcome == .taken }.map(\.recommendation.priority)
        guard changes, let first = taken.filter({ $0 != .protection && $0 != .none }).min() ?? taken.min() else {
            return .noChange
        }
        let withStop = taken.contains(.protection)
        return switch first {
        case .emergency: .emergencyExit
        case .exit: .exit
        case .partialProfit: withStop ? .partialProfitWithProtection : .partialProfit
        case .riskReduction: withStop ? .reduceWithProtection : .reduce
        case .protection: .protect
        case .target: withStop ? .protectWithTarget : .setTarget
        case .entry: .enter
        case .none: .noChange
        }
    }

    /// Prices alone differ, and the broker changes them in place.
    private func canMove(_ exits: Exits, to plan: PositionPlan, _ rest: Quantity) -> Bool {
        guard capabilities?.canMovePrice == true, exits.stops.count == 1, let stop = plan.stop,
            (exits.stops[0].terms.limitPrice == nil) == (stop.limitPrice == nil)
        else { return false }
        return exits.targets.count == (plan.target == nil ? 0 : 1)
            && (exits.stops + exits.targets).allSatisfy { $0.leavesQuantity == rest }
    }

    private func hasOCO(_ symbol: Symbol) -> Bool { capabilities?.groups(of: symbol).contains(.oco) ?? true }

    /// The steps that the plan asks for as things stand; the coordinator decides each anew when its time comes.
    private func intended(_ plan: PositionPlan, before: PositionPlan) -> [IntendedStep] {
        guard let record = state.positions[plan.symbol] else {
            guard let entry = plan.entry else { return [] }
            return [
                .enter(
                    side: entry.side, quantity: entry.quantity, symbol: plan.symbol, stop: entry.stop.stopPrice)
            ]
        }
        var steps: [IntendedStep] = []
        let exits = Exits(of: record, in: state.orders)
        // What other people's orders may sell is theirs.
        let size = record.size.less(state.orders.externalClaim(on: record))
        let rest = min(plan.quantityLimit ?? record.size, record.size).less(record.size.less(size))
        let reduces = rest < size
        let fits =
            exits.stops.allSatisfy { $0.leavesQuantity == rest && $0.terms.stopPrice == plan.stop?.stopPrice }
            && exits.targets.allSatisfy { $0.leavesQuantity == rest && $0.terms.limitPrice == plan.target }
        if !reduces, !fits, canMove(exits, to: plan, rest), let stop = plan.stop {
            if exits.stops[0].terms.stopPrice != stop.stopPrice {
                steps.append(.moveStop(to: stop.stopPrice))
            }
            if let target = plan.target, exits.targets.first?.terms.limitPrice != target {
                steps.append(.moveTarget(to: target))
            }
            return steps
        }
        if reduces || !fits {
            for order in exits.targets + exits.stops { steps.append(.cancel(order.terms)) }
        }
        if reduces {
            steps.append(.close(side: record.exitSide, quantity: size.less(rest), symbol: plan.symbol))
        }
        guard rest.isPositive else { return steps }
        if let stop = plan.stop, reduces || !fits || exits.stops.isEmpty {
            steps.append(.stop(quantity: rest, at: stop))
        }
        if let target = plan.target, reduces || !fits || exits.targets.isEmpty {
            steps.append(
                hasOCO(plan.symbol) ? .target(quantity: rest, at: target) : .watchTarget(quantity: rest, at: target))
        }
        return steps
    }
}
