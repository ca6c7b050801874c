import Foundation
import Orchestration
import SQLiteJournal
import Wire
import Wording

/// Entries of a journal as text: the body, and behind it the words that a person reads.
enum JournalText {
    struct Line {
        var text: String
        /// Nanoseconds since 1970.
        var at: Int64
    }

    /// - Returns: none while there is no journal yet; oldest first.
    static func lines(_ path: String, type: String) throws -> [Line] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let decoder = WireDecoder()
        return try SQLiteJournalReader(path: path).entries(type: type, limit: 100_000).map { entry in
            var text = String(decoding: entry.body, as: UTF8.self)
            if type == "alert" || type == "trading_state" {
                switch try decoder.decode(Record.self, from: entry.body, unknownFields: .refuse) {
                case .alert(let alert): text += " " + alert.text
                case .tradingState(_, _, let why): text += " " + why.wordsWithCommand
                default: break
                }
            }
            return Line(text: text, at: entry.at)
        }
    }

    static func entries(_ path: String, type: String) throws -> [String] { try lines(path, type: type).map(\.text) }
}
