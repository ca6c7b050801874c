import Trading

/// The cycle: gather, ask, decide. Execution follows events.
extension Disposition {
    private var isOnLevel: Bool { recommendation.priority == .protection || recommendation.priority == .target }
    fileprivate var isStanding: Bool { isOnLevel && (outcome == .taken || outcome == .absorbed) }
    /// A stop or target that is not moved for so little.
    fileprivate var isWaiting: Bool { isOnLevel && outcome == .deferred }
}

extension Orchestrator {
    mutating func requestPeriodicCycle() {
        state.cycle.beginPeriod()
        if state.market.advance(to: state.now) { sessionChanged() }
        watchPrices()
        watchDayOrders()
        requestCycle(.period)
    }

    /// An event that cannot wait for the period. A few of them in one period and no more.
    mutating func requestUrgentCycle(_ trigger: CycleTrigger) {
        guard state.cycle.takeUrgent(of: state.configuration.urgentCyclesPerPeriod) else { return }
        requestCycle(trigger)
    }

    /// Called when everything that the input has changed was acted on.
    mutating func beginCycle(trigger: CycleTrigger) throws(NumericError) {
        guard !state.cycle.postpone(trigger) else { return }
        guard let broker = state.broker, broker.isReconciled else { return }
        if state.cycle.isPaused(at: state.now) { tryRefusedAgain() }
        let number = state.cycle.begin(at: state.now)
        // Of a symbol with a row that cannot be, nothing is known and nothing is sent: it is looked at with every cycle.
        if number % max(1, state.configuration.reconcileEveryCycles) == 0 || !broker.discrepancies.isEmpty
            || state.reconciler.hasContested
        {
            reconcileNow()
        }
        try watchEquity()
        watchConditions()
        dropExpired()
        let orders = shownOrders.views(of: state.portfolio.orders)
        let snapshot = try SnapshotBuilder(state).build(cycle: number, orders: orders)
        state.cycle.snapshotTaken(at: state.now)
        record(
            .cycleStarted(
                CycleStarted(
                    cycle: number, trigger: trigger, positions: snapshot.positions.count,
                    openOrders: snapshot.orders.count, equity: snapshot.account.equity, asked: state.policies,
                    missing: state.plugins.missing(of: state.configuration.policies))))
        guard !state.policies.isEmpty else { return try decide(number, []) }
        state.cycle.evaluate()
        emit(
            .evaluate(
                cycle: number, policies: state.policies, budget: state.configuration.policyBudget,
                snapshot: snapshot))
    }

    mutating func applyPolicyAnswers(_ cycle: Int64, _ answers: [PolicyAnswer]) throws(NumericError) {
        guard state.cycle.answered(cycle) else { return }
        noteSilence(answers)
        let bounded = answers.map(AdviceBounds(state).bounded)
        for answer in bounded where state.plugins.noteLeftOut(answer.leftOut ?? 0, by: answer.policy) {
            alert(.warning, nil, .adviceLeftOut(answer.policy, answer.leftOut ?? 0))
        }
        try decide(cycle, bounded)
        if let trigger = state.cycle.takePendingTrigger() { requestCycle(trigger) }
    }

    private mutating func decide(_ cycle: Int64, _ answers: [PolicyAnswer]) throws(NumericError) {
        let responses = answers.map {
            PolicyResponse(policy: $0.policy, recommendations: $0.recommendations.count, failure: $0.failure)
        }
        record(.policiesAnswered(cycle: cycle, responses: responses))
        // Without the broker its tick size is not known, and nothing that is decided now could be done.
        guard state.broker != nil else {
            return alert(.notice, nil, .brokerLeftDuringCycle(cycle))
        }
        let engine = try decisionEngine(cycle, entriesRefused: whyNoEntries(answers))
        state.cycle.decided(at: state.now)
        let advice = AdviceBySymbol(withPause(withPerson(answers.filter { $0.failure == nil })))
        let symbols = try decide(advice, engine, cycle)
        dropUnwantedProposals(cycle)
        endUnwantedReductions(except: symbols)
        // An entry that nobody recommends any more is no longer wanted.
        state.plans.dropEntries(except: Self.entered(by: answers))
        if !state.mayEnter || !silentGuards(answers).isEmpty { endEntries() }
        touchPlanned()
        dropIdleSymbols(mentioned: symbols)
    }

    /// - Returns: symbols that anybody recommends for.
    private mutating func decide(
        _ advice: AdviceBySymbol, _ engine: DecisionEngine, _ cycle: Int64
    ) throws(NumericError) -> SortedSymbols {
        prepareStandingAdvice()
        let result = try engine.decide(advice, plans: state.plans) { symbol, places in
            guard stands(symbol, advice, places) else { return false }
            assert(isConfirmed(symbol, advice.advice(places), engine))
            return true
        }
        recordPortfolio(result.portfolio, cycle)
        for symbolDecision in result.symbolDecisions {
            let isQuiet = apply(symbolDecision)
            noteStanding(symbolDecision, isQuiet: isQuiet)
        }
        return SortedSymbols(result.symbols)
    }

