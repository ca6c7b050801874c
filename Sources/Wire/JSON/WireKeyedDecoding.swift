/// The fields of an object.
struct WireKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let node: WireDecodingNode
    private let keys: WireKeyKind

    init(node: WireDecodingNode) throws(WireDecodingError) {
        try node.openObject(orPayload: WirePayload.isPayload(Key.self))
        self.node = node
        self.keys = node.context.names.kind(ofKeys: Key.self)
    }

    var codingPath: [any CodingKey] { node.codingPath }

    /// The keys of the object that are keys of the type.
    var allKeys: [Key] {
        var found: [Key] = []
        for member in node.members {
            if let key = key(for: member.key) {
                found.append(key)
            } else {
                node.noteUnmatched(member.key)
            }
        }
        return found
    }

    private func key(for wireName: String) -> Key? {
        if let key = Key(stringValue: wireName), name(key) == wireName { return key }
        guard keys == .property else { return nil }
        for spelling in SnakeCase.candidates(for: wireName) {
            if let key = Key(stringValue: spelling) { return key }
        }
        return nil
    }

    private func name(_ key: Key) -> String {
        node.context.names.name(key, kind: keys).text
    }

    private func find(_ key: Key) -> JSON? {
        node.lookUp(name(key))
    }

    private func value(_ key: Key) throws(WireDecodingError) -> (name: String, value: JSON) {
        let name = name(key)
        if let value = node.lookUp(name) { return (name, value) }
        throw node.child(.key(name), .null).error(.missing)
    }

    private func scalar<Scalar>(
        _ key: Key, _ read: (JSON) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar {
        let (name, value) = try value(key)
        do throws(WireDecodingError.Reason) {
            return try read(value)
        } catch {
            throw node.child(.key(name), value).error(error)
        }
    }

    /// Nil if the field is absent or null.
    private func scalarIfPresent<Scalar>(
        _ key: Key, _ read: (JSON) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar? {
        guard let value = find(key), !value.isNull else { return nil }
        do throws(WireDecodingError.Reason) {
            return try read(value)
        } catch {
            throw node.child(.key(name(key)), value).error(error)
        }
    }

    private func floatingPoint(_ key: Key) throws(WireDecodingError) -> WireDecodingError {
        let (name, value) = try value(key)
        return node.child(.key(name), value).error(WireScalar.floatingPoint)
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).value.isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key, WireScalar.bool) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try scalar(key, WireScalar.string) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { throw try floatingPoint(key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { throw try floatingPoint(key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try scalar(key, WireScalar.integer) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try scalar(key, WireScalar.integer) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try scalar(key, WireScalar.integer) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try scalar(key, WireScalar.integer) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try scalar(key, WireScalar.integer) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try scalar(key, WireScalar.integer) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try scalar(key, WireScalar.integer) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (name, value) = try value(key)
        return try node.child(.key(name), value).decoded(type)
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try scalarIfPresent(key, WireScalar.bool)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try scalarIfPresent(key, WireScalar.string)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try scalarIfPresent(key, WireScalar.integer)
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        try scalarIfPresent(key, WireScalar.integer)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let value = find(key), !value.isNull else { return nil }
        return try node.child(.key(name(key)), value).decoded(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

    func superDecoder() throws -> any Decoder {
        guard let value = node.lookUp("super") else {
            throw node.child(.key("super"), .null).error(.missing)
        }
        return node.nestedChild(.key("super"), value)
    }

    private func nested(_ key: Key) throws(WireDecodingError) -> WireDecodingNode {
        let (name, value) = try value(key)
        return node.nestedChild(.key(name), value)
    }
}
