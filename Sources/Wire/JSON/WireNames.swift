/// A key as it stands on the wire. A class, so that handing it on costs one reference count.
final class WireName {
    let text: String
    /// With quotes, escapes and the colon, ready to be copied.
    let rendered: [UInt8]
    /// One bit, by which two names are mostly told apart at once.
    let bit: UInt64

    init(_ text: String) {
        var writer = JSONWriter()
        writer.key(text)
        self.text = text
        self.rendered = writer.finish()
        self.bit = 1 << UInt64(truncatingIfNeeded: text.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 63)
    }
}

/// What each Codable type and each CodingKey is on the wire, worked out once.
///
/// A class because `encode` and `decode` do not mutate their coder; it is not for sharing between threads.
final class WireNames {
    private var names = WireNameCache()
    private var kinds = WireTypeCache<WireTypeKind>()
    private var keyKinds = WireTypeCache<WireKeyKind>()

    func name(_ key: some CodingKey, kind: WireKeyKind) -> WireName {
        kind == .property ? names.name(key.stringValue) : WireName(key.stringValue)
    }

    func kind<Value>(of type: Value.Type) -> WireTypeKind {
        kinds.value(for: ObjectIdentifier(type)) { WireTypeKind(type) }
    }

    func kind<Key: CodingKey>(ofKeys type: Key.Type) -> WireKeyKind {
        keyKinds.value(for: ObjectIdentifier(type)) { WireKeyKind(type) }
    }
}

/// The wire names of Swift names.
///
/// Names are asked for in much the same order again and again. So each entry remembers which one came next, and the
/// table is searched only if another one does.
private struct WireNameCache {
    private struct Entry {
        let swiftName: String
        let name: WireName
        var next: Int
    }

    private var entries: [Entry] = []
    private var positions: [String: Int] = [:]
    private var last = 0

    mutating func name(_ swiftName: String) -> WireName {
        if last < entries.count {
            let guess = entries[last].next
            if entries[guess].swiftName == swiftName {
                last = guess
                return entries[guess].name
            }
        }
        return search(swiftName)
    }

    private mutating func search(_ swiftName: String) -> WireName {
        let name: WireName
        let position: Int
        if let known = positions[swiftName] {
            position = known
            name = entries[known].name
        } else {
            name = WireName(SnakeCase.convert(swiftName))
            guard entries.count < WireLimits.cachedNames else { return name }
            position = entries.count
            positions[swiftName] = position
            entries.append(Entry(swiftName: swiftName, name: name, next: position))
        }
        entries[last].next = position
        last = position
        return name
    }
}

/// One slot for each type, found by its address. Types that share a slot displace each other.
private struct WireTypeCache<Value> {
    private var slots = [(type: ObjectIdentifier, value: Value)?](repeating: nil, count: WireLimits.typeSlots)

    mutating func value(for type: ObjectIdentifier, _ make: () -> Value) -> Value {
        let address = UInt(bitPattern: type)
        let slot = Int((address >> 4 ^ address >> 10) % UInt(WireLimits.typeSlots))
        if let known = slots[slot], known.type == type { return known.value }
        let value = make()
        slots[slot] = (type, value)
        return value
    }
}
