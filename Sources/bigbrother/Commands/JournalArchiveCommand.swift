import ArgumentParser
import CommandSupport
import Console
import Foundation
import Journal
import SQLiteJournal
import Trading

extension JournalCommand {
    struct Archive: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "archive", abstract: "Move old entries of a stopped core's journal into a file beside it.",
            discussion: """
                The file is archive-FIRST-LAST.sqlite, checked and on the disk before anything is taken
                out of the journal. All commands read across archives and journal while it stays there.
                What a start of the core needs is never moved: all since the oldest of the three kept
                states. Killed on the way, it goes on when it is run again. Beside a running core it is
                refused.

                Exit code 0: archived, or nothing is old enough. 2: it could not be.
                """)
        @Option(
            help: "Entries before that: 90s, 10m, 2h, 30d ago; or a time such as 2026-03-16T14:00:00Z or 2026-03-16.")
        var olderThan: String
        @OptionGroup var options: JournalOptions

        func validate() throws {
            guard Since(olderThan) != nil else {
                throw ValidationError(
                    "--older-than takes 90s, 10m, 2h, 30d, or a time such as 2026-03-16T14:00:00Z or 2026-03-16, not "
                        + olderThan)
            }
        }

        func run() throws {
            try Failure.guarding {
                guard let limit = Since(olderThan) else { return }
                let now = Date()
                let time = limit.start(before: Timestamp(nanoseconds: Int64(now.timeIntervalSince1970) * 1_000_000_000))
                let archiver = try JournalArchiver(path: try options.path())
                let archive = try archiver.plan(before: time.nanoseconds, now: now.ISO8601Format())
                if let archive {
                    try archiver.write(archive)
                    try archiver.remove(archive)
                    print("entries \(archive.first) to \(archive.last) are in \(archive.file), hash \(archive.chain)")
                } else {
                    print("nothing is old enough: no entry was moved")
                }
                // What an earlier run was killed before is done as well.
                do { try archiver.shrink() } catch {
                    Failure.say(
                        "bigbrother: the entries are safe where they are, but the journal is as long as before: make room, and run it again"
                    )
                    throw error
                }
                try archiver.close()
            }
        }
    }
}
