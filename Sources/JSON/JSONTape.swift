/// A JSON text as a row of tokens: what decoding reads, without a tree of small objects.
///
/// A container's token stands in front of those of its parts, and `next` leads past them. A member is the token of its
/// key and then that of its value.
package struct JSONTape {
    package enum Kind: UInt8 {
        case null
        case `true`
        case `false`
        case number
        case string
        case array
        case object
    }

    package struct Token {
        package let kind: Kind
        /// Of a string or a number: its text is ASCII, and stands in the source as it is.
        package let isPlain: Bool
        /// Of a string or a number: its text, without quotes and escapes.
        package let start: Int32
        package let end: Int32
        /// The token after this value.
        package var next: Int32 = 0

        // What one decoding keeps at each value; see `WireDecoding` of `Wire`.

        /// Who asked for this member last.
        package var asker: Int32 = 0
        /// Who took this object as a whole.
        package var taker: Int32 = 0
        /// Of an object: the key that was found last, as a distance from it.
        package var cursor: Int32 = 1
    }

    package var tokens: [Token] = []
    /// The source, and behind it the texts that stand in it with escapes.
    package var text: [UInt8] = []

    package init() {}

    /// Takes a tree apart again, since decoding reads tokens only.
    package mutating func load(_ tree: JSON) {
        tokens.removeAll(keepingCapacity: true)
        text = []
        append(tree)
    }

    /// Scans a text, in the memory of the one before.
    package mutating func load(
        _ source: [UInt8], maximumBytes: Int, takesExponents: Bool = false
    ) throws(JSONError) {
        text = source
        try source.withUnsafeBufferPointer { text throws(JSONError) in
            var scanner = JSONScanner(
                text, tokens: exchange(&tokens, with: []), takesExponents: takesExponents)
            do throws(JSONFault) {
                guard text.count <= min(maximumBytes, Int(Int32.max) / 2) else {
                    throw JSONFault(.tooLarge(bytes: text.count, limit: maximumBytes), at: 0)
                }
                try scanner.document()
            } catch {
                throw error.located(in: text)
            }
            tokens = scanner.tokens
            if !scanner.aside.isEmpty { self.text += scanner.aside }
        }
    }

    private mutating func append(_ tree: JSON) {
        let at = tokens.count
        switch tree {
        case .null: append(.null, "")
        case .bool(let value): append(value ? .true : .false, "")
        case .number(let text): append(.number, text)
        case .string(let text): append(.string, text)
        case .array(let elements):
            append(.array, "")
            for element in elements { append(element) }
        case .object(let members):
            append(.object, "")
            for member in members {
                append(.string, member.key)
                append(member.value)
            }
        }
        tokens[at].next = Int32(tokens.count)
    }

    private mutating func append(_ kind: Kind, _ string: String) {
        let start = text.count
        text += string.utf8
        let isPlain = string.utf8.allSatisfy { $0 < 0x80 }
        tokens.append(
            Token(
                kind: kind, isPlain: isPlain, start: Int32(start), end: Int32(text.count), next: Int32(tokens.count + 1)
            ))
    }
}

extension JSONTape {
    package func string(_ at: Int) -> String {
        String(decoding: text[Int(tokens[at].start)..<Int(tokens[at].end)], as: UTF8.self)
    }

    /// The tokens of the elements of an array, or of the keys of an object.
    package func parts(of at: Int) -> [Int] {
        var found: [Int] = []
        let width = tokens[at].kind == .object ? 1 : 0
        var part = at + 1
        while part < tokens[at].next {
            found.append(part)
            part = Int(tokens[part + width].next)
        }
        return found
    }

    package func tree(at: Int) -> JSON {
        switch tokens[at].kind {
        case .null: .null
        case .true: .bool(true)
        case .false: .bool(false)
        case .number: .number(string(at))
        case .string: .string(string(at))
        case .array: .array(parts(of: at).map { tree(at: $0) })
        case .object: .object(parts(of: at).map { JSON.Member(key: string($0), value: tree(at: $0 + 1)) })
        }
    }

    /// Where a value stands.
    package func path(to at: Int) -> JSONPath {
        var path = JSONPath()
        var place = 0
        while place != at {
            let isObject = tokens[place].kind == .object
            let parts = parts(of: place)
            guard let index = parts.lastIndex(where: { $0 <= at }) else { return path }
            path.components.append(isObject ? .key(string(parts[index])) : .index(index))
            place = isObject ? parts[index] + 1 : parts[index]
        }
        return path
    }

    /// What a value is, with its article, for a message.
    package func kindName(_ at: Int) -> String {
        switch tokens[at].kind {
        case .null: JSON.null.kindName
        case .true, .false: JSON.bool(true).kindName
        case .number: JSON.number("").kindName
        case .string: JSON.string("").kindName
        case .array: JSON.array([]).kindName
        case .object: JSON.object([]).kindName
        }
    }
}
