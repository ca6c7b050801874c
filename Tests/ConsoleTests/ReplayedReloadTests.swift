import CoreTestSupport
import Foundation
import Journal
@testable import Node
import Orchestration
import Testing
import Trading
import Wire

@testable import Console

@Suite("Reloads, restarts and what was put off, in a journal")
struct ReplayedReloadTests {
    private func configuration(_ policies: [PluginName], _ damping: Damping = Damping()) -> CoreConfiguration {
        var configuration = CoreConfiguration(account: "test", policies: policies)
        configuration.damping = damping
        return configuration
    }

    private func reload(_ scene: inout Scene, _ policies: [PluginName], _ damping: Damping = Damping()) {
        let change = Reconfiguration(
            why: "the test", configuration: configuration(policies, damping),
            settings: [PluginSettings(plugin: "stop-loss", settings: #"{"trail":0.02}"#)])
        scene.driver.feed(.configured(change))
    }

    /// Everything at once: two reloads while the policies still think and before either is answered, a broken file, a
    /// policy that goes with its stop at work, a restart with yet another file.
    private func scene() -> Scene {
        var scene = Scene()
        scene.say(
            stopLoss.says(.stop("95"), on: "ABC"), stopLoss.says(.takePartial(fraction: "0.2", rung: "1R"), on: "ABC"),
            entry.says(.target(price: "120"), on: "ABC"),
            entry.says(.advise(AdvisoryAdvice(name: "stop_scale", value: "1.5")), on: nil))
        scene.driver.connect()
        scene.say(
            stopLoss.says(.stop("95.05"), on: "ABC"),
            stopLoss.says(.takePartial(fraction: "0.2", rung: "2R"), on: "ABC"))
        scene.driver.delivers = false
        scene.driver.cycle()
        reload(&scene, ["entry", "stop-loss"], .none)
        reload(&scene, ["stop-loss"])
        scene.driver.feed(.misconfigured(why: "x.yaml line 3: no"))
        scene.driver.settle()
        scene.driver.feed(.settingsAnswered(plugin: "stop-loss", refusal: "too wide"))
        scene.driver.feed(.policyGone(name: "entry", why: "not named any more"))
        scene.driver.delivers = true
        scene.cycles(2)
        scene.driver.disconnect()
        scene.driver.send(.started(Start(epoch: 2, configuration: configuration(["other"]))))
        scene.driver.send(.policyReady(name: "other"))
        scene.say(other.says(.target(price: "130"), on: "ABC"), other.says(.reset("90"), on: "ABC"))
        scene.driver.connect()
        scene.cycles(3)
        return scene
    }

    @Test("it is replayed to the byte, and recovered to the same state from any snapshot on the way")
    func replayed() throws {
        let scene = scene()
        let journal = try scene.journal()
        let report = try Replay.run(journal)
        #expect(report.isIdentical, "\(String(describing: report.difference))")
        #expect(try Recovery.recover(from: journal).state == scene.driver.state)
        #expect(scene.driver.position("ABC")?.quantity == 80, "the second part still waits")
        #expect(scene.driver.plan("ABC")?.stop?.stopPrice == "95", "no stranger loosens it")
        #expect(scene.driver.plan("ABC")?.target == "130", "its owner is named no more")
        // The state as a snapshot keeps it, after every input.
        var core = Orchestrator()
        for (input, at) in scene.driver.inputs {
            var other = Orchestrator(try StateSnapshot.decode(StateSnapshot.encode(core.state)))
            #expect(other.handle(input, at: at) == core.handle(input, at: at))
            #expect(other.state == core.state)
        }
    }
}
