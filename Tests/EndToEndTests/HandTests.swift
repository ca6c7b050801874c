import Foundation
import TestSupport
import Testing

/// What a person reads of danger, and of what they have asked for by hand, from the real programs.
@Suite("What is told of danger and of hands", .blocking, .serialized)
struct HandTests {
    /// The scenario in real time: 287 NVDA.
    private func started(
        _ programs: Programs, _ options: [String] = [], changing changes: [(String, String)] = []
    ) throws -> (core: RunningProcess, config: String) {
        var text = PolicyFaultTests.configuration("fine")
        for (from, to) in changes {
            #expect(text.contains(from), "the configuration has no \(from)")
            text = text.replacingOccurrences(of: from, with: to)
        }
        let config = try programs.configuration(text)
        /// Cycles in which all that is configured was asked, also those of a run before.
        func cycles() throws -> Int {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return 0 }
            return try JournalText.entries(programs.journal, type: "policies_answered").count {
                $0.contains("stop-loss") && $0.contains("faulty")
            }
        }
        let before = try cycles()
        let core = try RunningProcess(programs, ["run", "--config", config] + options)
        try eventually("a cycle ends, with all that is configured") { try cycles() > before }
        return (core, config)
    }

    private func waitForStop(_ programs: Programs) throws {
        try eventually("the stop rests") {
            try programs.run(["orders", "--journal", programs.journal]).output.contains("stop-limit")
        }
    }

    private func end(_ core: RunningProcess) -> String {
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        return ending.output
    }

    private func status(_ programs: Programs, _ config: String) throws -> (text: Programs.Ending, json: Any) {
        let text = try programs.run(["status", "--config", config])
        let json = try programs.run(["status", "--config", config, "--json"])
        #expect(json.code == text.code)
        return (text, try JSONSerialization.jsonObject(with: Data(json.output.utf8)))
    }

    // MARK: - Trading states

    @Test("a halt outlives its run, and the next one says so; the first does not call it a halt of before")
    func outlives() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(PolicyFaultTests.configuration("fine"))
        let first = try programs.run(["run", "--config", config, "--cycles", "2", "--halted"])
        #expect(first.code == 0 && first.output.contains(" ! trading is halted: ") && !first.output.contains("still"))
        let next = try programs.run(["run", "--config", config, "--cycles", "2"])
        let line = next.output.split(separator: "\n").first { $0.contains("still halted") } ?? ""
        #expect(
            line.hasPrefix("!! trading is still halted (") && line.contains("started with --halted")
                && line.contains("`bigbrother resume` ends that"), "\(next)")
    }

    @Test("status says that a core observes; halted with a position without its stop it ends with 1, and why")
    func states() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (observing, config) = try started(programs, ["--observe"])
        let (text, json) = try status(programs, config)
        #expect(text.output.contains("trading    OBSERVING, nothing is sent; it would be active"), "\(text)")
        #expect(field(json, "observing") as? Bool == true)
        let output = end(observing)
        #expect(output.contains("287 NVDA @ 184.8644, observed: nothing is sent"), "\(output)")

        let (halted, _) = try started(programs, ["--halted"])
        let (danger, data) = try status(programs, config)
        #expect(danger.code == 1 && field(data, "observing") as? Bool == false, "\(danger)")
        let attention = (field(data, "attention") as? [String] ?? []).joined(separator: "\n")
        for words in ["NVDA has no working stop for all its shares", "trading is halted (", "`bigbrother resume`"] {
            #expect(attention.contains(words) && danger.output.contains(words), "\(words): \(danger)")
        }
        #expect(danger.output.contains("protection NO STOP: NVDA"))
        #expect(field(data, "trading_state") as? String == "halted")
        #expect(try programs.run(["resume", "--config", config]).code == 0)
        try waitForStop(programs)
        let (calm, _) = try status(programs, config)
        #expect(calm.code == 0, "\(calm)")
        let said = end(halted)
        #expect(said.contains("\n   trading is active: "), "a resume is no danger: \(said)")
    }

    @Test("a policy that was stopped is named by status, which ends with 1, and in JSON")
    func missing() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs)
        #expect(try programs.run(["plugin", "stop", "faulty", "--config", config]).code == 0)
        try eventually("it has left") { try programs.run(["status", "--config", config]).code == 1 }
        let (text, json) = try status(programs, config)
        #expect(text.output.contains("attention  policy faulty is not at work, for "), "\(text)")
        #expect(field(json, "missing_policies") as? [String] == ["faulty"])
        #expect(try programs.run(["plugin", "start", "faulty", "--config", config]).code == 0)
        try eventually("it is back") { try programs.run(["status", "--config", config]).code == 0 }
        _ = end(core)
    }

    // MARK: - Alerts

    @Test("alerts are printed and listed with the names of their page")
    func alerts() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(programs, changing: [("mode: fine", "mode: crash")])
        let output = end(core)
        #expect(output.contains("[started]") && output.contains("[policy_gone]"), "\(output)")
        let list = try programs.run(["alerts", "--config", config])
        let lines = list.output.split(separator: "\n")
        #expect(list.code == 0 && lines.first?.contains("notice     started") == true, "\(list)")
        #expect(lines.contains { $0.contains("warning    policy_gone") && $0.contains("policy faulty is gone") })
        #expect(list.output.firstMatch(of: #/\d\.\d{4,}Z/#) == nil, "milliseconds at most: \(list)")
        let grave = try #require(
            try programs.json(["alerts", "--journal", programs.journal, "--level", "warning", "--since", "1h"])
                as? [[String: Any]])
        #expect(grave.allSatisfy { $0["level"] as? String != "notice" })
        #expect(grave.contains { $0["name"] as? String == "policy_gone" && $0["words"] is String })
        let wrong = try programs.run(["alerts", "--journal", programs.journal, "--level", "bad"])
        #expect(wrong.code == 2 && wrong.errors.contains("--level takes notice, warning or emergency"), "\(wrong)")
        for command in ["alerts", "decisions"] {
            let since = try programs.run([command, "--journal", programs.journal, "--since", "soon"])
            #expect(since.code == 2 && since.errors.contains("--since takes 90s, 10m, 2h, 3d"), "\(since)")
        }
    }

    // MARK: - By hand

    @Test("flatten counts what it closes, and names what is watched and left alone")
    func flatten() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (core, config) = try started(
            programs,
            changing: [
                (
                    "average_price: 184.8644}]",
                    "average_price: 184.8644}, {symbol: AAPL, quantity: 10, average_price: 100}]"
                ),
                ("run: {", "symbol_modes: {AAPL: watched}\nrun: {"),
            ])
        try waitForStop(programs)
        let reply = try programs.run(["flatten", "--config", config])
        #expect(
            reply.code == 0
                && reply.output.contains("Flattening: closing 1 position at market; left alone, since watched: AAPL"),
            "\(reply)")
        try eventually("NVDA is closed") {
            let held = try programs.json(["positions", "--journal", programs.journal]) as? [[String: Any]]
            return held?.compactMap { $0["symbol"] as? String } == ["AAPL"]
        }
        _ = end(core)
    }

    @Test("an order of somebody else that holds the shares is named by close, and release says what it gives up")
    func others() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let order =
            "open_orders: [{client_order_id: before-take-profit, symbol: NVDA, side: sell, type: limit, quantity: 287, limit_price: 250, time_in_force: gtc, role: foreign}]"
        let (core, config) = try started(programs, changing: [("sessions: always", "sessions: always\n    \(order)")])
        let orders = try programs.run(["orders", "--config", config])
        #expect(
            orders.output.contains("somebody else's, not touched: bigbrother hand-over before-take-profit"), "\(orders)"
        )
        let close = try programs.run(["close", "NVDA", "--config", config, "--why", "test"])
        #expect(
            close.code == 0 && close.output.contains("nothing is sold now, it waits for before-take-profit")
                && close.output.contains("bigbrother hand-over before-take-profit"), "\(close)")
        let release = try programs.run(["release", "NVDA", "--config", config])
        #expect(
            release.code == 0 && release.output.contains("given up: to be closed, asked for by ")
                && release.output.contains("(test)"), "\(release)")
        #expect(try !programs.run(["status", "--config", config]).output.contains("asked      "))
        let again = try programs.run(["release", "NVDA", "--config", config])
        #expect(!again.output.contains("given up"), "\(again)")
        _ = end(core)
    }
}
