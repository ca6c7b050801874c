import CoreTestSupport
import Foundation
import Journal
import JournalTesting
import Node
import Orchestration
import Testing
import Trading
import Wire
import Wording

@testable import Console

@Suite("The story of a decision")
struct ExplainTests {
    private func explanation(_ driver: CoreDriver, _ id: String) throws -> Explain.Explanation {
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        for (input, at) in driver.inputs {
            try node.handle(input, at: at)
            _ = try node.commit()
        }
        return try #require(try Explain(journal).explanation(of: id))
    }

    private func scenario() -> CoreDriver {
        var driver = NVDA.driver()
        driver.connect()
        return driver
    }

    @Test(
        "the scenario: grouped by fate, then steps with their orders, then the outcome; nothing of an unprotected moment"
    )
    func scenarioTold() throws {
        let lines = try explanation(scenario(), "1.NVDA").lines
        let order = [
            "Decision 1.NVDA", "NVDA: 287 shares at 184.8644", "Taken", "stop-loss", "partial-profit", "Absorbed",
            "portfolio-risk", "-> absorbed by partial-profit", "Steps",
            "1. cancel the target order: sell 287 NVDA limit 194.37",
            "-> canceled, confirmed", "2. sell 143 NVDA at market", "-> sold 143 NVDA at 189.08", "3. stop-limit 144",
            "-> working: sell 144 NVDA limit 194.50", "Outcome",
        ]
        var rest = lines[...]
        for words in order {
            let index = rest.firstIndex { $0.contains(words) }
            #expect(index != nil, "\(words) is missing, or out of order:\n\(lines.joined(separator: "\n"))")
            rest = index.map { rest[($0)...] } ?? rest
        }
        // It lasted less than a second.
        #expect(!lines.contains { $0.contains("Without a working stop") })
        #expect(lines.count <= 20)
    }

