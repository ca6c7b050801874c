import Orchestration
import Trading

extension WhyNot {
    /// What each cycle of the window came to for the symbol, alike cycles grouped, the most frequent first.
    struct CycleReasons {
        private let facts: Facts
        private var order: [String] = []
        private var groups: [String: Group] = [:]

        private struct Group {
            var reason: Answer.Reason
            var count = 0
            var lastCycle: Int64 = 0
            var isOfOneRecord = true
            var firstAt: Timestamp
            var lastAt: Timestamp
        }

        init(_ facts: Facts) {
            self.facts = facts
            var standing = Standing(facts)
            for cycle in facts.cycles {
                standing.reach(cycle)
                add(cycle, standing)
            }
        }

        var all: [Answer.Reason] {
            let last = facts.cycles.last { $0.isAnswered || $0.asked.isEmpty }?.number
            let reasons = order.compactMap { groups[$0] }.map { group in
                var reason = group.reason
                reason.cycles = group.count
                if group.lastCycle != last { reason.until = group.lastAt }
                return reason
            }
            return reasons.enumerated().sorted { left, right in
                let (mine, others) = (left.element, right.element)
                return (-(mine.cycles ?? 0), mine.rank, left.offset) < (
                    -(others.cycles ?? 0), others.rank, right.offset
                )
            }.map(\.element)
        }

        private mutating func add(_ cycle: Cycle, _ standing: Standing) {
            for policy in cycle.missing {
                note(
                    "missing \(policy)", cycle, Answer.Reason(.policyMissing, "\(policy) was not connected"), of: policy
                )
            }
            for (policy, why) in cycle.late {
                let reason = Answer.Reason(.policyLate, "\(policy) gave no answer: \(why)")
                note("late \(policy) \(why.withoutFigures)", cycle, reason, of: policy)
            }
            guard cycle.isAnswered || cycle.asked.isEmpty else { return }
            // An exposure that leaves the symbol alone says nothing of it.
            let said = cycle.said.filter { !$0.recommendation.advice.isForPortfolio || standing.hasPart(of: $0) }
            guard !said.isEmpty else { return noteSilence(cycle) }
            for advice in said {
                guard let fate = standing.fate(of: advice, in: cycle) else { continue }
                note(fate.key, cycle, fate.reason, of: advice.policy)
            }
        }

        private mutating func noteSilence(_ cycle: Cycle) {
            let silent = cycle.asked.filter { policy in !cycle.late.contains { $0.policy == policy } }
            let words =
                silent.isEmpty
                ? "no policy answered"
                : "no policy spoke of \(facts.symbol); asked: \(silent.map(\.text).joined(separator: ", "))"
            note(words, cycle, Answer.Reason(.nobodySpoke, words))
        }

        /// The newest of alike reasons is told, since the first.
        private mutating func note(
            _ key: String, _ cycle: Cycle, _ reason: Answer.Reason, of policy: PluginName? = nil
        ) {
            var reason = reason
            reason.policy = policy
            var group = groups[key] ?? Group(reason: reason, firstAt: cycle.at, lastAt: cycle.at)
            // One record may tell it since before the window; of several, only the window is known.
            if group.reason.decision != reason.decision { group.isOfOneRecord = false }
            reason.since = group.isOfOneRecord ? reason.since ?? group.firstAt : group.firstAt
            if groups[key] == nil { order.append(key) }
            group.reason = reason
            // A policy may say the same twice in one cycle.
            if group.lastCycle != cycle.number || group.count == 0 { group.count += 1 }
            (group.lastCycle, group.lastAt) = (cycle.number, cycle.at)
            groups[key] = group
        }
    }
}

extension WhyNot.Answer.Reason {
    /// Among reasons of as many cycles.
    fileprivate var rank: Int {
        let place = Kind.allCases.firstIndex(of: kind) ?? 0
        return place * 10 + (outcome.map { outcome in outcome == .noted || outcome == .taken ? 9 : 0 } ?? 0)
    }
}

// MARK: - What became of a recommendation

extension WhyNot {
    /// The decision that stands in a cycle. The core writes a decision down when the plan changes or when who, fate or
    /// reason is another: in a cycle without a record, what the last one told stands.
    struct Standing {
        private let facts: Facts
        /// Of the window, the next one last.
        private var ahead: [Explain.Event]
        private var event: Explain.Event?
        private typealias Note = (
            outcome: Disposition.Outcome, by: PluginName?, why: String, until: Timestamp?
        )

        init(_ facts: Facts) {
            self.facts = facts
            event = facts.decisionBefore
            ahead = facts.events.filter { if case .decision = $0.record { true } else { false } }.reversed()
        }

        /// What was decided in it or before stands.
        mutating func reach(_ cycle: Cycle) {
            while case .decision(let decision)? = ahead.last?.record, decision.cycle <= cycle.number {
                event = ahead.removeLast()
            }
        }

