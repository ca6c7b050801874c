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
/// 5. An adapter that does not know what rested, or tells other positions than the one before, does not trade: it looks at
///    another account, whatever that is called there.
extension Orchestrator {
    mutating func applySwapRequest(_ request: SwapRequest) {
        guard let from = state.chosenBroker, refusal(of: request) == nil else {
            let words = "nothing is swapped: \(refusal(of: request) ?? "no broker is configured")"
            alert(.warning, nil, words)
            return record(
                .swap(
                    SwapProgress(
                        step: .failed, from: state.chosenBroker, to: request.to, who: request.who, why: request.why,
                        epoch: state.epoch, frozen: .zero, words: words)))
        }
        let deadline = state.now + state.configuration.swapDrain
        state.swapMachine.begin(request, from: from, at: state.now, drainBy: deadline)
        recordSwap(.began, "\(request.to) is to trade instead of \(from); no order is sent until it does")
    }

    private func refusal(of request: SwapRequest) -> String? {
        if let swap = state.swap { return "\(swap.from) is being swapped for \(swap.to) already" }
        guard state.configuration.brokers.contains(request.to) else {
            return
                "the configuration names no broker \"\(request.to)\", but \(state.configuration.brokers.map(\.text).joined(separator: ", "))"
        }
        return request.to == state.chosenBroker ? "\(request.to) trades already" : nil
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
                let missing = state.broker == nil ? "is not ready" : "has not told a state that fits ours"
                rollBack("\(swap.to) \(missing) within \(limit)")
            }
        case .returning:
            if state.swapMachine.isOverdue(at: state.now) {
                endSwap(
                    unfinished:
                        "\(swap.to) does not trade: \(swap.failure ?? "?"); \(swap.from) is not back within \(state.configuration.swapLimit) either, and awaited as at any start",
                    isLost: true)
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
        rollBack("\(swap.to) does not know \(order.id), which rested when \(swap.from) left")
        return true
    }

    /// A position is another there, and stays so, though nothing of ours explains it.
    /// - Returns: whether the adapter that joins leaves again.
    mutating func rollsBackFor(_ symbol: Symbol, ours: Quantity, brokers: Quantity) -> Bool {
        guard state.swapMachine.mustMatchPrevious, let swap = state.swap,
            !state.inFlight.hasUnseenEnd(where: { state.portfolio.orders[$0]?.symbol == symbol })
        else { return false }
        rollBack("\(swap.to) tells \(brokers) \(symbol), \(swap.from) told \(ours)")
        return true
    }

    private var pendingWork: String {
        let uncertain = state.portfolio.orders.allWorking.filter(\.status.isInFlight)
        let orders = uncertain.prefix(5).map { "\($0.id) is \($0.status.rawValue)" }.joined(separator: ", ")
        let what = uncertain.isEmpty ? "\(state.inFlight.queryCount) questions had no answer" : orders
        return "after \(state.configuration.swapDrain) \(what)"
    }

    /// While draining: nothing has changed, and trading goes on.
    private mutating func abandonSwap(_ why: String) {
        guard let swap = state.swap else { return }
        recordSwap(.failed, "the swap for \(swap.to) is given up: \(why); \(swap.from) stays the one that trades")
        alert(.warning, nil, "the broker was not swapped: \(why)")
        state.swapMachine.end()
        touchAll()
    }

