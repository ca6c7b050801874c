import Foundation
import TestSupport
import Testing

@Suite("Connections of strangers are few and small", .blocking, .serialized)
struct ConnectionTests {
    private static let flood = Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker/flood.py"

    private func figure(_ name: String, of process: Int32) -> Int {
        let status = FileManager.default.contents(atPath: "/proc/\(process)/status").map {
            String(decoding: $0, as: UTF8.self)
        }
        let line = status?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private func cycle(_ programs: Programs) throws -> Int {
        let status = try programs.run(["status", "--journal", programs.journal, "--json"])
        let value = try JSONSerialization.jsonObject(with: Data(status.output.utf8))
        return field(value, "cycle") as? Int ?? 0
    }

    @Test(
        "local connections by the hundred leave a core with few descriptors alive, its cycles going, and a person heard"
    )
    func local() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(PolicyFaultTests.configuration("fine"))
        let start = "ulimit -n 400; exec \(Programs.binaries.path)/bigbrother run --config \(config)"
        let core = try RunningProcess(programs, ["-c", start], program: "/bin/sh")
        try eventually(seconds: 40, "a cycle is done") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            return try cycle(programs) > 1
        }
        let attackers = try ["sockets/policy", "sockets/broker", "sockets/provider", "control/control"].map { socket in
            try RunningProcess(
                programs, [Self.flood, "8", "\(programs.stateDirectory)/\(socket)", "700", "0"],
                program: "/usr/bin/python3")
        }
        let before = try cycle(programs)
        try eventually(seconds: 30, "cycles go on") { try cycle(programs) > before + 4 }
        let halted = try programs.run(["halt", "--config", config])
        #expect(halted.code == 0, "a person is heard: \(halted)")
        for attacker in attackers {
            let ending = attacker.wait()
            let made = ending.output.split(separator: "\n").last.flatMap { Int($0) } ?? 0
            #expect(ending.code == 0 && made > 100, "\(ending)")
        }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("a stranger without a key makes the core keep no more than some megabytes")
    func stranger() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let account = try RemoteAccount(programs)
        let core = try RunningProcess(programs, ["run", "--config", account.config])
        let pid = core.process.processIdentifier
        try eventually(seconds: 40, "it listens") {
            FileManager.default.fileExists(atPath: programs.stateDirectory + "/control/control")
        }
        let before = figure("VmRSS", of: pid)
        let address = String(account.policyEndpoint.dropFirst("tcp://".count))
        let attacker = try RunningProcess(
            programs, [Self.flood, "8", address, "64", String(16 << 20)], program: "/usr/bin/python3")
        let ending = attacker.wait()
        #expect(ending.code == 0, "\(ending)")
        let most = figure("VmHWM", of: pid)
        print("a stranger's connections: \(ending.output.split(separator: "\n").last ?? ""), \(before) to \(most) KiB")
        #expect(most - before < 200 << 10, "\(before) KiB before, \(most) at most")
        core.signal(SIGTERM)
        _ = core.wait()
    }
}
