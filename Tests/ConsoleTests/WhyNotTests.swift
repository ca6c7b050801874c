import CoreTestSupport
import Orchestration
import Testing
import Trading
import Wording

@testable import Console

@Suite("Why did nothing happen? What came of the advice")
struct WhyNotAdviceTests {
    @Test("something did happen: it comes first, with the decision to explain")
    func happened() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        let answer = try scene.whyNot()
        #expect(answer.happened.last?.decision?.text == "1.ABC")
        #expect(answer.happened.last?.headline == Headline.protect.words)
        #expect(answer.lines[1] == "Something did happen:")
        #expect(answer.text.contains("bigbrother explain 1.ABC"))
    }

    @Test("no policy spoke of it: who was asked, in how many cycles")
    func silence() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.cycles(2)
        let answer = try scene.whyNot()
        let reason = try #require(answer.first(.nobodySpoke))
        #expect(answer.cycles == 3 && reason.cycles == 3 && reason.until == nil)
        #expect(answer.text.contains("in all 3 cycles: no policy spoke of ABC; asked: entry, stop-loss"))
        #expect(answer.happened.isEmpty)
        scene.cycles(3)
        let later = try scene.whyNot()
        #expect(later.happened.count == 1 && later.happened[0].headline == nil, "the core set its own stop")
        let step = ActionSummary.protect(
            quantity: 100, symbol: "ABC", stop: ProtectiveStop(stopPrice: "95"), target: nil)
        #expect(later.text.contains("a plan of the core, 1 step, the last: \(step.words)"), "\(later.text)")
    }

    @Test("a policy that is not connected, and one that gave no answer in time")
    func missingAndLate() throws {
        var scene = Scene(configured: ["entry", "partial-profit", "stop-loss"])
        scene.driver.policies = { _ in
            [PolicyAnswer(policy: "stop-loss", recommendations: [], failure: "no answer within 500 ms")]
        }
        scene.driver.connect()
        scene.driver.policies = { _ in [] }
        scene.cycles(2)
        let answer = try scene.whyNot()
        #expect(answer.first(.policyMissing)?.policy == "partial-profit")
        #expect(answer.first(.policyMissing)?.cycles == 3)
        let late = try #require(answer.first(.policyLate))
        #expect(late.policy == "stop-loss" && late.cycles == 1 && late.until != nil)
        #expect(answer.text.contains("stop-loss gave no answer: no answer within 500 ms"))
        #expect(answer.text.contains("in 1 of 3 cycles: no policy spoke of ABC; asked: entry"))
    }

    @Test("a stop that is no better: what stands, whose it is, since when, though the journal tells it once")
    func stopStands() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        let decided = scene.driver.now
        scene.cycles(400)
        scene.say(stopLoss.says(.stop("94"), on: "ABC"))
        scene.cycles(3)
        #expect(scene.driver.decisions.count == 1)
        let answer = try scene.whyNot(since: .last(.seconds(100)))
        let reason = try #require(answer.first(.absorbed))
        #expect(reason.cycles == answer.cycles && reason.until == nil)
        #expect(reason.by == "stop-loss" && reason.decision?.text == "1.ABC")
        // It was set in one cycle, and stands from the next on.
        #expect(try #require(reason.since) - decided == .seconds(10), "\(answer.text)")
        #expect(reason.why == DispositionReason.stopNoTighter(standing: "95").words)
        #expect(answer.lines[1] == "Nothing happened to it.")
        let headline = Headline.protect.words
        #expect(answer.text.contains("Held: 100 at 100.00, stop 95.00; the last decision is 1.ABC (\(headline))"))
    }

    @Test("a decision stands from its cycle on, also when that cycle began before the window")
    func decidedBeforeTheFirstCycle() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.driver.delivers = false
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.cycle()
        // The policies' answers take a second.
        scene.driver.pass(.seconds(1))
        scene.driver.settle()
        scene.driver.delivers = true
        scene.cycles(2)
        let answer = try scene.whyNot(since: .last(.milliseconds(20_500)))
        #expect(answer.cycles == 2)
        #expect(
            answer.first(.absorbed)?.decision?.text == "2.ABC" && answer.first(.absorbed)?.cycles == 2, "\(answer.text)"
        )
    }

    @Test("a reduction that is fulfilled already")
    func within() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.reduceTo(quantity: 150), on: "ABC"))
        scene.driver.connect()
        scene.cycles(2)
        let reason = try #require(try scene.whyNot().first(.absorbed))
        #expect(reason.cycles == 3 && reason.why == DispositionReason.withinAlready(size: 100).words)
    }

    @Test("an entry that is vetoed: by whom, and why")
    func vetoed() throws {
        var scene = Scene(holding: 0, policies: ["entry", "other"])
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"), other.says(.veto, on: nil))
        scene.driver.connect()
        scene.cycles(2)
        let answer = try scene.whyNot()
        #expect(answer.first(.vetoed)?.by == "other")
        #expect(
            answer.text.contains(
                "in all 3 cycles: entry recommends to buy 10 with a stop at 95.00 (the test): vetoed by other: the test"
            ))
        #expect(answer.text.contains("Nothing is held"))
    }

    @Test("advice that was too old")
    func expired() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.exit, on: "ABC", until: Timestamp(seconds: 1)))
        scene.driver.connect()
        scene.cycles(1)
        #expect(try scene.whyNot().first(.expired)?.cycles == 2)
    }

    @Test("a reset by one that does not own the stop")
    func overridden() throws {
        var scene = Scene(policies: ["other", "stop-loss"])
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.say(other.says(.reset("90"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(25)))
        let reason = try #require(answer.first(.overridden))
        #expect(reason.by == "stop-loss" && reason.policy == "other" && reason.cycles == answer.cycles)
    }

    @Test("the reason that is told is that of each cycle: another refusal is recorded, other figures are not")
    func news() throws {
        var scene = Scene(holding: 0, policies: ["entry"])
        scene.driver.connect()
        scene.say(entry.says(.buy(10, stop: "101"), on: "ABC"))
        for price in ["100", "100.1", "100.2"] as [Price] {
            scene.driver.quote("ABC", price, price, last: price)
            scene.driver.cycle()
        }
        #expect(scene.driver.decisions.count == 1, "figures alone are no news")
        scene.say(entry.says(.buy(0, stop: "95"), on: "ABC"))
        scene.cycles(2)
        #expect(scene.driver.decisions.count == 2, "another reason for the same fate is news")
        let refused = try scene.whyNot().reasons.filter { $0.outcome == .refused }
        #expect(refused.map(\.cycles) == [3, 2])
        let wrongSide = ["100", "100.1", "100.2"].map { price in
            DispositionReason.defect(.stopNotOnLosingSide(stop: "101", of: price)).words
        }
        #expect(wrongSide.contains(refused.first?.why ?? ""), "\(refused.map(\.why))")
        #expect(refused.last?.why == DispositionReason.defect(.quantityNotPositive(0)).words)
    }

    @Test("nobody knows the symbol")
    func unknown() throws {
        var scene = Scene()
        scene.driver.connect()
        let answer = try scene.whyNot("XYZ")
        #expect(answer.reasons.map(\.kind) == [.unknownSymbol])
        #expect(answer.text.contains("the journal knows nothing of XYZ"))
    }

    @Test("the window is what was asked for, and the time is read as a person writes it")
    func window() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.cycles(20)
        #expect(try scene.whyNot(since: .last(.seconds(55))).cycles == 6)
        #expect(Since("10m") == .last(.seconds(600)))
        #expect(Since("2h") == .last(.seconds(7_200)))
        #expect(Since("2026-03-16T14:00:00Z") == .time(Timestamp(seconds: 1_773_669_600)))
        for bad in ["", "m", "10", "-1h", "0m", "yesterday"] { #expect(Since(bad) == nil, "\(bad)") }
    }

    @Test("without policies it says what acts, and not that somebody did not answer")
    func withoutPolicies() throws {
        var scene = Scene(policies: [])
        scene.driver.connect()
        scene.cycles(2)
        let text = try scene.whyNot().text
        #expect(text.contains("only the core's own protection acts") && !text.contains("no policy answered"), "\(text)")
    }
}
