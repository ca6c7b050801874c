import JSON

/// A value that writes and reads itself, without the containers of Codable: what stands in every message many times.
///
/// It owes the bytes that its `encode(to:)` would give, and the value that its `init(from:)` would read; `WireDirectTests`
/// compares them.
package protocol WireDirect: WireSpecial, Codable {
    func write(to writer: inout JSONWriter)
    /// Nil for what is no such value, or does not stand as we would write it: the ordinary way follows, and reads it or
    /// says what is wrong.
    init?(wire value: WireValue)

    /// False, and nothing written, where this value goes the ordinary way. The address is that of a value of this type; see
    /// ``WireWritable``.
    static func write(at address: UnsafeRawPointer, to writer: inout JSONWriter) -> Bool
    /// The address is that of memory for a value, which holds one when this is true.
    static func read(_ value: WireValue, into address: UnsafeMutableRawPointer) -> Bool
}

extension WireDirect {
    package static func write(at address: UnsafeRawPointer, to writer: inout JSONWriter) -> Bool {
        address.assumingMemoryBound(to: Self.self).pointee.write(to: &writer)
        return true
    }

    package static func read(_ value: WireValue, into address: UnsafeMutableRawPointer) -> Bool {
        guard let read = Self(wire: value) else { return false }
        address.initializeMemory(as: Self.self, to: read)
        return true
    }
}

/// A value that was scanned and not yet read.
package struct WireValue {
    let decoding: WireDecoding
    let token: Int

    var kind: JSONTape.Kind { decoding.tape.tokens[token].kind }

    /// Reads the text of a string; nil for anything else.
    func text<Result>(_ read: (UnsafeBufferPointer<UInt8>) -> Result?) -> Result? {
        let token = decoding.tape.tokens[token]
        guard token.kind == .string else { return nil }
        return decoding.tape.text.withUnsafeBufferPointer { text in
            read(UnsafeBufferPointer(rebasing: text[Int(token.start)..<Int(token.end)]))
        }
    }

    package var string: String? { kind == .string ? decoding.tape.string(token) : nil }

    package var integer: Int64? {
        guard kind == .number else { return nil }
        do { return try WireScalar.integer(decoding.tape, token) } catch { return nil }
    }

    var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        case .null, .number, .string, .array, .object: nil
        }
    }

    /// Nil unless it is an array of which every element can be read.
    package func array<Element: WireDirect>(of type: Element.Type) -> [Element]? {
        guard kind == .array else { return nil }
        let end = Int(decoding.tape.tokens[token].next)
        var elements: [Element] = []
        var next = token + 1
        while next < end {
            guard let element = Element(wire: WireValue(decoding: decoding, token: next)) else { return nil }
            elements.append(element)
            next = Int(decoding.tape.tokens[next].next)
        }
        return elements
    }

    /// Nil unless it is an array of strings.
    var strings: [String]? {
        guard kind == .array else { return nil }
        var strings: [String] = []
        for part in decoding.tape.parts(of: token) {
            guard let string = WireValue(decoding: decoding, token: part).string else { return nil }
            strings.append(string)
        }
        return strings
    }

    /// Nil for anything but an object.
    package var fields: WireFields? { kind == .object ? WireFields(self) : nil }

    /// The one member of an object: the case of an enum.
    package func only(_ name: StaticString) -> WireValue? {
        guard var fields, let value = fields.take(name), fields.isDone else { return nil }
        return value
    }
}

/// The members of an object, taken in the order in which they are written.
package struct WireFields {
    private let decoding: WireDecoding
    private var key: Int
    private let end: Int
    /// Nothing was met so far that could not be read.
    private var isSound = true

    init(_ object: WireValue) {
        decoding = object.decoding
        key = object.token + 1
        end = Int(object.decoding.tape.tokens[object.token].next)
    }

    /// All was taken, and all could be read.
    package var isDone: Bool { isSound && key == end }

    /// The next member if it has this name.
    package mutating func take(_ name: StaticString) -> WireValue? {
        guard key < end, decoding.isKey(key, name) else { return nil }
        let value = WireValue(decoding: decoding, token: key + 1)
        key = Int(decoding.tape.tokens[key + 1].next)
        return value
    }

    /// A member that may be absent or null.
    package mutating func optional<Value>(_ name: StaticString, _ read: (WireValue) -> Value?) -> Value? {
        guard let value = take(name), value.kind != .null else { return nil }
        let result = read(value)
        if result == nil { isSound = false }
        return result
    }

    package mutating func optional<Value: WireDirect>(_ name: StaticString) -> Value? {
        optional(name) { Value(wire: $0) }
    }

    package mutating func required<Value: WireDirect>(_ name: StaticString) -> Value? {
        guard let value = take(name) else { return nil }
        return Value(wire: value)
    }
}

extension JSONWriter {
    package mutating func field(_ key: StaticString, _ value: some WireDirect) {
        self.key(key)
        value.write(to: &self)
    }

    package mutating func field(_ key: StaticString, _ value: (some WireDirect)?) {
        if let value { field(key, value) }
    }

    package mutating func field(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(key)
        string(value)
    }

    package mutating func field(_ key: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.key(key)
        int(value)
    }

    package mutating func field(_ key: StaticString, _ value: Bool?) {
        guard let value else { return }
        self.key(key)
        bool(value)
    }

    package mutating func field(_ key: StaticString, _ values: [some WireDirect]?) {
        guard let values else { return }
        self.key(key)
        beginArray()
        for value in values { value.write(to: &self) }
        endArray()
    }

    package mutating func field(_ key: StaticString, _ values: [String]?) {
        guard let values else { return }
        self.key(key)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}
