import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Node

@Suite("Pace")
struct PaceTests {
    @Test(
        "a period is due once, and periods that were missed are not made up for",
        arguments: [
            (times: [10_000, 10_001, 19_999, 20_000], due: [true, false, false, true]),
            (times: [9_999, 10_000], due: [false, true]),
            (times: [35_000, 35_001, 39_000, 45_001], due: [true, false, false, true]),
        ] as [(times: [Int64], due: [Bool])])
    func period(times: [Int64], due: [Bool]) {
        var pace = Pace(lockstep: false, now: 0, startMilliseconds: 0)
        pace.open(now: 0, period: 10_000)
        var taken: [Bool] = []
        for time in times { taken.append(pace.takePeriod(now: time, period: 10_000)) }
        #expect(taken == due)
    }

    @Test("the barrier stands until its time, lockstep then awaits the first update")
    func stages() {
        var pace = Pace(lockstep: true, now: 5, startMilliseconds: 100)
        #expect(pace.stage == .barrier(untilMilliseconds: 105))
        #expect(!pace.isOpen)
        pace.barrierFell()
        #expect(pace.stage == .firstUpdate)
        pace.open(now: 10, period: 10)
        #expect(pace.isOpen)
        var real = Pace(lockstep: false, now: 5, startMilliseconds: 100)
        real.barrierFell()
        #expect(real.stage == .running)
    }

    @Test("in lockstep every update has one cycle, and time never runs backwards")
    func lockstep() {
        var pace = Pace(lockstep: true, now: 0, startMilliseconds: 0)
        let early = pace.takeCycle()
        pace.see(Timestamp(seconds: 20))
        pace.see(Timestamp(seconds: 10))
        #expect(pace.tapeTime == Timestamp(seconds: 20))
        let (first, second) = (pace.takeCycle(), pace.takeCycle())
        #expect([early, first, second] == [false, true, false])
        pace.askedProvider()
        #expect(pace.awaitsProvider)
        pace.provided()
        #expect(!pace.awaitsProvider)
    }

    @Test("what is due next", arguments: [(false, Int64(0), Int64?(30)), (true, 0, nil), (true, 5, 30)])
    func due(lockstep: Bool, paceMilliseconds: Int64, expected: Int64?) {
        var pace = Pace(lockstep: lockstep, now: 0, startMilliseconds: 7)
        var options = ShellOptions(
            plugins: [], core: CoreConfiguration(account: "test", policies: []), lockstep: lockstep, stateDirectory: "")
        options.paceMilliseconds = paceMilliseconds
        #expect(pace.nextDueMilliseconds(options) == 7)
        pace.open(now: 20, period: 10)
        #expect(pace.nextDueMilliseconds(options) == expected)
    }
}

@Suite("Gathering")
struct GatheringTests {
    private let hold = Recommendation(symbol: "NVDA", advice: .hold, reason: "the test")
    private func gathering() -> Gathering { Gathering(cycle: 7, policies: ["a", "b", "c"], now: 100, budget: 500) }

    @Test(
        "it is complete when everybody has answered or failed, whatever the order",
        arguments: [
            ["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"],
        ] as [[PluginName]])
    func order(names: [PluginName]) {
        var gathering = gathering()
        #expect(gathering.deadlineMilliseconds == 600)
        for name in names {
            #expect(!gathering.isComplete)
            #expect(gathering.isWaiting(for: name))
            name == "b" ? gathering.fail(name, "gone") : gathering.answer(name, [hold])
        }
        #expect(gathering.isComplete)
        #expect(
            gathering.input
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
        var gathering = gathering()
        gathering.answer("a", [])
        gathering.answer("a", [hold])
        gathering.answer("stranger", [hold])
        gathering.failAllWaiting("no answer within 500 ms")
        gathering.answer("b", [hold])
        #expect(gathering.isComplete)
        guard case .evaluated(_, let answers) = gathering.input else { return #expect(Bool(false)) }
        #expect(answers.map(\.policy) == ["a", "b", "c"])
        #expect(answers.allSatisfy { $0.recommendations.isEmpty })
        #expect(answers.map(\.failure) == [nil, "no answer within 500 ms", "no answer within 500 ms"])
    }

    @Test("nobody to ask: complete at once")
    func nobody() {
        #expect(Gathering(cycle: 1, policies: [], now: 0, budget: 1).isComplete)
    }
}
