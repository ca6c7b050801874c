import JSON

/// The fields of an object.
struct WireKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let node: WireDecodingNode
    private let keys: WireKeys
    /// The value stands for the one unlabeled value of an enum case.
    private let isPayload: Bool

    init(node: WireDecodingNode) throws(WireDecodingError) {
        self.node = node
        keys = node.decoding.names.keys(Key.self)
        let isObject = node.kind == .object
        isPayload = keys.isPayload && !(isObject && node.decoding.hasPayload(node))
        if isPayload {
            node.decoding.takePayload(node)
        } else {
            guard isObject else { throw node.mismatch("an object") }
            if node.isNested { node.decoding.checkLater(node) }
        }
    }

    var codingPath: [any CodingKey] { node.codingPath }

    /// The keys of the object that are keys of the type.
    var allKeys: [Key] {
        let tape = node.decoding.tape
        let names = isPayload ? [WirePayload.key] : tape.parts(of: node.token).map { tape.string($0) }
        var found: [Key] = []
        for name in names {
            if let key = keys.key(Key.self, for: name) {
                found.append(key)
            } else {
                node.decoding.noteUnmatched(name, node)
            }
        }
        return found
    }

    private func name(_ key: Key) -> String { keys.name(key).text }

    private func find(_ key: Key) -> Int? {
        let name = keys.name(key)
        return isPayload ? (name.isPayload ? node.token : nil) : node.decoding.find(name, of: node)
    }

    /// Nil for what is absent or null.
    private func present(_ key: Key) -> Int? {
        guard let token = find(key), node.decoding.tape.tokens[token].kind != .null else { return nil }
        return token
    }

    private func value(_ key: Key) throws(WireDecodingError) -> Int {
        if let token = find(key) { return token }
        throw node.missing(.key(name(key)))
    }

    private func scalar<Scalar>(
        _ token: Int, _ read: (JSONTape, Int) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar {
        do throws(WireDecodingError.Reason) {
            return try read(node.decoding.tape, token)
        } catch {
            throw self.error(error, token)
        }
    }

    private func scalar<Scalar>(
        _ key: Key, _ read: (JSONTape, Int) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar {
        try scalar(try value(key), read)
    }

    private func scalarIfPresent<Scalar>(
        _ key: Key, _ read: (JSONTape, Int) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar? {
        guard let token = present(key) else { return nil }
        return try scalar(token, read)
    }

    private func error(_ reason: WireDecodingError.Reason, _ token: Int) -> WireDecodingError {
        WireDecodingError(path: node.decoding.tape.path(to: token), reason: reason)
    }

    private func floatingPoint(_ key: Key) throws(WireDecodingError) -> WireDecodingError {
        error(WireScalar.floatingPoint, try value(key))
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { node.decoding.tape.tokens[try value(key)].kind == .null }
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
        try node.decoding.decoded(type, at: try value(key))
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
        guard let token = present(key) else { return nil }
        return try node.decoding.decoded(type, at: token)
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
        guard let token = node.decoding.find(WireName("super"), of: node) else { throw node.missing(.key("super")) }
        return node.decoding.nestedNode(at: token)
    }

    private func nested(_ key: Key) throws(WireDecodingError) -> WireDecodingNode {
        node.decoding.nestedNode(at: try value(key))
    }
}
