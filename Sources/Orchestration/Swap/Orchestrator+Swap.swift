import Trading

/// Another adapter takes over while orders are working. They rest at the venue, and are found again by the ids that the
/// core gave them; so nothing is carried over but the books.
///
/// Invariants:
/// 1. From the request to the end no order command leaves, but for what finishes the protection of a position that has
///    none while the old adapter is still there.
/// 2. The old adapter leaves when no order is in flight, and never else: no request of ours is under way at two adapters.
/// 3. The adapter that trades and the epoch change in one input. Whoever is killed before it has the old one, after it the new.
/// 4. Every stage that depends on an adapter has a deadline; what fails goes back to the old one, with a further epoch.
/// 5. An adapter that does not know what rested, or reports other positions than the one before, does not trade: it looks at
///    another account, whatever that is called there.
extension Orchestrator {
    mutating func applySwapRequest(_ request: SwapRequest) {
        guard let from = state.chosenBroker, refusal(of: request) == nil else {
            let refusal = refusal(of: request) ?? .noBrokerConfigured
            alert(.warning, nil, .swapRefused(refusal))
            return record(
                .swap(
                    SwapProgress(
                        step: .failed, from: state.chosenBroker, to: request.to, who: request.who, why: request.why,
                        epoch: state.epoch, frozen: .zero, event: .refused(refusal))))
        }
        let deadline = state.now + state.configuration.swapDrain
        state.swapMachine.begin(request, from: from, at: state.now, drainBy: deadline)
        recordSwap(.began, .began)
    }

    private func refusal(of request: SwapRequest) -> SwapRefusal? {
        if let swap = state.swap { return .underWay(from: swap.from, to: swap.to) }
        guard state.configuration.brokers.contains(request.to) else {
            return .notConfigured(request.to, configured: state.configuration.brokers)
        }
        return request.to == state.chosenBroker ? .tradesAlready(request.to) : nil
    }

    /// Whether nothing may be sent for a symbol. What is unprotected when a swap begins is protected first: it would stay unprotected
    /// until the swap is over.
    func isHeldBySwap(_ symbol: Symbol) -> Bool {
        state.swapMachine.holds(isUnprotected: state.protection.isUnprotected(symbol))
    }

    /// Called with every input.
    mutating func checkSwap() {
        guard let swap = state.swap else { return }
        switch swap.stage {
        case .draining:
            if isDrained {
                perform(state.swapMachine.drained(isReconciled: isFullyReconciled))
            } else if state.swapMachine.isOverdue(at: state.now) {
                abandonSwap(pendingWork)
            }
        case .joining:
            if state.swapMachine.isOverdue(at: state.now) {
                let limit = state.configuration.swapLimit
                rollBack(
                    state.broker == nil
                        ? .notReady(swap.to, within: limit) : .notReconciled(swap.to, within: limit))
            }
        case .returning:
            if state.swapMachine.isOverdue(at: state.now) {
                endSwap(
                    .oldNotBack(
                        swap.from, new: swap.to, failure: swap.failure, within: state.configuration.swapLimit))
            }
        case .leaving, .retreating: break
        }
    }

    private mutating func perform(_ actions: [SwapAction]) {
        for action in actions {
            switch action {
            case .detach: detachBroker()
            case .dismiss(let name): emit(.dismissBroker(name))
            case .engage(let name): emit(.engageBroker(BrokerEngagement(broker: name, epoch: state.run.beginEpoch())))
            }
        }
    }

    /// Nothing that was asked of the old adapter is still to be answered. A question that has waited for longer than an
    /// answer takes is lost; the new adapter is asked anew.
    private var isDrained: Bool {
        let recent = state.now + TimeSpan(nanoseconds: -state.configuration.commandTimeout.nanoseconds)
        return !state.inFlight.isWaitingForAnswer(since: recent)
            && !state.portfolio.orders.allWorking.contains { $0.status.isInFlight }
    }

    private var isFullyReconciled: Bool {
        guard let broker = state.broker else { return false }
        return broker.isReconciled && broker.discrepancies.isEmpty && !state.reconciler.awaitsSplits
    }

