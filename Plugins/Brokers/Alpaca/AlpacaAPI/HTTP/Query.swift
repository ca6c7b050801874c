import JSON

extension Alpaca {
    /// The part of a target behind the question mark.
    package enum Query {
        /// `symbols=NVDA%2CBRK.B&limit=50`, without the question mark; empty where nothing is asked.
        package static func encode(_ record: some Record) -> String {
            guard case .object(let members) = record.json(.exact) else { return "" }
            return members.map { escaped($0.key) + "=" + escaped(text(of: $0.value)) }.joined(separator: "&")
        }

        /// Reads a record out of a query. A name that stands there several times has its values with commas.
        /// - Throws: ``DecodingError``.
        package static func decode<Value: Record>(_ type: Value.Type, from text: String) throws(DecodingError) -> Value
        {
            var members: [JSON.Member] = []
            for pair in text.split(separator: "&", omittingEmptySubsequences: true) {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let key = try plain(parts[0])
                let value = parts.count == 2 ? try plain(parts[1]) : ""
                if let index = members.firstIndex(where: { $0.key == key }) {
                    members[index].value = .string(self.text(of: members[index].value) + "," + value)
                } else {
                    guard members.count < Limits.fields else { throw DecodingError(.tooManyFields(members.count + 1)) }
                    members.append(.init(key: key, value: .string(value)))
                }
            }
            return try Value.read(.object(members), .exact)
        }

        /// A scalar as it stands in a query.
        static func text(of json: JSON) -> String {
            switch json {
            case .string(let text), .number(let text): text
            case .bool(let value): value ? "true" : "false"
            case .null: ""
            case .array, .object: String(decoding: json.bytes, as: UTF8.self)
            }
        }

        /// RFC 3986: all but the unreserved characters, so that `BTC/USD` is one segment of a path.
        package static func escaped(_ text: String) -> String {
            var bytes: [UInt8] = []
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    bytes.append(byte)
                default:
                    let digits = Array("0123456789ABCDEF".utf8)
                    bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Without escapes; a plus sign is a blank, as forms have it.
        /// - Throws: ``DecodingError`` for half an escape and for what is no UTF-8.
        package static func plain(_ text: some StringProtocol) throws(DecodingError) -> String {
            var bytes: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
                case UInt8(ascii: "%"):
                    guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                        throw .malformed(String(text), .text)
                    }
                    bytes.append(high << 4 | low)
                default: bytes.append(byte)
                }
            }
            guard let plain = String(validating: bytes, as: UTF8.self) else { throw .malformed(String(text), .text) }
            return plain
        }

        private static func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
    }
}
