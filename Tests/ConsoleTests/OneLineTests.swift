import CommandSupport
import CoreTestSupport
import Foundation
import Journal
import JournalTesting
import Node
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("What a plugin says stays on its line")
struct OneLineTests {
    @Test(
        "no line of ours is forged, no cursor moved, no text turned round; all else is as it was",
        arguments: [
            ("a stop, 2 % behind: Größe, 価格", "a stop, 2 % behind: Größe, 価格"),
            ("one\n     ALFA [ok] filled", "one\\n     ALFA [ok] filled"),
            ("a\u{1B}[2Jb\rc\td", "a\\u{1b}[2Jb\\u{d}c d"),
            ("left\u{202E}right\u{2028}", "left\\u{202e}right\\u{2028}"),
        ])
    func onOneLine(text: String, wanted: String) { #expect(text.onOneLine == wanted) }

    @Test("what a command says on standard error is cleaned by the line, cut, and looks like no second line of ours")
    func failure() {
        #expect(Failure.plain("bigbrother: my.yaml: no such file") == "bigbrother: my.yaml: no such file")
        #expect(
            Failure.plain("a\nbigbrother: all is well\u{1B}[2J\u{202E}")
                == "a\n  bigbrother: all is well\\u{1b}[2J\\u{202e}")
        let long = Failure.plain(String(repeating: "x", count: 1 << 20) + String(repeating: "\n", count: 1 << 20))
        #expect(long.utf8.count < 20_000 && long.split(separator: "\n").count <= 101)
    }

    @Test("the log and what a run tells have one line for each")
    func log() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
        let presenter = Presenter(
            detail: .silent, isTerminal: false, logFile: LogFile(try FileHandle(forWritingTo: file)))
        presenter.log("guest", "\u{1B}[31mred\r2026-01-01T00:00:00Z core: all is well\nand more")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.split(whereSeparator: \.isNewline).count == 1 && !text.contains("\u{1B}"), "\(text)")
    }

    @Test("a reason with lines of its own is one line of the story")
    func explanation() throws {
        var driver = NVDA.driver()
        driver.connect()
        let journal = InMemoryJournal()
        let node = Node(core: Orchestrator(), journal: journal)
        for (input, at) in driver.inputs {
            var input = input
            if case .evaluated(let cycle, var answers) = input {
                for policy in answers.indices {
                    for index in answers[policy].recommendations.indices {
                        answers[policy].recommendations[index].reason = "x\n  Outcome"
                    }
                }
                input = .evaluated(cycle: cycle, answers: answers)
            }
            try node.handle(input, at: at)
            _ = try node.commit()
        }
        let lines = try #require(try Explain(journal).explanation(of: "1.NVDA")).lines
        #expect(lines.contains { $0.contains("x\\n  Outcome") } && !lines.contains { $0.contains("\n") })
    }
}
