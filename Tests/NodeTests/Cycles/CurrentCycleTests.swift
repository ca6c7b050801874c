import Orchestration
import Testing
import Trading

@testable import Node

@Suite("The cycle under way")
struct CurrentCycleTests {
    private func asked() -> CurrentCycle {
        var cycle = CurrentCycle()
        cycle.turnBegins(nowNanoseconds: 1_000)
        cycle.begin(7, ["a", "b"], budget: 500, now: 100)
        cycle.ask("a", nowNanoseconds: 2_000)
        return cycle
    }

    @Test("an answer is timed from its question, and counts once")
    func answers() {
        var cycle = asked()
        #expect(
            cycle.accept([], of: "a", cycle: 7, within: AdviceBounds(CoreState()), nowNanoseconds: 5_000)
                == .accepted(afterMicroseconds: 3))
        #expect(
            cycle.accept([], of: "a", cycle: 7, within: AdviceBounds(CoreState()), nowNanoseconds: 6_000) == .tooLate)
        #expect(
            cycle.accept([], of: "b", cycle: 6, within: AdviceBounds(CoreState()), nowNanoseconds: 6_000) == .tooLate,
            "it answers another cycle")
        #expect(cycle.consumeAnswers() == nil && cycle.isUnderWay)
        #expect(
            cycle.accept([], of: "b", cycle: 7, within: AdviceBounds(CoreState()), nowNanoseconds: 6_000)
                == .accepted(afterMicroseconds: nil))
        let answers = [PolicyAnswer(policy: "a", recommendations: []), PolicyAnswer(policy: "b", recommendations: [])]
        #expect(cycle.consumeAnswers() == .evaluated(cycle: 7, answers: answers))
        #expect(!cycle.isUnderWay && cycle.number == nil)
    }

    @Test("it ends on time, and who is missing is named")
    func overdue() {
        var cycle = asked()
        _ = cycle.accept([], of: "b", cycle: 7, within: AdviceBounds(CoreState()), nowNanoseconds: 0)
        #expect(cycle.endOverdue(now: 599).isEmpty)
        #expect(cycle.endOverdue(now: 600) == ["a"])
        #expect(cycle.consumeAnswers() != nil)
    }

    @Test("its time runs from the turn in which it fell due to its decision, once")
    func time() {
        var cycle = asked()
        cycle.turnBegins(nowNanoseconds: 50_000)
        let taken = [cycle.decided(nowNanoseconds: 61_000), cycle.decided(nowNanoseconds: 61_000)]
        #expect(taken == [60, nil])
    }
}
