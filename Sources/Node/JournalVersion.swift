import Journal
import Wire

package enum Program {
    /// Semantic; what `bigbrother --version` says, and what a journal keeps of who wrote it.
    package static let version = "0.1.0"
}

/// In which format a part of a journal is written, and by which version of the program.
package struct JournalVersion: Sendable, Hashable, Codable {
    package var format: Int64
    /// Nil for entries that were written before journals said so.
    package var program: String?

    /// What this program writes.
    package static let current = JournalVersion(format: JournalFormat.current, program: Program.version)
    package static let unnumbered = JournalVersion(format: JournalFormat.unnumbered, program: nil)

    /// A stretch of entries of one version, up to where the next one begins.
    package struct Span: Sendable, Hashable, Codable {
        package var firstEntry: Int64
        package var version: JournalVersion
    }
}

extension JournalVersion {
    /// How often the version of one journal can have changed.
    private static let limit = 10_000

    /// Who wrote a journal, oldest first; none for an empty one.
    /// - Throws: ``JournalError``: `tooNew` for a format that only later programs know; `damaged` for an entry that says no
    ///   number, or when the metadata say another one than the chain.
    package static func spans(of journal: any JournalReader) throws -> [Span] {
        let before = try journal.metadata(JournalFormat.numberKey)
        let spans = try spansOfEntries(journal)
        let number = "\(spans.last?.version.format ?? JournalFormat.unnumbered)"
        guard before != number else { return spans }
        // A core that begins the journal beside us, or goes on with it, may have written between two of our looks.
        let after = try journal.metadata(JournalFormat.numberKey)
        guard before == after else { return try spansOfEntries(journal) }
        guard let said = after else { return spans }
        throw JournalError.damaged(
            path: journal.path, sequence: 0, what: "its metadata say format \(said), and its entries format \(number)")
    }

    private static func spansOfEntries(_ journal: any JournalReader) throws -> [Span] {
        let entries = try journal.entries(type: JournalFormat.entryType, limit: limit).filter { $0.kind == .format }
        var spans = try entries.map { Span(firstEntry: $0.sequence, version: try version(in: $0, journal)) }
        if spans.first?.firstEntry != 1, try journal.head.sequence > 0 {
            spans.insert(Span(firstEntry: 1, version: .unnumbered), at: 0)
        }
        return spans
    }

    /// The version of the newest entries; nil for an empty journal.
    static func newest(of journal: any JournalReader) throws -> JournalVersion? { try spans(of: journal).last?.version }

    private static func version(in entry: JournalEntry, _ journal: any JournalReader) throws -> JournalVersion {
        let version: JournalVersion
        do {
            version = try WireDecoder().decode(JournalVersion.self, from: entry.body, unknownFields: .ignore)
        } catch {
            throw JournalError.damaged(
                path: journal.path, sequence: entry.sequence, what: "it should name the journal's format, and \(error)")
        }
        guard version.format <= JournalFormat.current else {
            throw JournalError.tooNew(
                path: journal.path, format: version.format, ours: JournalFormat.current, writtenBy: version.program)
        }
        return version
    }

}

extension JournalVersion: CustomStringConvertible {
    /// `format 2, bigbrother 0.1.0`.
    package var description: String {
        "format \(format), " + (program.map { "bigbrother \($0)" } ?? "a bigbrother before formats had numbers")
    }
}
