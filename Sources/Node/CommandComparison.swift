import Journal
import Orchestration
import Trading
import Wire

/// What a core does with a journal's inputs, held against what was done then: commands, and nothing that a later version may
/// rightly write in another way.
struct CommandComparison {
    private let codec = EntryCodec()
    private let decoder = WireDecoder(maximumBytes: JournalLimits.bodyBytes)
    /// Of the last input, in order, and not yet met in the journal.
    private var expected: [EntryCodec.Coded] = []
    private(set) var commands: Int64 = 0

    /// The core has handled the next input.
    /// - Returns: the command of the input before that the journal does not have.
    mutating func begin(_ entry: JournalEntry, _ effects: [Effect]) throws -> CommandDifference? {
        if let difference = missing(before: entry.sequence) { return difference }
        expected = try effects.filter(\.isCommand).map { try codec.encode($0).entry }
        return nil
    }

    /// - Returns: how an effect of the journal differs; nil when it is the same, or no command.
    mutating func compare(_ entry: JournalEntry) -> CommandDifference? {
        guard EntryCodec.commandTypeNames.contains(entry.type) else { return nil }
        commands += 1
        guard let next = expected.first else {
            return CommandDifference(sequence: entry.sequence, journal: entry.words, replay: nil)
        }
        guard next.type == entry.type, next.body == entry.body || isSameOrder(next.body, entry.body) else {
            return CommandDifference(sequence: entry.sequence, journal: entry.words, replay: next.words)
        }
        expected.removeFirst()
        return nil
    }

    /// The command that the journal does not have, where the next input comes or the journal ends.
    func missing(before sequence: Int64) -> CommandDifference? {
        expected.first.map { CommandDifference(sequence: sequence, journal: nil, replay: $0.words) }
    }

    /// The same order command, though its fields are written in another way.
    private func isSameOrder(_ ours: [UInt8], _ journal: [UInt8]) -> Bool {
        do {
            return try decoder.decode(OrderCommand.self, from: ours, unknownFields: .refuse)
                == decoder.decode(OrderCommand.self, from: journal, unknownFields: .refuse)
        } catch {
            return false
        }
    }
}

/// The first command that is not the same.
package struct CommandDifference: Sendable, Hashable, Codable {
    /// Of the command in the journal, or of the entry before which it should stand.
    package var sequence: Int64
    /// Type and body; nil: the journal has no such command.
    package var journal: String?
    /// Nil: this version gives no such command.
    package var replay: String?
}

extension Effect {
    /// It leaves the core and has consequences: a command to the broker, new settings, the change of an adapter.
    fileprivate var isCommand: Bool {
        switch self {
        case .command, .configure, .dismissBroker, .engageBroker: true
        case .evaluate, .wake, .record: false
        }
    }
}

extension JournalEntry {
    /// Type and body.
    var words: String { "\(type) \(String(decoding: body, as: UTF8.self))" }
}

extension EntryCodec.Coded {
    /// Type and body.
    var words: String { "\(type) \(String(decoding: body, as: UTF8.self))" }
}
