/// A JSON value as it stood on the wire.
///
/// Objects keep the order of their source, and numbers keep their text, so a parsed value writes back unchanged
/// (save for spaces and the spelling of escapes).
///
/// - I-JSON-1: A tree that came from `JSONParser` has no duplicate key and no nesting beyond `JSONLimits`, and no exponent
///   unless the parser was told to take them.
/// - I-JSON-2: A tree made by hand owes the same; `number` must hold the text of a JSON number.
package enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The raw text of the number, such as `-12.50`.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One key and its value.
    package struct Member: Equatable, Sendable {
        package var key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The value under `key`, or nil if this is no object or has no such key.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> JSON {
        .number(String(value))
    }

    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// What this value is, with its article, for a message: "a string", "an object".
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
