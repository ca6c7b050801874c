/// What is traded: `NVDA`, `BRK.B`, `BTC/USD`. Upper-case letters, digits and `. / - _`, 1 to 24 characters.
public struct Symbol: Hashable, Sendable, Comparable, Codable, CodingKeyRepresentable, CustomStringConvertible {
    public let text: String
    public static let maximumLength = 24

    /// - Throws: ``IdentityError`` when the text is no symbol.
    public init(_ text: String) throws(IdentityError) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy(Self.allows) else {
            throw .badSymbol(String(text.prefix(40)))
        }
        self.text = text
    }

    /// A literal of the program's own.
    public init(unchecked text: String) { self.text = text }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    public static func < (left: Symbol, right: Symbol) -> Bool { left.text < right.text }
    public var description: String { text }

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
