import Journal
import Node
import Orchestration
import Trading
import Wire

/// A journal's inputs in order, each with what the core wanted then.
struct RecordedInputs {
    struct Item {
        var sequence: Int64
        var at: Timestamp
        var input: Input
        /// Of its effects: bodies of order commands, and records.
        var commands: [[UInt8]] = []
        var records: [Record] = []
    }

    let journal: any JournalReader
    private let codec = EntryCodec()
    private static let batch = 1_000

    init(_ journal: any JournalReader) { self.journal = journal }

    /// Every input with its effects, until `body` says false.
    /// - Parameter end: inputs of this moment or later are left out; nil: none is.
    /// - Throws: ``JournalError``, and what says why an entry cannot be read.
    func forEach(before end: Timestamp?, _ body: (Item) throws -> Bool) throws {
        var item: Item?
        var next: Int64 = 1
        while true {
            let entries = try journal.entries(from: next, limit: Self.batch)
            for entry in entries {
                switch entry.kind {
                case .format: continue
                case .input:
                    if let item, try !body(item) { return }
                    item = nil
                    let at = Timestamp(nanoseconds: entry.at)
                    if let end, at >= end { return }
                    item = Item(sequence: entry.sequence, at: at, input: try codec.decodeInput(entry.body))
                case .effect:
                    if entry.type == "command" { item?.commands.append(entry.body) }
                    if entry.type == "decision" || entry.type == "cycle_started" {
                        item?.records.append(try codec.decodeRecord(entry.body))
                    }
                }
            }
            guard let last = entries.last else { break }
            next = last.sequence + 1
        }
        if let item { _ = try body(item) }
    }
}

/// The market of a journal from one input on, as a tape gives it.
final class RecordedMarket: HostedProvider {
    private let journal: any JournalReader
    private let codec = EntryCodec()
    private let end: Timestamp?
    /// Without which no cycle begins; nil: one follows every update, as in a back-test.
    private let period: TimeSpan?
    private var first: MarketUpdate?
    /// The first entry that was not looked at.
    private var place: Int64
    private let last: Int64
    private let from: Int64
    private var waiting: [MarketUpdate] = []
    private var lastCycle = Timestamp(nanoseconds: .min)
    private(set) var startsCycle = true

    /// - Parameters:
    ///   - first: what is known at the beginning.
    ///   - sequence: of the entry that comes before all of it.
    init(
        _ journal: any JournalReader, first: MarketUpdate, after sequence: Int64, before end: Timestamp?,
        period: TimeSpan?
    ) throws {
        self.journal = journal
        self.first = first
        self.end = end
        self.period = period
        from = sequence + 1
        place = from
        last = try journal.head.sequence
    }

    func start(_ welcome: Welcome) throws -> Ready { Ready() }

    var share: Double? { last > from ? Double(place - from) / Double(last - from) : 1 }

    func next() throws -> MarketUpdate {
        var update: MarketUpdate
        if let first {
            update = first
            self.first = nil
        } else {
            update = waiting.removeFirst()
        }
        if waiting.isEmpty { try fill() }
        update.isLast = waiting.isEmpty ? true : nil
        if let period {
            startsCycle = lastCycle.nanoseconds == .min || update.at >= lastCycle + period
            if startsCycle { lastCycle = update.at }
        }
        return update
    }

    private func fill() throws {
        while waiting.isEmpty, place <= last {
            let entries = try journal.entries(EntryQuery(.type("market"), in: place...last, limit: 500))
            guard let newest = entries.last else { return place = last + 1 }
            place = newest.sequence + 1
            for entry in entries {
                guard case .market(var update) = try codec.decodeInput(entry.body) else { continue }
                if let end, update.at >= end { return place = last + 1 }
                update.isLast = nil
                waiting.append(update)
            }
        }
    }

    func history(_ request: HistoryRequest) throws -> [HistoryBars] { [HistoryBars(bars: [], isLast: true)] }
}
