import Journal
import Node
import Orchestration
import Trading
import Wire

/// The core's records in a journal, found by their keys.
struct RecordReader {
    let journal: any JournalReader
    private let decoder = WireDecoder()
    private let unreadableRecords = UnreadableRecords()
    /// Of what was asked for so far.
    var unreadable: [UnreadableRecord] { unreadableRecords.all }
    /// Entries that one question reads at most.
    static let limit = 10_000

    init(_ journal: any JournalReader) { self.journal = journal }

    /// Oldest first. Where there are more than can be read, the newest of them.
    func events(
        mentioning key: String, in range: ClosedRange<Int64> = 1...Int64.max
    ) throws -> [Explain.Event] {
        try journal.entries(EntryQuery(.mention(key), in: range, limit: Self.limit, newestFirst: true))
            .reversed().compactMap(event)
    }

    /// The newest one that is what is looked for.
    func last(
        mentioning key: String, in range: ClosedRange<Int64>, where isIt: (Record) -> Bool
    ) throws -> Explain.Event? {
        var upper = range.upperBound
        var left = Self.limit
        while left > 0, upper >= range.lowerBound {
            let entries = try journal.entries(
                EntryQuery(.mention(key), in: range.lowerBound...upper, limit: 100, newestFirst: true))
            for entry in entries {
                if let event = event(entry), isIt(event.record) { return event }
            }
            guard let oldest = entries.last else { return nil }
            upper = oldest.sequence - 1
            left -= entries.count
        }
        return nil
    }

    /// The records of one type, oldest first.
    func events(type: String, in range: ClosedRange<Int64>) throws -> [Explain.Event] {
        try journal.entries(EntryQuery(.type(type), in: range, limit: Self.limit, newestFirst: true))
            .reversed().compactMap(event)
    }

    func event(_ entry: JournalEntry) -> Explain.Event? {
        guard entry.isRecord else { return nil }
        do throws(WireDecodingError) {
            return Explain.Event(
                sequence: entry.sequence, at: Timestamp(nanoseconds: entry.at),
                record: try decoder.decode(Record.self, from: entry.body, unknownFields: .ignore))
        } catch {
            // Another version wrote it. It is shown as it stands, and what else there is to say is said.
            unreadableRecords.add(entry)
            return nil
        }
    }

    func input(_ entry: JournalEntry) throws -> Input {
        try decoder.decode(Input.self, from: entry.body, unknownFields: .ignore)
    }
}

extension Timestamp {
    /// `14:31:05`, or with its date where that is not the date of `other`.
    func clock(beside other: Timestamp) -> String {
        let (mine, others) = (parts, other.parts)
        return mine.date == others.date ? String(mine.time) : "\(mine.date) \(mine.time)"
    }

    /// `2026-03-16 14:31:05 UTC`.
    var words: String { "\(parts.date) \(parts.time) UTC" }

    private var parts: (date: Substring, time: Substring) {
        let text = description
        let date = text.prefix { $0 != "T" }
        // Without fractions of a second, which a person does not need; `--json` has them.
        return (date, text.dropFirst(date.count + 1).prefix(8))
    }
}
