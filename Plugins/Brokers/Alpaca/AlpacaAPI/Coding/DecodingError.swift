import JSON

extension Alpaca {
    /// Why something that came is not what it should be, and where.
    package struct DecodingError: Error, Equatable, Sendable, CustomStringConvertible {
        /// The place as it stands in the document, such as `legs[1].limit_price`.
        package private(set) var path: JSONPath
        package let reason: Reason

        package init(_ reason: Reason, path: JSONPath = JSONPath()) {
            self.path = path
            self.reason = reason
        }

        /// A place of keys only.
        init(_ reason: Reason, path keys: [String]) {
            self.init(reason, path: JSONPath(keys.map(JSONPath.Component.key)))
        }

        /// The same, told from one level further out.
        func within(_ component: JSONPath.Component) -> DecodingError {
            var error = self
            error.path.components.insert(component, at: 0)
            return error
        }

        /// One sentence: where, and why.
        package var description: String { path.isRoot ? "\(reason)" : "\(path): \(reason)" }

        package enum Reason: Equatable, Sendable, CustomStringConvertible {
            case noJSON(JSONError)
            /// A field that must be there is absent or null.
            case missing
            /// Both with their article.
            case mismatch(expected: String, found: String)
            /// The text is cut to 64 characters.
            case malformed(String, Expected)
            /// More decimals than the type has, where nothing may be rounded.
            case tooManyDecimals(String, most: Int)
            /// It does not fit into the type.
            case tooLarge(String, type: String)
            case tooManyFields(Int)

            package var description: String {
                switch self {
                case .noJSON(let error): "no JSON: \(error)"
                case .missing: "missing"
                case .mismatch(let expected, let found): "expected \(expected), found \(found)"
                case .malformed(let text, let expected): "\(quoted(text)) is no \(expected.rawValue)"
                case .tooManyDecimals(let text, let most): "\(quoted(text)) has more than \(most) decimals"
                case .tooLarge(let text, let type): "\(quoted(text)) is too large for a \(type)"
                case .tooManyFields(let count): "\(count) fields are too many"
                }
            }
        }

        /// What a text should have been.
        package enum Expected: String, Sendable {
            case decimal = "decimal number"
            case wholeNumber = "whole number"
            case time = "RFC 3339 time between 1678 and 2261"
            case date
            case timeOfDay = "time of day"
            case symbol
            case id
            case truth = "true or false"
            case ulid = "ULID"
            case timeFrame = "time frame"
            case text = "short text"
            case header = "value of this header"
        }
    }
}

extension Alpaca.DecodingError {
    static func malformed(_ text: String, _ expected: Expected) -> Alpaca.DecodingError {
        Alpaca.DecodingError(.malformed(cut(text), expected))
    }

    static func mismatch(_ expected: String, _ json: JSON) -> Alpaca.DecodingError {
        Alpaca.DecodingError(.mismatch(expected: expected, found: json.kindName))
    }

    /// So that an error never holds more of a foreign text than a person reads.
    static func cut(_ text: String) -> String { String(text.unicodeScalars.prefix(64)) }
}
