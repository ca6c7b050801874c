import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

@Suite("A configuration that changes while the core is at work", .blocking, .serialized)
struct ReloadTests {
    private static let text = PolicyFaultTests.configuration("fine")

    /// An editor's way: the new file takes the place of the old one.
    private func rewrite(_ programs: Programs, _ changes: [(String, String)]) throws {
        var text = Self.text
        for (from, to) in changes {
            #expect(text.contains(from), "the configuration has no \(from)")
            text = text.replacingOccurrences(of: from, with: to)
        }
        _ = try programs.configuration(text)
    }

    private func begin(_ programs: Programs) throws -> (core: RunningProcess, config: String) {
        let config = try programs.configuration(Self.text)
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs, "186.23")
        return (core, config)
    }

    private func waitForStop(_ programs: Programs, _ price: String) throws {
        try eventually(seconds: 40, "the stop rests at \(price)") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            let orders = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]]
            return orders?.contains {
                field($0, "terms", "stop_price") as? String == price && field($0, "status") as? String == "new"
            } == true
        }
    }

    private func entries(_ programs: Programs, _ type: String) throws -> [String] {
        try JournalText.entries(programs.journal, type: type)
    }

    private func waitForEntry(_ programs: Programs, _ type: String, _ words: String) throws {
        try eventually("\(type): \(words)") { try entries(programs, type).contains { $0.contains(words) } }
    }

    private func end(_ programs: Programs, _ core: RunningProcess) throws {
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }

    @Test("another stop distance in the file moves the resting stop; all of it is journaled and replays")
    func moves() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, _) = try begin(programs)
        try rewrite(
            programs,
            [("trail: 0.015", "trail: 0.01"), ("cycle: 500ms", "cycle: 400ms\ndamping: {minimum_stop_move: 0.002}")])
        try waitForStop(programs, "187.17")
        try waitForEntry(programs, "settings_answered", #""plugin":"stop-loss"}"#)
        #expect(try entries(programs, "configured").contains { $0.contains(#""minimum_stop_move":"0.002""#) })
        #expect(try entries(programs, "configure").contains { $0.contains(#"\"trail\":0.01"#) })
        #expect(
            try entries(programs, "alert").contains {
                $0.contains(#""damping.minimum_stop_move","from":{"ratio":"0.001"},"to":{"ratio":"0.002"}"#)
                    && $0.contains("stop-loss is given trail 0.015 -> 0.01")
            })
        try end(programs, core)
    }

    @Test("a single symbol gets a distance of its own")
    func symbol() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try begin(programs)
        try rewrite(programs, [("limit_offset: 0.003", "limit_offset: 0.003, symbols: {NVDA: {trail: 0.01}}")])
        let reply = try programs.run(["reload", "--config", config, "--why", "a test"])
        #expect(reply.code == 0 && reply.output.contains(#"symbols none -> {"NVDA":{"trail":0.01}}"#), "\(reply)")
        try waitForStop(programs, "187.17")
        #expect(try programs.run(["reload", "--config", config]).output.contains("nothing has changed"))
        #expect(try entries(programs, "configured").contains { $0.contains("a test (") })
        try end(programs, core)
    }

    @Test("a file that cannot be used is told once, changes nothing, and trading goes on")
    func broken() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try begin(programs)
        try rewrite(programs, [("trail: 0.015", "trial: 0.01")])
        try waitForEntry(programs, "misconfigured", "did you mean")
        let cycles = try entries(programs, "cycle_started").count
        try eventually("cycles go on") { try entries(programs, "cycle_started").count > cycles + 4 }
        #expect(try entries(programs, "misconfigured").count == 1)
        let status = try programs.run(["status", "--config", config])
        #expect(status.code == 1 && status.output.contains("core       running"), "\(status)")
        #expect(status.output.contains("attention  the configuration file was refused"), "\(status)")
        #expect(status.output.contains("did you mean"), "with the file's own defect: \(status)")
        #expect(
            try entries(programs, "alert").contains {
                $0.contains(#""configuration_not_used""#)
                    && $0.contains("test.yaml line 19: policies[0].settings.trial: stop-loss knows no setting")
            })
        #expect(try entries(programs, "configured").isEmpty)
        let reply = try programs.run(["reload", "--config", config])
        #expect(reply.code == 2 && reply.output.contains("did you mean \"trail\"?; everything stays"), "\(reply)")
        #expect(try programs.run(["reduce", "--config", config]).code == 0, "a broken file keeps nobody from the core")
        #expect(try programs.run(["resume", "--config", config]).code == 0)
        try rewrite(programs, [])
        #expect(try programs.run(["reload", "--config", config]).output.contains("nothing has changed"))
        let mended = try programs.run(["status", "--config", config])
        #expect(mended.code == 0, "the file says again what is in force: \(mended)")
        try rewrite(programs, [("trail: 0.015", "trail: 0.01")])
        core.signal(SIGHUP)
        try waitForStop(programs, "187.17")
        #expect(try entries(programs, "configured").contains { $0.contains("SIGHUP") || $0.contains("its file") })
        try end(programs, core)
    }

    @Test("what waits for a restart is named and stays; a plugin may refuse; an older plugin is not asked")
    func restart() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try begin(programs)
        try rewrite(
            programs,
            [
                ("account: faults\nstate", "account: other\nstate"), ("cash: 74934.91", "cash: 1"),
                ("speed: 60", "speed: 50"),
                ("mode: fine", "mode: hang"),
            ])
        let reply = try programs.run(["reload", "--config", config])
        for words in [
            "account faults -> other (when the core is started again)",
            "the settings of the broker paper (when the core is started again)",
            "tape is given speed 60 -> 50", "faulty speaks protocol 1.0 and takes settings at its start only",
        ] {
            #expect(reply.output.contains(words), "missing \(words) in \(reply)")
        }
        try waitForEntry(programs, "settings_answered", "a provider takes new settings at its start only")
        try waitForEntry(programs, "alert", #""settings_refused":{"_0":"tape""#)
        try end(programs, core)
    }

    @Test("a policy that the file names anew is started, one that it names no more is drained")
    func policies() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, _) = try begin(programs)
        let before = try children(of: core.process.processIdentifier)
        try rewrite(programs, [("  - plugin: faulty\n    settings: {mode: fine}", "  - plugin: take-profit")])
        try waitForEntry(programs, "policy_ready", "take-profit")
        try waitForEntry(programs, "policy_gone", "said bye")
        try eventually("its process ends") {
            try children(of: core.process.processIdentifier).count == before.count
        }
        try waitForEntry(programs, "policies_answered", "take-profit")
        try rewrite(programs, [])
        try eventually("it comes back") {
            try entries(programs, "policy_ready").filter { $0.contains("faulty") }.count == 2
        }
        try end(programs, core)
    }
}

