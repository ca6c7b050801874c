import CoreTestSupport
import Orchestration
import Testing
import Trading
import Wording

@testable import Console

@Suite("Why did nothing happen? The broker was being swapped")
struct WhySwapTests {
    /// Two adapters; the first one trades.
    private func scene() -> Scene {
        var scene = Scene(brokers: ["first", "second"])
        scene.driver.connect(as: "first")
        return scene
    }

    private func told(_ scene: Scene) -> [SwapProgress] {
        scene.driver.records.compactMap { if case .swap(let progress) = $0 { progress } else { nil } }
    }

    private func ask(_ scene: inout Scene, for name: PluginName = "second") {
        scene.driver.feed(.swapBroker(SwapRequest(to: name, who: "me@here", why: "it is cheaper")))
    }

    @Test(
        "one that is under way: who asked, why, since when, how far it came; a request that is refused changes nothing")
    func underWay() throws {
        var scene = scene()
        let asked = scene.driver.now
        ask(&scene)
        scene.cycles(2)
        ask(&scene)
        let answer = try scene.whyNot()
        let reason = try #require(answer.first(.brokerSwap))
        #expect(reason.since == asked && reason.until == nil)
        #expect(
            reason.words.hasPrefix(
                "the broker is being swapped for second (me@here: it is cheaper), so no order is sent: "),
            "\(reason.words)")
        let began = try #require(told(scene).first)
        #expect(began.event == .began && began.from == "first" && reason.why == began.words)
        #expect(answer.reasons.filter { $0.kind == .brokerSwap }.count == 1)
        #expect(answer.text.contains("the broker is being swapped"))
    }

    @Test("one that is over: from when to when, and how it ended; not where the window is another")
    func over() throws {
        var scene = scene()
        scene.cycles(1)
        let began = scene.driver.now
        ask(&scene)
        scene.driver.disconnect("first")
        scene.driver.send(.brokerLeft(name: "first"))
        scene.driver.pass(.seconds(3))
        scene.driver.connect(as: "second")
        scene.cycles(3)
        let reason = try #require(try scene.whyNot().first(.brokerSwap))
        let until = try #require(reason.until)
        #expect(reason.since == began && until - began >= .seconds(3))
        #expect(reason.words.hasPrefix("the broker was being swapped for second"), "\(reason.words)")
        let done = try #require(told(scene).last)
        #expect(done.event == .done && reason.why == done.words, "\(reason.words)")
        scene.cycles(20)
        #expect(try scene.whyNot(since: .last(.seconds(60))).first(.brokerSwap) == nil)
    }
}
