import Foundation
import TestSupport
import Testing

@Suite("P9: a policy cannot hurt", .blocking, .serialized)
struct PolicyFaultTests {
    /// The scenario in real time with one more policy that misbehaves; cycles of half a second.
    static func configuration(_ mode: String) -> String {
        """
        account: faults
        state: ${state}
        cycle: 500ms
        policy_budget: 300ms
        plugins: ["${tests}"]
        broker:
          plugin: paper
          settings:
            account: faults
            cash: 74934.91
            sessions: always
            positions: [{symbol: NVDA, quantity: 287, average_price: 184.8644}]
        initial_stops: {NVDA: 183.1822}
        providers:
          - plugin: tape
            settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"], speed: 60}
        policies:
          - plugin: stop-loss
            settings: {trail: 0.015, trail_from: last, limit_offset: 0.003}
          - plugin: faulty
            settings: {mode: \(mode)}
        run: {end_with_tape: false}
        """
    }

    @Test(
        "the cycle ends on time, says who was missing, and the rest is decided",
        arguments: [
            ("crash", "killed by signal 9"), ("hang", "no answer within 300 ms"), ("garbage", "could not be read"),
            ("late", "no answer within 300 ms"), ("liar", "a policy may not send execution"),
        ])
    func misbehaves(mode: String, words: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(Self.configuration(mode))
        let result = try programs.run(["run", "--config", config, "--cycles", "5", "--json"])
        #expect(result.code == 0, "\(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        #expect(field(report, "report", "policies", "stop-loss", "failures") as? Int == 0)
        #expect(field(report, "report", "oversold") as? Int == 0)
        let heard = try programs.run(["explain", "1", "--journal", programs.journal]).output
        #expect(heard.contains(words), "\(heard)")
        let orders = try #require(try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]])
        #expect(
            orders.contains { field($0, "terms", "stop_price") as? String == "186.23" }, "the stop rests all the same")
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test("a killed policy is started again with back-off, and answers again")
    func restarts() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(Self.configuration("fine"))
        let core = try RunningProcess(programs, ["run", "--config", config])
        func faulty() throws -> [String] {
            try processes(naming: "faulty.py").filter { try isChild($0, of: core.process.processIdentifier) }
        }
        try eventually("the policy runs") { try !faulty().isEmpty }
        try eventually("a cycle has heard it") {
            try log(programs).contains("started faulty") && FileManager.default.fileExists(atPath: programs.journal)
        }
        let first = try #require(try faulty().first)
        kill(try #require(Int32(first)), SIGKILL)
        try eventually("another process of it runs") { try faulty().contains { $0 != first } }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let text = try log(programs)
        #expect(
            text.contains("faulty was killed by signal 9") && text.contains("faulty is started again in"), "\(text)")
    }

    @Test("a policy that floods is heard once, and the cycle goes on")
    func floods() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(Self.configuration("flood"))
        let result = try programs.run(["run", "--config", config, "--cycles", "4", "--json"])
        #expect(result.code == 0, "\(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        #expect(field(report, "report", "policies", "stop-loss", "failures") as? Int == 0)
    }

    private func isChild(_ pid: String, of parent: Int32) throws -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/status") else { return false }
        return String(decoding: data, as: UTF8.self).contains("PPid:\t\(parent)\n")
    }

    private func log(_ programs: Programs) throws -> String {
        let path = programs.stateDirectory + "/bigbrother.log"
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
