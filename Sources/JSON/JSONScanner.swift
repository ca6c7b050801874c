/// The recursive descent over borrowed bytes. The depth limit bounds the recursion.
struct JSONScanner {
    let text: UnsafeBufferPointer<UInt8>
    var index = 0
    private var depth = 0
    private(set) var tokens: [JSONTape.Token]
    /// Strings that are written with escapes, without them.
    var aside: [UInt8] = []
    /// Whether a number may have an exponent.
    let takesExponents: Bool

    /// - Parameter tokens: memory to use again; what stands in it goes.
    init(_ text: UnsafeBufferPointer<UInt8>, tokens: consuming [JSONTape.Token], takesExponents: Bool) {
        self.text = text
        self.takesExponents = takesExponents
        self.tokens = tokens
        if !self.tokens.isEmpty { self.tokens.removeAll(keepingCapacity: true) }
    }

    mutating func document() throws(JSONFault) {
        guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else { throw JSONFault(.byteOrderMark, at: 0) }
        skipSpace()
        try value()
        skipSpace()
        guard index == text.count else { throw JSONFault(.trailingText, at: index) }
    }

    /// Expects `index` at the first byte of the value.
    private mutating func value() throws(JSONFault) {
        guard let byte = peek() else { throw JSONFault(.textEnds(expected: "a value"), at: index) }
        switch byte {
        case ASCII.quote: append(.string, try string())
        case ASCII.openBrace: try object()
        case ASCII.openBracket: try array()
        case ASCII.minus, ASCII.zero...ASCII.nine: append(.number, try number())
        case ASCII.lowerT: try literal("true", .true)
        case ASCII.lowerF: try literal("false", .false)
        case ASCII.lowerN: try literal("null", .null)
        case ASCII.upperN, ASCII.upperI: throw JSONFault(.notFinite, at: index)
        case ASCII.plus: throw JSONFault(.plusSign, at: index)
        case ASCII.slash: throw JSONFault(.comment, at: index)
        default: throw JSONFault(.unexpected(byte: byte, expected: "a value"), at: index)
        }
    }

    /// Where the text of a string or a number is found.
    struct Place {
        let start: Int
        let end: Int
        /// It is ASCII, and stands in the source as it is.
        let isPlain: Bool

        static let nowhere = Place(start: 0, end: 0, isPlain: true)
    }

    private mutating func append(_ kind: JSONTape.Kind, _ place: Place) {
        tokens.append(
            JSONTape.Token(
                kind: kind, isPlain: place.isPlain, start: Int32(truncatingIfNeeded: place.start),
                end: Int32(truncatingIfNeeded: place.end), next: Int32(truncatingIfNeeded: tokens.count + 1)))
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONTape.Kind) throws(JSONFault) {
        for offset in 0..<word.utf8CodeUnitCount {
            try expect(word.utf8Start[offset], "\(word)")
        }
        append(kind, .nowhere)
    }

    private mutating func array() throws(JSONFault) {
        let at = try enter(.array)
        var count = 0
        if close(ASCII.closeBracket, at) { return }
        while true {
            do throws(JSONFault) {
                try value()
            } catch {
                throw error.within(.index(count))
            }
            count += 1
            if try ends(ASCII.closeBracket, "a comma or ]", at) { return }
        }
    }

    private mutating func object() throws(JSONFault) {
        let at = try enter(.object)
        var seen = JSONKeySet()
        if close(ASCII.closeBrace, at) { return }
        while true {
            let start = index
            guard peek() == ASCII.quote else { throw unexpected("a key in quotes") }
            let key = tokens.count
            append(.string, try string())
            guard isNew(key, of: at, &seen) else { throw JSONFault(.duplicateKey(keyText(key)), at: start) }
            skipSpace()
            try expect(ASCII.colon, "a colon")
            skipSpace()
            do throws(JSONFault) {
                try value()
            } catch {
                throw error.within(.key(keyText(key)))
            }
            if try ends(ASCII.closeBrace, "a comma or }", at) { return }
        }
    }