@Suite("A person with one small file", .blocking, .serialized)
struct MinimalTests {
    @Test("at most ten lines give an account whose every position is protected")
    func protected() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped(
            "minimal.yaml", changing: [("account: minimal\nclock", "account: minimal\nstate: ${state}\nclock")])
        let result = try programs.json(["run", "--config", config, "--cycles", "30"])
        #expect(field(result, "report", "oversold") as? Int == 0)
        let facts = try JournalFacts(programs.journal)
        #expect(!facts.state.portfolio.positions.isEmpty && facts.isCalm)
        #expect(
            facts.state.policies.map(\.text) == [
                "emergency", "partial-profit", "portfolio-risk", "stop-loss", "take-profit",
            ])
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test("doctor prints every plugin's settings, and of a wrong key the one sentence")
    func doctor() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let good = try programs.run(["doctor", try programs.shipped("nvda.yaml")])
        #expect(good.code == 0, "\(good)")
        #expect(
            good.output.contains("stop-loss: trail 0.015, trail_from last, limit_offset 0.003,")
                && good.output.contains("initial 0.02 (default)"), "\(good.output)")
        let bad = try programs.run([
            "doctor", try programs.shipped("nvda.yaml", changing: [("trail_from", "trial_from")]),
        ])
        #expect(bad.code == 2)
        #expect(
            bad.output.contains(
                "nvda.yaml line 41: policies[0].settings.trial_from: stop-loss knows no setting \"trial_from\", did you mean \"trail_from\"?"
            ), "\(bad.output)")
    }
}
