import Orchestration
import Trading

/// The cycle that is under way: the policies' answers, and how long it takes.
struct CurrentCycle {
    private var round: EvaluationRound?
    /// When the policies of this cycle were asked, in nanoseconds.
    private var asked: [PluginName: Int64] = [:]
    /// When the inputs of this turn began to be taken.
    private var turnBegan: Int64 = 0
    /// When the cycle fell due, before its snapshot was made; nil between cycles.
    private var began: Int64?

    enum Acceptance: Equatable {
        case accepted(afterMicroseconds: Int64?)
        /// The cycle has ended without it.
        case tooLate
        case tooMany
    }

    /// Answers are awaited.
    var isUnderWay: Bool { round != nil }
    /// Its number while answers are awaited.
    var number: Int64? { round?.cycle }
    var deadlineMilliseconds: Int64? { round?.deadlineMilliseconds }

    // MARK: - Asking

    /// - Parameter budget: milliseconds that policies have.
    mutating func begin(_ cycle: Int64, _ policies: [PluginName], budget: Int64, now: Int64) {
        round = EvaluationRound(cycle: cycle, policies: policies, now: now, budget: budget)
        asked = [:]
        began = turnBegan
    }

    mutating func ask(_ policy: PluginName, nowNanoseconds: Int64) { asked[policy] = nowNanoseconds }

    // MARK: - Answers

    /// - Parameters:
    ///   - leftOut: recommendations that were left out already.
    ///   - cycle: that the answer names.
    ///   - bounds: what is beyond them never reaches the journal.
    mutating func accept(
        _ recommendations: [Recommendation], leftOut: Int64 = 0, of policy: PluginName, cycle: Int64?,
        within bounds: AdviceBounds,
        nowNanoseconds: Int64
    ) -> Acceptance {
        guard let round, cycle == round.cycle, round.isWaiting(for: policy) else { return .tooLate }
        guard recommendations.count <= LoopLimits.recommendations else {
            fail(policy, "\(recommendations.count) recommendations, \(LoopLimits.recommendations) is the most")
            return .tooMany
        }
        var answer = PolicyAnswer(policy: policy, recommendations: recommendations)
        answer.leftOut = leftOut == 0 ? nil : leftOut
        self.round?.answer(bounds.bounded(answer))
        return .accepted(afterMicroseconds: asked[policy].map { (nowNanoseconds - $0) / 1_000 })
    }

    /// It was asked in the cycle that is under way, and has not answered.
    func isWaiting(for policy: PluginName) -> Bool { round?.isWaiting(for: policy) ?? false }

    mutating func fail(_ policy: PluginName, _ why: String) { round?.fail(policy, why) }

    /// The cycle ends on time: who has not answered is missing from it, and said to be.
    /// - Returns: the policies that are missing.
    mutating func endOverdue(now: Int64) -> [PluginName] {
        guard let round, now >= round.deadlineMilliseconds else { return [] }
        let budget = round.deadlineMilliseconds - round.startedMilliseconds
        self.round?.failAllWaiting("no answer within \(budget) ms")
        return round.late
    }

    /// Takes the answers when all are there.
    mutating func consumeAnswers() -> Input? {
        guard let round, round.isComplete else { return nil }
        self.round = nil
        return round.input
    }

    // MARK: - Time

    mutating func turnBegins(nowNanoseconds: Int64) { turnBegan = nowNanoseconds }

    /// What was decided is performed.
    /// - Returns: microseconds since the cycle fell due; nil when none was under way.
    mutating func decided(nowNanoseconds: Int64) -> Int64? {
        defer { began = nil }
        return began.map { (nowNanoseconds - $0) / 1_000 }
    }
}
