import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Node

/// The power goes at every commit of a swap: the start finds in the journal who trades, and goes on or takes back.
@Suite("A broker is swapped, and the power goes")
struct NodeSwapTests {
    private func swapping(to name: PluginName) throws -> NodeDriver {
        var driver = NodeDriver()
        driver.brokers = ["broker", "plain", "dead"]
        try driver.boot()
        driver.advice = NVDA.advice
        try driver.turn(.swapBroker(SwapRequest(to: name, who: "me", why: "the test")))
        return driver
    }

    private func boots() throws -> Int {
        var driver = NodeDriver()
        driver.brokers = ["broker", "plain", "dead"]
        try driver.boot()
        return driver.commits
    }

    @Test(
        "at any commit, before or after it is durable: one adapter trades, no order is doubled, the replay is the same",
        arguments: [PluginName("plain"), "dead"], [true, false])
    func crashAnywhere(name: PluginName, isDurable: Bool) throws {
        let first = try boots() + 1
        var whole = try swapping(to: name)
        try whole.settle()
        #expect(whole.commits > first + 4)
        #expect(whole.node.core.state.chosenBroker == (name == "dead" ? "broker" : name))
        var outcomes = Set<PluginName>()
        for boundary in first...whole.commits {
            let driver = try crashed(at: boundary, isDurable, to: name)
            let note = Comment("boundary \(boundary)")
            let state = driver.node.core.state
            #expect(state.swap == nil && state.broker?.isReconciled == true, note)
            #expect(state.broker?.name == state.chosenBroker, note)
            outcomes.insert(try #require(state.chosenBroker))
            #expect(driver.venue.violations == [] && driver.venue.held("NVDA") == 144, note)
            #expect(driver.venue.stopped("NVDA") == 144, note)
            let replay = try Replay.run(driver.journal)
            #expect(replay.isIdentical, "\(note): \(String(describing: replay.difference))")
        }
        #expect(outcomes == (name == "dead" ? ["broker"] : ["broker", "plain"]), "both ways were seen")
    }

    private func crashed(at boundary: Int, _ isDurable: Bool, to name: PluginName) throws -> NodeDriver {
        var driver = NodeDriver()
        driver.brokers = ["broker", "plain", "dead"]
        driver.crash = (boundary, isDurable)
        do {
            try driver.boot()
            try driver.turn(.swapBroker(SwapRequest(to: name, who: "me", why: "the test")))
            try driver.settle()
        } catch NodeDriver.Power.cut {
            try driver.restart()
            try driver.boot()
        }
        try driver.turn(.cycleDue)
        try driver.settle()
        return driver
    }
}
