import Foundation
import TestSupport
import Testing

@Suite("An adapter obeys the core of one journal, and whoever it does not obey says so", .blocking, .serialized)
struct FenceTests {
    private func cycles(_ programs: Programs, _ config: String, _ count: Int = 2) throws -> Programs.Ending {
        try programs.run(["run", "--config", config, "--cycles", "\(count)"])
    }

    private func remove(_ path: String) throws {
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    /// Starts a core whose adapter obeys another one, and looks at what a person is told.
    private func expectFenced(_ programs: Programs, _ config: String, _ words: String) throws {
        let core = try RunningProcess(programs, ["run", "--config", config])
        try eventually("it says that it is fenced out") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            return try programs.run(["status", "--config", config]).output.contains(words)
        }
        #expect(try programs.run(["alerts", "--journal", programs.journal]).output.contains("broker_fenced"))
        let status = try programs.run(["status", "--config", config])
        #expect(status.code == 1, "\(status)")
        #expect(status.output.contains("obeys another core") && status.output.contains(words), "\(status.output)")
        #expect(status.output.contains("trading    halted"), "\(status.output)")
        #expect(!status.output.contains("every position has a working stop\n"), "\(status.output)")
        let resumed = try programs.run(["resume", "--config", config])
        #expect(resumed.code == 2 && resumed.output.contains("broker free paper"), "\(resumed)")
        core.signal(SIGINT)
        _ = core.wait()
    }

    @Test("a journal that was put back is refused at every start, and the one that was obeyed goes on")
    func restored() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(PolicyFaultTests.configuration("fine"))
        #expect(try cycles(programs, config, 4).code == 0)
        let copy = programs.folder.appendingPathComponent("copy.sqlite").path
        try FileManager.default.copyItem(atPath: programs.journal, toPath: copy)
        for _ in 1...2 { #expect(try cycles(programs, config).code == 0) }
        let newest = programs.folder.appendingPathComponent("newest.sqlite").path
        try FileManager.default.copyItem(atPath: programs.journal, toPath: newest)
        try remove(programs.journal)
        try FileManager.default.copyItem(atPath: copy, toPath: programs.journal)
        // Its epochs: below the one that was obeyed, the same, and above.
        for words in ["this one is of epoch 2", "does not know", "does not know"] {
            try expectFenced(programs, config, words)
        }
        try remove(programs.journal)
        try FileManager.default.copyItem(atPath: newest, toPath: programs.journal)
        #expect(try cycles(programs, config).code == 0)
        let status = try programs.run(["status", "--config", config])
        #expect(!status.output.contains("obeys another core"), "\(status.output)")
    }

    @Test(
        "a journal that began anew is refused; a person frees the adapter, and the older core is refused from then on")
    func freed() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(PolicyFaultTests.configuration("fine"))
        #expect(try cycles(programs, config, 4).code == 0)
        let lost = programs.folder.appendingPathComponent("lost.sqlite").path
        try FileManager.default.moveItem(atPath: programs.journal, toPath: lost)
        try remove(programs.journal)
        try expectFenced(programs, config, "one of another journal, of epoch 1")

        let core = try RunningProcess(programs, ["run", "--config", config])
        try eventually("it is there") {
            try programs.run(["broker", "free", "paper", "--config", config, "--why", "the other is lost"]).code == 0
        }
        try eventually("it is obeyed") {
            try programs.run(["broker", "list", "--config", config]).output.contains("trades, epoch 2")
        }
        #expect(try programs.run(["broker", "free", "paper", "--config", config]).code == 2)
        #expect(try programs.run(["resume", "--config", config]).code == 0)
        try eventually("the position is protected") {
            try programs.run(["orders", "--config", config]).output.contains("stop")
        }
        core.signal(SIGINT)
        #expect(core.wait().code == 0)
        try remove(programs.journal)
        try FileManager.default.moveItem(atPath: lost, toPath: programs.journal)
        try expectFenced(programs, config, "one of another journal, of epoch 2")
    }
}
