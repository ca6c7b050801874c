import Journal
import Node
import Orchestration
import Trading
import Wording

/// The alerts in a journal, with the names by which docs/when-something-is-wrong.md tells of them.
package struct AlertList {
    private let records: RecordReader

    package init(_ journal: any JournalReader) { records = RecordReader(journal) }

    /// Records that were met on the way and could not be read: another version wrote them.
    package var unreadable: [UnreadableRecord] { records.unreadable }

    package struct Item: Encodable {
        /// Of the journal's entry.
        package var sequence: Int64
        package var at: Timestamp
        package var level: Alert.Level
        package var name: String
        package var symbol: Symbol?
        package var words: String

        init(_ alert: Alert, _ event: Explain.Event) {
            (sequence, at) = (event.sequence, event.at)
            (level, name, symbol, words) = (alert.level, alert.name, alert.symbol, alert.text)
        }

        package var line: String {
            "\(at.inMilliseconds)  \(level.rawValue.padded(9))  \(name.padded(20))  \(symbol.map { "\($0): " } ?? "")\(words)"
        }
    }

    package struct Answer {
        /// The newest last.
        package var items: [Item]
        /// There are more of them before.
        package var isCut: Bool
    }

    /// - Parameters:
    ///   - since: nil for the whole journal.
    ///   - level: it and what is graver.
    ///   - symbol: nil for all, and for what concerns none.
    ///   - last: so many at most, the newest.
    /// - Throws: ``JournalError``.
    package func alerts(
        since: Since? = nil, level: Alert.Level = .notice, symbol: Symbol? = nil, last: Int = .max
    ) throws -> Answer {
        let found = try records.newest(type: "alert", since: records.start(of: since), last: last) { record in
            guard case .alert(let alert) = record else { return false }
            return alert.level.gravity >= level.gravity && (symbol == nil || alert.symbol == symbol)
        }
        let items = found.events.compactMap { event -> Item? in
            if case .alert(let alert) = event.record { Item(alert, event) } else { nil }
        }
        return Answer(items: items, isCut: found.isCut)
    }
}

extension Alert.Level {
    fileprivate var gravity: Int {
        switch self {
        case .notice: 0
        case .warning: 1
        case .emergency: 2
        }
    }
}
