import JSON

/// The elements of an array.
struct WireUnkeyedDecoding: UnkeyedDecodingContainer {
    private let node: WireDecodingNode
    private let elements: [Int]
    private(set) var currentIndex = 0

    init(node: WireDecodingNode) throws(WireDecodingError) {
        guard node.kind == .array else { throw node.mismatch("an array") }
        self.node = node
        elements = node.decoding.tape.parts(of: node.token)
    }

    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    private func current() throws(WireDecodingError) -> Int {
        guard !isAtEnd else { throw node.missing(.index(currentIndex)) }
        return elements[currentIndex]
    }

    private func error(_ reason: WireDecodingError.Reason, _ token: Int) -> WireDecodingError {
        WireDecodingError(path: node.decoding.tape.path(to: token), reason: reason)
    }

    /// Moves on only if the element could be read, as Codable asks.
    private mutating func scalar<Scalar>(
        _ read: (JSONTape, Int) throws(WireDecodingError.Reason) -> Scalar
    ) throws(WireDecodingError) -> Scalar {
        let token = try current()
        do throws(WireDecodingError.Reason) {
            let result = try read(node.decoding.tape, token)
            currentIndex += 1
            return result
        } catch {
            throw self.error(error, token)
        }
    }

    private func floatingPoint() throws(WireDecodingError) -> WireDecodingError {
        error(WireScalar.floatingPoint, try current())
    }

    mutating func decodeNil() throws -> Bool {
        guard node.decoding.tape.tokens[try current()].kind == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar(WireScalar.bool) }
    mutating func decode(_ type: String.Type) throws -> String { try scalar(WireScalar.string) }
    mutating func decode(_ type: Double.Type) throws -> Double { throw try floatingPoint() }
    mutating func decode(_ type: Float.Type) throws -> Float { throw try floatingPoint() }
    mutating func decode(_ type: Int.Type) throws -> Int { try scalar(WireScalar.integer) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar(WireScalar.integer) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try scalar(WireScalar.integer) }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let result = try node.decoding.decoded(type, at: try current())
        currentIndex += 1
        return result
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try node.decoding.nestedNode(at: try current()).container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try node.decoding.nestedNode(at: try current()).unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = node.decoding.nestedNode(at: try current())
        currentIndex += 1
        return decoder
    }
}
