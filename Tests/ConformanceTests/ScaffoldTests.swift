import Conformance
import Foundation
import Scaffold
import Testing
import Wire

@Suite("bigbrother new")
struct ScaffoldTests {
    private func folder() -> String { NSTemporaryDirectory() + "scaffold-\(UUID().uuidString)" }

    private func remove(_ folder: String) {
        #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) }
    }

    @Test(
        "names are checked",
        arguments: [
            "", "a", "Gap", "gap_guard", "9lives", "gap-", "gap--guard", "import", "ünder", "a/b", "wire",
            "zero-mq-transport", String(repeating: "a", count: 41),
        ])
    func badNames(name: String) {
        #expect(throws: ScaffoldError.self) { try Scaffold(role: .policy, name: name, language: .python, home: "/") }
    }

    @Test("a folder that is there is not touched")
    func existing() throws {
        let folder = folder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { remove(folder) }
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/plugin.json"))
        let scaffold = try Scaffold(role: .policy, name: "gap-guard", language: .python, home: Places.project)
        #expect(throws: ScaffoldError.self) { try scaffold.write(to: folder) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["plugin.json"])
        #expect(try String(contentsOfFile: folder + "/plugin.json", encoding: .utf8) == "mine")
    }

    @Test("every scaffold has a manifest, a guide, a page and a test, and no word of a template is left in it")
    func whole() throws {
        for role in Scaffold.Role.allCases {
            for language in Scaffold.Language.allCases {
                let files = try Scaffold(role: role, name: "gap-guard", language: language, home: "/opt/bb").files
                for name in ["plugin.json", "check.json", "README.md"] { #expect(files.contains { $0.path == name }) }
                #expect(files.contains { $0.path.lowercased().contains("test") })
                for file in files {
                    #expect(
                        !file.text.contains("@NAME") && !file.path.contains("@") && !file.text.contains("@HOME"),
                        "\(file.path)")
                    if file.path.hasSuffix(".json") { _ = try JSONParser.parse(Array(file.text.utf8)) }
                }
            }
        }
    }

    /// Building one takes minutes; that its package names every room that the kit imports takes none.
    @Test("a Swift scaffold links every source folder that the kit needs", arguments: Scaffold.Role.allCases)
    func linksTheKit(role: Scaffold.Role) throws {
        let scaffold = try Scaffold(role: role, name: "gap-guard", language: .swift, home: Places.project)
        let package = try #require(scaffold.files.first { $0.path == "Package.swift" }).text
        var (open, seen) = (["PluginKit"], Set<String>())
        while let room = open.popLast() {
            guard seen.insert(room).inserted else { continue }
            #expect(package.contains("path: \"BigBrother/\(room)\""), "the package has no \(room)")
            open += try imports(of: room)
        }
        #expect(seen.isSuperset(of: ["PluginKit", "Trading", "Wire", "ZeroMQTransport"]))
    }

    /// Folders of `Sources` that a room's files import.
    private func imports(of room: String) throws -> [String] {
        let sources = Places.project + "/Sources"
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources + "/" + room)
        let lines = try files.filter { $0.hasSuffix(".swift") }.flatMap {
            try String(contentsOfFile: sources + "/" + room + "/" + $0, encoding: .utf8).split(separator: "\n")
        }
        let names = lines.filter { $0.hasPrefix("import ") }.map { String($0.dropFirst(7)) }
        return Set(names).sorted().filter { FileManager.default.fileExists(atPath: sources + "/" + $0) }
    }

    /// The Swift ones are built by `scripts/check-scaffolds`, since that takes minutes.
    @Test(
        "what it makes in Python runs its test and keeps the protocol",
        .enabled(if: Places.hasPython, "python3-zmq is not installed"))
    func python() {
        let kit = Places.project + "/Plugins/Kits/python/src"
        guard FileManager.default.fileExists(atPath: kit) else {
            Issue.record("no Python kit in \(kit)")
            return
        }
        let found = some(Scaffold.Role.allCases) { role -> String? in
            let folder = NSTemporaryDirectory() + "scaffold-\(UUID().uuidString)"
            do {
                defer { do { try FileManager.default.removeItem(atPath: folder) } catch {} }
                try Scaffold(role: role, name: "new-\(role.rawValue)", language: .python, home: Places.project).write(
                    to: folder)
                let test = Process()
                test.executableURL = URL(fileURLWithPath: folder + "/run")
                test.arguments = ["-m", "unittest"]
                test.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
                let output = Pipe()
                test.standardError = output
                try test.run()
                let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                test.waitUntilExit()
                guard test.terminationStatus == 0 else { return "\(role): its test failed: \(words)" }
                let report = try Places.checked(folder)
                return report.hasPassed
                    ? nil
                    : "\(role): \(report.rows.filter(\.verdict.isFailure).map { "\($0.check.name): \($0.verdict.seen)" })"
            } catch {
                return "\(role): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("\(words)") }
    }
}
