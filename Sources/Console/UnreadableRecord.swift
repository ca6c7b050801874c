import Journal
import Trading

/// A record that another version of the program wrote, in a form that this one does not know: shown as it stands.
package struct UnreadableRecord: Encodable, Sendable, Hashable {
    package var sequence: Int64
    package var at: Timestamp
    package var type: String
    package var body: String
}

/// Those that were met while a journal was read, each once.
final class UnreadableRecords {
    private var bySequence: [Int64: UnreadableRecord] = [:]

    func add(_ entry: JournalEntry) {
        bySequence[entry.sequence] = UnreadableRecord(
            sequence: entry.sequence, at: Timestamp(nanoseconds: entry.at), type: entry.type,
            body: String(decoding: entry.body, as: UTF8.self))
    }

    /// In the order of the journal.
    var all: [UnreadableRecord] { bySequence.values.sorted { $0.sequence < $1.sequence } }
}

extension [UnreadableRecord] {
    /// At most so many are shown.
    private static let shown = 20

    /// For a person, after what could be said; no line when everything could.
    package var lines: [String] {
        guard !isEmpty else { return [] }
        let records = count == 1 ? "1 record" : "\(count) records"
        let head = "\(records) of another version of bigbrother, which this one cannot put into words:"
        let rows = prefix(Self.shown).map { "  \($0.at)  entry \($0.sequence)  \($0.type): \($0.body)".onOneLine }
        return [head] + rows + (count > Self.shown ? ["  and \(count - Self.shown) more"] : [])
    }
}
