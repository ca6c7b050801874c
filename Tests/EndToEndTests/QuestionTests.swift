import Foundation
import TestSupport
import Testing

@Suite("What a person is asked at a terminal, and what they approve", .blocking, .serialized)
struct QuestionTests {
    /// Runs a command on a terminal of its own, and answers its question; `end` is the end of input.
    private static let terminal = """
        import os, pty, sys
        answer, command = sys.argv[1], sys.argv[2:]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(command[0], command)
        seen, answered = b"", False
        while True:
            try:
                data = os.read(terminal, 4096)
            except OSError:
                break
            if not data:
                break
            seen += data
            if not answered and b"[y/N]" in seen:
                answered = True
                os.write(terminal, b"\\x04" if answer == "end" else answer.encode() + b"\\n")
        sys.stdout.write(seen.decode())
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    private func answering(_ answer: String, _ programs: Programs, _ arguments: [String]) throws -> Programs.Ending {
        let program = Programs.binaries.appendingPathComponent("bigbrother").path
        let words = ["python3", "-c", Self.terminal, answer, program] + arguments
        return try RunningProcess(programs, words, program: "/usr/bin/env").wait()
    }

    private func held(_ programs: Programs) throws -> Int {
        (try programs.json(["positions", "--journal", programs.journal]) as? [Any])?.count ?? -1
    }

    private func started(_ programs: Programs, _ more: String = "", policy: String = "") throws -> (
        core: RunningProcess, config: String
    ) {
        let text = PolicyFaultTests.configuration("fine").replacingOccurrences(
            of: "policies:\n", with: "\(more)policies:\n\(policy)")
        let config = try programs.configuration(text)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try eventually("the stop rests") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            return try programs.run(["orders", "--journal", programs.journal]).output.contains("stop-limit")
        }
        return (core, config)
    }

    @Test(
        "flatten and close ask on a terminal: all but yes leaves the position",
        arguments: [["flatten"], ["close", "NVDA"]])
    func asks(command: [String]) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs)
        let words = command + ["--config", config]
        for answer in ["n", "", "yess", "end"] {
            let ending = try answering(answer, programs, words)
            #expect(ending.code != 0 && ending.output.contains("nothing was done"), "\(answer): \(ending)")
            #expect(ending.output.contains("sell 287 NVDA at market"), "it shows what would be done: \(ending)")
        }
        #expect(try held(programs) == 1)
        let ending = try answering("yes", programs, words)
        #expect(ending.code == 0, "\(ending)")
        try eventually("nothing is held") { try held(programs) == 0 }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("sell asks on a terminal, says where the stop of the rest is, and sells a part when the answer is yes")
    func sells() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs)
        let words = ["sell", "NVDA", "--quantity", "87", "--config", config]
        let refused = try answering("n", programs, words)
        #expect(refused.code != 0 && refused.output.contains("nothing was done"), "\(refused)")
        #expect(
            refused.output.contains("87 of 287 NVDA is sold at market; its stop at 186.23 rests at the broker"),
            "\(refused)")
        func size() throws -> String? {
            (try programs.json(["positions", "--journal", programs.journal]) as? [[String: Any]])?.first?["quantity"]
                as? String
        }
        #expect(try size() == "287")
        let ending = try answering("y", programs, words)
        #expect(ending.code == 0, "\(ending)")
        try eventually("87 are sold") { try size() == "200" }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("--yes asks nothing on a terminal; where nobody could answer nothing is asked", arguments: [true, false])
    func asksNothing(isTerminal: Bool) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs)
        let words = ["close", "NVDA", "--config", config]
        let ending = try isTerminal ? answering("n", programs, words + ["--yes"]) : programs.run(words)
        #expect(ending.code == 0 && !ending.output.contains("[y/N]"), "\(ending)")
        try eventually("nothing is held") { try held(programs) == 0 }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    // MARK: - Approvals

    private func proposals(_ programs: Programs) throws -> [[String: Any]] {
        try programs.json(["approvals", "--journal", programs.journal]) as? [[String: Any]] ?? []
    }

    private func question(_ programs: Programs, except old: String? = nil) throws -> String {
        var id: String?
        try eventually("a person is asked") {
            id = try proposals(programs).compactMap { $0["id"] as? String }.first { $0 != old }
            return id != nil
        }
        return try #require(id)
    }

    private static let target = "  - plugin: take-profit\n    settings: {at_r: 6}\n"

    @Test("what waits for approval is listed, and done when a person approves it, once")
    func approves() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs, "approval: all\n", policy: Self.target)
        let id = try question(programs)
        #expect(id.hasSuffix(".NVDA.target"))
        let list = try programs.run(["approvals", "--journal", programs.journal])
        #expect(list.code == 0 && list.output.contains("\(id) ") && list.output.contains("waits until"), "\(list)")
        #expect(try !programs.run(["orders", "--journal", programs.journal]).output.contains(" limit "))
        let wrong = try programs.run(["approve", "1.NVDA.enter", "--config", config])
        #expect(wrong.code != 0 && wrong.output.contains("waits for approval"), "\(wrong)")
        let ending = try programs.run(["approve", id, "--config", config, "--why", "fine"])
        #expect(ending.code == 0, "\(ending)")
        try eventually("the target rests") {
            let orders = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]] ?? []
            return orders.contains { field($0, "terms", "role") as? String == "target" }
        }
        core.signal(SIGTERM)
        let said = core.wait()
        #expect(said.code == 0 && said.output.contains("\(id) is approved"), "\(said.output)")
    }

    @Test("what a person rejects is not done, and cannot be approved any more")
    func rejects() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs, "approval: all\n", policy: Self.target)
        let id = try question(programs)
        #expect(try programs.run(["reject", id, "--config", config]).code == 0)
        let late = try programs.run(["approve", id, "--config", config])
        #expect(late.code != 0 && late.output.contains("has rejected it already"), "\(late)")
        #expect(try programs.run(["approvals", "--journal", programs.journal]).output.contains("rejected"))
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("a question that nobody answers in time is asked anew, and the old answer is refused with the new id")
    func expires() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs, "approval: all\napproval_expiry: 1s\n", policy: Self.target)
        let old = try question(programs)
        let new = try question(programs, except: old)
        let late = try programs.run(["approve", old, "--config", config])
        #expect(late.code != 0 && late.output.contains("\(new) has taken its place"), "\(late)")
        #expect(new.hasSuffix(".NVDA.target"))
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("plan prints what is held, the steps that would be sent, and that nothing was")
    func plan() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let ending = try programs.run(["plan", "--config", try programs.shipped("nvda.yaml")])
        #expect(ending.code == 0, "\(ending)")
        let order = [
            "\npositions\n", "\nwould be sent\n", " steps", "1. cancel", "2. sell 143", "3. stop-limit 144",
            "Nothing was sent.",
        ]
        let places = order.map { ending.output.range(of: $0)?.lowerBound }
        #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(ending)")
        #expect(try (programs.json(["orders", "--all", "--journal", programs.journal]) as? [Any])?.count == 1)
    }
}
