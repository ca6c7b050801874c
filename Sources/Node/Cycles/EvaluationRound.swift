import Orchestration
import Trading

/// The answers of one cycle: complete when every policy has answered, failed or run out of time. Pure.
struct EvaluationRound {
    let cycle: Int64
    let startedMilliseconds: Int64
    let deadlineMilliseconds: Int64
    private var waiting: [PluginName]
    private var answers: [PluginName: PolicyAnswer] = [:]

    init(cycle: Int64, policies: [PluginName], now: Int64, budget: Int64) {
        self.cycle = cycle
        startedMilliseconds = now
        deadlineMilliseconds = now + budget
        waiting = policies
    }

    var isComplete: Bool { waiting.isEmpty }

    func isWaiting(for policy: PluginName) -> Bool { waiting.contains(policy) }

    mutating func answer(_ answer: PolicyAnswer) { settle(answer) }

    mutating func fail(_ policy: PluginName, _ why: String) {
        settle(PolicyAnswer(policy: policy, recommendations: [], failure: why))
    }

    var late: [PluginName] { waiting }

    mutating func failAllWaiting(_ why: String) {
        for policy in waiting { fail(policy, why) }
    }

    private mutating func settle(_ answer: PolicyAnswer) {
        guard waiting.contains(answer.policy) else { return }
        waiting.removeAll { $0 == answer.policy }
        answers[answer.policy] = answer
    }

    /// Sorted by policy, so that the order of arrival reaches nobody.
    var input: Input { .evaluated(cycle: cycle, answers: answers.keys.sorted().compactMap { answers[$0] }) }
}