    /// Returns where the token of the container stands.
    private mutating func enter(_ kind: JSONTape.Kind) throws(JSONFault) -> Int {
        guard depth < JSONLimits.maximumDepth else {
            throw JSONFault(.tooDeep(limit: JSONLimits.maximumDepth), at: index)
        }
        depth += 1
        index += 1
        skipSpace()
        append(kind, .nowhere)
        return tokens.count - 1
    }

    private mutating func close(_ bracket: UInt8, _ container: Int) -> Bool {
        guard peek() == bracket else { return false }
        index += 1
        depth -= 1
        tokens[container].next = Int32(truncatingIfNeeded: tokens.count)
        return true
    }

    /// After an element: true past the closing bracket, false past a comma that has another element behind it.
    private mutating func ends(_ bracket: UInt8, _ expected: StaticString, _ container: Int) throws(JSONFault) -> Bool {
        skipSpace()
        if close(bracket, container) { return true }
        let comma = index
        try expect(ASCII.comma, "\(expected)")
        skipSpace()
        if peek() == bracket { throw JSONFault(.trailingComma, at: comma) }
        return false
    }
}

extension JSONScanner {
    func peek() -> UInt8? {
        index < text.count ? text[index] : nil
    }

    mutating func skipSpace() {
        while index < text.count {
            switch text[index] {
            case ASCII.space, ASCII.newline, ASCII.carriageReturn, ASCII.tab: index += 1
            default: return
            }
        }
    }

    mutating func expect(_ byte: UInt8, _ expected: @autoclosure () -> String) throws(JSONFault) {
        guard peek() == byte else { throw unexpected(expected()) }
        index += 1
    }

    func unexpected(_ expected: String) -> JSONFault {
        guard let byte = peek() else { return JSONFault(.textEnds(expected: expected), at: index) }
        return JSONFault(.unexpected(byte: byte, expected: expected), at: index)
    }
}

/// Which keys an object has so far. Small objects are compared, large ones go through a set.
private struct JSONKeySet {
    /// Of each key one bit, by which a new one is mostly seen to be new.
    var bits: UInt64 = 0
    var count = 0
    var large: Set<String> = []
}

extension JSONScanner {
    /// To be called once for each key, in order.
    private func isNew(_ key: Int, of object: Int, _ seen: inout JSONKeySet) -> Bool {
        defer { seen.count += 1 }
        guard seen.count < JSONLimits.comparedMembers else {
            if seen.large.isEmpty {
                _ = isEvery(keyOf: object, before: key) { seen.large.insert(keyText($0)).inserted }
            }
            return seen.large.insert(keyText(key)).inserted
        }
        let bit = bit(key)
        guard seen.bits & bit != 0 else {
            seen.bits |= bit
            return true
        }
        seen.bits |= bit
        return isEvery(keyOf: object, before: key) { !isEqual($0, key) }
    }

    /// Whether it holds for all keys up to this one.
    private func isEvery(keyOf object: Int, before last: Int, _ holds: (Int) -> Bool) -> Bool {
        var key = object + 1
        while key < last {
            guard holds(key) else { return false }
            key = Int(tokens[key + 1].next)
        }
        return true
    }

    /// All bits for a key that Swift may take to be equal to one of other bytes.
    private func bit(_ key: Int) -> UInt64 {
        guard tokens[key].isPlain else { return ~0 }
        let bytes = plainBytes(key)
        guard let first = bytes.first, let last = bytes.last else { return 1 }
        let middle = bytes[bytes.count / 2]
        return 1 << UInt64((Int(first) &+ Int(last) &* 5 &+ Int(middle) &* 11 &+ bytes.count &* 17) & 63)
    }

    private func isEqual(_ left: Int, _ right: Int) -> Bool {
        guard tokens[left].isPlain, tokens[right].isPlain else { return keyText(left) == keyText(right) }
        return plainBytes(left).elementsEqual(plainBytes(right))
    }

    private func plainBytes(_ key: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[Int(tokens[key].start)..<Int(tokens[key].end)])
    }

    private func keyText(_ key: Int) -> String {
        let (start, end) = (Int(tokens[key].start), Int(tokens[key].end))
        guard start >= text.count else { return String(decoding: text[start..<end], as: UTF8.self) }
        return String(decoding: aside[(start - text.count)..<(end - text.count)], as: UTF8.self)
    }
}
