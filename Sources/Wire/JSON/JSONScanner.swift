/// The recursive descent over borrowed bytes. The depth limit bounds the recursion.
struct JSONScanner {
    let text: UnsafeBufferPointer<UInt8>
    var index = 0
    private var depth = 0
    /// How many members the last object had at each depth: its neighbour has as many as a rule.
    private var usualCounts = [Int](repeating: 0, count: JSONLimits.maximumDepth + 1)

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    mutating func document() throws(JSONFault) -> JSON {
        guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else { throw JSONFault(.byteOrderMark, at: 0) }
        skipSpace()
        let value = try value()
        skipSpace()
        guard index == text.count else { throw JSONFault(.trailingText, at: index) }
        return value
    }

    /// Expects `index` at the first byte of the value.
    private mutating func value() throws(JSONFault) -> JSON {
        guard let byte = peek() else { throw JSONFault(.textEnds(expected: "a value"), at: index) }
        switch byte {
        case ASCII.quote: return .string(try string())
        case ASCII.openBrace: return .object(try object())
        case ASCII.openBracket: return .array(try array())
        case ASCII.minus, ASCII.zero...ASCII.nine: return .number(try number())
        case ASCII.lowerT: return try literal("true", .bool(true))
        case ASCII.lowerF: return try literal("false", .bool(false))
        case ASCII.lowerN: return try literal("null", .null)
        case ASCII.upperN, ASCII.upperI: throw JSONFault(.notFinite, at: index)
        case ASCII.plus: throw JSONFault(.plusSign, at: index)
        case ASCII.slash: throw JSONFault(.comment, at: index)
        default: throw JSONFault(.unexpected(byte: byte, expected: "a value"), at: index)
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONFault) -> JSON {
        for offset in 0..<word.utf8CodeUnitCount {
            try expect(word.utf8Start[offset], "\(word)")
        }
        return value
    }

    private mutating func array() throws(JSONFault) -> [JSON] {
        try enter()
        var elements: [JSON] = []
        if close(ASCII.closeBracket) { return elements }
        while true {
            do throws(JSONFault) {
                elements.append(try value())
            } catch {
                throw error.within(.index(elements.count))
            }
            if try ends(ASCII.closeBracket, "a comma or ]") { return elements }
        }
    }

    private mutating func object() throws(JSONFault) -> [JSON.Member] {
        try enter()
        var members: [JSON.Member] = []
        var seen = JSONKeySet()
        if close(ASCII.closeBrace) { return members }
        members.reserveCapacity(usualCounts[depth])
        while true {
            let start = index
            guard peek() == ASCII.quote else { throw unexpected("a key in quotes") }
            let key = try string()
            guard seen.insert(key, after: members) else { throw JSONFault(.duplicateKey(key), at: start) }
            skipSpace()
            try expect(ASCII.colon, "a colon")
            skipSpace()
            do throws(JSONFault) {
                members.append(JSON.Member(key: key, value: try value()))
            } catch {
                throw error.within(.key(key))
            }
            if try ends(ASCII.closeBrace, "a comma or }") {
                usualCounts[depth + 1] = members.count
                return members
            }
        }
    }

    private mutating func enter() throws(JSONFault) {
        guard depth < JSONLimits.maximumDepth else {
            throw JSONFault(.tooDeep(limit: JSONLimits.maximumDepth), at: index)
        }
        depth += 1
        index += 1
        skipSpace()
    }

    private mutating func close(_ bracket: UInt8) -> Bool {
        guard peek() == bracket else { return false }
        index += 1
        depth -= 1
        return true
    }

    /// After an element: true past the closing bracket, false past a comma that has another element behind it.
    private mutating func ends(_ bracket: UInt8, _ expected: String) throws(JSONFault) -> Bool {
        skipSpace()
        if close(bracket) { return true }
        let comma = index
        try expect(ASCII.comma, expected)
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

/// Tells whether a key stood before in its object. Small objects are compared, large ones go through a set.
struct JSONKeySet {
    private var large: Set<String> = []

    /// False if `key` is one of `members`. To be called once for each key, in order.
    mutating func insert(_ key: String, after members: [JSON.Member]) -> Bool {
        guard members.count >= JSONLimits.comparedMembers else {
            return !members.contains { $0.key == key }
        }
        if large.isEmpty { large.formUnion(members.lazy.map(\.key)) }
        return large.insert(key).inserted
    }
}
