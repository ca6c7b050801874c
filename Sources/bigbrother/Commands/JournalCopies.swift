import ArgumentParser
import CommandSupport
import Console
import Foundation
import Journal
import SQLiteJournal
import Trading
import Wire

extension JournalCommand {
    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy the journal while the core runs.",
            discussion: """
                FILE is a whole journal by itself: all that was durable when the copy was made, checked
                from the first entry, and on the disk. A file that is there is not overwritten.
                Together with the configuration and the keys it is what a restore needs; a core that
                starts on it finds at the broker what has happened since.
                """)
        @Argument(help: "The file to be made.") var file: String
        @OptionGroup var options: JournalOptions

        func run() throws {
            try Failure.guarding {
                let reader = try options.reader()
                let head = try reader.backup(to: file) {
                    if isatty(2) == 1 { Failure.progress("checked up to entry \($0)") }
                }
                let mark = BackupMark(at: Date().ISO8601Format(), file: file, sequence: head.sequence)
                do { try mark.write(beside: reader.path) } catch {
                    Failure.say("bigbrother: the copy is made, but `status` will not say so: \(error)")
                }
                guard !options.json else { return try options.printJSON(mark) }
                let archives = reader.archives.map(\.file).joined(separator: ", ")
                let older =
                    archives.isEmpty
                    ? "" : "; entries up to \(reader.archivedUpTo) are not in it: copy \(archives) as well"
                print("\(file) goes up to entry \(head.sequence), is checked, hash \(head.chain)\(older)")
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write entries as lines of JSON.",
            discussion: """
                One object a line: sequence, turn, kind, type, at (nanoseconds since 1970 UTC), body
                and hash. Other programs read this, and not the file.
                """)
        @Argument(help: "The file to be made; absent: standard output.") var file: String?
        @Option(help: "The first entry.") var from: Int64 = 1
        @Option(help: "The last entry.") var to: Int64 = .max
        @Option(help: "Entries of one type alone, such as decision or execution.") var type: String?
        @OptionGroup var time: SinceOptions
        @OptionGroup var options: JournalOptions

        func validate() throws {
            guard from >= 1, to >= from else {
                throw ValidationError("--from and --to: entries count from 1, forwards")
            }
        }

        func run() throws {
            try Failure.guarding {
                let (reader, since) = (try options.reader(), try time.parsed())
                let sink = try LineSink(file)
                var isWhole = false
                defer { if !isWhole { sink.abandon() } }
                let head = try reader.head
                let last = try reader.entries(in: head.sequence...max(head.sequence, 1), limit: 1).first
                let start = since.map { $0.start(before: Timestamp(nanoseconds: last?.at ?? 0)).nanoseconds } ?? .min
                let end = min(to, head.sequence)
                var (next, count) = (from, 0)
                while next <= end {
                    let query = EntryQuery(
                        type.map { .type($0) } ?? .all, in: next...end, limit: JournalLimits.batch)
                    let entries = try reader.entries(query)
                    for entry in entries where entry.at >= start {
                        try sink.write(ExportedEntry.line(entry))
                        count += 1
                    }
                    guard let last = entries.last else { break }
                    next = last.sequence + 1
                }
                try sink.finish()
                isWhole = true
                if let file { print("\(count) entries are in \(file)") }
            }
        }
    }
}

/// When a journal was last copied: one object beside it, `<journal>.backup`, for `status`.
struct BackupMark: Codable {
    var at: String
    var file: String
    var sequence: Int64

    private static func path(beside journal: String) -> String { journal + ".backup" }

    func write(beside journal: String) throws {
        let path = Self.path(beside: journal)
        try Data(try WireEncoder().encode(self)).write(to: URL(fileURLWithPath: path), options: .atomic)
        guard chmod(path, 0o600) == 0 else { throw AnchorError(path: path, why: String(cString: strerror(errno))) }
    }

    /// - Returns: nil when there is none.
    static func read(beside journal: String) throws -> BackupMark? {
        guard let data = FileManager.default.contents(atPath: path(beside: journal)) else { return nil }
        return try WireDecoder().decode(BackupMark.self, from: Array(data), unknownFields: .ignore)
    }
}

enum ExportedEntry {
    /// The body is in it as it stands in the journal, canonical JSON; what is no JSON, as base64.
    static func line(_ entry: JournalEntry) throws -> [UInt8] {
        let kind =
            switch entry.kind {
            case .input: "input"
            case .effect: "effect"
            case .format: "format"
            }
        let type = String(decoding: try WireEncoder().encode(entry.type), as: UTF8.self)
        var line = Array(
            #"{"sequence":\#(entry.sequence),"turn":\#(entry.turn),"kind":"\#(kind)","type":\#(type),"at":"\#(entry.at)","#
                .utf8)
        if isJSON(entry.body) {
            line += Array(#""body":"#.utf8) + entry.body
        } else {
            line += Array(#""body_base64":"\#(Data(entry.body).base64EncodedString())""#.utf8)
        }
        return line + Array(#","hash":"\#(entry.chain)"}"#.utf8) + [10]
    }

    private static func isJSON(_ body: [UInt8]) -> Bool {
        do {
            _ = try JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
            return true
        } catch {
            return false
        }
    }
}

/// Lines to a new file, which is on the disk in the end, or to standard output.
final class LineSink {
    private let handle: FileHandle
    private let file: String?
    private var waiting: [UInt8] = []

    /// - Throws: ``AnchorError`` where the file is there, or cannot be made.
    init(_ file: String?) throws {
        self.file = file
        guard let file else {
            handle = .standardOutput
            return
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw AnchorError(
                path: file,
                why: errno == EEXIST ? "it is there already: name another file" : String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ line: [UInt8]) throws {
        waiting += line
        if waiting.count >= 1 << 20 { try flush() }
    }

    private func flush() throws {
        do { try handle.write(contentsOf: Data(waiting)) } catch {
            throw AnchorError(path: file ?? "standard output", why: String(cString: strerror(errno)))
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Half a file is none.
    func abandon() { if let file { unlink(file) } }

    func finish() throws {
        try flush()
        if file != nil { try handle.synchronize() }
    }
}
