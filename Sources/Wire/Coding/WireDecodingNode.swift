import JSON

/// The place of one value: what `init(from:)` receives.
struct WireDecodingNode {
    let decoding: WireDecoding
    let token: Int
    /// Tells apart who asks: one value can be tried as several types.
    let asker: Int32
    /// It is a container within a value, and checked with it.
    var isNested = false

    var path: JSONPath { decoding.tape.path(to: token) }
    var kind: JSONTape.Kind { decoding.tape.tokens[token].kind }

    func error(_ reason: WireDecodingError.Reason) -> WireDecodingError {
        WireDecodingError(path: path, reason: reason)
    }

    func missing(_ place: JSONPath.Component) -> WireDecodingError {
        WireDecodingError(path: JSONPath(path.components + [place]), reason: .missing)
    }

    func mismatch(_ expected: String) -> WireDecodingError {
        error(WireScalar.mismatch(expected, decoding.tape, token))
    }

    func unchecked<Value: Decodable>(_ type: WireType) throws -> Value {
        if let parts = type.readsParts { return try decoding.read(parts, self) }
        switch type.kind {
        case .plain: return try Value(from: self)
        case .unkeyableDictionary: throw error(.rejected(WireTypeKind.unkeyableReason))
        case .set: throw error(.rejected(WireTypeKind.setReason))
        }
    }
}

/// Errors of types that decode themselves.
extension WireDecodingNode {
    func translated(_ error: any Error, unmatched: String?) -> WireDecodingError {
        switch error {
        case let error as WireDecodingError: return error
        case DecodingError.keyNotFound(let key, let context):
            return WireDecodingError(path: path(of: context.codingPath + [key]), reason: .missing)
        case DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            return WireDecodingError(path: path(of: context.codingPath), reason: .rejected(context.debugDescription))
        case DecodingError.typeMismatch(_, let context):
            // The synthesized init(from:) of an enum throws this if none of its cases matches the key.
            if let unmatched { return self.error(.unknownCase(unmatched)) }
            return WireDecodingError(path: path(of: context.codingPath), reason: .rejected(context.debugDescription))
        default:
            return self.error(.rejected(String(describing: error)))
        }
    }

    /// The path of an error from within this value. What stands beyond our own path came from its author.
    private func path(of codingPath: [any CodingKey]) -> JSONPath {
        var path = path
        for key in codingPath.dropFirst(path.components.count) {
            if let index = key.intValue {
                path.components.append(.index(index))
            } else {
                let isVerbatim = key is any WireVerbatimKey
                path.components.append(.key(isVerbatim ? key.stringValue : SnakeCase.convert(key.stringValue)))
            }
        }
        return path
    }
}
