import Conformance
import Foundation
import JSON
import Scaffold
import TestSupport
import Testing
import Wire

@Suite("bigbrother new", .blocking)
struct ScaffoldTests {
    private func folder() -> String { NSTemporaryDirectory() + "scaffold-\(UUID().uuidString)" }

    private func remove(_ folder: String) {
        #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) }
    }

    @Test(
        "names are checked",
        arguments: [
            "", "a", "Gap", "gap_guard", "9lives", "gap-", "gap--guard", "import", "ünder", "a/b", "wire",
            "zero-mq-transport", "core", "policy", "settings", "protect", "stop-advice",
            String(repeating: "a", count: 41),
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
                    let left = /@[A-Z]+@|example[-_]?(policy|broker|provider)/.ignoresCase()
                    #expect((file.path + file.text).firstMatch(of: left) == nil, "\(file.path)")
                    if file.path.hasSuffix(".json") { _ = try JSONParser.parse(Array(file.text.utf8)) }
                }
            }
        }
    }

    /// Building one takes a minute; its types are looked at as those of another package, which sees what is `public`.
    @Test(
        "a Swift scaffold needs nothing of the kit that another package cannot see", arguments: Scaffold.Role.allCases)
    func usesThePublicKit(role: Scaffold.Role) throws {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("bb-types-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let scaffold = try Scaffold(role: role, name: "gap-guard", language: .swift, home: Places.project)
        try scaffold.write(to: scratch.path)
        let sources = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/Sources")
        let example = Places.project + "/Plugins/Kits/swift/examples/trailing-stop/main.swift"
        for files in [sources.map { "\(scratch.path)/Sources/\($0)" }] + (role == .policy ? [[example]] : []) {
            let (code, words) = try Places.typecheck(files)
            #expect(code == 0, "\(words)")
        }
        let package = try #require(scaffold.files.first { $0.path == "Package.swift" }).text
        #expect(package.contains(".product(name: \"PluginKit\", package: \"BigBrother\")"))
    }

    @Test("the page of the Swift kit shows its example word for word, and it has no more than fifteen lines")
    func page() throws {
        let kit = Places.project + "/Plugins/Kits/swift"
        let page = try String(contentsOfFile: kit + "/README.md", encoding: .utf8)
        for file in ["main.swift", "plugin.json"] {
            let text = try String(contentsOfFile: "\(kit)/examples/trailing-stop/\(file)", encoding: .utf8)
            #expect(page.contains(text), "\(file)")
            let lines = text.split(separator: "\n")
            #expect(file != "main.swift" || lines.count <= 15, "\(lines.count)")
        }
        let report = try Places.checked(kit + "/examples/trailing-stop")
        #expect(report.hasPassed, "\(report)")
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
                let output = Pipe()
                let test = try Process.startJustWritten {
                    let test = Process()
                    test.executableURL = URL(fileURLWithPath: folder + "/run")
                    test.arguments = ["-m", "unittest"]
                    test.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
                    test.standardError = output
                    return test
                }
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
