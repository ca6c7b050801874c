import Journal
import Node
import Orchestration
import Trading

/// What the journal knows of the configuration and of plugins that are gone, and the state does not keep: why a file was
/// refused, who refused settings, why a plugin left.
package struct ConfigurationTroubles: Sendable, Hashable {
    package struct Trouble: Sendable, Hashable {
        package var at: Timestamp
        package var why: String
    }

    /// The newest file was refused, and everything stays as it was.
    package private(set) var file: Trouble?
    /// Plugins that go on with the settings that they had.
    package private(set) var settings: [PluginName: Trouble] = [:]
    /// Plugins whose last word is that they left.
    package private(set) var gone: [PluginName: Trouble] = [:]
    /// Those of them that give prices.
    package private(set) var providers: [PluginName] = []

    /// Entries of one type that are read at most; the newest.
    private static let limit = 500

    package init() {}

    /// Of the run that is at work, or was the last one.
    /// - Throws: ``JournalError``, and what is thrown for an entry that cannot be read.
    package init(_ journal: any JournalReader) throws {
        let records = RecordReader(journal)
        func newest(_ type: String, _ limit: Int = Self.limit, after sequence: Int64 = 0) throws -> [JournalEntry] {
            try journal.entries(
                EntryQuery(.type(type), in: (sequence + 1)...Int64.max, limit: limit, newestFirst: true))
        }
        let start = try newest("started", 1).first?.sequence ?? 0
        let taken = try newest("configured", 1, after: start).first?.sequence ?? start
        for entry in try newest("misconfigured", 1, after: taken) {
            if case .misconfigured(let why) = records.input(entry) { file = Trouble(entry, why) }
        }
        var answered: Set<PluginName> = []
        for entry in try newest("settings_answered", after: start) {
            guard case .settingsAnswered(let plugin, let refusal) = records.input(entry),
                answered.insert(plugin).inserted, let refusal
            else { continue }
            settings[plugin] = Trouble(entry, refusal)
        }
        let turns = try ["policy_ready", "policy_gone", "provider_ready", "provider_gone"]
            .flatMap { try newest($0, after: start) }.sorted { $0.sequence > $1.sequence }
        var known: Set<PluginName> = []
        for entry in turns {
            if let input = records.input(entry) { note(input, entry, &known) }
        }
        providers.sort()
    }

    /// - Parameter known: whose newest turn was seen.
    private mutating func note(_ input: Input, _ entry: JournalEntry, _ known: inout Set<PluginName>) {
        if case .policyReady(let name, _) = input { known.insert(name) }
        if case .providerReady(let name) = input { known.insert(name) }
        if case .policyGone(let name, let why) = input, known.insert(name).inserted { gone[name] = Trouble(entry, why) }
        if case .providerGone(let name, let why) = input, known.insert(name).inserted {
            gone[name] = Trouble(entry, why)
            providers.append(name)
        }
    }
}

extension ConfigurationTroubles.Trouble {
    fileprivate init(_ entry: JournalEntry, _ why: String) {
        self.init(at: Timestamp(nanoseconds: entry.at), why: why)
    }
}
