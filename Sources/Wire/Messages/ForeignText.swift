extension String {
    /// What somebody else wrote, made fit for a line: without power over a terminal, and no longer than so many bytes (I-BOUND-3).
    ///
    /// It is cut first and cleaned then, in one walk that ends where the room does, whatever comes behind. Control characters and
    /// those that turn the direction of text are shown by their number. What fits and is plain comes back as it is, so that to do
    /// it twice changes nothing.
    /// - Parameter most: bytes of the result, its mark for what was cut off included; ``SpokenLimits/cutMark`` at least.
    package func foreign(atMost most: Int) -> String {
        precondition(most >= SpokenLimits.cutMark, "there must be room to say that something was cut off")
        let length = utf8.count
        if length <= most, !unicodeScalars.contains(where: \.isPowerful) { return self }
        var plain: [UInt8] = []
        plain.reserveCapacity(min(most, length + SpokenLimits.cutMark))
        // Where to cut if not all of it fits.
        var fitting = 0
        for scalar in unicodeScalars {
            plain += scalar.shown
            if plain.count <= most - SpokenLimits.cutMark { fitting = plain.count }
            guard plain.count <= most else {
                plain.removeLast(plain.count - fitting)
                plain += "… (\(length) bytes)".utf8
                break
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// Whether it may stand as a name: 1 to so many bytes, all of them printable, blanks included.
    package func isForeignName(atMost most: Int) -> Bool {
        (1...most).contains(utf8.count) && !unicodeScalars.contains(where: \.isPowerful)
    }

    /// On one line of a terminal, see ``foreign(atMost:)``: what plugins say - a reason, a version, a line of their output - looks
    /// like no line of ours, and moves no cursor.
    package var onOneLine: String { foreign(atMost: SpokenLimits.line) }
}

extension Unicode.Scalar {
    /// It moves a cursor, ends a line or turns the direction of what follows.
    fileprivate var isPowerful: Bool {
        // Nearly all text is plain ASCII.
        if value < 0x7F { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    fileprivate var shown: [UInt8] {
        guard isPowerful else { return Array(UTF8.encode(self) ?? UTF8.encodedReplacementCharacter) }
        switch self {
        case "\n": return Array("\\n".utf8)
        case "\t": return [UInt8(ascii: " ")]
        default: return Array("\\u{\(String(value, radix: 16))}".utf8)
        }
    }
}
