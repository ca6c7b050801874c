import Orchestration
import Trading
import Wording

extension WhyNot {
    /// The reasons in the facts: first what stands in the way at the end of the journal, then what each cycle came to,
    /// the most frequent first, then what stood in the way and is over.
    struct Reasons {
        let facts: Facts
        var symbol: Symbol { facts.symbol }
        var state: CoreState { facts.state }

        init(_ facts: Facts) { self.facts = facts }

        var all: [Answer.Reason] {
            guard facts.isKnown || state.portfolio.positions[symbol] != nil else {
                return [unknown] + account + unknownFigures
            }
            let blockers = account + ofSymbol
            return blockers.filter { $0.until == nil } + CycleReasons(facts).all + blockers.filter { $0.until != nil }
        }

        private var unknown: Answer.Reason {
            Answer.Reason(
                .unknownSymbol,
                "the journal knows nothing of \(symbol): nothing is held, and no policy has spoken of it")
        }
    }
}

// MARK: - What holds for the account

extension WhyNot.Reasons {
    private var account: [WhyNot.Answer.Reason] {
        let halted = tradingReasons.filter { $0.kind == .tradingHalted }
        let reducing = tradingReasons.filter { $0.kind != .tradingHalted }
        return noCycle + brokerReasons + swapReasons + halted + reducing + pauses
    }

    /// Pauses of entries that are in force.
    private var pauses: [WhyNot.Answer.Reason] {
        state.losses.pauses(at: state.now).map { .init(.entriesPaused, $0.words, since: $0.since) }
    }

    private var noCycle: [WhyNot.Answer.Reason] {
        guard facts.cycles.isEmpty else { return [] }
        return [
            WhyNot.Answer.Reason(
                .noCycle, "no cycle began: a cycle needs a core at work and a broker whose state agrees with ours")
        ]
    }

    /// Stretches in which trading was not active.
    private var tradingReasons: [WhyNot.Answer.Reason] {
        var reasons: [WhyNot.Answer.Reason] = []
        for event in facts.tradingStates {
            guard case .tradingState(let state, let who, let reason) = event.record else { continue }
            let why = reason.wordsWithCommand
            if let last = reasons.indices.last, reasons[last].until == nil { reasons[last].until = event.at }
            switch state {
            case .active: continue
            case .halted:
                reasons.append(
                    .init(.tradingHalted, "trading is halted by \(who), nothing is sent: \(why)", since: event.at))
            case .reducing:
                reasons.append(
                    .init(
                        .tradingReducing, "trading is reducing by \(who), nothing is entered: \(why)", since: event.at))
            }
            reasons[reasons.count - 1].why = why
        }
        return reasons.filter(isInWindow)
    }

    /// Stretches without a broker that is reconciled; those of less than a period cost no cycle.
    private var brokerReasons: [WhyNot.Answer.Reason] {
        var reasons: [WhyNot.Answer.Reason] = []
        var open: WhyNot.Answer.Reason?
        var connected: WhyNot.BrokerTurn?
        var isFirst = facts.brokerTurns.first?.isFirstEntry ?? false
        for turn in facts.brokerTurns {
            if let why = turn.why {
                if open == nil {
                    open = .init(.brokerAway, "\(turn.words), so nothing was decided or sent: \(why)", since: turn.at)
                    open?.why = why
                }
                connected = nil
            } else {
                // Before the first broker of a journal there was nothing to be away from.
                if var reason = open, !isFirst {
                    reason.until = turn.at
                    reasons.append(reason)
                }
                (open, connected, isFirst) = (nil, turn, false)
            }
        }
        if let open { reasons.append(open) }
        if let connected, state.broker?.isReconciled == false {
            reasons.append(
                .init(
                    .notReconciled,
                    "the broker \(connected.words) is connected, and its state does not agree with ours yet",
                    since: connected.at))
        }
        let period = state.configuration.cyclePeriod
        return reasons.filter { reason in
            guard let since = reason.since, let until = reason.until else { return true }
            return isInWindow(reason) && until - since > period
        }
    }

    /// Stretches in which one adapter was swapped for another: no order was sent, however soon it was over.
    private var swapReasons: [WhyNot.Answer.Reason] {
        var reasons: [WhyNot.Answer.Reason] = []
        var open: WhyNot.Answer.Reason?
        for event in facts.swaps {
            guard case .swap(let told) = event.record else { continue }
            // A request that was refused began nothing, nor does it end the swap that is under way.
            if told.step == .failed, told.frozen == .zero { continue }
            var reason =
                open ?? .init(.brokerSwap, "", since: event.at + TimeSpan(nanoseconds: -told.frozen.nanoseconds))
            let verb = told.step.isLast ? "was" : "is"
            reason.words =
                "the broker \(verb) being swapped for \(told.to) (\(told.who): \(told.why)), so no order \(verb) sent: \(told.words)"
            reason.why = told.words
            if told.step.isLast {
                reason.until = event.at
                reasons.append(reason)
                open = nil
            } else {
                open = reason
            }
        }
        return (reasons + [open].compactMap { $0 }).filter(isInWindow)
    }

    private func isInWindow(_ reason: WhyNot.Answer.Reason) -> Bool {
        (reason.until ?? facts.window.to) >= facts.window.from
    }
}

// MARK: - What holds for the symbol

extension WhyNot.Reasons {
    private var ofSymbol: [WhyNot.Answer.Reason] { doubts + waiting + alerts + idlePlan + unknownFigures }

