import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Node

@Suite("When a cycle is due")
struct CycleSchedulerTests {
    @Test(
        "a period is due once, and periods that were missed are not made up for",
        arguments: [
            (times: [10_000, 10_001, 19_999, 20_000], due: [true, false, false, true]),
            (times: [9_999, 10_000], due: [false, true]),
            (times: [35_000, 35_001, 39_000, 45_001], due: [true, false, false, true]),
        ] as [(times: [Int64], due: [Bool])])
    func period(times: [Int64], due: [Bool]) {
        var scheduler = CycleScheduler(lockstep: false, now: 0, startMilliseconds: 0)
        scheduler.open(now: 0, period: 10_000)
        var taken: [Bool] = []
        for time in times { taken.append(scheduler.consumeDuePeriod(now: time, period: 10_000)) }
        #expect(taken == due)
    }

    @Test("the barrier stands until its time, lockstep then awaits the first update")
    func stages() {
        var scheduler = CycleScheduler(lockstep: true, now: 5, startMilliseconds: 100)
        #expect(scheduler.stage == .barrier(untilMilliseconds: 105))
        #expect(!scheduler.isOpen)
        scheduler.endBarrier()
        #expect(scheduler.stage == .firstUpdate)
        scheduler.open(now: 10, period: 10)
        #expect(scheduler.isOpen)
        var real = CycleScheduler(lockstep: false, now: 5, startMilliseconds: 100)
        real.endBarrier()
        #expect(real.stage == .running)
    }

    @Test("in lockstep every update has one cycle, and time never runs backwards")
    func lockstep() {
        var scheduler = CycleScheduler(lockstep: true, now: 0, startMilliseconds: 0)
        let early = scheduler.consumeDueCycle()
        scheduler.tapeReached(Timestamp(seconds: 20))
        scheduler.tapeReached(Timestamp(seconds: 10))
        #expect(scheduler.tapeTime == Timestamp(seconds: 20))
        let (first, second) = (scheduler.consumeDueCycle(), scheduler.consumeDueCycle())
        #expect([early, first, second] == [false, true, false])
        scheduler.providerAsked()
        #expect(scheduler.awaitsProvider)
        scheduler.providerAnswered()
        #expect(!scheduler.awaitsProvider)
    }

    @Test("what is due next", arguments: [(false, Int64(0), Int64?(30)), (true, 0, nil), (true, 5, 30)])
    func due(lockstep: Bool, paceMilliseconds: Int64, expected: Int64?) {
        var scheduler = CycleScheduler(lockstep: lockstep, now: 0, startMilliseconds: 7)
        #expect(scheduler.nextDueMilliseconds(paceMilliseconds: paceMilliseconds) == 7)
        scheduler.open(now: 20, period: 10)
        #expect(scheduler.nextDueMilliseconds(paceMilliseconds: paceMilliseconds) == expected)
    }
}

@Suite("The answers of a cycle")
struct EvaluationRoundTests {
    private let hold = Recommendation(symbol: "NVDA", advice: .hold, reason: "the test")
    private func evaluation() -> EvaluationRound {
        EvaluationRound(cycle: 7, policies: ["a", "b", "c"], now: 100, budget: 500)
    }

    @Test(
        "it is complete when everybody has answered or failed, whatever the order",
        arguments: [
            ["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"],
        ] as [[PluginName]])
    func order(names: [PluginName]) {
        var evaluation = evaluation()
        #expect(evaluation.deadlineMilliseconds == 600)
        for name in names {
            #expect(!evaluation.isComplete)
            #expect(evaluation.isWaiting(for: name))
            name == "b"
                ? evaluation.fail(name, "gone") : evaluation.answer(PolicyAnswer(policy: name, recommendations: [hold]))
        }
        #expect(evaluation.isComplete)
        #expect(
            evaluation.input
                == .evaluated(
                    cycle: 7,
                    answers: [
                        PolicyAnswer(policy: "a", recommendations: [hold]),
                        PolicyAnswer(policy: "b", recommendations: [], failure: "gone"),
                        PolicyAnswer(policy: "c", recommendations: [hold]),
                    ]))
    }

    @Test("the first word counts: a second answer, a late one and a stranger's change nothing")
    func firstWord() {
        var evaluation = evaluation()
        evaluation.answer(PolicyAnswer(policy: "a", recommendations: []))
        evaluation.answer(PolicyAnswer(policy: "a", recommendations: [hold]))
        evaluation.answer(PolicyAnswer(policy: "stranger", recommendations: [hold]))
        evaluation.failAllWaiting("no answer within 500 ms")
        evaluation.answer(PolicyAnswer(policy: "b", recommendations: [hold]))
        #expect(evaluation.isComplete)
        guard case .evaluated(_, let answers) = evaluation.input else { return #expect(Bool(false)) }
        #expect(answers.map(\.policy) == ["a", "b", "c"])
        #expect(answers.allSatisfy { $0.recommendations.isEmpty })
        #expect(answers.map(\.failure) == [nil, "no answer within 500 ms", "no answer within 500 ms"])
    }

    @Test("nobody to ask: complete at once")
    func nobody() {
        #expect(EvaluationRound(cycle: 1, policies: [], now: 0, budget: 1).isComplete)
    }
}
