import Foundation
import Testing

@testable import Configuration

@Suite("Manifests that mean no good (I-BOUND-7)")
struct HostileManifestTests {
    private static let bomb =
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "bcdefghi".map { "\($0): &\($0) [\(Array(repeating: "*\(before($0))", count: 10).joined(separator: ", "))]" }
        .joined(separator: "\n")

    private static func before(_ letter: Character) -> Character {
        Character(UnicodeScalar((letter.asciiValue ?? 98) - 1))
    }

    enum Text: String, CaseIterable {
        case bomb, alias, aliasAsKey, brackets, dashes, braces, questions, values

        var text: String {
            switch self {
            case .bomb: HostileManifestTests.bomb
            case .alias: "a: 1\nb: *a"
            case .aliasAsKey: "a: &x\n  ? *x\n  : 1"
            case .brackets: String(repeating: "[", count: 60_000)
            case .dashes: String(repeating: "- ", count: 30_000)
            case .braces: String(repeating: "{a: ", count: 15_000)
            case .questions: String(repeating: "? ", count: 30_000)
            case .values: "[" + String(repeating: "1,", count: 200_000) + "1]"
            }
        }

        var words: String {
            switch self {
            case .bomb, .aliasAsKey: "line 1: anchors are not supported"
            case .alias: "line 2: aliases are not supported"
            // The parser itself has a limit, which it meets while it looks ahead.
            case .brackets: "Maximum nesting level reached"
            case .dashes, .braces, .questions: "nest deeper than 32"
            case .values: "more than 100000 values"
            }
        }
    }

    @Test(
        "what would grow or nest without end is refused with its line before it is expanded, within a moment",
        arguments: Text.allCases)
    func text(_ bad: Text) {
        let took = ContinuousClock().measure {
            let error = #expect(throws: ConfigurationError.self) {
                try SettingsFile(text: bad.text, path: "plugin.json")
            }
            #expect(error?.description.contains(bad.words) == true, "\(String(describing: error))")
        }
        #expect(took < .seconds(10), "\(bad): \(took)")
    }

    @Test("ampersands and stars in texts are texts")
    func stars() throws {
        let text = "a: R&D\nb: \"*all*: &more\"\nc: 'x: *y'\nd: |\n  * one\n  & two\ne: a & b"
        #expect(try SettingsFile(text: text, path: "x").tree["d"]?.plain == "* one\n& two\n")
    }

    /// A folder of plugins with one that works and others that do not.
    private struct Folder {
        let loading: Loading
        let path: String

        init() throws {
            loading = try Loading()
            path = loading.folder.appendingPathComponent("dropped").path
            try plugin(
                "good",
                #"{"name": "good", "role": "policy", "version": "1", "description": "x", "command": ["/bin/true"]}"#)
        }

        func plugin(_ name: String, _ text: String? = nil) throws {
            let folder = path + "/" + name
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try text?.write(toFile: folder + "/plugin.json", atomically: true, encoding: .utf8)
        }

        func load() throws -> LoadedConfiguration {
            let text = "adopt: \(path)\n" + Loading.base
            return try loading.load(text)
        }
    }

    @Test("links, devices, folders, sparse files and nonsense are left out by themselves, at once")
    func files() throws {
        let folder = try Folder()
        defer { folder.loading.remove() }
        for name in ["link", "device", "folder", "sparse", "nonsense", "binary", "dead"] {
            try folder.plugin(name)
        }
        #expect(symlink("/etc/passwd", folder.path + "/link/plugin.json") == 0)
        #expect(symlink("/dev/zero", folder.path + "/device/plugin.json") == 0)
        #expect(symlink("/nowhere", folder.path + "/dead/plugin.json") == 0)
        try folder.plugin("folder/plugin.json")
        #expect(FileManager.default.createFile(atPath: folder.path + "/sparse/plugin.json", contents: nil))
        #expect(truncate(folder.path + "/sparse/plugin.json", 600 << 20) == 0)
        try folder.plugin("nonsense", "{{{{")
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: folder.path + "/binary/plugin.json"))
        let clock = ContinuousClock()
        let begin = clock.now
        let loaded = try folder.load()
        #expect(begin.duration(to: clock.now) < .seconds(10))
        #expect(loaded.specs.contains { $0.name.text == "good" && $0.isAdopted })
        for (name, words) in [
            ("link", "it is a link"), ("device", "it is a link"), ("dead", "it is a link"),
            ("folder", "no regular file"), ("sparse", "a manifest has at most 65536"), ("nonsense", "no YAML"),
            ("binary", "no UTF-8"),
        ] {
            #expect(
                loaded.leftOut.filter { $0.contains("/\(name)/plugin.json") && $0.contains(words) }.count == 1,
                "\(name): \(loaded.leftOut)")
        }
    }

    @Test("a thousand plugins are not a thousand processes, and a program's name is one")
    func many() throws {
        let folder = try Folder()
        defer { folder.loading.remove() }
        for number in 0..<300 {
            try folder.plugin(
                "p\(number)",
                #"{"name": "p\#(number)", "role": "policy", "version": "1", "description": "x", "command": ["/bin/true"]}"#
            )
        }
        try folder.plugin(
            "a-nul",
            #"{"name": "n", "role": "policy", "version": "1", "description": "x", "command": ["/bin/true", "a\u0000b"]}"#
        )
        let loaded = try folder.load()
        #expect(loaded.specs.filter(\.isAdopted).count == 64)
        #expect(loaded.leftOut.contains { $0.contains("the first 256 are not looked at") })
        #expect(loaded.leftOut.contains { $0.contains("a-nul") && $0.contains("no NUL") })
        #expect(loaded.leftOut.count < 400)
    }

    @Test("a manifest that is none, in a folder of plugins that nobody adopts, ends no start")
    func elsewhere() throws {
        let folder = try Folder()
        defer { folder.loading.remove() }
        try folder.plugin("bad", "name: [")
        let loaded = try folder.loading.load("plugins: [dropped]\n" + Loading.base)
        #expect(loaded.leftOut.count == 1 && loaded.leftOut[0].contains("/bad/plugin.json"), "\(loaded.leftOut)")
    }

    @Test("a configuration has its bytes")
    func configuration() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let error = #expect(throws: ConfigurationError.self) {
            try loading.load(Loading.base + "\n#" + String(repeating: "x", count: 4 << 20))
        }
        #expect(error?.what == "it is longer than 4194304 bytes")
    }
}
