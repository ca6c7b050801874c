import Trading

/// What is dropped when nobody needs it any more.
extension Orchestrator {
    /// Advisories past their end, and closed positions that keep nothing back any more.
    mutating func dropExpired() {
        state.audit.dropExpired(at: state.now, publishedBefore: state.cycle.snapshotAt ?? state.now)
        let coolDown = state.configuration.damping.reentryCoolDown
        state.plans.dropClosed(before: Timestamp(nanoseconds: state.now.nanoseconds - coolDown.nanoseconds))
    }

    /// Plans of nothing that nobody mentions: a policy may name another symbol in every cycle.
    mutating func dropIdleSymbols(mentioned: SortedSymbols) {
        for symbol in state.plans.idle {
            guard isIdle(symbol), !mentioned.contains(symbol), !state.holds.awaitsSnapshot(symbol) else { continue }
            state.plans.drop(symbol)
            state.holds.dropHold(symbol)
            endWaiting(symbol)
        }
        let portfolio = state.portfolio
        func isBusy(_ symbol: Symbol) -> Bool {
            portfolio.positions[symbol] != nil || portfolio.orders.stamp(of: symbol) != 0
        }
        state.plans.dropActionCounts(except: state.cycle.number, keep: isBusy)
        state.audit.dropReports { mentioned.contains($0) || isBusy($0) }
        state.holds.dropReports { mentioned.contains($0) || isBusy($0) }
    }

    private func isIdle(_ symbol: Symbol) -> Bool {
        state.portfolio.positions[symbol] == nil && state.portfolio.orders.stamp(of: symbol) == 0
    }

    /// The market is followed for what the policies ask for, and for nothing else.
    mutating func trackNeeds() { state.market.track(state.plugins.marketNeeds) }
}
