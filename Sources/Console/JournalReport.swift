import Journal
import Node
import Orchestration
import Reporting
import Trading
import Wire

/// A report on a journal, read from its beginning, entry by entry: positions and what they have cost come from there.
package struct JournalReport {
    private let journal: any JournalReader
    private let decoder = WireDecoder(maximumBytes: JournalLimits.bodyBytes)
    private static let batch = 500

    package init(_ journal: any JournalReader) { self.journal = journal }

    /// - Parameters:
    ///   - since: the report begins with the first cycle from then on.
    ///   - until: nothing after it counts.
    /// - Throws: ``JournalError``, ``ReportError``, ``UnreportableEntry``.
    package func report(since: Since? = nil, until: Since? = nil, benchmark: Symbol? = nil) throws -> Report {
        // A journal of a later format is refused here, by its number.
        _ = try JournalVersion.spans(of: journal)
        let records = RecordReader(journal)
        let options = ReportOptions(
            since: try records.start(of: since), until: try records.start(of: until), benchmark: benchmark)
        if let since = options.since, let until = options.until, since >= until {
            throw ReportError.emptyRange(since: since, until: until)
        }
        var builder = ReportBuilder(options)
        try read(into: &builder)
        return try builder.report()
    }

    private func read(into builder: inout ReportBuilder) throws {
        var next: Int64 = 1
        while true {
            let entries = try journal.entries(from: next, limit: Self.batch)
            for entry in entries {
                let time = Timestamp(nanoseconds: entry.at)
                if builder.isOver(at: time) { return }
                try take(entry, at: time, into: &builder)
            }
            guard let last = entries.last else { return }
            next = last.sequence + 1
        }
    }

    private func take(_ entry: JournalEntry, at time: Timestamp, into builder: inout ReportBuilder) throws {
        switch entry.kind {
        case .input where Self.inputs.contains(entry.type):
            builder.take(try decode(Input.self, entry), at: time)
        // Nothing in it concerns a report but that it happened.
        case .input: builder.take(.wake, at: time)
        case .effect where Self.records.contains(entry.type):
            builder.take(try decode(Record.self, entry), at: time)
        case .effect, .format: break
        }
    }

    private static let inputs: Set<String> = [
        "started", "configured", "market", "execution", "order_answer", "execution_correction", "broker_state",
    ]
    private static let records: Set<String> = [
        "cycle_started", "decision", "action", "order", "unprotected", "discrepancy", "corporate_action", "cash",
        "correction", "alert",
    ]

    private func decode<Value: Decodable>(_ type: Value.Type, _ entry: JournalEntry) throws -> Value {
        do throws(WireDecodingError) {
            return try decoder.decode(type, from: entry.body, unknownFields: .ignore)
        } catch {
            throw UnreportableEntry(path: journal.path, sequence: entry.sequence, type: entry.type, why: "\(error)")
        }
    }
}

/// An entry that another version of the program wrote, without which figures would be wrong.
package struct UnreportableEntry: Error, CustomStringConvertible {
    let path: String
    let sequence: Int64
    let type: String
    let why: String

    package var description: String {
        "\(path): entry \(sequence) (\(type)) was written by another version of bigbrother and cannot be read by this one, so that figures would be wrong; make the report with the version that wrote it (`bigbrother status` names it): \(why)"
    }
}
