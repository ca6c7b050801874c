import Journal
import Trading

/// How large a journal is, how fast it grows, and how long the disk has room for that.
package struct JournalGrowth: Sendable, Hashable, Encodable {
    /// Of the file and what waits beside it.
    package var bytes: Int64
    package var entries: Int64
    /// By the times of the newest entries, of up to seven days; absent while there is less than a day of them.
    package var bytesPerDay: Int64?
    /// Free on its disk for whoever runs the core.
    package var freeBytes: Int64
    /// Until the disk is full at that rate.
    package var daysLeft: Int64?
    /// When `bigbrother journal backup` last copied it from here, ISO 8601.
    package var backedUpAt: String?
    /// Files beside it that have its older entries.
    package var archives: Archives?

    package struct Archives: Sendable, Hashable, Encodable {
        package var count: Int
        /// Of those that are there.
        package var bytes: Int64
        /// When entries were last moved, ISO 8601.
        package var lastAt: String

        package init(count: Int, bytes: Int64, lastAt: String) {
            (self.count, self.bytes, self.lastAt) = (count, bytes, lastAt)
        }
    }

    private static let nanosecondsPerDay: Int64 = 86_400_000_000_000
    private static let mostDays: Int64 = 7
    /// Fewer days than these are said.
    private static let daysToSay: Int64 = 30

    /// - Parameters:
    ///   - bytes: of the file and its log.
    ///   - freeBytes: on its disk.
    /// - Throws: ``JournalError``.
    package init(
        of journal: any JournalReader, bytes: Int64, freeBytes: Int64, backedUpAt: String? = nil,
        archives: Archives? = nil
    ) throws(JournalError) {
        (self.bytes, self.freeBytes, self.backedUpAt) = (bytes, freeBytes, backedUpAt)
        self.archives = archives
        entries = try journal.head.sequence
        guard entries > 0, let last = try Self.time(of: entries, journal) else { return }
        // The first entry of the last seven days. Times never go back within a run, and hardly at a start.
        let wanted = last - Self.mostDays * Self.nanosecondsPerDay
        // Archives may be out of reach, and are not looked into.
        var (low, high) = (min(journal.archivedUpTo + 1, entries), entries)
        while low < high {
            let middle = low + (high - low) / 2
            if try Self.time(of: middle, journal) ?? .min >= wanted { high = middle } else { low = middle + 1 }
        }
        guard let first = try Self.time(of: low, journal), last - first >= Self.nanosecondsPerDay else { return }
        // Whole seconds are fine enough, and keep the products within 64 bits for any disk.
        let seconds = Double((last - first) / 1_000_000_000)
        let perDay = Double(bytes + (archives?.bytes ?? 0)) / Double(entries) * Double(entries - low) * 86_400 / seconds
        bytesPerDay = Int64(perDay)
        daysLeft = perDay >= 1 ? Int64(min(Double(freeBytes) / perDay, 1_000_000)) : nil
    }

    private static func time(of sequence: Int64, _ journal: any JournalReader) throws(JournalError) -> Int64? {
        try journal.entries(in: sequence...sequence, limit: 1).first?.at
    }

    /// `12.4 MB in 98,120 entries, 1.2 MB a day`.
    package var words: String {
        let perDay = bytesPerDay.map { ", \(Self.megabytes($0)) a day" } ?? ""
        let backup = backedUpAt.map { ", copied at \($0)" } ?? ""
        return "\(Self.megabytes(bytes)) in \(entries) entries\(perDay)\(backup)\(archives.map(Self.words) ?? "")"
    }

    private static func words(_ archives: Archives) -> String {
        let count = archives.count == 1 ? "1 archive" : "\(archives.count) archives"
        return ", and \(megabytes(archives.bytes)) in \(count), the last of \(archives.lastAt)"
    }

    /// What a person should do about it; nil while there is time.
    package var attention: String? {
        guard let daysLeft, let bytesPerDay, daysLeft < Self.daysToSay else { return nil }
        let days = daysLeft == 1 ? "1 day" : "\(daysLeft) days"
        return "the disk of the journal has \(Self.megabytes(freeBytes)) left, which is \(days) at "
            + "\(Self.megabytes(bytesPerDay)) a day; trading halts when it is full: make room"
    }

    /// To a tenth.
    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}
