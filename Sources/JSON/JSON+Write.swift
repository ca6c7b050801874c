extension JSON {
    /// Appends the value without spaces, members in their order.
    package func write(to bytes: inout [UInt8]) {
        var writer = JSONWriter(appendingTo: exchange(&bytes, with: []))
        write(to: &writer)
        bytes = writer.finish()
    }

    /// The value without spaces, members in their order.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.raw(text.utf8)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.key)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The value for people: one member or element to a line, two spaces for each level.
    package var pretty: String {
        var bytes: [UInt8] = []
        writePretty(to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writePretty(to bytes: inout [UInt8], indent: Int) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            Self.lines(elements, ASCII.openBracket, ASCII.closeBracket, indent, &bytes) { element, bytes in
                element.writePretty(to: &bytes, indent: indent + 1)
            }
        case .object(let members) where !members.isEmpty:
            Self.lines(members, ASCII.openBrace, ASCII.closeBrace, indent, &bytes) { member, bytes in
                JSONEscaping.append(member.key, to: &bytes)
                bytes.append(contentsOf: [ASCII.colon, ASCII.space])
                member.value.writePretty(to: &bytes, indent: indent + 1)
            }
        case .null, .bool, .number, .string, .array, .object:
            write(to: &bytes)
        }
    }

    private static func lines<Item>(
        _ items: [Item], _ open: UInt8, _ close: UInt8, _ indent: Int, _ bytes: inout [UInt8],
        _ write: (Item, inout [UInt8]) -> Void
    ) {
        bytes.append(open)
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(ASCII.comma) }
            newline(indent + 1, &bytes)
            write(item, &bytes)
        }
        newline(indent, &bytes)
        bytes.append(close)
    }

    private static func newline(_ indent: Int, _ bytes: inout [UInt8]) {
        bytes.append(ASCII.newline)
        bytes.append(contentsOf: repeatElement(ASCII.space, count: indent * 2))
    }
}

/// Moves the value out, so that the buffer is not copied when it grows.
func exchange<Value>(_ value: inout Value, with new: Value) -> Value {
    let old = value
    value = new
    return old
}