        /// Nil for what changed the plan: that is no reason for nothing.
        func fate(of advice: PolicyAdvice, in cycle: Cycle) -> (key: String, reason: Answer.Reason)? {
            guard let event, case .decision(let decision) = event.record else { return reason(advice, nil, nil) }
            let isOwn = decision.cycle == cycle.number
            let told = decision.dispositions.first {
                guard !advice.recommendation.advice.isForPortfolio else { return isPart($0, of: advice) }
                return $0.policy == advice.policy
                    && (isOwn
                        ? $0.recommendation == advice.recommendation : $0.recommendation.isLike(advice.recommendation))
            }
            if isOwn, decision.plan.id == decision.id, told?.outcome == .taken, advice.recommendation.advice != .veto {
                return nil
            }
            if advice.recommendation.stands,
                told.map({ isStanding($0, decision, isOwn) || (!isOwn && hasIt(advice, decision)) }) ?? !isOwn
            {
                return reason(advice, standing(advice, decision), event)
            }
            return reason(advice, told.map { ($0.outcome, $0.by, $0.why, $0.until) }, event)
        }

        /// The symbol has a part of an exposure: what the core made of it stands in the decision as advice on the symbol.
        func hasPart(of advice: PolicyAdvice) -> Bool {
            guard let event, case .decision(let decision) = event.record else { return false }
            return decision.dispositions.contains { isPart($0, of: advice) }
        }

        private func isPart(_ told: Disposition, of advice: PolicyAdvice) -> Bool {
            guard case .reduceTo = told.recommendation.advice, told.policy == advice.policy else { return false }
            return told.recommendation.reason.withoutFigures == advice.recommendation.reason.withoutFigures
        }

        /// What waited in another cycle asks for no more than what the plan has, as far as it names a price.
        private func hasIt(_ advice: PolicyAdvice, _ decision: Decision) -> Bool {
            switch advice.recommendation.advice {
            case .protect(let stop):
                guard let wanted = stop.stopPrice, let standing = decision.plan.stop?.stopPrice else { return false }
                return decision.facts.quantity.isNegative ? wanted >= standing : wanted <= standing
            case .target(let target): return target.price != nil && target.price == decision.plan.target
            case .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .reduceExposure, .enter, .advise, .hold,
                .veto, .release:
                return false
            }
        }

        /// It changed nothing since what the plan has is as good. A record of another cycle tells of its own change.
        private func isStanding(_ told: Disposition, _ decision: Decision, _ isOwn: Bool) -> Bool {
            switch told.outcome.rawValue {
            case "taken": !isOwn
            case "absorbed":
                !isOwn
                    || told.by
                        == (told.recommendation.priority == .target
                            ? decision.plan.targetOwner : decision.plan.stopOwner)
            default: false
            }
        }

        /// Advice on a stop or target that no record tells of changed nothing: what stands is what the plan had.
        private func standing(_ advice: PolicyAdvice, _ decision: Decision) -> Note {
            let (plan, isTarget) = (decision.plan, advice.recommendation.priority == .target)
            let (price, owner) = isTarget ? (plan.target, plan.targetOwner) : (plan.stop?.stopPrice, plan.stopOwner)
            let name = isTarget ? "target" : "stop"
            let why =
                isFlat
                ? "nothing is held"
                : price.map {
                    "\(owner == advice.policy ? "its own" : "the") \(name) at \($0.text(minimumDecimals: 2)) stands; this is no better, or too small a move"
                }
                    ?? "it changed nothing"
            return (.absorbed, isFlat || price == nil ? nil : owner, why, nil)
        }

        /// Flat in the whole window.
        private var isFlat: Bool { facts.events.isEmpty && facts.state.portfolio.positions[facts.symbol] == nil }

        private func reason(
            _ advice: PolicyAdvice, _ told: Note?, _ event: Explain.Event?
        ) -> (key: String, reason: Answer.Reason) {
            // What stands speaks for itself; `--json` has the policy's own reason.
            let said = told?.outcome == .absorbed ? "" : " (\(advice.recommendation.reason))"
            let asked = "\(advice.policy) recommends to \(advice.recommendation.words)\(said)"
            guard let told else {
                let words = "\(asked): the records do not tell what became of it"
                return (words.withoutFigures, Answer.Reason(.recommendation, words))
            }
            let by = told.by.flatMap { $0 == advice.policy ? nil : " by \($0)" } ?? ""
            var reason = Answer.Reason(.recommendation, "\(asked): \(told.outcome.rawValue)\(by): \(told.why)")
            reason.recommendation = advice.recommendation
            (reason.outcome, reason.by, reason.why) = (told.outcome, told.by, told.why)
            reason.waitsUntil = told.until
            if let event, case .decision(let decision) = event.record {
                (reason.decision, reason.since) = (decision.id, event.at)
            }
            let kind = "\(advice.policy) \(advice.recommendation.words.withoutFigures)"
            return ("\(kind) \(told.outcome.rawValue)\(by) \(told.why.withoutFigures)", reason)
        }
    }
}

extension Recommendation {
    /// The same kind of advice; figures apart.
    fileprivate func isLike(_ other: Recommendation) -> Bool {
        priority == other.priority && words.withoutFigures == other.words.withoutFigures
    }

    /// A stop or a target, which stand until something better comes.
    fileprivate var stands: Bool { priority == .protection || priority == .target }
}
