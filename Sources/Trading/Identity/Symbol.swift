/// What is traded: `NVDA`, `BRK.B`, `BTC/USD`. Upper-case letters, digits and `. / - _`, 1 to 24 characters.
///
/// It is kept as the bytes of its text, filled up with zeros, in three words: to compare two and to find one among ten thousand
/// is done for every price and every advice, and takes a few instructions.
public struct Symbol: Hashable, Sendable, Comparable, Codable, CodingKeyRepresentable, CustomStringConvertible {
    /// The first byte of the text is the highest of a word: the words are in the order of the texts.
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64
    @usableFromInline let third: UInt64
    public static let maximumLength = 24

    /// - Throws: ``IdentityError`` when the text is no symbol.
    public init(_ text: String) throws(IdentityError) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy(Self.allows) else {
            throw .badSymbol(String(text.prefix(40)))
        }
        self.init(unchecked: text)
    }

    /// A literal of the program's own.
    /// - Precondition: 24 bytes at most, none of them zero.
    public init(unchecked text: String) {
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var count = 0
        for byte in text.utf8 {
            precondition(count < Self.maximumLength && byte != 0, "no symbol")
            let bits = UInt64(byte) << UInt64(56 - count % 8 * 8)
            switch count / 8 {
            case 0: words.0 |= bits
            case 1: words.1 |= bits
            default: words.2 |= bits
            }
            count += 1
        }
        (first, second, third) = words
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    public var text: String {
        let words = (first.bigEndian, second.bigEndian, third.bigEndian)
        return withUnsafeBytes(of: words) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    public var description: String { text }

    /// Of two currencies, such as `BTC/USD`: it has a slash.
    public var isPair: Bool { Self.hasSlash(first) || Self.hasSlash(second) || Self.hasSlash(third) }

    /// Whether one of the eight bytes is a slash: its difference from one is zero, and borrows when one is taken off.
    private static func hasSlash(_ word: UInt64) -> Bool {
        let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(UInt8(ascii: "/")))
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080 != 0
    }

    public init(from decoder: any Decoder) throws {
        self = try Symbol(decoder.singleValueContainer().decode(String.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    public var codingKey: any CodingKey { PlainKey(text) }
    public init?<Key: CodingKey>(codingKey: Key) {
        do { self = try Symbol(codingKey.stringValue) } catch { return nil }
    }
}

// MARK: - Comparing

extension Symbol {
    @inlinable
    public static func == (left: Symbol, right: Symbol) -> Bool {
        left.first == right.first && left.second == right.second && left.third == right.third
    }

    @inlinable
    public static func < (left: Symbol, right: Symbol) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        return left.third < right.third
    }

    /// What dictionaries and sets ask for: two multiplications keyed by their own seed, in place of SipHash.
    @inlinable
    public func _rawHashValue(seed: Int) -> Int {
        let key = UInt64(truncatingIfNeeded: seed)
        let head = Self.folded(first ^ key ^ 0xA076_1D64_78BD_642F, second ^ 0xE703_7ED1_A0B4_28DB)
        return Int(truncatingIfNeeded: Self.folded(head ^ 0x8EBC_6AF0_9C88_C6E3, third ^ key ^ 0x5899_65CC_7537_4CC3))
    }

    @inlinable
    static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
/// A dictionary key on the wire.
struct PlainKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

public enum IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    case badSymbol(String)
    case badIdentifier(type: String, text: String, maximumLength: Int)

    public var description: String {
        switch self {
        case .badSymbol(let text):
            "\"\(text)\" is no symbol: expected 1 to \(Symbol.maximumLength) of A-Z 0-9 . / - _"
        case .badIdentifier(let type, let text, let maximum):
            "\"\(text)\" is no \(type): expected 1 to \(maximum) printable characters without blanks"
        }
    }
}
