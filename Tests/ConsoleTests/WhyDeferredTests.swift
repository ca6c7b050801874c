import CoreTestSupport
import Orchestration
import Testing
import Trading
import Wording

@testable import Console

@Suite("Why did nothing happen? What was put off")
struct WhyDeferredTests {
    @Test("a stop that would move by cents: by which rule it stays, and from where on it moves")
    func smallMove() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.say(stopLoss.says(.stop("95.05"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(25)))
        let reason = try #require(answer.first(.deferred), "\(answer.text)")
        #expect(reason.cycles == answer.cycles && reason.until == nil && reason.policy == "stop-loss")
        #expect(
            reason.why
                == DispositionReason.moveTooSmall(of: .stop, at: "95", until: .at("95.095"), rule: .stopMove).words)
        #expect(answer.text.contains("deferred"))
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.cycles(3)
        #expect(try scene.whyNot(since: .last(.seconds(25))).first(.deferred) == nil, "it asks for no more now")
        #expect(try scene.whyNot().first(.deferred)?.until != nil)
    }

    @Test("a stop that wavers by cents is told once, and not in every cycle")
    func wavering() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        for round in 0..<40 {
            scene.say(stopLoss.says(.stop(round % 2 == 0 ? "95.05" : "94.95"), on: "ABC"))
            scene.cycles(1)
        }
        #expect(scene.driver.decisions.count == 2)
    }

    @Test("a target that would move by cents")
    func smallTarget() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"), entry.says(.target(price: "120"), on: "ABC"))
        scene.driver.connect()
        scene.say(entry.says(.target(price: "120.05"), on: "ABC"))
        scene.cycles(2)
        let reason = try #require(try scene.whyNot(since: .last(.seconds(15))).first(.deferred))
        #expect(
            reason.why
                == DispositionReason.moveTooSmall(of: .target, at: "120", until: .by("0.12"), rule: .stopMove).words)
    }

    @Test("a part within the cool-down of another: until when it waits")
    func partial() throws {
        var scene = Scene()
        scene.say(
            stopLoss.says(.takePartial(fraction: "0.2", rung: "1R"), on: "ABC"), stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        let last = try #require(scene.driver.position("ABC")?.lastPartialAt)
        scene.say(stopLoss.says(.takePartial(fraction: "0.2", rung: "2R"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(25)))
        let reason = try #require(answer.first(.deferred), "\(answer.text)")
        let until = last + .seconds(300)
        #expect(reason.waitsUntil == until && reason.cycles == answer.cycles)
        #expect(reason.why == DispositionReason.partialCoolDown(last: last, until: until).words)
        scene.cycles(30)
        #expect(scene.driver.position("ABC")?.quantity == 64)
        #expect(try scene.whyNot().first(.deferred)?.until != nil)
    }

    @Test("an entry right after its position was closed: until when it waits")
    func reentry() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.exit, on: "ABC"))
        scene.driver.connect()
        let closed = scene.driver.now
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(25)))
        let reason = try #require(answer.first(.deferred), "\(answer.text)")
        #expect(reason.waitsUntil == closed + .seconds(900))
        #expect(reason.why == DispositionReason.reentryCoolDown(until: closed + .seconds(900)).words)
    }

    @Test("the time that is told is the newest, though the words are the same")
    func newerTime() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.exit, on: "ABC"))
        scene.driver.connect()
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.cycles(1)
        // Somebody buys and sells by hand.
        scene.driver.venue.tradeManually("ABC", 5, at: "100")
        scene.cycles(31)
        scene.driver.venue.tradeManually("ABC", -5, at: "100")
        scene.cycles(31)
        let closed = try #require(scene.driver.state.plans.closedAt("ABC"))
        let reason = try #require(try scene.whyNot(since: .last(.seconds(15))).first(.deferred))
        #expect(reason.waitsUntil == closed + .seconds(900), "\(closed)")
    }

    @Test("a reduction of little")
    func little() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"), entry.says(.reduceTo(quantity: 99), on: "ABC"))
        scene.driver.connect()
        scene.cycles(2)
        let reason = try #require(try scene.whyNot().first(.deferred))
        #expect(reason.why == DispositionReason.reductionTooSmall(1, of: 100).words)
        #expect(reason.cycles == 3)
    }

    @Test("a share of an exposure that is too little: the policy spoke of the portfolio, and so of this symbol")
    func exposure() throws {
        var scene = Scene()
        // 10,000 of some 110,000 are held.
        let wish = Advice.reduceExposure(ExposureAdvice(grossWeight: "0.09"))
        scene.say(stopLoss.says(.stop("95"), on: "ABC"), entry.says(wish, on: nil))
        scene.driver.connect()
        scene.cycles(2)
        let answer = try scene.whyNot()
        let reason = try #require(answer.reasons.first { $0.policy == "entry" }, "\(answer.text)")
        #expect(reason.outcome == .deferred && reason.cycles == 3, "\(answer.text)")
        #expect(reason.recommendation?.advice == wish && reason.words.contains(Damping.Rule.reduction.key))
    }

    @Test("explain tells it with its time, as data too")
    func explained() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.exit, on: "ABC"))
        scene.driver.connect()
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.cycles(1)
        let id = try #require(scene.driver.decisions.last?.id)
        let explanation = try #require(try Explain(scene.journal()).explanation(of: "\(id)"))
        #expect(
            explanation.decisions.first?.recommendations.first?.until
                == scene.driver.state.plans.closedAt("ABC").map { $0 + .seconds(900) })
        #expect(explanation.lines.contains { $0.contains(Damping.Rule.reentry.key) })
    }
}
