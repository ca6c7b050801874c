import Crypto

/// SHA-256 that ties every entry to all entries before it.
package struct ChainHash: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    /// Before the first entry: 32 zero bytes.
    package static let genesis = ChainHash(bytes: [UInt8](repeating: 0, count: 32))

    private init(bytes: [UInt8]) { self.bytes = bytes }

    package init(digestOf data: [UInt8]) { bytes = Array(SHA256.hash(data: data)) }

    /// - Returns: nil when there are not exactly 32 bytes.
    package init?(raw bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The hash of an entry: SHA-256 over the previous hash (32 bytes), sequence, turn (8 bytes each, big-endian), kind
    /// (1 byte: 0 input, 1 effect), length of the type (4 bytes) and the type, time (8 bytes), length of the body
    /// (8 bytes) and the body. Lengths stand in front of what varies, so that no two entries share their bytes.
    package init(
        after previous: ChainHash, sequence: Int64, turn: Int64, kind: JournalEntry.Kind, type: String, at: Int64,
        body: [UInt8]
    ) {
        var hash = SHA256()
        hash.update(data: previous.bytes)
        hash.update(data: Self.bigEndian(sequence) + Self.bigEndian(turn) + [UInt8(kind.rawValue)])
        hash.update(data: Self.bigEndian(Int64(type.utf8.count)).suffix(4) + Array(type.utf8))
        hash.update(data: Self.bigEndian(at) + Self.bigEndian(Int64(body.count)))
        hash.update(data: body)
        bytes = Array(hash.finalize())
    }

    private static func bigEndian(_ value: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }

    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    /// The first 12 digits, for people.
    package var short: String { String(description.prefix(12)) }
}

/// One input or effect, in its place.
package struct JournalEntry: Hashable, Sendable {
    package enum Kind: Int, Sendable {
        case input = 0
        case effect = 1
    }
    /// From 1, without gaps.
    package var sequence: Int64
    /// Entries of one turn became durable together.
    package var turn: Int64
    package var kind: Kind
    package var type: String
    /// Nanoseconds since 1970 UTC, as the core was told.
    package var at: Int64
    /// Canonical JSON.
    package var body: [UInt8]
    package var chain: ChainHash

    package init(sequence: Int64, turn: Int64, kind: Kind, type: String, at: Int64, body: [UInt8], chain: ChainHash) {
        self.sequence = sequence
        self.turn = turn
        self.kind = kind
        self.type = type
        self.at = at
        self.body = body
        self.chain = chain
    }

    /// Whether the chain hash is that of these contents after `previous`.
    package func isSound(after previous: ChainHash) -> Bool {
        chain == ChainHash(after: previous, sequence: sequence, turn: turn, kind: kind, type: type, at: at, body: body)
    }
}

package struct JournalHead: Hashable, Sendable {
    package var sequence: Int64
    package var turn: Int64
    package var chain: ChainHash

    package init(sequence: Int64, turn: Int64, chain: ChainHash) {
        self.sequence = sequence
        self.turn = turn
        self.chain = chain
    }

    package static let empty = JournalHead(sequence: 0, turn: 0, chain: .genesis)
}

/// The core's state after an entry, so that recovery need not begin at the beginning.
package struct Snapshot: Hashable, Sendable {
    package var sequence: Int64
    package var chain: ChainHash
    package var stateHash: ChainHash
    package var body: [UInt8]

    package init(sequence: Int64, chain: ChainHash, stateHash: ChainHash, body: [UInt8]) {
        self.sequence = sequence
        self.chain = chain
        self.stateHash = stateHash
        self.body = body
    }

    /// Snapshots that are kept; older ones can be made again from the entries.
    package static let kept = 3
}

/// Writes what happened, in order; durable when ``commit()`` returns. Synchronous, one owner.
///
/// After a failed commit every call throws ``JournalError/poisoned``: memory has run ahead of the disk, and only a new
/// start may go on.
package protocol Journal: AnyObject {
    /// Of what is durable and the open turn.
    var head: JournalHead { get }
    /// Adds to the open turn. `mentions` are keys under which the entry can be found, such as `symbol:NVDA`.
    func append(
        kind: JournalEntry.Kind, type: String, at: Int64, body: [UInt8], mentions: [String]
    ) throws(JournalError)
    /// Makes the open turn durable as a whole; nothing when it is empty.
    func commit() throws(JournalError)
    /// A fact of this run that is no part of the chain (latencies, pids); durable with the next commit.
    func note(kind: String, at: Int64, body: [UInt8]) throws(JournalError)
    func saveSnapshot(_ snapshot: Snapshot) throws(JournalError)
    func close()
}

/// Reads a journal; what is committed, and nothing else.
package protocol JournalReader: AnyObject {
    var head: JournalHead { get throws(JournalError) }
    func entries(from sequence: Int64, limit: Int) throws(JournalError) -> [JournalEntry]
    func entries(mentioning key: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry]
    func entries(type: String, limit: Int, newestFirst: Bool) throws(JournalError) -> [JournalEntry]
    /// The newest at or before a sequence; nil for the newest of all.
    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot?
    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote]
}

package struct JournalNote: Hashable, Sendable {
    package var kind: String
    package var at: Int64
    package var body: [UInt8]
    package init(kind: String, at: Int64, body: [UInt8]) {
        self.kind = kind
        self.at = at
        self.body = body
    }
}
