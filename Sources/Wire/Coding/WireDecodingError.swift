import JSON

/// Why a JSON value is not the value that was asked for, and where.
package struct WireDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The place as it stands on the wire, such as `orders[3].limit_price`.
    package let path: JSONPath
    package let reason: Reason

    package init(path: JSONPath, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// One sentence: where, and why.
    package var description: String {
        // It repeats what somebody else wrote: names, keys, numbers.
        let words = reason.description.foreign(atMost: SpokenLimits.defect)
        if case .malformed = reason { return words }
        return path.isRoot ? words : "\(path): \(words)".foreign(atMost: SpokenLimits.defect)
    }

    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// The bytes are not JSON that we accept.
        case malformed(JSONError)
        /// A field that must be there is not.
        case missing
        /// Both with their article: "a whole number", "a string".
        case mismatch(expected: String, found: String)
        /// `range` is the type and its bounds.
        case outOfRange(number: String, range: String)
        /// `nearest` is a known field that was probably meant.
        case unknownField(String, nearest: String?)
        case unknownCase(String)
        /// The type itself refused the value, for this reason.
        case rejected(String)

        package var description: String {
            switch self {
            case .malformed(let error): error.description
            case .missing: "missing"
            case .mismatch(let expected, let found): "expected \(expected), found \(found)"
            case .outOfRange(let number, let range): "\(number) is outside the range of \(range)"
            case .unknownField(let name, nil): "unknown field \(quoted(name))"
            case .unknownField(let name, let nearest?):
                "unknown field \(quoted(name)), did you mean \(quoted(nearest))?"
            case .unknownCase(let name): "unknown case \(quoted(name))"
            case .rejected(let why): why
            }
        }
    }
}
