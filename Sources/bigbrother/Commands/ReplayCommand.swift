import ArgumentParser
import CommandSupport
import Console
import Foundation
import Node
import SQLiteJournal

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run the journal's inputs through a fresh core, and compare the effects.",
        discussion: """
            A journal that this version has written alone must give the same effects again,
            byte for byte. Of one that another version has written, in whole or in part,
            commands are compared: orders, settings of plugins, changes of the broker
            adapter. Records may differ; how many inputs have other records is said.

            Exit code 0: the same. 1: different. 2: it cannot be read, or is damaged.
            """)
    @OptionGroup var options: JournalOptions

    func run() throws {
        try Failure.guarding {
            let reader = try options.reader()
            let shows = isatty(2) == 1
            try reader.verify(from: .genesis) { if shows { Failure.progress("verified \($0) entries") } }
            let report = try Replay.run(reader) { if shows { Failure.progress("replayed \($0) entries") } }
            if shows { Failure.progress("") }
            if options.json {
                try options.printJSON(report)
            } else {
                for line in report.lines { print(line) }
            }
            if !report.isIdentical { throw ExitCode(1) }
        }
    }
}

extension Failure {
    static func progress(_ text: String) { FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8)) }
}
