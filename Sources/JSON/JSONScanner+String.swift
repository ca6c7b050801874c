extension JSONScanner {
    /// Expects `index` at the opening quote; leaves it past the closing one.
    mutating func string() throws(JSONFault) -> Place {
        index += 1
        let start = index
        let isASCII = skipPlain()
        guard let byte = peek() else { throw JSONFault(.textEnds(expected: "a closing quote"), at: index) }
        switch byte {
        case ASCII.quote:
            if !isASCII { _ = try Self.validated(UnsafeBufferPointer(rebasing: text[start..<index]), at: start) }
            index += 1
            return Place(start: start, end: index - 1, isPlain: isASCII)
        case ASCII.backslash:
            let first = text.count + aside.count
            aside += try escapedString(from: start).utf8
            return Place(start: first, end: text.count + aside.count, isPlain: false)
        default:
            throw JSONFault(.controlCharacter(byte), at: index)
        }
    }

    /// Skips what stands for itself in a string. True if all of it was ASCII.
    private mutating func skipPlain() -> Bool {
        var seen: UInt8 = 0
        var end = index
        while end < text.count {
            let byte = text[end]
            guard byte != ASCII.quote, byte != ASCII.backslash, byte >= ASCII.space else { break }
            seen |= byte
            end += 1
        }
        index = end
        return seen < 0x80
    }

    private static func validated(_ slice: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONFault) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: slice.span))
        } catch {
            throw JSONFault(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
        }
    }

    /// The rest of a string in which an escape was met. Each run between escapes is validated in its place.
    private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
        var result = try Self.validated(UnsafeBufferPointer(rebasing: text[start..<index]), at: start)
        while true {
            guard let byte = peek() else { throw JSONFault(.textEnds(expected: "a closing quote"), at: index) }
            switch byte {
            case ASCII.quote:
                index += 1
                return result
            case ASCII.backslash:
                result.unicodeScalars.append(try escape())
            case 0..<ASCII.space:
                throw JSONFault(.controlCharacter(byte), at: index)
            default:
                let run = index
                _ = skipPlain()
                result += try Self.validated(UnsafeBufferPointer(rebasing: text[run..<index]), at: run)
            }
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let start = index
        index += 1
        guard let byte = peek() else { throw JSONFault(.textEnds(expected: "an escape"), at: index) }
        index += 1
        switch byte {
        case ASCII.quote, ASCII.backslash, ASCII.slash: return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case ASCII.lowerU: return try unicodeEscape(from: start)
        default: throw JSONFault(.unknownEscape(byte), at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONFault) -> Unicode.Scalar {
        let first = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isPair =
            first < 0xDC00 && text.count - index >= 2
            && text[index] == ASCII.backslash && text[index + 1] == ASCII.lowerU
        guard isPair else { throw JSONFault(.loneSurrogate, at: start) }
        index += 2
        let second = try fourHexDigits(from: index - 2)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONFault(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits(from start: Int) throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = ASCII.hexValue(byte) else { throw JSONFault(.badHexEscape, at: start) }
            value = value << 4 | digit
            index += 1
        }
        return value
    }
}