    /// What rested when the old adapter left is not known to the one that joins.
    /// - Returns: whether it leaves again.
    mutating func rollsBackWithout(order: Order) -> Bool {
        guard state.swapMachine.mustMatchPrevious, order.hasBeenAtVenue, let swap = state.swap else { return false }
        rollBack(.unknownOrder(order.id, new: swap.to, old: swap.from))
        return true
    }

    /// A position is another there, and stays so, though nothing of ours explains it.
    /// - Returns: whether the adapter that joins leaves again.
    mutating func rollsBackFor(_ symbol: Symbol, ours: Quantity, brokers: Quantity) -> Bool {
        guard mustMatchPrevious(symbol), let swap = state.swap else { return false }
        rollBack(.position(symbol: symbol, new: swap.to, newHas: brokers, old: swap.from, oldHad: ours))
        return true
    }

    /// The adapter that joins is to show what the one before did, and no end of ours that nobody has seen explains another
    /// position.
    func mustMatchPrevious(_ symbol: Symbol) -> Bool {
        state.swapMachine.mustMatchPrevious
            && !state.inFlight.hasUnseenEnd(where: { state.portfolio.orders[$0]?.symbol == symbol })
    }

    private var pendingWork: PendingWork {
        let uncertain = state.portfolio.orders.allWorking.filter(\.status.isInFlight)
        let limit = state.configuration.swapDrain
        guard !uncertain.isEmpty else { return .queries(state.inFlight.queryCount, after: limit) }
        return .orders(uncertain.prefix(5).map { OrderInStatus(order: $0.id, status: $0.status) }, after: limit)
    }

    /// While draining: nothing has changed, and trading goes on.
    private mutating func abandonSwap(_ work: PendingWork) {
        guard state.swap != nil else { return }
        recordSwap(.failed, .abandoned(work))
        alert(.warning, nil, .swapAbandoned(work))
        state.swapMachine.end()
        touchAll()
    }

    /// The new adapter cannot trade.
    mutating func rollBack(_ why: SwapFailure) {
        guard let swap = state.swap, swap.stage == .joining else { return }
        let actions = state.swapMachine.fail(why)
        alert(.warning, nil, .swapRollsBack(why, new: swap.to, old: swap.from))
        perform(actions)
    }

    private mutating func detachBroker() {
        guard state.broker != nil else { return }
        state.reconciler.disconnected()
        markInFlightUnknown()
    }
}

// MARK: - What adapters do meanwhile

extension Orchestrator {
    /// The adapter that was asked to leave is gone, process and all.
    mutating func brokerLeft(_ name: PluginName) {
        guard let swap = state.swap else { return }
        switch swap.stage {
        case .leaving where name == swap.from:
            perform(state.swapMachine.brokerLeft(name, readyBy: state.now + state.configuration.swapLimit))
            recordSwap(.changed, .changed)
        case .retreating where name == swap.to:
            perform(state.swapMachine.brokerLeft(name, readyBy: state.now + state.configuration.swapLimit))
            recordSwap(.rolledBack, .rolledBack(why: swap.failure))
        case .draining, .leaving, .joining, .retreating, .returning: break
        }
    }

    /// An adapter that is to trade does not even become ready.
    mutating func brokerFailed(_ name: PluginName, _ why: String) {
        guard let swap = state.swap, swap.stage == .joining, name == swap.to else { return }
        rollBack(.notStarted(why))
    }

    /// Whether an adapter that is ready may trade. One that is not the chosen one is reported, and its messages are not taken.
    mutating func admitBroker(_ name: PluginName, _ capabilities: BrokerCapabilities) -> Bool {
        guard let chosen = state.chosenBroker else { return true }
        guard name == chosen else {
            alert(.warning, nil, .brokerNotChosen(name, chosen: chosen))
            return false
        }
        guard let swap = state.swap else { return true }
        switch swap.stage {
        case .leaving, .retreating: return false
        case .draining, .returning: return true
        case .joining:
            guard let why = shortcoming(of: capabilities) else { return true }
            rollBack(why)
            return false
        }
    }

