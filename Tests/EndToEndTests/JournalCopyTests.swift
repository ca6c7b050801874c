import Foundation
import TestSupport
import Testing

@Suite("Copies of a journal by command", .blocking)
struct JournalCopyTests {
    @Test("a copy is the journal, status says when it was made, and an export has every entry once")
    func copies() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        #expect(try programs.run(["run", "--config", config, "--cycles", "2"]).code == 0)
        let copy = programs.folder.appendingPathComponent("copy.sqlite").path
        #expect(try programs.run(["journal", "backup", copy, "--config", config]).code == 0)
        let again = try programs.run(["journal", "backup", copy, "--config", config])
        #expect(again.code == 2 && again.errors.contains("it is there already"), "\(again)")
        let replay = try programs.run(["replay", "--journal", copy])
        #expect(replay.code == 0 && replay.output.contains("identical"), "\(replay)")
        let status = try programs.run(["status", "--config", config])
        #expect(status.output.contains("copied at") && status.output.contains(" entries"), "\(status)")

        let all = try programs.run(["journal", "export", "--journal", copy])
        let objects = try all.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let sequences = objects.compactMap { $0["sequence"] as? Int }
        #expect(sequences == Array(1...max(1, objects.count)) && objects.allSatisfy { $0["body"] != nil })
        #expect(objects.first?["kind"] as? String == "format")
        let some = try programs.run(["journal", "export", "--journal", copy, "--type", "decision", "--from", "3"])
        let decisions = objects.filter { $0["type"] as? String == "decision" && $0["sequence"] as? Int ?? 0 >= 3 }
        #expect(!decisions.isEmpty && some.output.split(separator: "\n").count == decisions.count)
        let none = try programs.run(["journal", "export", "--journal", copy, "--from", "9", "--to", "3"])
        #expect(none.code != 0 && none.output.isEmpty)
    }
}
