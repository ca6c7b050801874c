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

    @Test("an archive is read as part of the journal; without it the account is seen, copied and goes on")
    func archives() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        for _ in 0..<4 { #expect(try programs.run(["run", "--config", config, "--cycles", "2"]).code == 0) }
        let reads = [["decisions"], ["explain", "1.NVDA"], ["replay"], ["trades"], ["equity"], ["journal", "export"]]
        func read() throws -> [String] { try reads.map { try programs.run($0 + ["--config", config]).output } }
        let before = try read()
        // The tape is older than that.
        let archived = try programs.run(["journal", "archive", "--older-than", "2026-12-31", "--config", config])
        #expect(archived.code == 0 && archived.output.contains("are in archive-1-"), "\(archived)")
        #expect(try read() == before)

        let folder = URL(fileURLWithPath: programs.journal).deletingLastPathComponent()
        let file = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("archive-") })
        let (here, away) = (folder.appendingPathComponent(file), programs.folder.appendingPathComponent("away"))
        try FileManager.default.moveItem(at: here, to: away)
        let verified = try programs.run(["journal", "verify", "--config", config])
        #expect(verified.code == 2 && verified.errors.contains("\(file) is missing"), "\(verified)")
        let status = try programs.run(["status", "--config", config])
        #expect(status.output.contains("in 1 archive, the last of"), "\(status)")
        let copy = programs.folder.appendingPathComponent("copy.sqlite").path
        let copied = try programs.run(["journal", "backup", copy, "--config", config])
        #expect(copied.code == 0 && copied.output.contains("copy \(file) as well"), "\(copied)")
        #expect(try programs.run(["run", "--config", config, "--cycles", "2"]).code == 0)
        try FileManager.default.moveItem(at: away, to: here)
        let replay = try programs.run(["replay", "--config", config])
        #expect(replay.code == 0 && replay.output.contains("identical"), "\(replay)")
    }
}
