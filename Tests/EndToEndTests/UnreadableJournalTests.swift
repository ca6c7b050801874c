import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A journal with an entry that cannot be read (I-JRN-13)", .blocking, .serialized)
struct UnreadableJournalTests {
    @Test("it opens up to that entry, says so, a core does not go on from it, and doctor finds it")
    func opens() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        #expect(try programs.run(["run", "--config", config]).code == 0)
        let sound = try programs.run(["doctor", "--config", config])
        #expect(sound.code == 0 && sound.output.contains("inputs can be read"), "\(sound)")
        let before = try programs.json(["positions", "--journal", programs.journal]) as? [[String: Any]]
        let journal = try SQLiteJournal(path: programs.journal)
        let last = journal.head.sequence
        // With its hash, as a version of before could write it.
        try journal.append(
            kind: .input, type: "evaluated", at: 1_773_669_700_000_000_000, body: Array(#"{"x":1}"#.utf8))
        try journal.append(kind: .input, type: "wake", at: 1_773_669_700_000_000_000, body: Array(#"{"wake":{}}"#.utf8))
        try journal.commit()
        journal.close()
        let words = "journal entry \(last + 1) (evaluated) cannot be read"
        let status = try programs.run(["status", "--config", config])
        #expect(status.code == 1 && status.output.contains("attention  \(words)"), "\(status)")
        let positions = try programs.json(["positions", "--journal", programs.journal]) as? [[String: Any]]
        #expect(positions?.count == before?.count && before?.isEmpty == false)
        let explain = try programs.run(["explain", "1", "--journal", programs.journal])
        #expect(explain.code == 0, "\(explain)")
        let doctor = try programs.run(["doctor", "--config", config])
        #expect(
            doctor.code == 2 && doctor.output.contains("BAD  journal") && doctor.output.contains(words), "\(doctor)")
        let run = try programs.run(["run", "--config", config])
        #expect(run.code == 2 && run.errors.contains(words) && run.errors.contains("run --fresh"), "\(run)")
        let fresh = try programs.run(["run", "--config", config, "--fresh"])
        #expect(fresh.code == 0, "\(fresh)")
    }
}
