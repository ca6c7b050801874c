/// The fields of an object.
struct WireKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let state: WireEncoding
    private let handle: WireEncodingCore.Handle
    private let keys: WireKeys

    init(state: WireEncoding, handle: WireEncodingCore.Handle) {
        self.state = state
        self.handle = handle
        self.keys = state.names.keys(Key.self)
        if keys.kind == .dictionary {
            state.core.postpone(
                state.refusal(of: (), "a dictionary writes itself unsorted; encode it through a container"))
        }
    }

    var codingPath: [any CodingKey] { state.codingPath }

    /// Writes the key, and returns where its value goes.
    private func slot(_ key: Key) throws -> WireEncoding {
        try state.core.beginKey(keys.name(key), in: handle)
        return state
    }

    func encodeNil(forKey key: Key) throws { try slot(key).core.writer.null() }
    func encode(_ value: Bool, forKey key: Key) throws { try slot(key).core.writer.bool(value) }
    func encode(_ value: String, forKey key: Key) throws { try slot(key).core.writer.string(value) }
    func encode(_ value: Double, forKey key: Key) throws { throw try slot(key).floatingPoint(value) }
    func encode(_ value: Float, forKey key: Key) throws { throw try slot(key).floatingPoint(value) }
    func encode(_ value: Int, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: Int8, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: Int16, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: Int32, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: Int64, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: Int128, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt8, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt16, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt32, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt64, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode(_ value: UInt128, forKey key: Key) throws { try slot(key).core.writer.int(value) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try slot(key).encode(value) }
    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        if let value { try slot(key).encode(value) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(WireKeyedEncoding<NestedKey>(state: state, handle: nested(isObject: true, key)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        WireUnkeyedEncoding(state: state, handle: nested(isObject: false, key))
    }

    private func nested(isObject: Bool, _ key: Key) -> WireEncodingCore.Handle {
        do {
            return try slot(key).core.open(isObject: isObject)
        } catch {
            state.core.postpone(error)
            return WireEncodingCore.void
        }
    }

    func superEncoder() -> any Encoder { superEncoder(WireName("super")) }

    func superEncoder(forKey key: Key) -> any Encoder {
        superEncoder(keys.name(key))
    }

    private func superEncoder(_ name: WireName) -> any Encoder {
        do {
            try state.core.beginKey(name, in: handle)
        } catch {
            state.core.postpone(error)
        }
        return WireEncodingNode(state: state)
    }
}

/// The elements of an array.
struct WireUnkeyedEncoding: UnkeyedEncodingContainer {
    private let state: WireEncoding
    private let handle: WireEncodingCore.Handle

    init(state: WireEncoding, handle: WireEncodingCore.Handle) {
        self.state = state
        self.handle = handle
    }

    var codingPath: [any CodingKey] { state.codingPath }
    var count: Int { state.core.count(of: handle) }

    /// Returns where the next element goes.
    private func slot() throws -> WireEncoding {
        try state.core.beginElement(in: handle)
        return state
    }

    func encodeNil() throws { try slot().core.writer.null() }
    func encode(_ value: Bool) throws { try slot().core.writer.bool(value) }
    func encode(_ value: String) throws { try slot().core.writer.string(value) }
    func encode(_ value: Double) throws { throw try slot().floatingPoint(value) }
    func encode(_ value: Float) throws { throw try slot().floatingPoint(value) }
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

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(WireKeyedEncoding<NestedKey>(state: state, handle: nested(isObject: true)))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        WireUnkeyedEncoding(state: state, handle: nested(isObject: false))
    }

    private func nested(isObject: Bool) -> WireEncodingCore.Handle {
        do {
            return try slot().core.open(isObject: isObject)
        } catch {
            state.core.postpone(error)
            return WireEncodingCore.void
        }
    }

    func superEncoder() -> any Encoder {
        do {
            try state.core.beginElement(in: handle)
        } catch {
            state.core.postpone(error)
        }
        return WireEncodingNode(state: state)
    }
}
