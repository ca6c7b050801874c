/// Where a value stands in a JSON document, such as `orders[3].limit_price`.
package struct JSONPath: Equatable, Sendable, CustomStringConvertible {
    package enum Component: Equatable, Sendable {
        case key(String)
        case index(Int)
    }

    /// From the root inwards. Empty for the root itself.
    package var components: [Component]

    package init(_ components: [Component] = []) {
        self.components = components
    }

    package var isRoot: Bool { components.isEmpty }

    /// Empty for the root. A key that is no plain name is quoted: `prices["BRK.B"]`.
    package var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index):
                text += "[\(index)]"
            case .key(let key) where Self.isPlain(key):
                text += text.isEmpty ? key : ".\(key)"
            case .key(let key):
                text += "[\(quoted(key))]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        guard !key.isEmpty, key.utf8.count <= JSONLimits.quotedScalars else { return false }
        return key.utf8.allSatisfy { byte in
            ASCII.isLowercase(byte) || ASCII.isUppercase(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore
        }
    }
}

/// Foreign text for an error message: quoted, escaped, and cut if it is long.
package func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var cut = String(String.UnicodeScalarView(scalars.prefix(JSONLimits.quotedScalars)))
    if cut.utf8.count < text.utf8.count { cut += "…" }
    var writer = JSONWriter()
    writer.string(cut)
    return String(decoding: writer.finish(), as: UTF8.self)
}
