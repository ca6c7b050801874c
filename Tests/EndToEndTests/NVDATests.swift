import Foundation
import TestSupport
import Testing

@Suite("The scenario of the proposal, through real processes", .blocking, .serialized)
struct NVDATests {
    @Test("take-profit cancelled, 143 sold at 189.08, 144 protected by one OCO group, to the cent")
    func scenario() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        let result = try programs.json(["run", "--config", config])
        #expect(field(result, "realized_profit") as? String == "602.8308")
        #expect(field(result, "report", "oversold") as? Int == 0)
        #expect(field(result, "report", "rejected_by_broker") as? Int == 0)
        try programs.expectNVDA()
        try expectSteps(programs)
    }

    @Test("explain tells the whole story, the absorbed recommendation included, and replay is identical")
    func story() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        #expect(try programs.run(["run", "--config", config]).code == 0)
        let story = try programs.run(["explain", "1.NVDA", "--journal", programs.journal]).output
        for words in [
            "partial profit with protection", "absorbed by partial-profit",
            "cancel the target order: sell 287 NVDA limit 194.37",
            "sold 143 NVDA at 189.08", "stop-limit 144 NVDA @ 186.23 and take-profit @ 194.50", "profit of $602.83",
        ] {
            #expect(story.contains(words), "missing: \(words)\n\(story)")
        }
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
        let byOrder = try programs.run(["explain", "bb0.1.NVDA.2", "--journal", programs.journal])
        #expect(byOrder.output.contains("sold 143 NVDA at 189.08"))
        #expect(try programs.run(["explain", "1", "--journal", programs.journal]).output.contains("Cycle 1 began"))
        #expect(try programs.run(["explain", "no-such-thing", "--journal", programs.journal]).code == 2)
    }

    @Test("two runs give the same journal hash")
    func twice() throws {
        let hashes = try (0..<2).map { _ in
            let programs = try Programs()
            defer { programs.remove() }
            return field(try programs.json(["run", "--config", try programs.shipped("nvda.yaml")]), "journal_hash")
                as? String
        }
        #expect(hashes[0] != nil && hashes[0] == hashes[1])
    }

    @Test("kill -9 of the core after commits of the plan: the same final state, no order doubled")
    func killedAnywhere() throws {
        for entry in stride(from: 2, through: 50, by: Tier.volume(gate: 9, nightly: 1)) {
            let programs = try Programs()
            defer { programs.remove() }
            let config = try programs.shipped("nvda.yaml")
            let killed = try programs.run(["run", "--config", config, "--die-after-entry", "\(entry)"])
            #expect(killed.code == SIGKILL, "entry \(entry): \(killed)")
            let again = try programs.run(["run", "--config", config])
            #expect(again.code == 0, "entry \(entry): \(again.errors)")
            try programs.expectNVDA("killed after entry \(entry)")
            #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0, "entry \(entry)")
        }
    }

    private func expectSteps(_ programs: Programs) throws {
        let story = try programs.json(["explain", "1.NVDA", "--journal", programs.journal])
        let decision = (field(story, "decisions") as? [Any])?.first
        let told = try #require(field(decision, "steps") as? [[String: Any]])
        let steps = told.compactMap { $0["words"] as? String }
        #expect(
            steps == [
                "cancel the target order: sell 287 NVDA limit 194.37", "sell 143 NVDA at market",
                "stop-limit 144 NVDA @ 186.23 and take-profit @ 194.50, one OCO group",
            ])
        let order = (told[0]["orders"] as? [Any])?.first
        let word = (field(order, "words") as? [[String: Any]])?.first { $0["event"] as? String == "canceled" }
        let cancelled = word?["sequence"] as? Int
        let sold = told[1]["sequence"] as? Int
        #expect(try #require(cancelled) < #require(sold), "the sale waits for the confirmed cancel")
    }
}
