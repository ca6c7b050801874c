import Foundation
import Testing

/// A module of the synchronous core, and what it may import.
private let core = [(module: "Trading", imports: [String]()), (module: "Orchestration", imports: ["Trading"])]

/// No clock, no randomness, no Foundation, no concurrency, no output; nothing that traps on the world. Money is not floating
/// point.
private let forbidden: [(word: String, why: String, pattern: String)] = [
    ("Date(", "time arrives as a value", #"\bDate\s*\("#),
    ("Clock", "time arrives as a value", #"\b\w*Clock\b"#),
    ("random", "randomness arrives as a value", #"\b(random\w*|\w*Random\w*|shuffle\w*)\b"#),
    ("UUID", "ids arrive as values", #"\bUUID\b"#),
    ("Double", "money is whole units", #"\bDouble\b"#),
    ("Float", "money is whole units", #"\bFloat\w*\b"#),
    ("Foundation", "the core has no dependency", #"\bFoundation\w*\b"#),
    ("Glibc", "the core has no dependency", #"\b(Glibc|Musl|Darwin|Dispatch|Synchronization)\b"#),
    ("print(", "the core speaks through effects", #"\b(print|debugPrint|dump|readLine)\s*\("#),
    ("async", "the core is synchronous", #"\b(async|await|actor|Task|Mutex|nonisolated)\b"#),
    ("try!", "a failure has a cause", #"\b(try|as)!"#),
    ("hashValue", "differs from run to run", #"\b(hashValue|Hasher|ObjectIdentifier)\b"#),
]

@Suite("the core is pure")
struct PurityTests {
    @Test("no forbidden word stands in the code of the core", arguments: core.map(\.module))
    func words(module: String) throws {
        for file in try sources(of: module) {
            for finding in findings(in: try String(contentsOf: file, encoding: .utf8)) {
                Issue.record("\(file.lastPathComponent):\(finding)")
            }
        }
    }

    @Test("the core imports only itself", arguments: core.map(\.module))
    func imports(module: String) throws {
        let allowed = core.first { $0.module == module }?.imports ?? []
        for file in try sources(of: module) {
            for name in imported(by: try String(contentsOf: file, encoding: .utf8)) {
                #expect(allowed.contains(name), "\(file.lastPathComponent) imports \(name)")
            }
        }
    }

    /// Reasons are typed cases with figures: what is journaled, hashed and compared is no sentence.
    @Test("no sentence is made in the core: no literal has a blank, but of preconditions")
    func prose() throws {
        for file in try sources(of: "Orchestration") {
            for finding in sentences(in: try String(contentsOf: file, encoding: .utf8)) {
                Issue.record("\(file.lastPathComponent):\(finding)")
            }
        }
    }

    @Test(
        "a sentence is found in a literal, and in none of a precondition",
        arguments: [
            ("let a = \"two words\"", 1), ("let a = \"\\(x) words\"", 1), ("let a = list.joined(separator: \", \")", 1),
            ("let a = \"word\" // two words", 0), ("precondition(a, \"two words\")", 0), ("f(\"a\\(b ?? \"c\")d\")", 0),
        ])
    func sentencesAreFound(code: String, count: Int) {
        #expect(sentences(in: code).count == count)
    }

    @Test(
        "the reader finds what stands in code",
        arguments: [
            "let now = Date()", "let now = Date ()", "ContinuousClock().now", "Int.random(in: 0..<2)",
            "var generator = SystemRandomNumberGenerator()", "let x: Double = 1", "Float(1)", "import Foundation",
            "print(\"x\")", "let t = \"it is \\(Date())\"", "/* a */ let x = Double(1) /* b */", "\"//\"; print(1)",
            "\"\\\"\"; print(1)", "#\"\\(\"#; print(1)", "#\"\\#(Date())\"#",
            "let s = \"\"\"\n a \" b\n \"\"\"; print(1)",
            "\"\\(f(\")\") + Date())\"", "func f() async {}", "await f()", "try! f()", "/* /* */ */ print(1)",
        ])
    func finds(code: String) {
        #expect(!findings(in: code).isEmpty)
    }

    @Test(
        "the reader passes over comments, literals and other words",
        arguments: [
            "// Date() Clock random Double print(", "/* Date() */", "/* /* Date() */ Double */", "/// New York's clock",
            "let why = \"it prints Date() and Double\"", "let why = #\"print(\"x\") \\(Date())\"#",
            "let s = \"\"\"\n print(1) \" Double\n \"\"\"", "let doubled = 2", "func printable() {}", "let update = 1",
            "CivilTime.date(daysSince1970: 1)", "let fingerprint = 3", "let clocked = true", "\"\\(a ?? \"Date()\")\"",
        ])
    func passes(code: String) {
        #expect(findings(in: code).isEmpty)
    }

    @Test("the reader finds every form of an import")
    func importForms() {
        let source =
            "import A\n@preconcurrency import B\npackage import C\nimport struct D.E\n// import F\nlet important = 1"
        #expect(imported(by: source) == ["A", "B", "C", "D"])
    }
}

private func sources(of module: String) throws -> [URL] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let folder = root.appending(path: "Sources/\(module)")
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let files = (all?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    try #require(!files.isEmpty, "no sources under \(folder.path)")
    return files.sorted { $0.path < $1.path }
}

/// `LINE: word (why)` for each forbidden word in the code.
private func findings(in source: String) -> [String] {
    let lines = SwiftText.code(of: source).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().flatMap { index, line in
        forbidden.filter { line.range(of: $0.pattern, options: .regularExpression) != nil }
            .map { "\(index + 1): \($0.word) in the core; \($0.why)" }
    }
}

/// `LINE: "literal"` for each literal with a blank.
private func sentences(in source: String) -> [String] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return SwiftText.literals(of: source)
        .filter { $0.text.contains(" ") && !lines[$0.line - 1].contains("precondition") }
        .map { "\($0.line): \"\($0.text)\": a reason is a typed case, and its sentence is made in Wording" }
}

private func imported(by source: String) -> [String] {
    SwiftText.code(of: source).split(separator: "\n").compactMap { line in
        guard let found = line.range(of: #"^\s*(@?\w+\s+)*import\s+"#, options: .regularExpression) else { return nil }
        let words = line[found.upperBound...].split { $0 == " " || $0 == "." }
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return words.first { !kinds.contains(String($0)) }.map { String($0) }
    }
}
