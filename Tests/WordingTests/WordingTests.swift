import Foundation
import Orchestration
import Testing
import Trading
import Wording

/// The one place that looks at sentences: other tests compare cases.
@Suite("The words of every reason")
struct WordingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func lines() throws -> [String] {
        func part<Case>(_ title: String, _ cases: [Case], _ words: (Case) -> String) -> [String] {
            ["# \(title)"] + cases.map { "\(name(of: $0)): \(words($0))" }
        }
        return ["Each reason with its sentence. UPDATE_FROZEN=1 swift test --filter WordingTests writes it anew."]
            + part("AlertReason", ReasonSamples.alerts) { Alert(level: .warning, symbol: nil, reason: $0).text }
            + part("DispositionReason", ReasonSamples.dispositions) { $0.words }
            + part("AdviceDefect", try ReasonSamples.defects()) { $0.words }
            + part("GateRefusal", ReasonSamples.refusals) { $0.words }
            + part("ActionSummary", ReasonSamples.actions) { $0.words }
            + part("WaitReason", ReasonSamples.waits) { $0.words }
            + part("ExitHindrance", ReasonSamples.hindrances) { $0.words }
            + part("StopPlace", ReasonSamples.places) { $0.words }
    }

    private static func name(of value: some Any) -> String {
        Mirror(reflecting: value).children.first?.label ?? "\(value)"
    }

    @Test("every sentence is as it was when somebody last read it")
    func words() throws {
        let file = Self.root.appending(path: "Tests/WordingTests/words.txt")
        let lines = try Self.lines()
        if ProcessInfo.processInfo.environment["UPDATE_FROZEN"] == "1" {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        }
        let frozen = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for (new, old) in zip(lines, frozen) { #expect(new == old) }
        #expect(lines.count == frozen.count)
    }

    @Test("times are told to the millisecond at most")
    func milliseconds() throws {
        let lines = try Self.lines()
        #expect(lines.contains { $0.contains(":05.123Z") })
        for line in lines { #expect(line.firstMatch(of: #/\d\.\d{4,}Z/#) == nil, "\(line)") }
        #expect(Timestamp(nanoseconds: -1).inMilliseconds == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(seconds: 0).inMilliseconds == "1970-01-01T00:00:00Z")
        #expect(Timestamp(nanoseconds: .min).inMilliseconds.isEmpty == false)
    }

    @Test("every case has words of its own")
    func complete() throws {
        let sampled = [
            ("Audit/AlertReason", ReasonSamples.alerts.map(Self.name)),
            ("Decisions/DispositionReason", ReasonSamples.dispositions.map(Self.name)),
            ("Decisions/AdviceDefect", try ReasonSamples.defects().map(Self.name)),
            ("Risk/GateRefusal", ReasonSamples.refusals.map(Self.name)),
        ]
        for (file, names) in sampled {
            let path = Self.root.appending(path: "Sources/Orchestration/\(file).swift")
            let source = try String(contentsOf: path, encoding: .utf8)
            // The first type of the file, to its closing brace.
            let body = source[..<(try #require(source.range(of: "\n}\n")).lowerBound)]
            let cases = body.matches(of: #/\n    case (\w+)/#).map { String($0.output.1) }
            #expect(cases.count > 20, "\(file)")
            #expect(Set(cases).subtracting(names) == [], "\(file): a case without a sample")
        }
        for line in try Self.lines() {
            for fallback in [": an alert", ": no reason", ": it cannot be followed", ": it is refused"] {
                #expect(!line.hasSuffix(fallback), "a case without words of its own")
            }
        }
    }
}
