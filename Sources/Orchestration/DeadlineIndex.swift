import Trading

/// Something that has to be looked at when its time comes.
package protocol HasDueTime {
    var dueAt: Timestamp { get }
}

extension Timestamp: HasDueTime {
    package var dueAt: Timestamp { self }
}

/// What is to be looked at when, by key: that nothing is due costs no look at each, with every input, of ten thousand.
package struct DeadlineIndex<
    Key: Comparable & Hashable & Codable & Sendable, Entry: HasDueTime & Hashable & Codable & Sendable
>:
    Hashable, Codable, Sendable
{
    private var entries: [Key: Entry] = [:]
    /// Nothing is due before. It may be early: what made it so can be gone since. Part of the state, since the core asks
    /// to be woken then.
    private var earliest: Timestamp?

    package init() {}

    package subscript(key: Key) -> Entry? {
        get { entries[key] }
        set {
            entries[key] = newValue
            if let newValue { earliest = min(earliest ?? newValue.dueAt, newValue.dueAt) }
            if entries.isEmpty { earliest = nil }
        }
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }
    package var keys: Dictionary<Key, Entry>.Keys { entries.keys }
    package var values: Dictionary<Key, Entry>.Values { entries.values }

    mutating func removeValue(forKey key: Key) -> Entry? {
        defer { self[key] = nil }
        return entries[key]
    }

    /// When it is to be looked at again, or earlier; nil when it is empty.
    var notBefore: Timestamp? { earliest }

    /// What is due, in key order. An entry stays due until it is given another time or taken out.
    mutating func due(at now: Timestamp) -> [(key: Key, value: Entry)] {
        guard let earliest, earliest <= now else { return [] }
        self.earliest = entries.values.map(\.dueAt).min()
        guard let first = self.earliest, first <= now else { return [] }
        return entries.filter { $0.value.dueAt <= now }.inOrder
    }

    /// Changes every entry.
    mutating func update(_ change: (Entry) -> Entry) {
        entries = entries.mapValues(change)
        earliest = entries.values.map(\.dueAt).min()
    }
}
