/// One input or effect, or the number of the format from here on, in its place.
package struct JournalEntry: Hashable, Sendable {
    package enum Kind: Int, Sendable {
        case input = 0
        case effect = 1
        /// About the journal itself: nothing happened to the core. See ``JournalFormat``.
        case format = 2
    }

    /// From 1, without gaps.
    package var sequence: Int64
    /// From 1, without gaps; entries of one turn became durable together.
    package var turn: Int64
    package var kind: Kind
    /// What it is, such as `recommendations` or `order_submit`.
    package var type: String
    /// Nanoseconds since 1970 UTC, as the caller decided.
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

/// Where a journal ends.
package struct JournalHead: Hashable, Sendable {
    package var sequence: Int64
    package var turn: Int64
    package var chain: ChainHash

    package init(sequence: Int64, turn: Int64, chain: ChainHash) {
        self.sequence = sequence
        self.turn = turn
        self.chain = chain
    }

    package init(_ entry: JournalEntry) {
        self.init(sequence: entry.sequence, turn: entry.turn, chain: entry.chain)
    }

    package static let empty = JournalHead(sequence: 0, turn: 0, chain: .genesis)
}

/// The core's state after an entry, so that recovery need not begin at the beginning.
package struct Snapshot: Hashable, Sendable {
    package var sequence: Int64
    /// The chain hash of that entry.
    package var chain: ChainHash
    /// SHA-256 of the body, or whatever distinguishes two states; the journal does not look at it.
    package var stateHash: ChainHash
    package var body: [UInt8]

    package init(sequence: Int64, chain: ChainHash, stateHash: ChainHash, body: [UInt8]) {
        self.sequence = sequence
        self.chain = chain
        self.stateHash = stateHash
        self.body = body
    }
}

/// A fact of one run beside the chain, such as a latency or a pid: two runs of the same tape differ in it, and must
/// still give the same chain.
package struct JournalNote: Hashable, Sendable {
    /// The last entry when it was noted; 0 before the first.
    package var sequence: Int64
    package var kind: String
    /// Nanoseconds since 1970 UTC, as the caller decided.
    package var at: Int64
    package var body: [UInt8]

    package init(sequence: Int64, kind: String, at: Int64, body: [UInt8]) {
        self.sequence = sequence
        self.kind = kind
        self.at = at
        self.body = body
    }
}
