import Foundation
import Testing

/// `scripts/run` builds a list of programs that stands in Package.swift; what it starts is in configurations and manifests.
@Suite("scripts/run builds what it runs")
struct BuildSetTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The programs of a build set.
    private func programs(_ set: String) throws -> Set<String> {
        let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        let list = try #require(
            text.firstMatch(of: try Regex("name: \"\(set)\",\\s*dependencies: \\[([^\\]]*)\\]"))?[1].substring)
        return Set(list.matches(of: /"([^"]*)"/).map { String($0.1) })
    }

    /// The program of each plugin that is built by SwiftPM, by the plugin's name.
    private func manifests() throws -> [String: String] {
        struct Manifest: Decodable { var name: String, command: [String] }
        var programs: [String: String] = [:]
        for kind in ["Brokers", "Policies", "Providers"] {
            let folder = root.appending(path: "Plugins/\(kind)")
            for plugin in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                let file = plugin.appending(path: "plugin.json")
                // A library whose program is not there yet has no manifest.
                guard FileManager.default.fileExists(atPath: file.path) else { continue }
                let data = try Data(contentsOf: file)
                let manifest = try JSONDecoder().decode(Manifest.self, from: data)
                if !manifest.command[0].hasPrefix("/") { programs[manifest.name] = manifest.command[0] }
            }
        }
        return programs
    }

    @Test("the core and the programs that the demonstration starts, and no more", arguments: ["demo", "nvda", "paper"])
    func demonstration(configuration: String) throws {
        let text = try String(
            contentsOf: root.appending(path: "Plugins/Configurations/\(configuration).yaml"), encoding: .utf8)
        let names = text.matches(of: /plugin: ([a-z-]+)/).map { String($0.1) }
        let known = try manifests()
        let started = Set(names.compactMap { known[$0] } + ["bigbrother"])
        #expect(started.count == names.count + 1)
        let built = try programs("Demonstration")
        #expect(started.isSubset(of: built), "not built: \(started.subtracting(built).sorted())")
        #expect(configuration != "demo" || started == built, "not started: \(built.subtracting(started).sorted())")
    }

    @Test("every plugin of the project, for configurations of one's own")
    func everyPlugin() throws {
        let built = try programs("EveryPlugin").union(programs("Demonstration"))
        #expect(built == Set(try manifests().values).union(["Demonstration", "bigbrother"]))
    }
}
