/// One encoding under way.
///
/// A class because Codable hands out many containers that all write to one place. What changes is in one struct, so
/// that a field costs few checks for exclusive access.
final class WireEncoding {
    let names: WireNames
    var core = WireEncodingCore()

    init(names: WireNames) {
        self.names = names
    }

    /// Writes one value of any type where the writer stands.
    func encode<Value: Encodable>(_ value: Value) throws {
        switch names.kind(of: Value.self) {
        case .plain:
            let node = WireEncodingNode(state: self)
            try value.encode(to: node)
            try node.finish()
        case .dictionary:
            guard let dictionary = value as? any WireDictionary else { preconditionFailure("kinds are by type") }
            try dictionary.encodeMembers(to: self)
        case .unkeyableDictionary:
            throw refusal(of: value, WireTypeKind.unkeyableReason)
        case .set:
            throw refusal(of: value, WireTypeKind.setReason)
        }
    }

    func refusal(of value: Any, _ reason: String) -> EncodingError {
        core.refusal(of: value, reason)
    }

    func floatingPoint(_ value: Any) -> EncodingError {
        refusal(of: value, "floating point is not allowed on the wire; use a decimal in a string")
    }

    var codingPath: [any CodingKey] { core.codingPath }
}

/// The writer and the containers that are open in it.
struct WireEncodingCore {
    /// An object or array that is being written.
    private struct Level {
        let id: Int
        let isObject: Bool
        /// Where the keys of this object start in `keys`.
        let firstKey: Int
        var count = 0
        /// The bits of the names of its keys.
        var bits: UInt64 = 0
        /// Where its bracket stands in the writer.
        let openedAt: Int
    }

    /// A container's claim to a level. It is void once the level is closed.
    struct Handle {
        fileprivate let id: Int
        let depth: Int
    }

    var writer = JSONWriter()
    private var levels: [Level] = []
    /// The keys of all open objects, outermost first.
    private var keys: [WireName] = []
    private var lastID = 0
    /// Faults in places where Codable lets us throw nothing. The first is thrown at the next chance.
    private var postponed: [EncodingError] = []

    mutating func finish() throws -> [UInt8] {
        try throwPostponed()
        return exchange(&writer, with: JSONWriter()).finish()
    }

    func throwPostponed() throws {
        guard postponed.isEmpty else { throw postponed[0] }
    }

    func refusal(of value: Any, _ reason: String) -> EncodingError {
        .invalidValue(value, EncodingError.Context(codingPath: codingPath, debugDescription: reason))
    }

    mutating func postpone(_ error: any Error) {
        postponed.append(error as? EncodingError ?? refusal(of: (), String(describing: error)))
    }

    /// The current key or index of every open level.
    var codingPath: [any CodingKey] {
        levels.enumerated().compactMap { depth, level in
            guard level.count > 0 else { return nil }
            guard level.isObject else { return WireAnyKey(intValue: level.count - 1) }
            let end = depth + 1 < levels.count ? levels[depth + 1].firstKey : keys.count
            return end > level.firstKey ? WireAnyKey(stringValue: keys[end - 1].text) : nil
        }
    }
}

/// The open levels.
extension WireEncodingCore {
    var depth: Int { levels.count }

    /// Never fails, since Codable's containers may not: what is too deep is postponed as a fault.
    mutating func open(isObject: Bool) -> Handle {
        if levels.count >= JSONLimits.maximumDepth {
            postpone(refusal(of: (), "the value nests deeper than \(JSONLimits.maximumDepth) levels"))
        }
        lastID += 1
        if isObject { writer.beginObject() } else { writer.beginArray() }
        levels.append(
            Level(id: lastID, isObject: isObject, firstKey: keys.count, openedAt: writer.bytes.count - 1))
        return Handle(id: lastID, depth: levels.count - 1)
    }

    /// The level at `depth` if it is open and of this kind: a type may ask twice for its container.
    func reopen(at depth: Int, isObject: Bool) -> Handle? {
        guard depth < levels.count, levels[depth].isObject == isObject else { return nil }
        return Handle(id: levels[depth].id, depth: depth)
    }

    /// A level that no write reaches, for a container that could not be made.
    static let void = Handle(id: 0, depth: 0)

    mutating func close(downTo depth: Int) {
        while levels.count > depth {
            fillGap()
            let level = levels.removeLast()
            let isPayload = level.isObject && level.count == 1 && keys[level.firstKey].text == WirePayload.key
            let keyLength = isPayload ? keys[level.firstKey].rendered.count : 0
            keys.removeLast(keys.count - level.firstKey)
            if isPayload {
                writer.endObjectAsValue(openedAt: level.openedAt, keyLength: keyLength)
            } else if level.isObject {
                writer.endObject()
            } else {
                writer.endArray()
            }
        }
    }

    /// Closes what a value left open. A value that wrote nothing is an empty object.
    mutating func endValue(startedAt start: Int, depth: Int) throws {
        if writer.bytes.count == start { _ = open(isObject: true) }
        close(downTo: depth)
        try throwPostponed()
    }

    func count(of handle: Handle) -> Int {
        isOpen(handle) ? levels[handle.depth].count : 0
    }

    mutating func beginKey(_ name: WireName, in handle: Handle) throws {
        try focus(handle)
        let level = levels[handle.depth]
        if level.bits & name.bit != 0, keys[level.firstKey...].contains(where: { $0.text == name.text }) {
            throw refusal(of: name.text, "the key \(quoted(name.text)) is written twice")
        }
        append(name, to: handle)
    }

    /// For keys that the caller knows to be different.
    mutating func beginSortedKey(_ name: WireName, in handle: Handle) throws {
        try focus(handle)
        append(name, to: handle)
    }

    mutating func beginElement(in handle: Handle) throws {
        try focus(handle)
        levels[handle.depth].count += 1
    }

    private mutating func append(_ name: WireName, to handle: Handle) {
        fillGap()
        keys.append(name)
        levels[handle.depth].count += 1
        levels[handle.depth].bits |= name.bit
        writer.rendered(key: name.rendered)
    }

    private func isOpen(_ handle: Handle) -> Bool {
        handle.depth < levels.count && levels[handle.depth].id == handle.id
    }

    /// Makes the level of `handle` the innermost one, closing what was opened within.
    private mutating func focus(_ handle: Handle) throws {
        try throwPostponed()
        guard isOpen(handle) else { throw refusal(of: (), "a container is written to after it was closed") }
        if handle.depth + 1 < levels.count { close(downTo: handle.depth + 1) }
    }

    /// A super encoder that nobody used leaves a key without a value.
    private mutating func fillGap() {
        guard writer.awaitsValue else { return }
        writer.beginObject()
        writer.endObject()
    }
}
