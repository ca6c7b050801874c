import Foundation
import Orchestration
import Testing
import Wire
import Wording

@Suite("The page on alerts")
struct AlertPageTests {
    @Test("tells of every alert what it means and what to do")
    func complete() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        func text(_ path: String) throws -> String {
            try String(contentsOf: root.appending(path: path), encoding: .utf8)
        }
        let source = try text("Sources/Orchestration/Audit/AlertReason.swift")
        let body = source[..<(try #require(source.range(of: "\n}\n")).lowerBound)]
        let cases = body.matches(of: #/\n    case (\w+)/#).map { String($0.output.1) }
        #expect(cases.count > 40)
        let page = try text("docs/when-something-is-wrong.md")
        for name in cases {
            let word = name.replacing(#/[A-Z]/#) { "_" + $0.output.lowercased() }
            let isTold = page.contains("`\(word)`")
            #expect(isTold, "docs/when-something-is-wrong.md says nothing of `\(word)`")
        }
    }

    @Test("an alert is shown with the name that the journal and the page have", arguments: ReasonSamples.alerts)
    func name(reason: AlertReason) throws {
        let alert = Alert(level: .warning, symbol: nil, reason: reason)
        let journaled = String(decoding: try WireEncoder().encode(alert), as: UTF8.self)
        let isThere = journaled.contains("\"reason\":{\"\(alert.name)\"")
        #expect(isThere, "\(alert.name) is not the name in \(journaled)")
        #expect(alert.textWithName == "\(alert.text) [\(alert.name)]")
    }
}
