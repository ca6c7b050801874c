import Foundation
import GRDB
import Journal

/// Entries, with their mentions, that stand in a file of their own beside the journal. The journal remembers it in its metadata, which
/// seals cover.
package struct JournalArchive: Hashable, Sendable {
    package var first: Int64
    package var last: Int64
    /// The hash of the last entry.
    package var chain: String
    /// When the entries were moved, ISO 8601.
    package var at: String

    /// In the journal's folder.
    package var file: String { Self.file(first, last) }

    static func file(_ first: Int64, _ last: Int64) -> String { "archive-\(first)-\(last).sqlite" }

    static let keyPrefix = "archive_"
    var key: String { "\(Self.keyPrefix)\(first)" }
    var value: String { "\(last) \(chain) \(at)" }

    init(first: Int64, last: Int64, chain: String, at: String) {
        (self.first, self.last, self.chain, self.at) = (first, last, chain, at)
    }

    fileprivate init?(key: String, value: String) {
        let parts = value.split(separator: " ").map(String.init)
        guard let first = Int64(key.dropFirst(Self.keyPrefix.count)), parts.count == 3, let last = Int64(parts[0]),
            first > 0, last >= first
        else { return nil }
        self.init(first: first, last: last, chain: parts[1], at: parts[2])
    }

    /// Oldest first.
    /// - Throws: `damaged` where they do not follow one another from the first entry on.
    static func all(_ database: Database, path: String) throws -> [JournalArchive] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT key, value FROM main.metadata WHERE substr(key, 1, ?) = ?",
            arguments: [keyPrefix.count, keyPrefix])
        let archives = rows.compactMap { row in
            JournalArchive(key: row["key"] as String? ?? "", value: row["value"] as String? ?? "")
        }.sorted { $0.first < $1.first }
        var next: Int64 = 1
        for archive in archives {
            guard archive.first == next else { break }
            next = archive.last + 1
        }
        guard archives.count == rows.count, archives.last.map({ $0.last + 1 == next }) ?? true else {
            throw JournalError.damaged(path: path, sequence: next, what: "it does not say in which archive it is")
        }
        return archives
    }
}

/// Makes one table of each that archives share with the journal, by temporary views under the tables' names: whatever reads over
/// the connection reads across all files (I-JRN-15). A file that is not there, or not the one that was made, is left out.
struct ArchiveSpan {
    /// Archives that a journal can have: as many files as SQLite attaches.
    static let most = 10

    private(set) var archives: [JournalArchive] = []
    /// Entries that cannot be reached, and why.
    private(set) var gaps: [(archive: JournalArchive, why: String)] = []
    private let path: String
    private let folder: String

    init(_ database: Database, path: String, folder: String) throws {
        (self.path, self.folder) = (path, folder)
        archives = try JournalArchive.all(database, path: path)
        guard !archives.isEmpty else { return }
        var attached: [(name: String, archive: JournalArchive)] = []
        for (index, archive) in archives.enumerated() {
            let name = "archive\(index)"
            if let why = try attach(archive, as: name, database) {
                gaps.append((archive, why))
            } else {
                attached.append((name, archive))
            }
        }
        // What stays of an archived part in the journal itself counts where its archive cannot be read.
        let outside = attached.map { "NOT sequence BETWEEN \($0.archive.first) AND \($0.archive.last)" }
        let own = outside.isEmpty ? "" : " WHERE " + outside.joined(separator: " AND ")
        for (table, columns) in [
            ("entry", "sequence, turn, kind, type, at, body, chain"), ("mention", "key, sequence"),
            ("base", "sequence, body"),
        ] {
            let parts = attached.map { "SELECT \(columns) FROM \($0.name).\(table)" }
            let mine = "SELECT \(columns) FROM main.\(table)" + (table == "entry" ? own : "")
            try database.execute(
                sql: "CREATE TEMP VIEW \(table) AS " + (parts + [mine]).joined(separator: " UNION ALL "))
        }
    }

    /// - Returns: why it cannot be read.
    private func attach(_ archive: JournalArchive, as name: String, _ database: Database) throws -> String? {
        let file = folder + "/" + archive.file
        guard FileManager.default.fileExists(atPath: file) else { return "is missing" }
        guard let escaped = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) else {
            return "has a name that cannot be opened"
        }
        do {
            try database.execute(sql: "ATTACH ? AS \(name)", arguments: ["file:\(escaped)?immutable=1"])
            let chain = try Data.fetchOne(
                database, sql: "SELECT chain FROM \(name).entry WHERE sequence = ?", arguments: [archive.last])
            let ends = try Row.fetchOne(database, sql: "SELECT min(sequence), max(sequence) FROM \(name).entry")
            if chain.flatMap({ ChainHash(raw: [UInt8]($0)) })?.description == archive.chain,
                ends?[0] as Int64? == archive.first, ends?[1] as Int64? == archive.last
            {
                return nil
            }
        } catch let error as DatabaseError {
            return "cannot be read (\(error.message ?? "\(error.resultCode)"))"
        }
        try database.execute(sql: "DETACH \(name)")
        return "is not the file that was made of it"
    }

    /// - Parameters:
    ///   - found: what a query gave.
    /// - Throws: `unreachable` where it would have looked into what cannot be read.
    func check(_ query: EntryQuery, _ found: [JournalEntry]) throws(JournalError) {
        guard !gaps.isEmpty, query.filter != .type(JournalFormat.entryType) else { return }
        var (low, high) = (query.range.lowerBound, query.range.upperBound)
        let isCut =
            found.count >= query.limit || found.reduce(0) { $0 + $1.body.count } >= JournalLimits.batchBytes
        if isCut, let last = found.last?.sequence { if query.newestFirst { low = last } else { high = last } }
        for gap in gaps where gap.archive.first <= high && gap.archive.last >= low {
            throw .unreachable(
                path: path, first: gap.archive.first, last: gap.archive.last, file: folder + "/" + gap.archive.file,
                why: gap.why)
        }
    }
}
