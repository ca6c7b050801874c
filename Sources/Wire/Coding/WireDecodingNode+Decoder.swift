import JSON

extension WireDecodingNode: Decoder, SingleValueDecodingContainer {
    var codingPath: [any CodingKey] { path.components.map { WireAnyKey($0) } }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try WireKeyedDecoding<Key>(node: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try WireUnkeyedDecoding(node: self) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    private func scalar<Scalar>(
        _ read: (JSONTape, Int) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar {
        do throws(WireDecodingError.Reason) {
            return try read(decoding.tape, token)
        } catch {
            throw self.error(error)
        }
    }

    func decodeNil() -> Bool { kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try scalar(WireScalar.bool) }
    func decode(_ type: String.Type) throws -> String {
        if decoding.numbersAsText, kind == .number { return decoding.tape.string(token) }
        return try scalar(WireScalar.string)
    }
    func decode(_ type: Double.Type) throws -> Double { throw error(WireScalar.floatingPoint) }
    func decode(_ type: Float.Type) throws -> Float { throw error(WireScalar.floatingPoint) }
    func decode(_ type: Int.Type) throws -> Int { try scalar(WireScalar.integer) }
    func decode(_ type: Int8.Type) throws -> Int8 { try scalar(WireScalar.integer) }
    func decode(_ type: Int16.Type) throws -> Int16 { try scalar(WireScalar.integer) }
    func decode(_ type: Int32.Type) throws -> Int32 { try scalar(WireScalar.integer) }
    func decode(_ type: Int64.Type) throws -> Int64 { try scalar(WireScalar.integer) }
    func decode(_ type: Int128.Type) throws -> Int128 { try scalar(WireScalar.integer) }
    func decode(_ type: UInt.Type) throws -> UInt { try scalar(WireScalar.integer) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar(WireScalar.integer) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar(WireScalar.integer) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar(WireScalar.integer) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar(WireScalar.integer) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try scalar(WireScalar.integer) }

    /// The same value as another type, checked together with this one.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        defer { decoding.take(self) }
        return try decoding.decoded(type, at: token)
    }
}
