import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The swap machine")
struct SwapMachineTests {
    private let request = SwapRequest(to: "second", who: "anna", why: "the test")
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    private var begun: SwapMachine {
        var machine = SwapMachine()
        machine.choose(among: ["first", "second"])
        machine.begin(request, from: "first", at: at(1), drainBy: at(10))
        return machine
    }

    @Test("the adapter that trades changes when the one before has left, and comes back when the new one fails")
    func thereAndBack() {
        var machine = begun
        #expect(machine.brokerLeft("first", readyBy: at(30)) == [])
        #expect(machine.drained(isReconciled: true) == [.dismiss("first")])
        #expect(machine.isInStep && machine.chosenBroker == "first" && machine.nextDeadline == nil)
        #expect(machine.brokerLeft("second", readyBy: at(30)) == [])
        #expect(machine.brokerLeft("first", readyBy: at(30)) == [.detach, .engage("second")])
        #expect(machine.isInStep && machine.chosenBroker == "second" && machine.mustMatchPrevious)
        #expect(machine.fail(.account(new: "second", theirs: "a", ours: "b")) == [.detach, .dismiss("second")])
        #expect(machine.fail(.gone("again")) == [])
        #expect(machine.isInStep && machine.chosenBroker == "second")
        #expect(machine.brokerLeft("second", readyBy: at(60)) == [.detach, .engage("first")])
        #expect(machine.isInStep && machine.chosenBroker == "first" && machine.current?.stage == .returning)
        machine.end()
        #expect(machine.current == nil && machine.chosenBroker == "first")
    }

    @Test("what is unprotected is protected while the old adapter is drained, and never later")
    func holds() {
        var machine = SwapMachine()
        #expect(!machine.holds(isUnprotected: true) && !machine.holds(isUnprotected: false))
        machine = begun
        #expect(!machine.holds(isUnprotected: true) && machine.holds(isUnprotected: false))
        _ = machine.drained(isReconciled: false)
        #expect(machine.holds(isUnprotected: true) && !machine.mustMatchPrevious)
    }

    @Test("a start awaits the adapter that is to be ready anew, and takes the old one back where the new one failed")
    func resumed() {
        var machine = begun
        _ = machine.drained(isReconciled: true)
        _ = machine.brokerLeft("first", readyBy: at(30))
        machine.resume(readyBy: at(100))
        #expect(machine.nextDeadline == at(100) && machine.chosenBroker == "second" && machine.isInStep)
        _ = machine.fail(.gone("killed"))
        machine.resume(readyBy: at(200))
        #expect(machine.nextDeadline == at(200) && machine.chosenBroker == "first" && machine.isInStep)
    }

    @Test("a clock that is set ahead takes no time from a stage")
    func shifted() {
        var machine = begun
        machine.shift(by: .seconds(3_600), now: at(3_605))
        #expect(machine.current?.began == at(3_601) && machine.nextDeadline == at(3_610))
        #expect(!machine.isOverdue(at: at(3_609)) && machine.isOverdue(at: at(3_610)))
    }
}
