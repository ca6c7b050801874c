import Orchestration
import Trading
import Wording

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
            /// The record that has it.
            var toldAt: Timestamp?
            var firstAt: Timestamp
            var lastAt: Timestamp
        }

        init(_ facts: Facts) {
            self.facts = facts
            var dispositions = Dispositions(facts)
            for cycle in facts.cycles {
                dispositions.reach(cycle)
                add(cycle, dispositions)
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

        private mutating func add(_ cycle: Cycle, _ dispositions: Dispositions) {
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
            let said = cycle.said.filter { !$0.recommendation.advice.isForPortfolio || dispositions.hasPart(of: $0) }
            guard !said.isEmpty else { return noteSilence(cycle) }
            for advice in said {
                guard let fate = dispositions.fate(of: advice, in: cycle) else { continue }
                note(fate.key, cycle, fate.reason, of: advice.policy)
            }
        }

        private mutating func noteSilence(_ cycle: Cycle) {
            let silent = cycle.asked.filter { policy in !cycle.late.contains { $0.policy == policy } }
            let none = cycle.asked.isEmpty ? facts.state.configuration.withoutPoliciesWords : nil
            let words =
                silent.isEmpty
                ? none ?? "no policy answered"
                : "no policy spoke of \(facts.symbol); asked: \(silent.map(\.text).joined(separator: ", "))"
            note(words, cycle, Answer.Reason(.nobodySpoke, words))
        }

        /// Of alike reasons the newest is shown, since the first.
        private mutating func note(
            _ key: String, _ cycle: Cycle, _ reason: Answer.Reason, of policy: PluginName? = nil
        ) {
            var reason = reason
            reason.policy = policy
            var group = groups[key] ?? Group(reason: reason, toldAt: reason.since, firstAt: cycle.at, lastAt: cycle.at)
            // One record may hold since before the window; of several, only the window is known.
            if group.toldAt != reason.since { group.isOfOneRecord = false }
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
