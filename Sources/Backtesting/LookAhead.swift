import Orchestration
import Trading

/// What one policy said in one cycle, as a number that differs where the answer does.
package struct AnswerTrace: Hashable, Sendable {
    package var at: Timestamp
    package var policy: PluginName
    package var answer: PolicyAnswer
}

/// Collects the answers of a run.
final class AnswerKeeper {
    private(set) var traces: [AnswerTrace] = []

    func take(_ input: Input, at time: Timestamp) {
        guard case .evaluated(_, let answers) = input else { return }
        for answer in answers { traces.append(AnswerTrace(at: time, policy: answer.policy, answer: answer)) }
    }
}

/// Whether a policy knows what comes later: it is asked again over a tape that ends earlier, and must say the same until then.
package enum LookAhead {
    package struct Finding: Hashable, Sendable {
        package var policy: PluginName
        /// The first cycle in which its answer was another.
        package var at: Timestamp
    }

    /// - Parameters:
    ///   - whole: answers over the whole tape.
    ///   - cut: answers over the tape that ends at `end`.
    /// - Returns: of the policies whose answers differ before the end, those that differ first: what others say later may follow
    ///   from what these made of the account.
    package static func findings(whole: [AnswerTrace], cut: [AnswerTrace], before end: Timestamp) -> [Finding] {
        // The last update says that it is the last, and a run that ends says so: neither is an answer.
        let (one, other) = (whole.filter { $0.at < end }, cut.filter { $0.at < end })
        var first: Timestamp?
        var policies: [PluginName] = []
        for (before, after) in zip(one, other) {
            if let first, before.at > first { break }
            guard before != after else { continue }
            first = before.at
            if !policies.contains(before.policy) { policies.append(before.policy) }
        }
        return policies.map { Finding(policy: $0, at: first ?? end) }
    }
}
