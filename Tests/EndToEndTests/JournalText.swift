import Foundation
import SQLiteJournal

/// Entries of a journal as text, the JSON in which they are written: `"refused_by_risk_gate"` is in it, and no sentence of ours.
enum JournalText {
    struct Line {
        var text: String
        /// Nanoseconds since 1970.
        var at: Int64
    }

    /// - Returns: none while there is no journal yet; oldest first.
    static func lines(_ path: String, type: String) throws -> [Line] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try SQLiteJournalReader(path: path).entries(type: type, limit: 100_000).map {
            Line(text: String(decoding: $0.body, as: UTF8.self), at: $0.at)
        }
    }

    static func entries(_ path: String, type: String) throws -> [String] { try lines(path, type: type).map(\.text) }
}
