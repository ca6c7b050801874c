/// What can go wrong with a scaled integer. Nothing is ever clamped or silently rounded.
public enum NumericError: Error, Hashable, Sendable, Codable {
    /// The result does not fit into 64 bits of units.
    case overflow(type: String, operation: String)
    case divisionByZero(type: String)
    /// The text is no decimal number of this type.
    case malformed(type: String, text: String, why: String)
}

extension NumericError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overflow(let type, let operation):
            "\(operation) overflows \(type); the figures are too large to trade on"
        case .divisionByZero(let type):
            "division of \(type) by zero"
        case .malformed(let type, let text, let why):
            "\"\(text)\" is no \(type): \(why)"
        }
    }
}
