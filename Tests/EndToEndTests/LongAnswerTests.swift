import Foundation
import TestSupport
import Testing

/// A core that has just started knows nobody, and takes little of whom it does not know: an honest plugin must not suffer by that.
@Suite("A long answer to a core that has just started", .blocking, .serialized)
struct LongAnswerTests {
    private let programs: Programs
    private let account: RemoteAccount

    private static let text = """
        account: faults
        state: ${state}
        cycle: 500ms
        policy_budget: 400ms
        listen: ${listen}
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
          - plugin: theirs
            start: false
        run: {end_with_tape: false}
        """

    init() throws {
        programs = try Programs()
        account = try RemoteAccount(programs, text: Self.text)
    }

    private func file(_ name: String) -> String { programs.folder.appendingPathComponent(name).path }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file(name)) ?? Data(), as: UTF8.self)
    }

    /// Answers of the policy that counted.
    private func answers() throws -> Int {
        try account.entries("policies_answered").filter { entry in
            guard let range = entry.range(of: #""policy":"theirs""#) else { return false }
            return !entry[range.upperBound...].prefix { $0 != "}" }.contains("failure")
        }.count
    }

    /// Whether somebody has a connection to the policies' port.
    private func isConnected() throws -> Bool {
        let port = try #require(account.policyEndpoint.split(separator: ":").last.flatMap { Int($0) })
        let wanted = ":" + String(String(port, radix: 16, uppercase: true).suffix(4))
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        return table.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.count > 3 && words[2].hasSuffix(wanted) && words[3] == "01"
        }
    }

    @Test("its connection is cut, the kit comes again and says hello, and its next answer counts")
    func restart() throws {
        defer { programs.remove() }
        let kit = Programs.project.path + "/Plugins/Kits/python/src"
        var environment = account.environment("policy", "theirs", key: try account.key("policy", "theirs"))
        environment["PYTHONPATH"] = kit
        environment["WORDY_FOLDER"] = programs.folder.path
        var core = try account.core()
        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/wordy/wordy.py"
        let policy = try RunningProcess(programs, [script], program: "/usr/bin/python3", environment: environment)
        try eventually(seconds: 60, "its answers count") { try answers() > 2 }
        let words = "a connection without a session was cut: more than 16 KiB"
        // Where the machine is so busy that the kit misses the core before, it says hello anew, and nothing is to be seen.
        for _ in 0..<4 where !account.log.contains(words) {
            #expect(FileManager.default.createFile(atPath: file("slow"), contents: nil))
            let begun = text("begun").count
            try eventually("it is at an answer") { text("begun").count > begun }
            core.signal(SIGKILL)
            _ = core.wait()
            core = try account.core()
            try eventually("it is connected to the new core") { try isConnected() }
            try FileManager.default.removeItem(atPath: file("slow"))
            let before = try answers()
            try eventually(seconds: 60, "its answers count again") { try answers() > before + 2 }
        }
        #expect(account.log.contains(words), "\(account.log.suffix(3_000))")
        #expect(policy.process.isRunning)
        try account.end(core, [policy])
    }
}
