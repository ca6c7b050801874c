/// The spelling of strings: only `"`, `\` and control characters are escaped, all other UTF-8 stands as it is.
enum JSONEscaping {
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(ASCII.quote)
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { append($0, to: &bytes) }
        if done == nil { Array(text.utf8).withUnsafeBufferPointer { append($0, to: &bytes) } }
        bytes.append(ASCII.quote)
    }

    /// Runs that need no escape are copied whole.
    private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var run = 0
        for (index, byte) in text.enumerated()
        where byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[run..<index]))
            escape(byte, to: &bytes)
            run = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[run...]))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(ASCII.backslash)
        switch byte {
        case ASCII.quote, ASCII.backslash: bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case ASCII.newline: bytes.append(UInt8(ascii: "n"))
        case ASCII.carriageReturn: bytes.append(UInt8(ascii: "r"))
        case ASCII.tab: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: [ASCII.lowerU, ASCII.zero, ASCII.zero])
            bytes.append(ASCII.hexDigit(byte >> 4))
            bytes.append(ASCII.hexDigit(byte & 0xF))
        }
    }
}

/// The spelling of whole numbers.
enum JSONDigits {
    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        guard let magnitude = UInt64(exactly: value.magnitude) else {
            bytes.append(contentsOf: value.description.utf8)
            return
        }
        if value < 0 { bytes.append(ASCII.minus) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = magnitude
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }
}
