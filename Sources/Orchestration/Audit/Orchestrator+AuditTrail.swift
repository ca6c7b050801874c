import Trading

/// What the core remembers for policies: history, advisories, closed positions, and what each policy needs.
extension Orchestrator {
    /// Called with every record.
    mutating func recordHistory(_ record: Record) {
        guard let item = HistoryItem(record, at: state.now) else { return }
        state.history.append(item)
        if state.history.count > CoreLimits.history {
            state.history.removeFirst(state.history.count - CoreLimits.history)
        }
    }

    /// A newer word of the same policy under the same name replaces the older.
    mutating func storeAdvisories(_ advisories: [Advisory]) {
        let named = Set(advisories.map(\.key))
        state.advisories.removeAll { named.contains($0.key) }
        state.advisories += advisories
        dropOldestAdvisories(of: Set(advisories.map(\.policy)))
        state.advisories.sort { $0.key < $1.key }
    }

    /// Of each policy so many: one that invents names crowds out nobody but itself.
    private mutating func dropOldestAdvisories(of policies: Set<PluginName>) {
        for policy in policies.sorted() {
            let own = state.advisories.filter { $0.policy == policy }
            guard own.count > CoreLimits.advisories else { continue }
            let newest = own.sorted { ($1.at, $0.key) < ($0.at, $1.key) }.prefix(CoreLimits.advisories)
            state.advisories.removeAll { $0.policy == policy }
            state.advisories += newest
        }
    }

    /// Advisories past their end, and closed positions that keep nothing back any more.
    mutating func dropExpired() {
        let now = state.now
        // What was advised is heard once at least, however far apart cycles are.
        let publishedBefore = state.cycle.snapshotAt ?? now
        state.advisories.removeAll { $0.validUntil < now && $0.at < publishedBefore }
        let coolDown = state.configuration.damping.reentryCoolDown
        state.closedAt = state.closedAt.filter { $0.value + coolDown > now }
    }

    /// Plans of nothing that nobody speaks of: a policy may name another symbol in every cycle.
    mutating func dropIdleSymbols(mentioned: Set<Symbol>) {
        for (symbol, _) in state.plans.filter({ $0.value.isEmpty }).inOrder
        where isIdle(symbol) && !mentioned.contains(symbol)
            && state.holds[symbol]?.awaitsBrokerSnapshot != true
        {
            state.plans[symbol] = nil
            state.holds[symbol] = nil
            endWaiting(symbol)
        }
        // The steps of this cycle count on: their numbers are in order ids.
        let thisCycle = "\(state.cycle.number)."
        state.actionCounts = state.actionCounts.filter {
            state.plans[$0.key] != nil || !isIdle($0.key) || $0.value.decision.text.hasPrefix(thisCycle)
        }
        // What was told of a symbol is told once, for as many symbols as anybody trades.
        guard
            state.reportedDispositions.count > CoreLimits.reportedSymbols
                || state.reportedRefusals.count > CoreLimits.reportedSymbols
        else { return }
        state.reportedDispositions = state.reportedDispositions.filter { mentioned.contains($0.key) || !isIdle($0.key) }
        state.reportedRefusals = state.reportedRefusals.filter { mentioned.contains($0.key) || !isIdle($0.key) }
    }

    private func isIdle(_ symbol: Symbol) -> Bool {
        state.portfolio.positions[symbol] == nil && state.portfolio.orders.working(symbol).isEmpty
    }

    /// The market is followed for what the policies ask for, and for nothing else.
    mutating func trackNeeds() { state.portfolio.market.track(PolicyNeeds.union(state.needs.values)) }
}

extension Advisory {
    fileprivate var key: AdvisoryKey { AdvisoryKey(policy: policy, symbol: symbol?.text ?? "", name: name) }
}

private struct AdvisoryKey: Hashable, Comparable {
    var policy: PluginName
    var symbol: String
    var name: String
    static func < (left: AdvisoryKey, right: AdvisoryKey) -> Bool {
        (left.policy, left.symbol, left.name) < (right.policy, right.symbol, right.name)
    }
}

extension HistoryItem {
    /// Nil for what is no news to a policy.
    fileprivate init?(_ record: Record, at time: Timestamp) {
        switch record {
        case .decision(let decision):
            guard decision.headline != "no change" else { return nil }
            self.init(
                at: time, kind: .decision, symbol: decision.symbol, decision: decision.id, words: decision.headline)
        case .outcome(let outcome):
            self.init(
                at: time, kind: .outcome, symbol: outcome.symbol, decision: outcome.decision, words: outcome.words,
                lockedIn: outcome.realizedByDecision)
        case .tradingState(let state, let who, let why):
            self.init(
                at: time, kind: .tradingState, symbol: nil, decision: nil, words: "\(state.rawValue) by \(who): \(why)")
        case .discrepancy(let discrepancy):
            guard discrepancy.order == nil else { return nil }
            self.init(
                at: time, kind: .difference, symbol: discrepancy.symbol, decision: nil,
                words: "\(discrepancy.kind.rawValue): \(discrepancy.done)")
        case .alert(let alert):
            guard alert.level == .emergency else { return nil }
            self.init(at: time, kind: .emergency, symbol: alert.symbol, decision: nil, words: alert.text)
        case .cycleStarted, .policiesAnswered, .portfolio, .action, .waiting, .order, .unprotected, .corporateAction,
            .swap:
            return nil
        }
    }
}
