import ArgumentParser
import Configuration
import Foundation
import Journal
import Messaging
import Node
import Wire

/// Somebody else holds what is needed.
package protocol HeldElsewhere: Error {}

/// Errors for people: one sentence on standard error, and an exit code that a script can use.
package enum Failure {
    /// Bad input: configuration, manifest, tape, journal, or an id that is not known.
    package static let badInput: Int32 = 2
    /// Somebody else holds the journal or the sockets.
    package static let held: Int32 = 3
    /// The disk refused; trading has stopped.
    package static let disk: Int32 = 74

    package static func exit(_ error: any Error) -> ExitCode {
        say("bigbrother: \(error)")
        switch error {
        case let error as ExitCode: return error
        case let error as JournalError:
            switch error {
            case .heldBy: return ExitCode(held)
            case .full, .io, .poisoned, .tooLarge: return ExitCode(disk)
            case .damaged, .tooNew, .notAJournal, .missing, .unreachable: return ExitCode(badInput)
            }
        case let error as MessagingError:
            if case .addressInUse = error { return ExitCode(held) }
            return ExitCode(badInput)
        default: return ExitCode(error is any HeldElsewhere ? held : badInput)
        }
    }

    /// On standard error. What it repeats of others has no power over the terminal.
    package static func say(_ text: String) {
        FileHandle.standardError.write(Data((plain(text) + "\n").utf8))
    }

    private static let mostLines = 100

    /// Each line is cut and cleaned; those after the first are set in, so that what others have written looks like no line of ours.
    package static func plain(_ text: String) -> String {
        // One more than is shown, whose rest is all that follows.
        let lines = text.split(separator: "\n", maxSplits: mostLines, omittingEmptySubsequences: false)
        let shown = lines.prefix(mostLines).map { String($0).onOneLine }
        return (shown + (lines.count > mostLines ? ["..."] : [])).joined(separator: "\n  ")
    }

    /// Runs a command's body; whatever goes wrong becomes a sentence and a code.
    package static func guarding(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let code as ExitCode {
            throw code
        } catch {
            throw exit(error)
        }
    }
}
