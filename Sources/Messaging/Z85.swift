/// ZeroMQ's text for binary keys (RFC 32/Z85): 4 bytes are 5 printable characters.
package enum Z85 {
    private static let alphabet = Bytes(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)

    /// - Parameter bytes: a multiple of 4 of them.
    package static func encode(_ bytes: Bytes) -> String {
        precondition(bytes.count.isMultiple(of: 4), "Z85 takes 4 bytes at a time")
        var text = Bytes()
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let value = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            for divisor: UInt32 in [52_200_625, 614_125, 7_225, 85, 1] {
                text.append(alphabet[Int(value / divisor % 85)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a length that is no multiple of 5, a character that is none of the 85, and a group beyond 32 bits.
    package static func decode(_ text: String) -> Bytes? {
        let characters = Bytes(text.utf8)
        guard characters.count.isMultiple(of: 5) else { return nil }
        var bytes = Bytes()
        for start in stride(from: 0, to: characters.count, by: 5) {
            var value: UInt64 = 0
            for character in characters[start..<start + 5] {
                guard let digit = alphabet.firstIndex(of: character) else { return nil }
                value = value * 85 + UInt64(digit)
            }
            guard let word = UInt32(exactly: value) else { return nil }
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
        }
        return bytes
    }
}
