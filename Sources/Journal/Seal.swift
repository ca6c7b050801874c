/// Ties what stands beside the chain to it: mentions, notes, metadata and snapshots (I-JRN-11). One for each write, chained by
/// itself, since two runs of one tape differ in their notes and must still give the same chain of entries.
///
/// The hash of a seal is that of these bytes, one after the other, integers big-endian: 32 the hash of the seal before, zeros for
/// the first; 8 id; 8 sequence; 32 chain; 8 note; 32 facts; 32 metadata; 8 snapshot; 32 state.
package struct Seal: Hashable, Sendable {
    /// From 1, without gaps.
    package var id: Int64
    /// Where the chain of entries ends with this write, and its hash.
    package var sequence: Int64
    package var chain: ChainHash
    /// The last note; 0 before the first.
    package var note: Int64
    /// ``FactsDigest`` of the mentions and notes since the seal before.
    package var facts: ChainHash
    /// ``metadata(of:)`` of all that the journal remembers now.
    package var metadata: ChainHash
    /// The snapshot that this write keeps, and its digest; 0 for none.
    package var snapshot: Int64
    package var state: ChainHash
    package var hash: ChainHash

    package init(
        after before: Seal?, sequence: Int64, chain: ChainHash, note: Int64, facts: ChainHash, metadata: ChainHash,
        snapshot: Snapshot?
    ) {
        id = (before?.id ?? 0) + 1
        (self.sequence, self.chain, self.note) = (sequence, chain, note)
        (self.facts, self.metadata) = (facts, metadata)
        self.snapshot = snapshot?.sequence ?? 0
        state = snapshot.map(Self.state) ?? .genesis
        hash = .genesis
        hash = hash(after: before)
    }

    package init(
        id: Int64, sequence: Int64, chain: ChainHash, note: Int64, facts: ChainHash, metadata: ChainHash,
        snapshot: Int64, state: ChainHash, hash: ChainHash
    ) {
        (self.id, self.sequence, self.chain, self.note) = (id, sequence, chain, note)
        (self.facts, self.metadata) = (facts, metadata)
        (self.snapshot, self.state, self.hash) = (snapshot, state, hash)
    }

    /// Whether it is what was written after `before`.
    package func isSound(after before: Seal?) -> Bool {
        id == (before?.id ?? 0) + 1 && sequence >= before?.sequence ?? 0 && note >= before?.note ?? 0
            && hash == hash(after: before)
    }

    private func hash(after before: Seal?) -> ChainHash {
        var digest = Digest()
        digest.put((before?.hash ?? .genesis).bytes)
        digest.put(id)
        digest.put(sequence)
        digest.put(chain.bytes)
        digest.put(note)
        digest.put(facts.bytes)
        digest.put(metadata.bytes)
        digest.put(snapshot)
        digest.put(state.bytes)
        return digest.finish()
    }

    /// Of a snapshot as a whole.
    package static func state(of snapshot: Snapshot) -> ChainHash {
        var digest = Digest()
        digest.put(snapshot.sequence)
        digest.put(snapshot.chain.bytes)
        digest.put(snapshot.stateHash.bytes)
        digest.put(ChainHash(digestOf: snapshot.body).bytes)
        return digest.finish()
    }

    /// - Parameter values: in any order.
    package static func metadata(of values: [String: String]) -> ChainHash {
        var digest = Digest()
        let pairs = values.map { (key: Array($0.key.utf8), value: Array($0.value.utf8)) }
        for pair in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            digest.put(Int64(pair.key.count))
            digest.put(pair.key)
            digest.put(Int64(pair.value.count))
            digest.put(pair.value)
        }
        return digest.finish()
    }
}

/// Mentions by sequence and then key (its bytes), then notes by their number, each with its length in front.
package struct FactsDigest: ~Copyable {
    private var digest = Digest()

    package init() {}

    package mutating func mention(_ key: [UInt8], of sequence: Int64) {
        digest.put(1)
        digest.put(sequence)
        digest.put(Int64(key.count))
        digest.put(key)
    }

    package mutating func note(_ note: JournalNote, number: Int64) {
        let kind = Array(note.kind.utf8)
        digest.put(2)
        digest.put(number)
        digest.put(note.sequence)
        digest.put(Int64(kind.count))
        digest.put(kind)
        digest.put(note.at)
        digest.put(Int64(note.body.count))
        digest.put(note.body)
    }

    package consuming func finish() -> ChainHash { digest.finish() }
}

private struct Digest: ~Copyable {
    private var hash = SHA256()

    mutating func put(_ value: Int64) { withUnsafeBytes(of: value.bigEndian) { hash.update($0) } }
    mutating func put(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hash.update($0) } }
    consuming func finish() -> ChainHash { ChainHash(words: hash.finish()) }
}

/// Where a journal ended once, kept where whoever can write the journal cannot write (I-JRN-12). It proves all that was there by
/// then: nothing of it was changed, left out or put in, and it was not cut back to before.
package struct JournalAnchor: Hashable, Sendable, Codable {
    /// Of the journal, where it has one.
    package var journal: String?
    package var sequence: Int64
    /// 64 hexadecimal digits.
    package var chain: String
    /// The newest seal; 0 for a journal of before there were any.
    package var seal: Int64
    package var sealHash: String
    /// When it was made, ISO 8601.
    package var at: String

    package init(journal: String?, sequence: Int64, chain: String, seal: Int64, sealHash: String, at: String) {
        (self.journal, self.sequence, self.chain) = (journal, sequence, chain)
        (self.seal, self.sealHash, self.at) = (seal, sealHash, at)
    }
}
