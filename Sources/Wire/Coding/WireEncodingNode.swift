import JSON

/// The place of one value: what `encode(to:)` receives.
struct WireEncodingNode: Encoder, SingleValueEncodingContainer {
    private let state: WireEncoding
    /// How many levels were open around this value.
    private let depth: Int
    /// Where the bytes of this value start.
    private let start: Int

    init(state: WireEncoding) {
        self.state = state
        self.depth = state.core.depth
        self.start = state.core.writer.bytes.count
    }

    var codingPath: [any CodingKey] { state.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private var isUnwritten: Bool { state.core.writer.bytes.count == start && state.core.depth == depth }

    func finish() throws {
        try state.core.endValue(startedAt: start, depth: depth)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(WireKeyedEncoding<Key>(state: state, handle: level(isObject: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        WireUnkeyedEncoding(state: state, handle: level(isObject: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    private func level(isObject: Bool) -> WireEncodingCore.Handle {
        if isUnwritten { return state.core.open(isObject: isObject) }
        if let handle = state.core.reopen(at: depth, isObject: isObject) { return handle }
        state.core.postpone(state.refusal(of: (), "one value is written as two kinds"))
        return WireEncodingCore.void
    }

    private func slot() throws -> WireEncoding {
        guard isUnwritten else { throw state.refusal(of: (), "one value is written twice") }
        return state
    }

    func encodeNil() throws { try slot().core.writer.null() }
    func encode(_ value: Bool) throws { try slot().core.writer.bool(value) }
    func encode(_ value: String) throws { try slot().core.writer.string(value) }
    func encode(_ value: Double) throws { throw state.floatingPoint(value) }
    func encode(_ value: Float) throws { throw state.floatingPoint(value) }
    func encode(_ value: Int) throws { try slot().core.writer.int(value) }
    func encode(_ value: Int8) throws { try slot().core.writer.int(value) }
    func encode(_ value: Int16) throws { try slot().core.writer.int(value) }
    func encode(_ value: Int32) throws { try slot().core.writer.int(value) }
    func encode(_ value: Int64) throws { try slot().core.writer.int(value) }
    func encode(_ value: Int128) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt8) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt16) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt32) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt64) throws { try slot().core.writer.int(value) }
    func encode(_ value: UInt128) throws { try slot().core.writer.int(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try slot().encode(value) }

    /// A tree that is JSON already.
    func encode(tree: JSON) throws { tree.write(to: &(try slot()).core.writer) }
}