    @Test("as data: stable keys, one for each part")
    func json() throws {
        let bytes = try WireEncoder().encode(try explanation(scenario(), "1.NVDA"))
        let root = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(root["kind"] as? String == "decision" && root["id"] as? String == "1.NVDA")
        let decision = try #require((root["decisions"] as? [[String: Any]])?.first)
        #expect(decision["headline"] as? String == Headline.partialProfitWithProtection.words)
        let fates = try #require(decision["recommendations"] as? [[String: Any]])
        #expect(fates.map { $0["outcome"] as? String } == ["taken", "taken", "taken", "absorbed"])
        #expect(fates.last?["by"] as? String == "partial-profit")
        let steps = try #require(decision["steps"] as? [[String: Any]])
        #expect(steps.map { $0["number"] as? Int } == [1, 2, 3])
        let words = (steps[1]["orders"] as? [[String: Any]])?.first?["words"] as? [[String: Any]]
        #expect(words?.last?["event"] as? String == "fill")
        let outcome = (decision["outcomes"] as? [[String: Any]])?.first?["outcome"] as? [String: Any]
        #expect(outcome?["realized_by_decision"] as? String == "602.8308")
        #expect(
            (decision["unprotected"] as? [[String: Any]])?.first?["ended_by"] as? String == "stop_rests"
        )
    }

    @Test("an order tells its own life and the decision that placed it; one of others, who changed it")
    func order() throws {
        let driver = scenario()
        let id = try #require(driver.submissions.first?.orders.first?.clientOrderID)
        let own = try explanation(driver, id.text)
        #expect(own.kind == .order && own.order?.placedBy?.text == "1.NVDA" && own.decisions.first?.id == "1.NVDA")
        let foreign = try explanation(driver, "manual-tp")
        #expect(
            foreign.order?.placedBy == nil && foreign.order?.changedBy?.text == "1.NVDA" && foreign.decisions.isEmpty)
        #expect(foreign.lines[0].contains("found at the broker, changed by decision 1.NVDA"))
    }

    @Test("what became of an order later is told with the decision that did it")
    func changedLater() throws {
        var scene = Scene()
        scene.driver.venue.capabilities = .everything.with { $0.replacesPrice = false }
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.say(stopLoss.says(.stop("97"), on: "ABC"))
        scene.cycles(1)
        let lines = try explanation(scene.driver, "1.ABC").lines
        #expect(
            lines.contains { $0.contains("canceled, confirmed") && $0.contains("(by decision 2.ABC)") }, "\(lines)")
    }

    @Test("what stood in the way of a decision is part of its story")
    func obstacles() throws {
        var scene = Scene(holding: 0) { $0.maximumOrderQuantity = 5 }
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.driver.connect()
        let lines = try explanation(scene.driver, "1.ABC").lines
        let step = IntendedStep.enter(side: .buy, quantity: 10, symbol: "ABC", stop: "95")
        #expect(lines.contains { $0.contains("Planned, and no step was taken: \(step.words)") }, "\(lines)")
        #expect(lines.contains { $0.contains(GateRefusal.quantityAboveLimit(10, limit: 5).words) })
    }

    @Test("a cycle in which nothing was news says so")
    func quietCycle() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.cycles(1)
        #expect(try explanation(scene.driver, "2").lines.last == "  No decision was news: what stood before stands on.")
    }

    // MARK: - The list of decisions

    @Test("plans of the core itself are among the decisions, with the first thing that was done")
    func ownPlans() throws {
        var scene = Scene()
        scene.say()
        scene.driver.connect()
        scene.cycles(6)
        let explain = Explain(try scene.journal())
        let events = try explain.decisions(symbol: nil, since: nil, last: 20)
        let actions = events.compactMap { event -> ActionTaken? in
            if case .action(let step) = event.record { step } else { nil }
        }
        #expect(actions.count == 1 && actions[0].symbol == "ABC")
        guard case .protect = try #require(actions.first).action else {
            Issue.record("\(actions)")
            return
        }
        #expect(try explain.decisions(symbol: "ABC", since: nil, last: 20).count == 1)
        #expect(try explain.decisions(symbol: "XYZ", since: nil, last: 20).isEmpty)
        let id = try #require(actions.first).decision.text
        #expect(try explain.explanation(of: id)?.lines.first?.contains("a plan of the core itself") == true)
    }

    @Test("a decision stands once in the list, by itself and not by its steps; --since takes a length of time, too")
    func list() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.cycles(3)
        scene.say(stopLoss.says(.stop("97"), on: "ABC"))
        scene.cycles(3)
        let explain = Explain(try scene.journal())
        let all = try explain.decisions(symbol: nil, since: nil, last: 20)
        let isDecision = all.map { if case .decision = $0.record { true } else { false } }
        #expect(isDecision == [true, true], "\(all)")
        let span = scene.driver.now - all[1].at
        #expect(try explain.decisions(symbol: nil, since: .last(span), last: 20).map(\.sequence) == [all[1].sequence])
        #expect(try explain.decisions(symbol: nil, since: nil, last: 1).map(\.sequence) == [all[1].sequence])
    }

    @Test("orders of somebody else are marked, and how they are handed over")
    func marked() {
        let lines = Tables.orders(withOthers().state, all: false)
        let others = lines.filter { $0.contains("somebody else's, not touched: bigbrother hand-over by-hand") }
        #expect(others.count == 1 && others[0].hasPrefix("by-hand "), "\(lines)")
    }

    private func withOthers() -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.rest(
            NewOrder(
                clientOrderID: "by-hand", symbol: "ABC", side: .sell, type: .limit, quantity: 30, limitPrice: "120",
                role: .external))
        var driver = CoreDriver(venue: venue)
        driver.policies = { _ in answers([stopLoss.says(.stop("95"), on: "ABC")]) }
        driver.start([stopLoss])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        driver.cycle()
        return driver
    }
}
