/// A CodingKey type whose names are written and read as they are, without snake case.
package protocol WireVerbatimKey: CodingKey {}

/// A CodingKey made of any text or number, verbatim.
struct WireAnyKey: WireVerbatimKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        // Typed ids with whole numbers ask for `intValue`.
        self.intValue = Int(stringValue)
    }

    init(intValue: Int) {
        self.stringValue = String(intValue)
        self.intValue = intValue
    }

    init(_ component: JSONPath.Component) {
        switch component {
        case .key(let key): self.init(stringValue: key)
        case .index(let index): self.init(intValue: index)
        }
    }
}

/// How a type is treated on the wire.
enum WireTypeKind {
    /// It encodes and decodes itself.
    case plain
    /// An object whose keys are data.
    case dictionary
    case unkeyableDictionary
    case set

    init<Value>(_ type: Value.Type) {
        if type is any WireDictionary.Type {
            self = .dictionary
        } else if type is any WireUnkeyableDictionary.Type {
            self = .unkeyableDictionary
        } else if type is any WireSet.Type {
            self = .set
        } else {
            self = .plain
        }
    }

    static let unkeyableReason = "the keys of this dictionary are no strings; make them CodingKeyRepresentable"
    static let setReason = "the order of a set is not deterministic; use a sorted array"
}

/// How a CodingKey type is spelt on the wire.
enum WireKeyKind {
    /// The names of properties or cases: snake case.
    case property
    /// Data.
    case verbatim
    /// Dictionary's own Codable conformance asks for its container with these: data, in no order.
    case dictionary

    init<Key: CodingKey>(_ type: Key.Type) {
        if type is any WireVerbatimKey.Type {
            self = .verbatim
        } else {
            self = String(reflecting: type) == "Swift._DictionaryCodingKey" ? .dictionary : .property
        }
    }
}

/// A dictionary whose keys can stand in an object.
protocol WireDictionary {
    func encodeMembers(to state: WireEncoding) throws
    static func decodeMembers(from node: WireDecodingNode) throws -> Self
}

protocol WireUnkeyableDictionary {}
protocol WireSet {}

extension Dictionary: WireUnkeyableDictionary {}
extension Set: WireSet {}

extension Dictionary: WireDictionary where Key: CodingKeyRepresentable {
    /// Sorted by the bytes of the key, since the order of a Dictionary differs from run to run.
    func encodeMembers(to state: WireEncoding) throws {
        let members = map { (key: $0.key.codingKey.stringValue, value: $0.value) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (member, next) in zip(members, members.dropFirst()) where member.key == next.key {
            throw state.refusal(of: self, "two keys are both written as \(quoted(member.key))")
        }
        let level = state.core.open(isObject: true)
        for member in members {
            try state.core.beginSortedKey(WireName(member.key), in: level)
            guard let value = member.value as? any Encodable else {
                throw state.refusal(of: member.value, "\(Value.self) is not Encodable")
            }
            try state.encode(value)
        }
        state.core.close(downTo: level.depth)
    }

    static func decodeMembers(from node: WireDecodingNode) throws -> [Key: Value] {
        guard let valueType = Value.self as? any Decodable.Type else {
            throw node.error(.rejected("\(Value.self) is not Decodable"))
        }
        try node.openObject(orPayload: false)
        node.askedForAll = true
        var result: [Key: Value] = [:]
        result.reserveCapacity(node.members.count)
        for member in node.members {
            guard let key = Key(codingKey: WireAnyKey(stringValue: member.key)) else {
                // As a value it says what is wrong with it.
                if let type = Key.self as? any Decodable.Type {
                    _ = try node.child(.key(member.key), .string(member.key)).decoded(type)
                }
                throw node.error(.rejected("\(quoted(member.key)) is not a valid key"))
            }
            let child = node.child(.key(member.key), member.value)
            guard let value = try child.decoded(valueType) as? Value else {
                throw child.error(.rejected("the value is no \(Value.self)"))
            }
            guard result.updateValue(value, forKey: key) == nil else {
                throw node.error(.rejected("two keys mean the same as \(quoted(member.key))"))
            }
        }
        return result
    }
}
