import JSON
import Trading

extension Alpaca {
    /// An id that begins with its time (https://github.com/ulid/spec): 26 characters of Crockford's base 32, of which the first ten
    /// are milliseconds since 1970. Those of one millisecond are in no order that means anything.
    package struct ULID: Value, Hashable, CustomStringConvertible {
        /// In capitals.
        package let text: String
        package let milliseconds: Int64

        private init(text: String, milliseconds: Int64) { (self.text, self.milliseconds) = (text, milliseconds) }

        /// nil where it is none.
        package init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count == 26 else { return nil }
            var value: Int64 = 0
            for (index, byte) in bytes.enumerated() {
                guard let digit = Self.digit(byte) else { return nil }
                if index < 10 { value = value << 5 | digit }
            }
            // 26 times 5 are two bits more than a ULID has.
            guard value < 1 << 48 else { return nil }
            self.init(text: text.uppercased(), milliseconds: value)
        }

        /// The letters without I, L, O and U.
        private static func digit(_ byte: UInt8) -> Int64? {
            let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
            let capital = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
            return letters.firstIndex(of: capital).map(Int64.init)
        }

        /// Saturates at the year 2262.
        package var time: Timestamp {
            let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
            return Timestamp(nanoseconds: overflow ? .max : nanoseconds)
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> ULID {
            let text = try String.read(json, style)
            guard let id = ULID(text) else { throw .malformed(text, .ulid) }
            return id
        }

        package func json(_ style: Style) -> JSON { .string(text) }
        package var description: String { text }
    }
}