    /// Symbols that any policy would enter.
    private static func entered(by answers: [PolicyAnswer]) -> Set<Symbol> {
        var symbols: Set<Symbol> = []
        for answer in answers {
            for index in answer.recommendations.indices where answer.recommendations[index].priority == .entry {
                if let symbol = answer.recommendations[index].symbol { symbols.insert(symbol) }
            }
        }
        return symbols
    }

    func decisionEngine(_ cycle: Int64, entriesRefused: DispositionReason?) throws(NumericError) -> DecisionEngine {
        DecisionEngine(
            state: state.marked, equity: try state.marked.equity(), now: state.now, cycle: cycle,
            configuration: state.configuration, capabilities: state.broker?.capabilities,
            entriesRefused: entriesRefused, overtaken: Set(state.cycle.overtaken),
            mode: { [handover = state.handover, modes = state.configuration.symbolModes] in
                handover.mode(of: $0, configured: modes)
            }, approvals: approvalGate)
    }

    private mutating func recordPortfolio(_ portfolio: PortfolioMerge, _ cycle: Int64) {
        if !portfolio.advisories.isEmpty { state.audit.store(portfolio.advisories) }
        guard state.audit.isPortfolioNews(portfolio.dispositions.map(DispositionKey.init)) else { return }
        record(.portfolio(PortfolioDecision(cycle: cycle, dispositions: portfolio.dispositions)))
    }

    /// - Returns: whether nothing is other than it was, and nothing was recorded.
    @discardableResult
    mutating func apply(_ symbolDecision: DecisionEngine.SymbolDecision) -> Bool {
        let decision = symbolDecision.decision
        let symbol = decision.symbol
        propose(symbolDecision.proposals)
        if symbolDecision.changesPlan || state.plans.isPlanned(symbol) { state.plans.adopt(decision.plan) }
        let keys = decision.dispositions.map(DispositionKey.init)
        func part(where isMeant: (Disposition) -> Bool) -> [DispositionKey] {
            decision.dispositions.indices.filter { isMeant(decision.dispositions[$0]) }.map { keys[$0] }
        }
        // A stop or target that stands is no news, whether it was set a moment ago or long before.
        let summary = part { !$0.isStanding && !$0.isWaiting }
        // A market that wavers about a level brings the same small move again and again: it is recorded once.
        let waiting = part(where: \.isWaiting)
        let isNews = state.audit.isNews(symbol, dispositions: summary, deferrals: waiting)
        let isOther = state.audit.isOther(symbol, dispositions: keys)
        if symbolDecision.changesPlan || isNews {
            state.audit.recorded(symbol, deferrals: waiting)
            record(.decision(decision))
        } else if isOther {
            record(.dispositions(SymbolDispositions(of: decision)))
        }
        return symbolDecision.keepsPlan && !isNews && !isOther && symbolDecision.proposals.isEmpty
    }

    /// I-WISH-1: a reduction of which nothing was done lives as long as somebody asks for it. The merge sees to the symbols that any
    /// policy has spoken of.
    private mutating func endUnwantedReductions(except decided: SortedSymbols) {
        guard !state.control.isFlattening else { return }
        let sessions = state.broker?.capabilities.sessions ?? []
        for plan in state.plans.reducing where !decided.contains(plan.symbol) {
            if state.marked.isReducing(plan.symbol, plan, sessions: sessions, at: state.now) {
                state.plans.withdrawReduction(plan.symbol)
            } else {
                state.plans.endReduction(plan.symbol)
            }
        }
    }

    /// I-GUARD-1: a required policy without an answer lets nothing through in this very cycle.
    private func whyNoEntries(_ answers: [PolicyAnswer]) -> DispositionReason? {
        let silent = silentGuards(answers)
        return switch state.control.state {
        case .active:
            silent.isEmpty ? state.losses.pause(at: state.now).map { .entriesPaused($0) } : .guardSilent(silent)
        case .reducing, .halted: .tradingRestricted(state: state.control.state, why: state.control.why)
        }
    }

    /// Required policies that have not answered, in the configuration's order.
    private func silentGuards(_ answers: [PolicyAnswer]) -> [PluginName] {
        let answered = Set(answers.filter { $0.failure == nil }.map(\.policy))
        return state.configuration.requiredPolicies.filter { !answered.contains($0) }
    }

    /// I-GUARD-2: who was asked and does not answer is counted, and told: a required policy at once, any other after some
    /// cycles in a row.
    private mutating func noteSilence(_ answers: [PolicyAnswer]) {
        for answer in answers {
            let isRequired = state.configuration.requiredPolicies.contains(answer.policy)
            let told = isRequired ? 1 : CoreLimits.silentCycles
            let (before, now) = state.plugins.noteAnswer(of: answer.policy, isThere: answer.failure == nil)
            if let why = answer.failure, now == told || now == CoreLimits.silentCycles {
                alert(
                    .warning, nil, .policySilent(answer.policy, cycles: now, why: why, isRequired: isRequired))
            } else if now == 0, before >= told {
                alert(.notice, nil, .policyAnswersAgain(answer.policy, after: before))
            }
        }
        watchConditions()
    }
}
