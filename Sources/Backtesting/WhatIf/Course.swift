import Orchestration
import Trading
import Wording

/// What was decided when, and what the account was worth.
package struct Course: Sendable {
    package struct Step: Sendable, Hashable {
        package var at: Timestamp
        package var symbol: Symbol
        package var decision: String
        /// What was decided, in words.
        package var words: String
        /// Whose advice was taken, sorted.
        package var by: [PluginName]

        /// Another run numbers its decisions in another way.
        package func isSame(as other: Step) -> Bool {
            (at, symbol, words) == (other.at, other.symbol, other.words) && by == other.by
        }
    }

    package private(set) var steps: [Step] = []
    package private(set) var equity: Money?
    /// A run has no more than this of them in memory; it says so when there are more.
    package static let mostSteps = 200_000

    mutating func forgetSteps() { steps = [] }

    mutating func take(_ record: Record, at time: Timestamp) {
        switch record {
        case .cycleStarted(let start): equity = start.equity
        case .decision(let decision) where decision.plan.id == decision.id && steps.count < Self.mostSteps:
            let by = Set(decision.dispositions.filter { $0.outcome == .taken }.map(\.policy)).sorted()
            steps.append(
                Step(
                    at: time, symbol: decision.symbol, decision: decision.id.text, words: decision.headline.words,
                    by: by))
        default: break
        }
    }
}
