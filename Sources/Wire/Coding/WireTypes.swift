import JSON

/// A CodingKey type whose names are written and read as they are, without snake case. It is larger than a byte.
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

/// How a type is treated on the wire, worked out once: to ask a type for its conformances is dear.
///
/// Unchecked, since the compiler takes no metatype from one thread to another whose conformance could belong to an actor;
/// those of the wire belong to none.
final class WireType: @unchecked Sendable {
    let kind: WireTypeKind
    let direct: (any WireDirect.Type)?
    let writesParts: (any WireWritable.Type)?
    let readsParts: (any WireReadable.Type)?

    init<Value>(_ type: Value.Type) {
        // Most types are none of these. To find that out the runtime walks through all conformances of the program, so
        // it is asked once, and for more only when there is more.
        guard type is any WireSpecial.Type else {
            (kind, direct, writesParts, readsParts) = (.plain, nil, nil, nil)
            return
        }
        kind = WireTypeKind(type)
        direct = type as? any WireDirect.Type
        writesParts = type as? any WireWritable.Type
        readsParts = type as? any WireReadable.Type
    }
}

/// Has a way of its own to the wire.
package protocol WireSpecial {}

/// How a type comes onto the wire.
enum WireTypeKind {
    /// It encodes and decodes itself.
    case plain
    case unkeyableDictionary
    case set

    init<Value>(_ type: Value.Type) {
        if type is any WireUnkeyableDictionary.Type {
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

/// How a CodingKey type is spelled on the wire.
enum WireKeyKind {
    /// The names of properties or cases: snake case.
    case property
    /// Data.
    case verbatim
    /// Dictionary's own Codable conformance asks for its container with these: data, in no order.
    case dictionary

    init<Key: CodingKey>(_ type: Key.Type) {
        // What fits into a byte is no data, and the question would be dear; see `WireType`.
        if MemoryLayout<Key>.size <= 1 {
            self = .property
        } else if type is any WireVerbatimKey.Type {
            self = .verbatim
        } else {
            self = String(reflecting: type) == "Swift._DictionaryCodingKey" ? .dictionary : .property
        }
    }
}

/// What holds other values and can write them: an array, or a dictionary whose keys can stand in an object.
///
/// The address is that of a value of the type. So a value whose type is known to its `WireType` only is handed on without
/// a cast, which would cost more than to write it.
protocol WireWritable {
    static func encode(at address: UnsafeRawPointer, to state: WireEncoding) throws
}

/// What holds other values and can read them.
protocol WireReadable {
    /// The address is that of memory for a value, which holds one after success only.
    static func decode(from node: WireDecodingNode, into address: UnsafeMutableRawPointer) throws
}

protocol WireUnkeyableDictionary: WireSpecial {}
protocol WireSet: WireSpecial {}

extension Array: WireSpecial {}

extension Dictionary: WireUnkeyableDictionary {}
extension Set: WireSet {}

extension Array: WireWritable where Element: Encodable {
    static func encode(at address: UnsafeRawPointer, to state: WireEncoding) throws {
        let level = state.core.open(isObject: false)
        for element in address.assumingMemoryBound(to: Self.self).pointee {
            try state.core.beginElement(in: level)
            try state.encode(element)
        }
        state.core.close(downTo: level.depth)
    }
}

extension Array: WireReadable where Element: Decodable {
    static func decode(from node: WireDecodingNode, into address: UnsafeMutableRawPointer) throws {
        guard node.kind == .array else { throw node.mismatch("an array") }
        let decoding = node.decoding
        var elements: [Element] = []
        let end = Int(decoding.tape.tokens[node.token].next)
        var token = node.token + 1
        while token < end {
            // A lone String may take a number in a configuration, one in an array never could.
            if Element.self == String.self, decoding.tape.tokens[token].kind != .string {
                throw WireDecodingNode(decoding: decoding, token: token, asker: 0).mismatch("a string")
            }
            elements.append(try decoding.decoded(Element.self, at: token))
            token = Int(decoding.tape.tokens[token].next)
        }
        address.initializeMemory(as: Self.self, to: elements)
    }
}

extension Dictionary: WireWritable where Key: CodingKeyRepresentable, Value: Encodable {
    /// Sorted by the bytes of the key, since the order of a Dictionary differs from run to run.
    static func encode(at address: UnsafeRawPointer, to state: WireEncoding) throws {
        let dictionary = address.assumingMemoryBound(to: Self.self).pointee
        let members = dictionary.map { (key: $0.key.codingKey.stringValue, value: $0.value) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (member, next) in zip(members, members.dropFirst()) where member.key == next.key {
            throw state.refusal(of: dictionary, "two keys are both written as \(quoted(member.key))")
        }
        let level = state.core.open(isObject: true)
        for member in members {
            try state.core.beginSortedKey(WireName(member.key), in: level)
            try state.encode(member.value)
        }
        state.core.close(downTo: level.depth)
    }
}

extension Dictionary: WireReadable where Key: CodingKeyRepresentable, Value: Decodable {
    static func decode(from node: WireDecodingNode, into address: UnsafeMutableRawPointer) throws {
        guard node.kind == .object else { throw node.mismatch("an object") }
        let decoding = node.decoding
        decoding.take(node)
        var result: [Key: Value] = [:]
        for token in decoding.tape.parts(of: node.token) {
            let name = decoding.tape.string(token)
            guard let key = Key(codingKey: WireAnyKey(stringValue: name)) else {
                // As a value it says what is wrong with it.
                if let type = Key.self as? any Decodable.Type { _ = try decoding.decoded(type, at: token) }
                throw node.error(.rejected("\(quoted(name)) is not a valid key"))
            }
            let value = try decoding.decoded(Value.self, at: token + 1)
            guard result.updateValue(value, forKey: key) == nil else {
                throw node.error(.rejected("two keys mean the same as \(quoted(name))"))
            }
        }
        address.initializeMemory(as: Self.self, to: result)
    }
}
