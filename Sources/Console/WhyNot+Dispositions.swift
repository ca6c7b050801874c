import Orchestration
import Trading
import Wording

extension WhyNot {
    /// What became of the advice on the symbol, cycle by cycle, as the journal has it: what the last record `decision` or
    /// `dispositions` said holds until the next one.
    struct Dispositions {
        /// Of the window, the next one last.
        private var ahead: [Explain.Event]
        private var event: Explain.Event?

        init(_ facts: Facts) {
            event = facts.dispositionsBefore
            ahead = facts.events.filter { $0.record.dispositionCycle != nil }.reversed()
        }

        /// What was decided in it or before holds.
        mutating func reach(_ cycle: Cycle) {
            while let next = ahead.last?.record.dispositionCycle, next <= cycle.number { event = ahead.removeLast() }
        }

        /// - Returns: nil for what changed the plan: that is no reason for nothing.
        func fate(of advice: PolicyAdvice, in cycle: Cycle) -> (key: String, reason: Answer.Reason)? {
            guard let event else { return untold(advice) }
            guard case .decision(let decision) = event.record, decision.cycle == cycle.number else {
                return event.record.items.first { $0.isOn(advice) }.map { reason(advice, $0, event) } ?? untold(advice)
            }
            let disposition =
                decision.dispositions.first {
                    $0.policy == advice.policy && $0.recommendation == advice.recommendation
                } ?? decision.dispositions.first { SymbolDispositions.Item($0).isOn(advice) }
            if decision.plan.id == decision.id, disposition?.outcome == .taken, advice.recommendation.advice != .veto {
                return nil
            }
            return disposition.map { reason(advice, SymbolDispositions.Item($0), event) } ?? untold(advice)
        }

        /// The symbol has a part of an exposure: what the core made of it is shown as advice on the symbol.
        func hasPart(of advice: PolicyAdvice) -> Bool {
            event?.record.items.contains { $0.isOn(advice) } ?? false
        }

        private func untold(_ advice: PolicyAdvice) -> (key: String, reason: Answer.Reason) {
            let words =
                "\(advice.policy) recommends to \(advice.recommendation.words) (\(advice.recommendation.reason)): the records do not tell what became of it"
            return (
                "\(advice.policy) \(advice.recommendation.advice.kind) untold", Answer.Reason(.recommendation, words)
            )
        }

        private func reason(
            _ advice: PolicyAdvice, _ item: SymbolDispositions.Item, _ event: Explain.Event
        ) -> (key: String, reason: Answer.Reason) {
            // What stands needs no reason; `--json` has the policy's own reason.
            let said = item.outcome == .absorbed ? "" : " (\(advice.recommendation.reason))"
            let by = item.by.flatMap { $0 == advice.policy ? nil : " by \($0)" } ?? ""
            var reason = Answer.Reason(
                .recommendation,
                "\(advice.policy) recommends to \(advice.recommendation.words)\(said): \(item.outcome.rawValue)\(by): \(item.why.words)",
                since: event.at)
            reason.recommendation = advice.recommendation
            (reason.outcome, reason.by, reason.why) = (item.outcome, item.by, item.why.words)
            reason.waitsUntil = item.until
            switch event.record {
            case .decision(let decision): reason.decision = decision.id
            case .dispositions(let told): reason.decision = told.plan
            default: break
            }
            return ("\(advice.policy) \(item.advice) \(item.outcome.rawValue)\(by) \(item.why.withoutFigures)", reason)
        }
    }
}

extension SymbolDispositions.Item {
    /// It is about this advice, or about the symbol's part of this exposure.
    fileprivate func isOn(_ asked: PolicyAdvice) -> Bool {
        let kind =
            asked.recommendation.advice.isForPortfolio
            ? Advice.reduceTo(quantity: .zero).kind : asked.recommendation.advice.kind
        return policy == asked.policy && advice == kind
    }
}

extension Record {
    /// The cycle whose dispositions it has; nil for another record.
    fileprivate var dispositionCycle: Int64? {
        switch self {
        case .decision(let decision): decision.cycle
        case .dispositions(let told): told.cycle
        default: nil
        }
    }

    fileprivate var items: [SymbolDispositions.Item] {
        switch self {
        case .decision(let decision): decision.dispositions.map(SymbolDispositions.Item.init)
        case .dispositions(let told): told.items
        default: []
        }
    }
}
