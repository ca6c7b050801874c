import ArgumentParser
import CommandSupport
import Console
import Foundation
import Orchestration
import Trading

/// How far a command looks back; the same forms everywhere.
struct SinceOptions: ParsableArguments {
    @Option(
        help: "Look back so far from the journal's end: 90s, 10m, 2h, 3d; or since 2026-03-16T14:00:00Z or 2026-03-16.")
    var since: String?

    /// Nil where nothing was said.
    func parsed() throws -> Since? {
        guard let since else { return nil }
        guard let parsed = Since(since) else {
            throw ValidationError(
                "--since takes 90s, 10m, 2h, 3d, or a time such as 2026-03-16T14:00:00Z or 2026-03-16, not \(since)")
        }
        return parsed
    }
}

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "What was told as an alert, the newest last.",
        discussion: """
            Each with its time, level, name, symbol and sentence. By its name
            docs/when-something-is-wrong.md says what it means and what to do.
            """)
    @OptionGroup var options: JournalOptions
    @OptionGroup var time: SinceOptions
    @Option(help: "notice, warning or emergency: these, and what is graver.") var level = "notice"
    @Option(help: "Of this symbol only.") var symbol: String?
    @Option(help: "The newest so many. Default: 50, and with --since all of that time.") var last: Int?

    func run() throws {
        try Failure.guarding {
            guard let level = Alert.Level(rawValue: level) else {
                throw ValidationError("--level takes notice, warning or emergency, not \(level)")
            }
            if let last, last < 1 { throw ValidationError("--last takes 1 or more, not \(last)") }
            let since = try time.parsed()
            let list = AlertList(try options.reader())
            let answer = try list.alerts(
                since: since, level: level, symbol: symbol.map { try Symbol($0) },
                last: last ?? (since == nil ? 50 : .max))
            defer { for line in list.unreadable.lines { Failure.say(line) } }
            guard !options.json else { return try options.printJSON(answer.items) }
            if answer.isCut { print("... and more before: --since or --last shows them") }
            if answer.items.isEmpty, list.unreadable.isEmpty { print("no alerts") }
            for item in answer.items { print(item.line.onOneLine) }
        }
    }
}
