import JSON

/// One encoding under way.
///
/// A class because Codable hands out many containers that all write to one place. What changes is in one struct, so
/// that a field costs few checks for exclusive access.
final class WireEncoding {
    let names = WireNames()
    /// Not checked for exclusive access: each use is one call that calls nobody back. The checks would cost more than
    /// the writing.
    @exclusivity(unchecked) var core = WireEncodingCore()
    private(set) var isBusy = false

    /// The memory of one value serves the next.
    func bytes<Value: Encodable>(of value: Value) throws -> [UInt8] {
        isBusy = true
        defer {
            core.reset()
            isBusy = false
        }
        try encode(value)
        return try core.finish()
    }

    /// Writes one value of any type where the writer stands.
    func encode<Value: Encodable>(_ value: Value) throws {
        let type = names.type(Value.self)
        if let direct = type.direct,
            withUnsafePointer(to: value, { direct.write(at: UnsafeRawPointer($0), to: &core.writer) })
        {
            return
        }
        if let composite = type.writesParts {
            return try withUnsafePointer(to: value) { try composite.encode(at: UnsafeRawPointer($0), to: self) }
        }
        switch type.kind {
        case .plain:
            let node = WireEncodingNode(state: self)
            try value.encode(to: node)
            try node.finish()
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
        /// It holds the one unlabeled value of an enum case so far, and is written as that value alone.
        var isBare = false
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
        // Exactly as large as it must be, since many are kept for long.
        return writer.bytes.withUnsafeBufferPointer { Array($0) }
    }

    /// Ready for the next value, whatever became of the last one.
    mutating func reset() {
        writer.reset()
        levels.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        postponed = []
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
            keys.removeLast(keys.count - level.firstKey)
            if level.isBare { continue }
            if level.isObject { writer.endObject() } else { writer.endArray() }
        }
    }

    /// Closes what a value left open. A value that wrote nothing is an empty object.
    mutating func endValue(startedAt start: Int, depth: Int) throws {
        if writer.bytes.count == start, levels.count == depth { _ = open(isObject: true) }
        close(downTo: depth)
        try throwPostponed()
    }

    func count(of handle: Handle) -> Int {
        isOpen(handle) ? levels[handle.depth].count : 0
    }

    mutating func beginKey(_ name: WireName, in handle: Handle) throws {
        try focus(handle)
        let level = levels[handle.depth]
        if level.bits & name.bit != 0, keys[level.firstKey...].contains(where: { $0.isSame(as: name) }) {
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
        let level = levels[handle.depth]
        levels[handle.depth].count += 1
        levels[handle.depth].bits |= name.bit
        keys.append(name)
        if name.isPayload, level.count == 0 {
            writer.takeBackBrace()
            levels[handle.depth].isBare = true
            return
        }
        if level.isBare {
            writer.restoreBrace(at: level.openedAt, key: keys[level.firstKey].rendered)
            levels[handle.depth].isBare = false
        }
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
        guard let level = levels.last, level.isBare ? writer.bytes.count == level.openedAt : writer.awaitsValue else {
            return
        }
        writer.beginObject()
        writer.endObject()
    }
}
