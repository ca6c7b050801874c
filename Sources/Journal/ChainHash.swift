/// SHA-256 that ties an entry to all entries before it.
///
/// The hash of an entry is that of these bytes, one after the other, integers big-endian:
///
///     32  the hash of the entry before, zeros for the first
///      8  sequence
///      8  turn
///      1  kind: 0 input, 1 effect, 2 format
///      4  length of the type in bytes
///      n  type, UTF-8
///      8  at, nanoseconds since 1970 UTC
///      8  length of the body in bytes
///      m  body
///
/// A length stands in front of whatever varies, so no two entries share their bytes.
package struct ChainHash: Hashable, Sendable {
    // Four words instead of an array: a hash lies in the entry, not on the heap.
    private let words: SHA256.Words

    package static let byteCount = 32
    /// Before the first entry: 32 zero bytes.
    package static let genesis = ChainHash(words: (0, 0, 0, 0))

    init(words: SHA256.Words) { self.words = words }

    /// The plain SHA-256 of some bytes, such as a snapshot's body.
    package init(digestOf data: [UInt8]) {
        var hash = SHA256()
        data.withUnsafeBytes { hash.update($0) }
        self.init(words: hash.finish())
    }

    /// - Returns: nil when there are not exactly 32 bytes.
    package init?(raw bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = bytes.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The hash of an entry in its place; see the layout above.
    package init(
        after previous: ChainHash, sequence: Int64, turn: Int64, kind: JournalEntry.Kind, type: String, at: Int64,
        body: [UInt8]
    ) {
        var front: [UInt8] = []
        front.reserveCapacity(Self.byteCount + 37 + type.utf8.count)
        for word in [previous.words.0, previous.words.1, previous.words.2, previous.words.3] {
            Self.put(word, into: &front)
        }
        Self.put(UInt64(bitPattern: sequence), into: &front)
        Self.put(UInt64(bitPattern: turn), into: &front)
        front.append(UInt8(kind.rawValue))
        Self.put(UInt32(type.utf8.count), into: &front)
        front.append(contentsOf: type.utf8)
        Self.put(UInt64(bitPattern: at), into: &front)
        Self.put(UInt64(body.count), into: &front)
        var hash = SHA256()
        front.withUnsafeBytes { hash.update($0) }
        body.withUnsafeBytes { hash.update($0) }
        self.init(words: hash.finish())
    }

    private static func put(_ value: some FixedWidthInteger, into bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [words.0, words.1, words.2, words.3] { Self.put(word, into: &bytes) }
        return bytes
    }

    package static func == (left: ChainHash, right: ChainHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension ChainHash: CustomStringConvertible {
    /// 64 hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The first 12 digits, for people.
    package var short: String { String(description.prefix(12)) }
}
