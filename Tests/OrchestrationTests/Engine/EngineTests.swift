import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The run, the plugins and the cycle")
struct EngineTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test("time never goes back, and orders are named after the run")
    func time() {
        var run = Run()
        run.advance(to: at(10))
        run.started(epoch: 1, namesOrdersByRun: true)
        run.advance(to: at(5))
        #expect(run.now == at(10))
        run.advance(to: at(20))
        run.started(epoch: 2, namesOrdersByRun: true)
        #expect(run.idTime == at(20) && run.epoch == 2)
        #expect(run.beginEpoch() == 3)
    }

    @Test("a wake-up is asked for once, and anew after a start")
    func wake() {
        var run = Run()
        #expect(run.wake(by: nil) == nil)
        #expect(run.wake(by: at(3)) == at(3))
        #expect(run.wake(by: at(3)) == nil)
        #expect(run.wake(by: at(2)) == at(2))
        run.started(epoch: 1, namesOrdersByRun: true)
        #expect(run.wake(by: at(2)) == at(2))
    }

    @Test("what a policy needs outlives its absence and a start, and not its place in the configuration")
    func needs() {
        let needs = PolicyNeeds(sections: [.history])
        var plugins = PluginRegistry()
        plugins.policyReady("b", needs)
        plugins.policyReady("a", nil)
        #expect(plugins.policies == ["a", "b"] && plugins.snapshotNeeds.wants(.history))
        plugins.policyGone("b")
        #expect(plugins.missing(of: ["a", "b", "c"]) == ["b", "c"])
        #expect(plugins.marketNeeds.wants(.history) && !plugins.snapshotNeeds.wants(.history))
        plugins.started(configured: ["b"])
        #expect(plugins.policies.isEmpty && plugins.marketNeeds.wants(.history))
        plugins.started(configured: ["a"])
        #expect(plugins == PluginRegistry())
    }

    @Test("one cycle at a time asks policies, and the first reason for the next one is kept")
    func oneCycle() {
        var cycle = EvaluationCycle()
        let waitsBefore = cycle.postpone(.period)
        #expect(cycle.begin(at: Timestamp(seconds: 1)) == 1)
        cycle.evaluate()
        let waits = [cycle.postpone(.reconciled), cycle.postpone(.period)]
        #expect(!waitsBefore && waits == [true, true])
        let answers = [cycle.answered(2), cycle.answered(1), cycle.answered(1)]
        #expect(answers == [false, true, false])
        #expect(cycle.takePendingTrigger() == .reconciled)
        #expect(cycle.takePendingTrigger() == nil)
    }

    @Test("a period has so many urgent cycles")
    func urgent() {
        var cycle = EvaluationCycle()
        let first = [cycle.takeUrgent(of: 1), cycle.takeUrgent(of: 1)]
        cycle.beginPeriod()
        let next = cycle.takeUrgent(of: 1)
        #expect(first == [true, false] && next)
    }
}
