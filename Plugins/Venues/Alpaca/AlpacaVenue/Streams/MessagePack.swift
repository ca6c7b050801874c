import JSON
import Trading

/// JSON as MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), which some clients ask for.
///
/// A time is an extension of its own there (-1), so a text that is a time becomes one under the keys that hold times.
enum MessagePack {
    // MARK: - Writing

    static func encode(_ json: JSON, timeKeys: Set<String>) -> [UInt8] {
        var bytes: [UInt8] = []
        write(json, isTime: false, timeKeys, &bytes)
        return bytes
    }

    private static func write(_ json: JSON, isTime: Bool, _ timeKeys: Set<String>, _ bytes: inout [UInt8]) {
        switch json {
        case .null: bytes.append(0xC0)
        case .bool(let value): bytes.append(value ? 0xC3 : 0xC2)
        case .number(let text):
            if let value = Int64(text) {
                write(value, &bytes)
            } else {
                bytes.append(0xCB)
                write(bits: (Double(text) ?? .nan).bitPattern, 8, &bytes)
            }
        case .string(let text):
            if isTime, let time = Timestamp(rfc3339: text) { return write(time, &bytes) }
            write(text, &bytes)
        case .array(let elements):
            header(elements.count, short: 0x90, shortLimit: 16, 0xDC, &bytes)
            for element in elements { write(element, isTime: false, timeKeys, &bytes) }
        case .object(let members):
            header(members.count, short: 0x80, shortLimit: 16, 0xDE, &bytes)
            for member in members {
                write(member.key, &bytes)
                write(member.value, isTime: timeKeys.contains(member.key), timeKeys, &bytes)
            }
        }
    }

    /// The short form, or 16 and 32 bits behind two codes that follow each other.
    private static func header(_ count: Int, short: UInt8, shortLimit: Int, _ code: UInt8, _ bytes: inout [UInt8]) {
        if count < shortLimit { return bytes.append(short | UInt8(count)) }
        bytes.append(count < 1 << 16 ? code : code + 1)
        write(bits: UInt64(count), count < 1 << 16 ? 2 : 4, &bytes)
    }

    private static func write(_ text: String, _ bytes: inout [UInt8]) {
        let utf8 = Array(text.utf8)
        if utf8.count >= 32, utf8.count < 256 {
            bytes += [0xD9, UInt8(utf8.count)]
        } else {
            header(utf8.count, short: 0xA0, shortLimit: 32, 0xDA, &bytes)
        }
        bytes += utf8
    }

    private static func write(_ value: Int64, _ bytes: inout [UInt8]) {
        if (-32..<128).contains(value) { return bytes.append(UInt8(truncatingIfNeeded: value)) }
        bytes.append(0xD3)
        write(bits: UInt64(bitPattern: value), 8, &bytes)
    }

    /// Nanoseconds in 32 bits, seconds in 64.
    private static func write(_ time: Timestamp, _ bytes: inout [UInt8]) {
        let seconds = Rounding.down.quotient(Int128(time.nanoseconds), 1_000_000_000)
        bytes += [0xC7, 12, 0xFF]
        write(bits: UInt64(Int128(time.nanoseconds) - seconds * 1_000_000_000), 4, &bytes)
        write(bits: UInt64(bitPattern: Int64(seconds)), 8, &bytes)
    }

    private static func write(bits: UInt64, _ count: Int, _ bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8))) }
    }

    // MARK: - Reading

    /// nil for anything else, for keys that are no texts, and for what is nested too deep. Floating point is not read: no command has any.
    static func decode(_ bytes: [UInt8]) -> JSON? {
        var rest = bytes[...]
        guard let json = read(&rest, depth: 0), rest.isEmpty else { return nil }
        return json
    }

    private static func read(_ rest: inout ArraySlice<UInt8>, depth: Int) -> JSON? {
        guard depth < 16, let code = rest.popFirst() else { return nil }
        switch code {
        case 0x00...0x7F: return .integer(code)
        case 0x80...0x8F: return map(Int(code & 15), &rest, depth)
        case 0x90...0x9F: return array(Int(code & 15), &rest, depth)
        case 0xA0...0xBF: return text(Int(code & 31), &rest).map(JSON.string)
        case 0xC0: return .null
        case 0xC2, 0xC3: return .bool(code == 0xC3)
        case 0xCC, 0xCD, 0xCE, 0xCF: return bits(1 << Int(code - 0xCC), &rest).map { JSON.integer($0) }
        case 0xD9, 0xDA, 0xDB:
            guard let count = length(1 << Int(code - 0xD9), &rest) else { return nil }
            return text(count, &rest).map(JSON.string)
        case 0xDC, 0xDD: return length(code == 0xDC ? 2 : 4, &rest).flatMap { array($0, &rest, depth) }
        case 0xDE, 0xDF: return length(code == 0xDE ? 2 : 4, &rest).flatMap { map($0, &rest, depth) }
        case 0xE0...0xFF: return .integer(Int8(bitPattern: code))
        default: return nil
        }
    }

    private static func bits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Of something whose parts have a byte each at least.
    private static func length(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let length = bits(count, &rest), length <= UInt64(rest.count) else { return nil }
        return Int(length)
    }

    private static func text(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> String? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return String(validating: rest.prefix(count), as: UTF8.self)
    }

    private static func array(_ count: Int, _ rest: inout ArraySlice<UInt8>, _ depth: Int) -> JSON? {
        var elements: [JSON] = []
        for _ in 0..<count {
            guard let element = read(&rest, depth: depth + 1) else { return nil }
            elements.append(element)
        }
        return .array(elements)
    }

    private static func map(_ count: Int, _ rest: inout ArraySlice<UInt8>, _ depth: Int) -> JSON? {
        var members: [JSON.Member] = []
        for _ in 0..<count {
            guard case .string(let key)? = read(&rest, depth: depth + 1),
                !members.contains(where: { $0.key == key }), let value = read(&rest, depth: depth + 1)
            else { return nil }
            members.append(.init(key: key, value: value))
        }
        return .object(members)
    }
}
