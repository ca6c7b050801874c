/// An identifier with a type of its own, so that a plan's id can never be passed for an order's.
public protocol Identifier: Hashable, Sendable, Comparable, Codable, CodingKeyRepresentable, CustomStringConvertible {
    static var name: String { get }
    static var maximumLength: Int { get }
    var text: String { get }
    init(unchecked text: String)
}

extension Identifier {
    public static var maximumLength: Int { 64 }

    /// - Throws: ``IdentityError/badIdentifier(type:text:maximumLength:)``.
    public init(_ text: String) throws(IdentityError) {
        let printable = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength, printable else {
            throw .badIdentifier(type: Self.name, text: String(text.prefix(40)), maximumLength: Self.maximumLength)
        }
        self.init(unchecked: text)
    }

    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
    public var description: String { text }
    public init(from decoder: any Decoder) throws {
        self = try Self(decoder.singleValueContainer().decode(String.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    public var codingKey: any CodingKey { PlainKey(text) }
    public init?<Key: CodingKey>(codingKey: Key) {
        do { self = try Self(codingKey.stringValue) } catch { return nil }
    }
}

/// The account that this core, and no other, may trade.
public struct AccountID: Identifier {
    public static let name = "account id"
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// The core's own id of an order, on disk before the order leaves (FIX tag 11). At most 48 characters, the least that
/// brokers of today allow.
public struct ClientOrderID: Identifier {
    public static let name = "client order id"
    public static let maximumLength = 48
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// The venue's id of an order (FIX tag 37). One client order may own several.
public struct BrokerOrderID: Identifier {
    public static let name = "broker order id"
    public static let maximumLength = 128
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// One execution at the venue (FIX tag 17): the key by which fills are booked once and once only.
public struct ExecutionID: Identifier {
    public static let name = "execution id"
    public static let maximumLength = 128
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// One movement of cash in the broker's books: the key by which it is booked once.
public struct CashMovementID: Identifier {
    public static let name = "cash movement id"
    public static let maximumLength = 128
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Orders that stand or fall together (OCO, bracket).
public struct OrderGroupID: Identifier {
    public static let name = "order group id"
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// A plugin's name as the configuration and its manifest have it: `stop-loss`.
public struct PluginName: Identifier {
    public static let name = "plugin name"
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// A decision, and the plan that it made: `42.NVDA`, the 42nd cycle's decision on NVDA.
public struct DecisionID: Identifier {
    public static let name = "decision id"
    public let text: String
    public init(unchecked text: String) { self.text = text }
    public init(cycle: Int64, symbol: Symbol) { text = "\(cycle).\(symbol)" }

    /// What a person has decided at once, beside the cycle that was the last: `42p.NVDA`.
    public init(byPersonAfter cycle: Int64, symbol: Symbol) { text = "\(cycle)p.\(symbol)" }

    /// The number of its cycle, as it is written.
    package var cycleText: Substring { text.prefix { $0.isNumber || $0 == "-" } }
}
