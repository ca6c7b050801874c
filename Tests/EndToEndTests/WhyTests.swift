import Foundation
import TestSupport
import Testing

@Suite("Why, and why not: asked of a real run", .blocking, .serialized)
struct WhyTests {
    @Test("explain tells the scenario as a story and as data; why-not says what happened, and what stands since")
    func scenario() throws {
        let programs = try Programs()
        defer { programs.remove() }
        #expect(try programs.run(["run", "--config", try programs.shipped("nvda.yaml")]).code == 0)
        let journal = ["--journal", programs.journal]
        let story = try programs.run(["explain", "1.NVDA"] + journal).output
        let order = [
            "\n  Taken\n", "\n  Absorbed\n", "\n  Steps\n", "1. cancel", "2. sell 143", "3. stop-limit 144",
            "\n  Outcome",
        ]
        let places = order.map { story.range(of: $0)?.lowerBound }
        #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(story)")

        let data = try programs.json(["explain", "1.NVDA"] + journal)
        let decision = (field(data, "decisions") as? [Any])?.first
        #expect((field(decision, "steps") as? [Any])?.count == 3)
        #expect((field(decision, "recommendations") as? [Any])?.count == 4)

        let why = try programs.run(["why-not", "NVDA"] + journal).output
        #expect(why.contains("Something did happen:") && why.contains("bigbrother explain 1.NVDA"), "\(why)")
        #expect(why.contains("the stop is planned at 186.23 already; this is no tighter"))
        let answer = try programs.json(["why-not", "NVDA", "--since", "2h"] + journal)
        #expect(field((field(answer, "happened") as? [Any])?.first, "decision") as? String == "1.NVDA")
        #expect((field(answer, "reasons") as? [Any])?.isEmpty == false)
        #expect(field((field(answer, "reasons") as? [Any])?.first, "outcome") as? String == "absorbed")
    }

    @Test("what nobody knows, and what cannot be read, is answered in words")
    func strangers() throws {
        let programs = try Programs()
        defer { programs.remove() }
        #expect(try programs.run(["run", "--config", try programs.shipped("nvda.yaml")]).code == 0)
        let journal = ["--journal", programs.journal]
        let unknown = try programs.run(["why-not", "XYZ"] + journal)
        #expect(unknown.code == 0 && unknown.output.contains("the journal knows nothing of XYZ"))
        let bad = try programs.run(["why-not", "NVDA", "--since", "yesterday"] + journal)
        #expect(bad.code != 0 && bad.errors.contains("--since takes 90s, 10m, 2h, 3d"), "\(bad)")
        let missing = try programs.run(["why-not", "NVDA", "--journal", programs.folder.path + "/none.sqlite"])
        #expect(missing.code == 2 && missing.errors.contains("none.sqlite"), "\(missing)")
    }
}
