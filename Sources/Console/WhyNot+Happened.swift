import Orchestration
import Trading
import Wording

/// What did happen: steps by their decision, executions of orders that rested, and what came from outside.
extension WhyNot {
    func happened(_ events: [Explain.Event]) throws -> [Answer.Happened] {
        var byDecision: [DecisionID: Answer.Happened] = [:]
        var others: [Answer.Happened] = []
        var stepTimes: [ClientOrderID: Timestamp] = [:]
        for event in events {
            switch event.record {
            case .action(let step):
                for order in step.orders { stepTimes[order] = event.at }
                let before = byDecision[step.decision]
                byDecision[step.decision] = Answer.Happened(
                    at: before?.at ?? event.at, decision: step.decision, steps: (before?.steps ?? 0) + 1,
                    words: step.action.words)
            case .order(let change):
                // What is filled at once is its step; what rested and is filled later is news of its own.
                guard change.event == .fill || change.event == .partialFill, stepTimes[change.order] != event.at else {
                    continue
                }
                others.append(Answer.Happened(at: event.at, order: change.order, words: change.words))
            case .discrepancy(let discrepancy):
                guard discrepancy.kind.changes else { continue }
                others.append(
                    Answer.Happened(
                        at: event.at,
                        words:
                            "the broker and our books differed (\(discrepancy.kind.rawValue.spaced)): \(discrepancy.done.words)"
                    ))
            case .corporateAction(let action, let done):
                others.append(Answer.Happened(at: event.at, words: done.words(action)))
            case .cash(let movement, let done):
                others.append(Answer.Happened(at: event.at, words: done.words(movement)))
            case .correction(let correction):
                others.append(Answer.Happened(at: event.at, order: correction.order, words: correction.words))
            case .cycleStarted, .policiesAnswered, .portfolio, .dispositions, .decision, .waiting, .unprotected,
                .outcome,
                .tradingState,
                .swap,
                .alert:
                continue
            }
        }
        let decided = try byDecision.values.sorted { $0.at < $1.at }.map(withHeadline)
        return (decided + others).sorted { $0.at < $1.at }
    }

    private func withHeadline(_ happened: Answer.Happened) throws -> Answer.Happened {
        guard let id = happened.decision else { return happened }
        var result = happened
        let record = try records.last(mentioning: "decision:\(id)", in: 1...Int64.max) {
            if case .decision = $0 { true } else { false }
        }
        if case .decision(let decision)? = record?.record { result.headline = decision.headline.words }
        return result
    }
}

extension Discrepancy.Kind {
    /// Something happened to the symbol; else it was found as it stood, and taken into the books.
    fileprivate var changes: Bool {
        switch self {
        case .missedFill, .lostOrder, .manualTrade, .corporateAction, .externalShort: true
        case .externalOrder, .openingPosition, .statusDrift: false
        }
    }
}
