import Foundation
import TestSupport
import Testing

/// A folder of policies that anybody may drop plugins into, and what somebody drops there (I-BOUND-7).
@Suite("Manifests that mean no good", .blocking, .serialized)
struct ManifestAttackTests {
    /// What is dropped, by folder; each is a manifest that is none.
    private func drop(into folder: String) throws {
        func plugin(_ name: String) throws -> String {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            return path + "/plugin.json"
        }
        let levels = Array("abcdefghij")
        let bomb = levels.indices.map { index in
            let item = index == 0 ? "x" : "*\(levels[index - 1])"
            return "\(levels[index]): &\(levels[index]) [\(Array(repeating: item, count: 9).joined(separator: ","))]"
        }
        try bomb.joined(separator: "\n").write(toFile: plugin("bomb"), atomically: true, encoding: .utf8)
        let sparse = try plugin("sparse")
        #expect(FileManager.default.createFile(atPath: sparse, contents: nil) && truncate(sparse, 600 << 20) == 0)
        #expect(mkfifo(try plugin("pipe"), 0o600) == 0)
        #expect(symlink("/dev/zero", try plugin("zero")) == 0)
        try String(repeating: "[", count: 60_000).write(toFile: plugin("deep"), atomically: true, encoding: .utf8)
        let nul =
            #"{"name":"nul","role":"policy","version":"\u0000","description":"\u0000","command":["/bin/sh","-c","x\u0000"]}"#
        try nul.write(toFile: plugin("nul"), atomically: true, encoding: .utf8)
    }

    private static let names = ["bomb", "sparse", "pipe", "zero", "deep", "nul"]

    private func configuration(_ programs: Programs) throws -> (path: String, folder: String) {
        let folder = programs.folder.appendingPathComponent("dropped").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = BoundTests.configuration("fine", more: "adopt: \(folder)")
        return (try programs.configuration(text), folder)
    }

    private func memory(_ core: RunningProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(core.process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return Int(line.split(whereSeparator: \.isWhitespace)[1]) ?? .max
    }

    @Test(
        "bombs, sparse files, pipes and links are left out at the start, each with its name, and the account is managed"
    )
    func start() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (config, folder) = try configuration(programs)
        try drop(into: folder)
        let begin = Date()
        let result = try programs.run(["run", "--config", config, "--cycles", "4", "--json"])
        let seconds = Date().timeIntervalSince(begin)
        #expect(result.code == 0 && seconds < 30, "\(seconds) s: \(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        #expect(field(report, "report", "policies", "stop-loss", "failures") as? Int == 0)
        let memory = field(report, "figures", "resident_kilobytes_at_most") as? Int ?? .max
        #expect(memory < 300_000, "\(memory) KB")
        let log = try String(contentsOfFile: programs.stateDirectory + "/bigbrother.log", encoding: .utf8)
        for name in Self.names { #expect(log.contains("left out: \(folder)/\(name)/plugin.json"), "\(name): \(log)") }
        print("bound manifests: \(seconds) s, \(memory) KB")
    }

    @Test("dropped while the core works they cost no cycle, and a good one beside them is taken in")
    func meanwhile() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let (config, folder) = try configuration(programs)
        let core = try RunningProcess(programs, ["run", "--config", config])
        func answered() throws -> [String] {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return [] }
            return try JournalText.entries(programs.journal, type: "policies_answered")
        }
        try eventually(seconds: 40, "cycles are done") { try answered().count > 2 }
        let before = try answered().count
        try drop(into: folder)
        let good = folder + "/good"
        try FileManager.default.copyItem(
            atPath: Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker", toPath: good)
        let manifest = try String(contentsOfFile: good + "/plugin.json", encoding: .utf8)
        try manifest.replacing(#""attacker""#, with: #""good""#).write(
            toFile: good + "/plugin.json", atomically: true, encoding: .utf8)
        try eventually(seconds: 40, "the good one is asked") {
            try answered().contains { $0.contains(#""policy":"good""#) }
        }
        let since = try answered().dropFirst(before)
        #expect(since.allSatisfy { !$0.contains(#""policy":"stop-loss","failure""#) }, "\(since)")
        #expect(try memory(core) < 300_000)
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
    }
}
