import Foundation
import TestSupport
import Testing

@Suite("One core for an account on a host, whatever its state folder", .blocking, .serialized)
struct OneCoreTests {
    @Test(
        "a second one is refused and says who trades; after the first has ended, or was killed, it starts",
        arguments: [SIGINT, SIGKILL])
    func refused(signal: Int32) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let text = PolicyFaultTests.configuration("fine")
        let first = try programs.configuration(text)
        let second = try programs.configuration(
            text.replacingOccurrences(of: "${state}", with: "${state}-second"), name: "second.yaml")
        let core = try RunningProcess(programs, ["run", "--config", first])
        try eventually("the first is at work") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            return try programs.run(["orders", "--journal", programs.journal]).output.contains("stop")
        }
        let refused = try programs.run(["run", "--config", second, "--cycles", "1"])
        #expect(refused.code == 3, "\(refused)")
        #expect(refused.errors.contains("is traded on this host already") && refused.errors.contains("test.yaml"))
        core.signal(signal)
        _ = core.wait()
        let started = try programs.run(["run", "--config", second, "--cycles", "1"])
        #expect(started.code == 0, "\(started)")
    }
}
