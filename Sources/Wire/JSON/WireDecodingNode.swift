/// What all nodes of one decoding share.
final class WireDecoding {
    let names: WireNames
    let refusesUnknown: Bool
    /// A decimal may stand without quotes, as people write it in a configuration; never on the wire.
    let numbersAsText: Bool

    init(names: WireNames, refusesUnknown: Bool, numbersAsText: Bool) {
        self.names = names
        self.refusesUnknown = refusesUnknown
        self.numbersAsText = numbersAsText
    }
}

/// The place of one value: what `init(from:)` receives.
///
/// A class because the containers of one value share what was asked for and where the last field stood.
final class WireDecodingNode {
    let context: WireDecoding
    let value: JSON
    private let parent: WireDecodingNode?
    private let place: JSONPath.Component?

    /// The members, once this was asked to be an object.
    private(set) var members: [JSON.Member] = []
    /// The value is an enum case's only, unlabelled one.
    private var isPayload = false
    /// True once the value was taken whole, as a dictionary or a tree.
    var askedForAll = false
    /// The names that were asked for, kept only where unknown fields are refused.
    private var asked: [String] = []
    /// Nested containers, to be checked with this value. Kept only where unknown fields are refused.
    private var nested: [WireDecodingNode] = []
    /// Keys that are none of the CodingKeys. An enum asks for all keys to find its case.
    private var unmatchedKey: String?
    /// Fields are mostly asked for in the order in which they stand.
    private var cursor = 0

    init(context: WireDecoding, parent: WireDecodingNode?, place: JSONPath.Component?, value: JSON) {
        self.context = context
        self.parent = parent
        self.place = place
        self.value = value
    }

    var path: JSONPath {
        var components: [JSONPath.Component] = []
        var node: WireDecodingNode? = self
        while let current = node {
            // The name of a payload stands in no document, unless the case has more values beside it.
            if let place = current.place, place != .key(WirePayload.key) || current.parent?.isPayload != true {
                components.append(place)
            }
            node = current.parent
        }
        return JSONPath(components.reversed())
    }

    func error(_ reason: WireDecodingError.Reason) -> WireDecodingError {
        WireDecodingError(path: path, reason: reason)
    }

    func child(_ place: JSONPath.Component, _ value: JSON) -> WireDecodingNode {
        WireDecodingNode(context: context, parent: self, place: place, value: value)
    }

    /// A child that lives as a container of this value and is checked together with it.
    func nestedChild(_ place: JSONPath.Component, _ value: JSON) -> WireDecodingNode {
        let node = child(place, value)
        if context.refusesUnknown { nested.append(node) }
        return node
    }

    /// To be called before fields are looked up.
    func openObject(orPayload mayBePayload: Bool) throws(WireDecodingError) {
        if case .object(let members) = value, !mayBePayload || members.contains(where: { $0.key == WirePayload.key }) {
            self.members = members
            return
        }
        guard mayBePayload else { throw mismatch("an object") }
        // The value stands for the one unlabelled value of an enum case; it checks its own fields.
        self.members = [JSON.Member(key: WirePayload.key, value: value)]
        isPayload = true
    }

    func mismatch(_ expected: String) -> WireDecodingError {
        error(.mismatch(expected: expected, found: value.kindName))
    }

    /// The value as a whole, with all its checks.
    func decoded<Value: Decodable>(_ type: Value.Type) throws(WireDecodingError) -> Value {
        defer { forgetNested() }
        do {
            let result = try unchecked(type)
            if context.refusesUnknown { try refuseUnknown() }
            return result
        } catch {
            let error = translated(error)
            throw typo(behind: error) ?? error
        }
    }

    /// Nested containers know their parent: without this none of them would ever be freed.
    private func forgetNested() {
        for node in nested { node.forgetNested() }
        nested = []
    }

    /// A field that is missing may stand there under a name that is almost right.
    private func typo(behind error: WireDecodingError) -> WireDecodingError? {
        guard context.refusesUnknown, error.reason == .missing, case .key(let missing)? = error.path.components.last,
            error.path.components.count == path.components.count + 1
        else { return nil }
        let strange = members.first { !asked.contains($0.key) && Typo.nearest(to: $0.key, in: [missing]) != nil }
        return strange.map { self.error(.unknownField($0.key, nearest: missing)) }
    }

    private func unchecked<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch context.names.kind(of: type) {
        case .plain:
            return try type.init(from: self)
        case .dictionary:
            return try dictionary(type)
        case .unkeyableDictionary:
            throw error(.rejected(WireTypeKind.unkeyableReason))
        case .set:
            throw error(.rejected(WireTypeKind.setReason))
        }
    }

    /// On its own, so that the casts cost the other types nothing.
    @inline(never)
    private func dictionary<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let dictionary = type as? any WireDictionary.Type,
            let result = try dictionary.decodeMembers(from: self) as? Value
        else { preconditionFailure("kinds are by type") }
        return result
    }
}

/// Looking up fields.
extension WireDecodingNode {
    func lookUp(_ name: String) -> JSON? {
        let count = members.count
        if context.refusesUnknown, asked.last != name {
            if asked.isEmpty { asked.reserveCapacity(count) }
            asked.append(name)
        }
        // The field of the last question, then the one after it, then the rest once around.
        var index = cursor
        for _ in 0..<count {
            if index >= count { index = 0 }
            if members[index].key == name {
                cursor = index
                return members[index].value
            }
            index += 1
        }
        return nil
    }

    func noteUnmatched(_ key: String) {
        if unmatchedKey == nil { unmatchedKey = key }
    }

    private func refuseUnknown() throws(WireDecodingError) {
        if !askedForAll, !isPayload, case .object(let members) = value {
            for (index, member) in members.enumerated() {
                // Mostly the fields were asked for in the order in which they stand.
                if index < asked.count, asked[index] == member.key { continue }
                if asked.contains(member.key) { continue }
                let nearest = Typo.nearest(to: member.key, in: asked)
                throw error(.unknownField(member.key, nearest: nearest))
            }
        }
        for node in nested { try node.refuseUnknown() }
    }
}

/// Errors of types that decode themselves.
extension WireDecodingNode {
    private func translated(_ error: any Error) -> WireDecodingError {
        switch error {
        case let error as WireDecodingError: return error
        case DecodingError.keyNotFound(let key, let context):
            return WireDecodingError(path: path(of: context.codingPath + [key]), reason: .missing)
        case DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            return WireDecodingError(path: path(of: context.codingPath), reason: .rejected(context.debugDescription))
        case DecodingError.typeMismatch(_, let context):
            // The synthesized init(from:) of an enum throws this if none of its cases matches the key.
            if let unmatchedKey { return self.error(.unknownCase(unmatchedKey)) }
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
