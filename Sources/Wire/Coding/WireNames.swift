import JSON
import Synchronization

/// A key as it stands on the wire. A class, so that handing it on costs one reference count.
final class WireName: Sendable {
    let text: String
    let utf8: [UInt8]
    /// All of it is ASCII: then equal is what has the same bytes.
    let isPlain: Bool
    /// With quotes, escapes and the colon, ready to be copied.
    let rendered: [UInt8]
    /// One bit, by which two names mostly differ.
    let bit: UInt64
    /// It stands for the one unlabeled value of an enum case, and is not written.
    let isPayload: Bool
    /// The process has one object for this text.
    private let isShared: Bool

    /// A key that is data. All its bits are set, so that it is always compared.
    convenience init(_ text: String) { self.init(text, bit: ~0, isShared: false) }

    fileprivate init(_ text: String, bit: UInt64, isShared: Bool) {
        var writer = JSONWriter()
        writer.key(text)
        self.text = text
        self.utf8 = Array(text.utf8)
        self.isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        self.rendered = writer.finish()
        self.bit = bit
        self.isPayload = text == WirePayload.key
        self.isShared = isShared
    }

    func isSame(as other: WireName) -> Bool {
        self === other || (!(isShared && other.isShared) && text == other.text)
    }
}

/// The wire names of one CodingKey type.
///
/// It belongs to one coder and learns as it goes.
final class WireKeys {
    let kind: WireKeyKind
    let isPayload: Bool
    /// By the bits of the key. The keys that the compiler makes are enums of one byte at most, so that a key that was met
    /// before is not turned into text.
    @exclusivity(unchecked) private var known: [WireName?]
    private let isSmall: Bool
    /// The Swift names of wire names that are not spelled alike.
    private var swiftNames: [String: String] = [:]

    init<Key: CodingKey>(_ type: Key.Type) {
        kind = WireShared.kind(ofKeys: type)
        isPayload = WirePayload.isPayload(type)
        isSmall = MemoryLayout<Key>.size <= 1 && kind == .property
        known = []
    }

    /// The key that is written as `wireName`, or nil.
    func key<Key: CodingKey>(_ type: Key.Type, for wireName: String) -> Key? {
        if let known = swiftNames[wireName] { return Key(stringValue: known) }
        if let key = Key(stringValue: wireName), name(key).text == wireName { return key }
        guard kind == .property else { return nil }
        for spelling in SnakeCase.candidates(for: wireName) {
            guard let key = Key(stringValue: spelling) else { continue }
            if swiftNames.count < WireLimits.cachedNames { swiftNames[wireName] = spelling }
            return key
        }
        return nil
    }

    func name<Key: CodingKey>(_ key: Key) -> WireName {
        guard isSmall else {
            return kind == .property ? WireShared.name(key.stringValue) : WireName(key.stringValue)
        }
        let bits = withUnsafeBytes(of: key) { Int($0.first ?? 0) }
        if bits < known.count, let name = known[bits] { return name }
        let name = WireShared.name(key.stringValue)
        while known.count <= bits { known.append(nil) }
        known[bits] = name
        return name
    }
}

/// What each Codable type and each CodingKey is on the wire, as one coder knows it.
///
/// A class because `encode` and `decode` do not mutate their coder; it is not for sharing between threads.
final class WireNames {
    // Not checked for exclusive access, as in `WireEncoding`.
    @exclusivity(unchecked) private var types = WireTypeCache<WireType>()
    @exclusivity(unchecked) private var keys = WireTypeCache<WireKeys>()

    func type<Value>(_ type: Value.Type) -> WireType {
        types.value(for: ObjectIdentifier(type)) { WireShared.type(type) }
    }

    func keys<Key: CodingKey>(_ type: Key.Type) -> WireKeys {
        keys.value(for: ObjectIdentifier(type)) { WireKeys(type) }
    }
}

/// What is the same for all coders of the process, worked out once: conformances are dear to ask for.
private enum WireShared {
    private struct Known {
        var types: [ObjectIdentifier: WireType] = [:]
        var keys: [ObjectIdentifier: WireKeyKind] = [:]
        var names: [String: WireName] = [:]
    }

    private static let known = Mutex(Known())

    static func type<Value>(_ type: Value.Type) -> WireType {
        let id = ObjectIdentifier(type)
        if let found = known.withLock({ $0.types[id] }) { return found }
        let made = WireType(type)
        return known.withLock { $0.types.keep(made, for: id) }
    }

    static func kind<Key: CodingKey>(ofKeys type: Key.Type) -> WireKeyKind {
        let id = ObjectIdentifier(type)
        if let found = known.withLock({ $0.keys[id] }) { return found }
        let made = WireKeyKind(type)
        return known.withLock { $0.keys.keep(made, for: id) }
    }

    static func name(_ swiftName: String) -> WireName {
        known.withLock { known in
            if let found = known.names[swiftName] { return found }
            let text = SnakeCase.convert(swiftName)
            // One object for a text, whichever Swift name it came from.
            if let found = known.names[text] { return known.names.keep(found, for: swiftName) }
            guard known.names.count < WireLimits.cachedNames else { return WireName(text) }
            let made = WireName(text, bit: 1 << UInt64(known.names.count & 63), isShared: true)
            known.names[text] = made
            known.names[swiftName] = made
            return made
        }
    }
}

extension Dictionary {
    /// The first value of a key stays.
    fileprivate mutating func keep(_ value: Value, for key: Key) -> Value {
        if let first = self[key] { return first }
        self[key] = value
        return value
    }
}

/// A value for each type, found by its address: a hash table that is never emptied, and grows when it is half full.
private struct WireTypeCache<Value: AnyObject> {
    private var slots = [(type: ObjectIdentifier, value: Value)?](repeating: nil, count: 16)
    private var count = 0

    mutating func value(for type: ObjectIdentifier, _ make: () -> Value) -> Value {
        let slot = slot(of: type)
        if let known = slots[slot] { return known.value }
        let value = make()
        count += 1
        if count * 2 > slots.count { grow() }
        slots[self.slot(of: type)] = (type, value)
        return value
    }

    /// Where the type stands, or the free slot where it belongs.
    private func slot(of type: ObjectIdentifier) -> Int {
        // Multiplying by the golden ratio spreads addresses that differ by a regular step.
        let spread = UInt64(UInt(bitPattern: type)) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(spread >> 32) & (slots.count - 1)
        while let known = slots[slot], known.type != type { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        for case let known? in old { slots[slot(of: known.type)] = known }
    }
}
