import Foundation
import Journal
import SQLiteJournal
import TestSupport
import Testing

/// Below the sessions: what arrives at the core's own sockets and is no ZMTP, or half of it.
@Suite("Raw connections at the core's sockets", .blocking, .serialized)
struct RawSocketTests {
    private struct Figures: Decodable {
        /// KiB of memory, and descriptors.
        let before: [Int]
        let most: [Int]
        let after: [Int]
    }

    @Test(
        "broken connections by the hundred, or more open ones than the core may have files: cycles go on, memory and descriptors stay",
        arguments: Tier.volume(
            gate: [["300", "1"], ["300", "2", "300"]], nightly: [["3000", "\(Seed.value)"], ["600", "2", "600"]]))
    func broken(arguments: [String]) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.configuration(PolicyFaultTests.configuration("fine"))
        // Less than a desktop or a service would give it; the core raises it as far as it may.
        let start = "ulimit -Sn 200; exec \(Programs.binaries.path)/bigbrother run --config \(config)"
        let core = try RunningProcess(programs, ["-c", start], program: "/bin/sh")
        func cycles() throws -> [String] {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return [] }
            return try SQLiteJournalReader(path: programs.journal).entries(type: "policies_answered", limit: 10_000)
                .map { String(decoding: $0.body, as: UTF8.self) }
        }
        try eventually(seconds: 40, "a cycle is done") { try cycles().count > 2 }
        let before = try cycles().count
        let raw = try RunningProcess(
            programs,
            [
                Programs.project.path + "/Tests/EndToEndTests/Plugins/raw/raw.py", programs.stateDirectory + "/sockets",
                String(core.process.processIdentifier),
            ] + arguments, program: "/usr/bin/python3")
        let ending = raw.wait(seconds: 120)
        #expect(ending.code == 0, "\(ending)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(ending.output.utf8))
        print("raw connections: \(ending.output)")
        #expect(figures.after[1] <= figures.before[1], "descriptors stay open: \(ending.output)")
        #expect(figures.after[0] - figures.before[0] < 64 << 10, "memory grows: \(ending.output)")
        try eventually("cycles go on") { try cycles().count > before + 4 }
        core.signal(SIGTERM)
        let last = core.wait()
        #expect(last.code == 0, "\(last)")
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }
}
