import ArgumentParser
import CommandSupport
import Foundation
import Journal
import SQLiteJournal
import Wire

/// What proves the journal later: anchors, and their check; and copies of it.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Anchor the journal, check it against anchors, copy and archive it.",
        subcommands: [Anchor.self, Verify.self, Backup.self, Export.self, Archive.self])

    struct Anchor: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "anchor", abstract: "Write down where the journal ends, for later proof.",
            discussion: """
                Whoever can write the journal can also write another chain of hashes. So keep the
                hash of its end where they cannot write: another host, a mail to yourself, paper.
                One line of JSON is added to FILE, or printed. It works beside a running core.
                """)
        @Argument(help: "Where a line is added; absent: it is printed.") var file: String?
        @OptionGroup var options: JournalOptions

        func run() throws {
            try Failure.guarding {
                let reader = try options.reader()
                try reader.verify(from: .newest(JournalLimits.verifiedAtStart))
                let anchor = try reader.anchor(at: Date().ISO8601Format())
                let line = try WireEncoder().encode(anchor) + [10]
                guard let file else { return print(String(decoding: line.dropLast(), as: UTF8.self)) }
                try AnchorFile.append(line, to: file)
                print("entry \(anchor.sequence), hash \(anchor.chain), is kept in \(file)")
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check the whole journal, and whether it is the one of an anchor.",
            discussion: """
                Without --anchor: that entries, mentions, notes, metadata and snapshots fit together,
                which shows damage and careless changes. With it: also that all that was there when
                an anchor was made is there as it was, and that the end was not cut off.

                Exit code 0: it is. 2: it is not, or cannot be read.
                """)
        @Option(help: "A file of `bigbrother journal anchor`; every line of it is checked.") var anchor: String?
        @OptionGroup var options: JournalOptions

        func run() throws {
            try Failure.guarding {
                let reader = try options.reader()
                try reader.verify()
                let anchors = try anchor.map(AnchorFile.read) ?? []
                for anchor in anchors { try reader.check(anchor) }
                let head = try reader.head
                let kept =
                    anchors.isEmpty
                    ? "" : "; it is the journal of \(anchors.count) anchor\(anchors.count == 1 ? "" : "s")"
                print("sound: \(head.sequence) entries, hash \(head.chain)\(kept)")
            }
        }
    }
}

/// Lines of anchors, oldest first.
enum AnchorFile {
    private static let mostBytes = 16 << 20

    /// open(2), write(2), fsync(2); a link is not followed.
    static func append(_ line: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw AnchorError(path: path, why: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw AnchorError(path: path, why: String(cString: strerror(errno)))
        }
    }

    static func read(_ path: String) throws -> [JournalAnchor] {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        guard size <= mostBytes else { throw AnchorError(path: path, why: "it is too long for a file of anchors") }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let anchors = try text.split(whereSeparator: \.isNewline).map { line in
            do {
                return try WireDecoder().decode(JournalAnchor.self, from: Array(line.utf8), unknownFields: .ignore)
            } catch {
                throw AnchorError(path: path, why: "a line of it is no anchor: \(error)")
            }
        }
        guard !anchors.isEmpty else { throw AnchorError(path: path, why: "it has no anchor") }
        return anchors
    }
}

struct AnchorError: Error, CustomStringConvertible {
    let path: String
    let why: String
    var description: String { "\(path): \(why)" }
}