    /// Orders whose fate is not known: nothing is done on their symbol.
    private var doubts: [WhyNot.Answer.Reason] {
        let now = state.portfolio.orders.working(symbol).filter(\.status.isInFlight).map { order in
            WhyNot.Answer.Reason(
                .orderInDoubt,
                "the broker's word on \(order.id) is awaited (\(order.words), \(order.status.rawValue)): nothing is done on \(symbol) before",
                since: order.updatedAt)
        }
        var over: [ClientOrderID: WhyNot.Answer.Reason] = [:]
        var ended: [WhyNot.Answer.Reason] = []
        func end(_ order: ClientOrderID, at time: Timestamp) {
            guard var reason = over.removeValue(forKey: order) else { return }
            reason.until = time
            ended.append(reason)
        }
        for event in facts.events {
            switch event.record {
            case .order(let change) where change.event == .timedOut:
                over[change.order] =
                    over[change.order]
                    ?? .init(.orderInDoubt, "\(change.order) was in doubt: \(change.words)", since: event.at)
            case .order(let change): end(change.order, at: event.at)
            case .discrepancy(let discrepancy): if let order = discrepancy.order { end(order, at: event.at) }
            case .cycleStarted, .policiesAnswered, .decision, .portfolio, .dispositions, .action, .waiting,
                .unprotected, .outcome,
                .corporateAction, .cash, .correction,
                .tradingState, .swap, .alert:
                continue
            }
        }
        return now + ended
    }

    private var waiting: [WhyNot.Answer.Reason] {
        var reasons: [WhyNot.Answer.Reason] = []
        for event in [facts.waitingBefore].compactMap({ $0 }) + facts.events {
            guard case .waiting(let waiting) = event.record else { continue }
            if let last = reasons.indices.last, reasons[last].until == nil { reasons[last].until = event.at }
            guard let why = waiting.why else { continue }
            var reason = WhyNot.Answer.Reason(.waiting, why.words, since: event.at)
            reason.decision = waiting.decision
            reasons.append(reason)
        }
        // What was over in the same moment kept nobody waiting.
        return reasons.filter { isInWindow($0) && $0.until != $0.since }
    }

    /// Refusals of the risk gate and of the broker, and emergencies; alike but for their figures, they are shown once.
    private var alerts: [WhyNot.Answer.Reason] {
        var order: [String] = []
        var groups: [String: WhyNot.Answer.Reason] = [:]
        for event in [facts.refusalBefore].compactMap({ $0 }) + facts.events {
            guard case .alert(let alert) = event.record, alert.level != .notice else { continue }
            let key = alert.text.withoutFigures
            if groups[key] == nil { order.append(key) }
            let stands = state.holds.reportedReasons(of: symbol).contains { $0.isReported(by: alert) }
            var reason = WhyNot.Answer.Reason(
                Self.kind(of: alert), alert.text, since: groups[key]?.since ?? event.at,
                until: stands ? nil : event.at)
            (reason.why, reason.alert) = (alert.text, alert.name)
            groups[key] = reason
        }
        return order.compactMap { groups[$0] }
    }

    private static func kind(of alert: Alert) -> WhyNot.Answer.Reason.Kind {
        switch alert.kind {
        case .riskGate: .riskGate
        case .orderBudget: .orderBudget
        case .refusedByBroker: .refusedByBroker
        case .restricted, .brokerGone, .brokerDoubtful, .orderStuck, .unprotected, .ownStop, .stopStuck, .obstacle,
            .splitNotBooked, .externalShort, .corporateAction, .pluginNotice, .priceInDoubt, .changedByOthers,
            .initialStop, .brokerSilent, .brokerFenced, .account, .policySilent, nil:
            .alert
        }
    }

    /// Figures that policies ask for and that have not enough bars yet: who needs one says nothing of the symbol.
    private var unknownFigures: [WhyNot.Answer.Reason] {
        guard state.market[symbol] != nil || state.portfolio.positions[symbol] != nil else { return [] }
        return state.plugins.needsByPolicy.compactMap { policy, needs in
            let missing =
                (needs.indicators ?? []).sorted().compactMap { indicator in
                    state.market.series.bars(knownFor: indicator, of: symbol).map {
                        "\(indicator), of which \($0) of \(indicator.length) bars are known"
                    }
                } + missingBars(needs)
            guard !missing.isEmpty else { return nil }
            var reason = WhyNot.Answer.Reason(
                .waitingForBars, "\(policy) waits for \(missing.joined(separator: ", and "))")
            reason.policy = policy
            return reason
        }
    }

    private func missingBars(_ needs: PolicyNeeds) -> [String] {
        (needs.bars ?? []).compactMap { need in
            let known = state.market.series.bars(symbol, period: need.period, count: need.count).count
            return known < need.count
                ? "\(need.count) bars of \(need.period.barPeriodText), of which \(known) are known" : nil
        }
    }

    /// A decision that no step has followed.
    private var idlePlan: [WhyNot.Answer.Reason] {
        guard let event = facts.idleDecision, case .decision(let decision) = event.record else { return [] }
        var reason = WhyNot.Answer.Reason(
            .notCarriedOut,
            "decided, and no step has followed yet: \(decision.headline.words): \(decision.intended.map(\.words).joined(separator: "; "))",
            since: event.at)
        reason.decision = decision.id
        return [reason]
    }
}
