/// Why a text is not JSON that we accept, and where.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: Reason
    /// The value in which the fault lies.
    package let path: JSONPath
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int
    /// Counted from 0.
    package let byteOffset: Int

    /// One sentence: where, and why.
    package var description: String {
        let place = "line \(line), column \(column), byte \(byteOffset)"
        return path.isRoot ? "\(place): \(reason)" : "\(path) (\(place)): \(reason)"
    }

    /// Each way in which a text can be refused.
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        case tooLarge(bytes: Int, limit: Int)
        case tooDeep(limit: Int)
        case byteOrderMark
        case textEnds(expected: String)
        case unexpected(byte: UInt8, expected: String)
        case trailingText
        case trailingComma
        case comment
        case duplicateKey(String)
        case exponent
        case notFinite
        case plusSign
        case leadingZero
        case missingDigit
        case controlCharacter(UInt8)
        case unknownEscape(UInt8)
        case badHexEscape
        case loneSurrogate
        case invalidUTF8

        package var description: String {
            switch self {
            case .tooLarge(let bytes, let limit): "the text has \(bytes) bytes, more than the limit of \(limit)"
            case .tooDeep(let limit): "arrays and objects nest deeper than \(limit) levels"
            case .byteOrderMark: "a byte order mark is not allowed"
            case .textEnds(let expected): "the text ends where \(expected) is expected"
            case .unexpected(let byte, let expected): "expected \(expected), found \(Self.name(of: byte))"
            case .trailingText: "nothing may follow the value"
            case .trailingComma: "a comma must be followed by another element"
            case .comment: "a comment is not allowed"
            case .duplicateKey(let key): "the key \(quoted(key)) stands twice in one object"
            case .exponent: "an exponent is not allowed; write the number out"
            case .notFinite: "NaN and Infinity are not allowed"
            case .plusSign: "a number may not start with a plus sign"
            case .leadingZero: "a number may not start with a needless 0"
            case .missingDigit: "a digit is missing in the number"
            case .controlCharacter(let byte): "a control character (\(Self.hex(byte))) must be escaped in a string"
            case .unknownEscape(let byte): "a backslash may not stand before \(Self.name(of: byte))"
            case .badHexEscape: "\\u must be followed by four hexadecimal digits"
            case .loneSurrogate: "a \\u escape is one half of a surrogate pair without the other"
            case .invalidUTF8: "the string is not valid UTF-8"
            }
        }

        private static func name(of byte: UInt8) -> String {
            guard (0x21..<0x7F).contains(byte) else { return "the byte \(hex(byte))" }
            return "'\(Unicode.Scalar(byte))'"
        }

        private static func hex(_ byte: UInt8) -> String {
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.utf8.count == 1 ? "0x0\(digits)" : "0x\(digits)"
        }
    }
}

/// A fault on its way out of the parser. Each level that it leaves adds its place to the path.
struct JSONFault: Error {
    let reason: JSONError.Reason
    let offset: Int
    private var pathFromWithin: [JSONPath.Component] = []

    init(_ reason: JSONError.Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    func within(_ component: JSONPath.Component) -> JSONFault {
        var fault = self
        fault.pathFromWithin.append(component)
        return fault
    }

    /// The line and the column are counted only now, since only a fault needs them.
    func located(in text: UnsafeBufferPointer<UInt8>) -> JSONError {
        var line = 1
        var column = 1
        for byte in text.prefix(offset) {
            if byte == ASCII.newline {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        let path = JSONPath(pathFromWithin.reversed())
        return JSONError(reason: reason, path: path, line: line, column: column, byteOffset: offset)
    }
}
