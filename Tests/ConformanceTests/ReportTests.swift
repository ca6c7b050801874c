import Conformance
import Foundation
import JSON
import TestSupport
import Testing
import Wire

@Suite("the conformance kit's report", .blocking)
struct ReportTests {
    @Test("every check stands in it, also those that do not apply, with their reason")
    func complete() throws {
        let report = try Places.checked(
            Places.project + "/Plugins/Brokers/Paper",
            only: ["settings.running", "broker.venue-down", "broker.capabilities"])
        #expect(report.rows.map(\.check.name) == ["settings.running", "broker.capabilities", "broker.venue-down"])
        #expect(report.rows.map(\.verdict.word) == ["n/a", "pass", "n/a"])
        #expect(report.hasPassed)
        #expect(report.rows.allSatisfy { !$0.verdict.seen.isEmpty })
    }

    @Test("as JSON and as JUnit it says the same, and both can be read")
    func formats() throws {
        let report = try Places.checked(
            Places.project + "/Plugins/Policies/StopLoss", only: ["policy.empty", "policy.answer"])
        let tree = try JSONParser.parse(Array(try report.json().utf8))
        #expect(tree["passed"] == .bool(true))
        guard case .array(let checks)? = tree["checks"] else {
            Issue.record("no checks in \(tree)")
            return
        }
        #expect(checks.map { $0["verdict"] } == [.string("pass"), .string("pass")])
        let parser = XMLParserOfTests(report.junit)
        #expect(parser.isWellFormed)
        #expect(parser.cases == ["policy.answer", "policy.empty"])
    }

    @Test("every rule quotes a heading of PROTOCOL.md that is there")
    func sections() throws {
        let text = try String(contentsOfFile: Places.project + "/proto/PROTOCOL.md", encoding: .utf8)
        let headings = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" || $0 == " " } })
        for role in Role.allCases {
            let checks = Conformance.checks(for: role)
            #expect(Set(checks.map(\.name)).count == checks.count)
            for check in checks { #expect(headings.contains(check.section[...]), "\(check.name): \(check.section)") }
        }
    }

    @Test("a plugin that never says hello is told so once, and fails every check")
    func mute() throws {
        let folder = NSTemporaryDirectory() + "mute-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let manifest =
            #"{"name": "mute", "role": "policy", "version": "1", "description": "x", "command": ["/bin/sh", "-c", "echo no good; exit 7"]}"#
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/plugin.json"))
        let report = try Places.checked(folder)
        #expect(!report.hasPassed)
        #expect(report.rows.first?.verdict.seen == "it exited with code 7 instead of saying hello; it wrote: no good")
        #expect(report.rows.dropFirst().allSatisfy { $0.verdict.word == "FAIL" || $0.verdict.word == "n/a" })
    }
}

/// Whether a text is XML, and the test cases in it: a small reader of its own, since Foundation's is a library more.
struct XMLParserOfTests {
    private(set) var isWellFormed = false
    private(set) var cases: [String] = []

    init(_ text: String) {
        var open: [Substring] = []
        for tag in text.split(separator: "<").dropFirst() where !tag.hasPrefix("?") {
            let inside = tag.prefix { $0 != ">" }
            let name = inside.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" }
            if inside.hasPrefix("/") {
                guard open.popLast() == name else { return }
            } else if !inside.hasSuffix("/") {
                open.append(name)
            }
            guard name == "testcase", let start = inside.range(of: " name=\"") else { continue }
            cases.append(String(inside[start.upperBound...].prefix { $0 != "\"" }))
        }
        isWellFormed = open.isEmpty
    }
}
