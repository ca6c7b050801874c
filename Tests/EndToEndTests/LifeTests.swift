import Foundation
import TestSupport
import Testing

@Suite("Start, stop, control and refusal", .blocking, .serialized)
struct LifeTests {
    private func realTime(_ programs: Programs) throws -> String {
        try programs.configuration(PolicyFaultTests.configuration("fine"))
    }

    private func waitForStop(_ programs: Programs) throws {
        try eventually("the stop rests") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            let status = try programs.run(["orders", "--journal", programs.journal])
            return status.output.contains(" new ") && status.output.contains("stop-limit")
        }
    }

    @Test("SIGINT and SIGTERM stop it cleanly: journal closed, no process left", arguments: [SIGINT, SIGTERM])
    func stops(signal: Int32) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let core = try RunningProcess(programs, ["run", "--config", try realTime(programs)])
        try waitForStop(programs)
        let started = try children(of: core.process.processIdentifier)
        #expect(started.count == 4, "the broker, the tape and two policies")
        for child in started {
            let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child)/fd")
                .map { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/fd/\($0)") }
            #expect(!files.contains { $0.contains("bigbrother.log") || $0.contains("journal") }, "\(files)")
        }
        core.signal(signal)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        #expect(ending.output.contains("oversell             0"))
        #expect(!started.contains(where: isRunning), "no child is left")
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test("kill -9 of the core leaves no child; the next start goes on with every order in place")
    func killed() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try realTime(programs)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        let started = try children(of: core.process.processIdentifier)
        core.signal(SIGKILL)
        _ = core.wait()
        try eventually("every child sees that the core is gone") { !started.contains(where: isRunning) }
        let before = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]]
        let again = try RunningProcess(programs, ["run", "--config", config, "--cycles", "2"])
        #expect(again.wait().code == 0)
        let after = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]]
        let ids = { (orders: [[String: Any]]?) in
            orders?.compactMap { field($0, "terms", "client_order_id") as? String }
        }
        #expect(ids(before) == ids(after))
    }

    @Test("a second core on the same journal refuses to start, and says who holds it")
    func second() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try realTime(programs)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        let other = try programs.run(["run", "--config", config])
        #expect(other.code == 3)
        #expect(other.errors.contains("is held by process \(core.process.processIdentifier)"), "\(other.errors)")
        let fresh = try programs.run(["run", "--config", config, "--fresh"])
        #expect(fresh.code == 3, "a new journal beside a core at work would be a second writer: \(fresh)")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("a new journal keeps the keys: who comes in from other hosts, and whom they come to")
    func freshKeys() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try realTime(programs)
        func keys(_ arguments: [String]) throws -> Programs.Ending { try programs.run(["keys"] + arguments) }
        #expect(try keys(["new", "policy", "far", "--folder", programs.folder.path]).code == 0)
        let file = programs.folder.appendingPathComponent("policy-far.public").path
        #expect(try keys(["allow", file, "--config", config]).code == 0)
        let before = try keys(["list", "--config", config, "--json"]).output
        #expect(try programs.run(["run", "--config", config, "--fresh", "--cycles", "1"]).code == 0)
        #expect(try keys(["list", "--config", config, "--json"]).output == before && before.contains("far"))
    }

    @Test("halt, reduce, resume and flatten ask the running core, and are journaled with who and why")
    func control() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try realTime(programs)
        #expect(try programs.run(["halt", "--config", config]).code == 2, "nobody is there to ask")
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        for command in ["halt", "resume", "reduce", "resume"] {
            let reply = try programs.run([command, "--config", config, "--why", "test of \(command)"])
            #expect(reply.code == 0, "\(reply)")
        }
        #expect(try programs.run(["flatten", "--config", config, "--why", "the end"]).code == 0)
        try eventually("nothing is held") {
            try (programs.json(["positions", "--journal", programs.journal]) as? [Any])?.isEmpty == true
        }
        core.signal(SIGTERM)
        let ending = core.wait()
        for words in ["halted: halt: test of halt (\(NSUserName())@", "reducing: flatten: the end", "sold 287 NVDA"] {
            #expect(ending.output.contains(words), "missing \(words) in \(ending.output)")
        }
        #expect(
            try programs.json(["orders", "--journal", programs.journal]) as? [String] == [],
            "no exit is left without a position")
    }

    @Test("a journal that cannot grow halts trading, keeps what was confirmed, and leaves the protection at the broker")
    func full() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml", changing: [("  cycles: 4", "  cycles: 9")])
        let ending = try programs.run(["run", "--config", config, "--maximum-journal-bytes", "45056"])
        #expect(ending.code == 74, "\(ending)")
        #expect(ending.errors.contains("cannot grow") && ending.errors.contains("make room"), "\(ending.errors)")
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
        let again = try programs.run(["run", "--config", config])
        #expect(again.code == 0, "with room it goes on: \(again.errors)")
        #expect(try programs.run(["orders", "--journal", programs.journal]).output.contains("stop-limit 186.23"))
    }
}
