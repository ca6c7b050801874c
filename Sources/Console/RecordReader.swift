import Journal
import Node
import Orchestration
import Trading
import Wire

/// The core's records in a journal, found by their keys.
struct RecordReader {
    let journal: any JournalReader
    private let decoder = WireDecoder(maximumBytes: JournalLimits.bodyBytes)
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

    /// Where the time begins; the last entry when all are older.
    func firstSequence(since from: Timestamp) throws -> Int64 {
        var (low, high) = (Int64(1), max(1, try journal.head.sequence))
        while low < high {
            let middle = low + (high - low) / 2
            let entry = try journal.entries(from: middle, limit: 1).first
            if let entry, entry.at < from.nanoseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// When a question that looks back begins; nil for the journal's whole length.
    func start(of since: Since?) throws -> Timestamp? {
        guard let since else { return nil }
        let end = try journal.entries(from: max(1, journal.head.sequence), limit: 1).first?.at ?? 0
        return since.start(before: Timestamp(nanoseconds: end))
    }

    /// The newest records of a type, oldest first.
    /// - Parameters:
    ///   - since: nil for the whole journal.
    ///   - last: so many at most, of those that are looked for.
    /// - Returns: they, and whether there are more of them before.
    func newest(
        type: String, since: Timestamp?, last: Int, where isIt: (Record) -> Bool
    ) throws -> (events: [Explain.Event], isCut: Bool) {
        let first = try since.map(firstSequence) ?? 1
        var (upper, found) = (Int64.max, [Explain.Event]())
        while upper >= first {
            let entries = try journal.entries(EntryQuery(.type(type), in: first...upper, limit: 500, newestFirst: true))
            for entry in entries where entry.at >= since?.nanoseconds ?? .min {
                guard let event = event(entry), isIt(event.record) else { continue }
                guard found.count < last else { return (found.reversed(), true) }
                found.append(event)
            }
            guard let oldest = entries.last else { break }
            upper = oldest.sequence - 1
        }
        return (found.reversed(), false)
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

    /// Nil for one that cannot be read; it is shown as it stands.
    func input(_ entry: JournalEntry) -> Input? {
        do throws(WireDecodingError) {
            return try decoder.decode(Input.self, from: entry.body, unknownFields: .ignore)
        } catch {
            unreadableRecords.add(entry)
            return nil
        }
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