    /// The new adapter cannot trade.
    mutating func rollBack(_ why: String) {
        guard let swap = state.swap, swap.stage == .joining else { return }
        let actions = state.swapMachine.fail(why)
        alert(.warning, nil, "\(swap.to) does not trade: \(why); \(swap.from) is taken back")
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
            recordSwap(.changed, "\(swap.from) has left; \(swap.to) is awaited, epoch \(state.epoch)")
        case .retreating where name == swap.to:
            perform(state.swapMachine.brokerLeft(name, readyBy: state.now + state.configuration.swapLimit))
            recordSwap(
                .rolledBack,
                "\(swap.to) does not trade: \(swap.failure ?? "?"); \(swap.from) is taken back, epoch \(state.epoch)")
        case .draining, .leaving, .joining, .retreating, .returning: break
        }
    }

    /// An adapter that is to trade does not even become ready.
    mutating func brokerFailed(_ name: PluginName, _ why: String) {
        guard let swap = state.swap, swap.stage == .joining, name == swap.to else { return }
        rollBack(why)
    }

    /// Whether an adapter that is ready may trade. One that is not the chosen one is told of and not heard.
    mutating func admitBroker(_ name: PluginName, _ capabilities: BrokerCapabilities) -> Bool {
        guard let chosen = state.chosenBroker else { return true }
        guard name == chosen else {
            alert(.warning, nil, "the broker \(name) is ready, and not heard: \(chosen) trades")
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
    private func shortcoming(of capabilities: BrokerCapabilities) -> String? {
        if let defect = capabilities.defect { return "its capabilities cannot be used: \(defect)" }
        for (symbol, record) in state.portfolio.positions.inOrder {
            let covered = Exits(of: record, in: state.portfolio.orders).protectedQuantity
            let tradable = capabilities.tradable(record.size, of: symbol)
            if tradable < covered {
                return
                    "it can protect \(tradable) of \(record.size) \(symbol), \(covered) are protected now; its quantity_increment or minimum_quantity is too large"
            }
        }
        return nil
    }

    /// The first word about the account: another account's positions would be taken for a trade elsewhere.
    mutating func verifyAccount(_ snapshot: BrokerState) -> Bool {
        guard let swap = state.swap, swap.stage == .joining, let ours = state.portfolio.account?.id,
            snapshot.account.id != ours
        else { return true }
        rollBack("\(swap.to) trades the account \(snapshot.account.id), not \(ours)")
        return false
    }

    /// A departure that was asked for is no emergency.
    /// - Returns: whether nothing else is to be told of it.
    mutating func handleExpectedDeparture(goneBroker name: PluginName, _ why: String) -> Bool {
        guard let swap = state.swap else { return false }
        switch swap.stage {
        case .leaving where name == swap.from:
            alert(.notice, nil, "the broker \(name) leaves as it was asked to: \(why)")
            return true
        case .joining where name == swap.to:
            rollBack("it is gone: \(why)")
            return true
        case .draining, .leaving, .joining, .retreating, .returning: return false
        }
    }

    /// The adapter's snapshot and our state agree: if it is the one that was awaited, trading goes on.
    mutating func endSwap(with name: PluginName) {
        guard let swap = state.swap else { return }
        switch swap.stage {
        case .joining where name == swap.to:
            recordSwap(.done, "\(swap.to) trades instead of \(swap.from), epoch \(state.epoch); \(heldWords)")
        case .returning where name == swap.from:
            recordSwap(
                .failed,
                "\(swap.from) trades as before, epoch \(state.epoch); \(swap.to) does not: \(swap.failure ?? "?"); \(heldWords)"
            )
            alert(.warning, nil, "the broker was not swapped: \(swap.failure ?? "?"); \(swap.from) trades as before")
        case .draining, .leaving, .joining, .retreating, .returning: return
        }
        state.swapMachine.end()
    }

    private var heldWords: String {
        "no order was sent for \(state.now - (state.swap?.began ?? state.now))"
    }

    private mutating func recordSwap(_ step: SwapProgress.Step, _ words: String) {
        guard let swap = state.swap else { return }
        record(
            .swap(
                SwapProgress(
                    step: step, from: swap.from, to: swap.to, who: swap.who, why: swap.why, epoch: state.epoch,
                    frozen: state.now - swap.began, words: words)))
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
            case .draining, .leaving: endSwap(unfinished: "the core was started anew before \(swap.from) had left")
            case .joining, .retreating, .returning:
                state.swapMachine.resume(readyBy: state.now + state.configuration.swapLimit)
            }
        }
        if let swap = state.swap, !brokers.contains(swap.from) || !brokers.contains(swap.to) {
            endSwap(unfinished: "the configuration does not name \(swap.from) and \(swap.to) any more")
        }
        let chosen = state.chosenBroker
        state.swapMachine.choose(among: brokers)
        guard let chosen, let now = state.chosenBroker else { return }
        if now != chosen {
            alert(.warning, nil, "\(now) trades: the configuration does not name \(chosen) any more")
        } else if now != brokers.first {
            alert(.notice, nil, "\(now) trades, as it was swapped in; `bigbrother broker swap` changes that")
        }
    }

    private mutating func endSwap(unfinished why: String, isLost: Bool = false) {
        guard let swap = state.swap else { return }
        recordSwap(.failed, "the swap of \(swap.from) for \(swap.to) is given up: \(why)")
        // The swap ends without any adapter: from here on it is as if the old one had been lost.
        let kind: Alert.Kind? = isLost ? .brokerGone : nil
        record(
            .alert(
                Alert(
                    level: isLost ? .emergency : .warning, symbol: nil, text: "the broker was not swapped: \(why)",
                    kind: kind)))
        state.swapMachine.end()
    }
}
