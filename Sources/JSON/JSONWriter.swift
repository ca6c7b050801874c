/// Writes JSON by hand, for what is too frequent for an `Encoder`.
///
/// - I-JSON-6: The writer puts the commas. A comma is due unless the last byte is an opening bracket, a colon or a
///   comma; no value ends in one of these.
/// - I-JSON-7: The order of the calls is the order of the bytes. A call out of turn is a bug, not an error.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("seq")
/// writer.int(41)
/// writer.endObject()
/// let bytes = writer.finish()  // {"seq":41}
/// ```
package struct JSONWriter {
    package private(set) var bytes: [UInt8]
    private let start: Int
    private var depth = 0

    /// Appends to `bytes`.
    package init(appendingTo bytes: consuming [UInt8] = []) {
        self.start = bytes.count
        self.bytes = bytes
    }

    /// The bytes, with what stood in them before.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0, "an object or an array is still open")
        return bytes
    }

    /// Grows the buffer once instead of step by step.
    package mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    package mutating func beginObject() { open(ASCII.openBrace) }
    package mutating func endObject() { close(ASCII.closeBrace) }
    package mutating func beginArray() { open(ASCII.openBracket) }
    package mutating func endArray() { close(ASCII.closeBracket) }

    /// A key that is known when we compile. It must need no escape.
    package mutating func key(_ key: StaticString) {
        separate()
        bytes.append(ASCII.quote)
        bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(ASCII.quote)
        bytes.append(ASCII.colon)
    }

    /// A key of any text.
    package mutating func key(_ key: String) {
        string(key)
        bytes.append(ASCII.colon)
    }

    /// A string, escaped where JSON asks for it.
    package mutating func string(_ value: String) {
        separate()
        JSONEscaping.append(value, to: &bytes)
    }

    package mutating func int(_ value: some FixedWidthInteger) {
        separate()
        JSONDigits.append(value, to: &bytes)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    package mutating func null() {
        separate()
        append("null")
    }

    /// One whole value that is JSON already. It is not checked.
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// A key and its colon, already quoted and escaped.
    package mutating func rendered(key: [UInt8]) {
        separate()
        bytes.append(contentsOf: key)
    }

    /// True after a key that has no value yet.
    package var awaitsValue: Bool { bytes.count > start && bytes[bytes.count - 1] == ASCII.colon }

    private mutating func separate() {
        guard bytes.count > start else { return }
        switch bytes[bytes.count - 1] {
        case ASCII.openBrace, ASCII.openBracket, ASCII.colon, ASCII.comma: return
        default: bytes.append(ASCII.comma)
        }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
    }

    private mutating func close(_ bracket: UInt8) {
        precondition(depth > 0, "no object or array is open")
        bytes.append(bracket)
        depth -= 1
    }

    /// Takes back the brace that was written last: the object may be no more than its one value.
    package mutating func takeBackBrace() {
        precondition(depth > 0 && bytes.last == ASCII.openBrace, "no object has just been opened")
        bytes.removeLast()
        depth -= 1
    }

    /// Puts a brace and a key in front of a value that turned out not to be the only one.
    package mutating func restoreBrace(at offset: Int, key: [UInt8]) {
        bytes.insert(contentsOf: CollectionOfOne(ASCII.openBrace) + key, at: offset)
        depth += 1
    }

    /// A whole number as a string.
    package mutating func quoted(_ value: Int64) {
        beginText()
        JSONDigits.append(value, to: &bytes)
        endText()
    }

    /// A decimal number as a string: the shortest exact text of so many units of its last decimal.
    package mutating func decimal(_ units: Int64, decimals: Int) {
        beginText()
        JSONDigits.append(units, decimals: decimals, to: &bytes)
        endText()
    }

    private mutating func beginText() {
        separate()
        bytes.append(ASCII.quote)
    }

    private mutating func endText() { bytes.append(ASCII.quote) }

    /// Begins anew in the same memory.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        depth = 0
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