    /// What is held and protected must be protected there too.
    private func shortcoming(of capabilities: BrokerCapabilities) -> SwapFailure? {
        if let defect = capabilities.defect { return .capabilities(defect) }
        for (symbol, record) in state.portfolio.positions.inOrder {
            let covered = Exits(of: record, in: state.portfolio.orders).protectedQuantity
            let tradable = capabilities.tradable(record.size, of: symbol)
            if tradable < covered {
                return .cannotProtect(symbol, held: record.size, protectable: tradable, protected: covered)
            }
        }
        return nil
    }

    /// The first snapshot of the account: another account's positions would be taken for a trade elsewhere.
    mutating func verifyAccount(_ snapshot: BrokerState) -> Bool {
        guard let swap = state.swap, swap.stage == .joining, let ours = state.portfolio.account?.id,
            snapshot.account.id != ours
        else { return true }
        rollBack(.account(new: swap.to, theirs: snapshot.account.id, ours: ours))
        return false
    }

    /// A departure that was asked for is no emergency.
    /// - Returns: whether nothing else is to be reported about it.
    mutating func handleExpectedDeparture(goneBroker name: PluginName, _ why: String) -> Bool {
        guard let swap = state.swap else { return false }
        switch swap.stage {
        case .leaving where name == swap.from:
            alert(.notice, nil, .brokerLeaves(name, why: why))
            return true
        case .joining where name == swap.to:
            rollBack(.gone(why))
            return true
        case .draining, .leaving, .joining, .retreating, .returning: return false
        }
    }

    /// The adapter's snapshot and our state agree: if it is the one that was awaited, trading goes on.
    mutating func endSwap(with name: PluginName) {
        guard let swap = state.swap else { return }
        switch swap.stage {
        case .joining where name == swap.to:
            recordSwap(.done, .done)
        case .returning where name == swap.from:
            recordSwap(.failed, .failed(why: swap.failure))
            alert(.warning, nil, .swapFailed(why: swap.failure, old: swap.from))
        case .draining, .leaving, .joining, .retreating, .returning: return
        }
        state.swapMachine.end()
    }

    private mutating func recordSwap(_ step: SwapProgress.Step, _ event: SwapEvent) {
        guard let swap = state.swap else { return }
        record(
            .swap(
                SwapProgress(
                    step: step, from: swap.from, to: swap.to, who: swap.who, why: swap.why, epoch: state.epoch,
                    frozen: state.now - swap.began, event: event)))
    }
}

// MARK: - Starts

extension Orchestrator {
    /// Which adapter trades, and what becomes of a swap that the last process did not end: before the change nothing has
    /// happened, after it the new adapter is awaited anew.
    mutating func resumeSwap() {
        let brokers = state.configuration.brokers
        if let swap = state.swap {
            switch swap.stage {
            case .draining, .leaving: endSwap(.restartedBeforeLeaving(swap.from))
            case .joining, .retreating, .returning:
                state.swapMachine.resume(readyBy: state.now + state.configuration.swapLimit)
            }
        }
        if let swap = state.swap, !brokers.contains(swap.from) || !brokers.contains(swap.to) {
            endSwap(.notConfigured(from: swap.from, to: swap.to))
        }
        let chosen = state.chosenBroker
        state.swapMachine.choose(among: brokers)
        guard let chosen, let now = state.chosenBroker else { return }
        if now != chosen {
            alert(.warning, nil, .chosenBrokerNotConfigured(chosen, now: now))
        } else if now != brokers.first {
            alert(.notice, nil, .swappedInBrokerTrades(now))
        }
    }

    private mutating func endSwap(_ end: SwapEnd) {
        guard state.swap != nil else { return }
        recordSwap(.failed, .ended(end))
        // The swap ends without any adapter: from here on it is as if the old one had been lost.
        let isLost = if case .oldNotBack = end { true } else { false }
        alert(isLost ? .emergency : .warning, nil, .swapEnded(end))
        state.swapMachine.end()
    }
}
