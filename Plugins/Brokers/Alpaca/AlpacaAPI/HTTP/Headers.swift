import JSON
import Trading

extension Alpaca {
    /// One line of an HTTP header.
    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

        /// Names are the same in capitals and small letters.
        func isNamed(_ other: String) -> Bool { name.lowercased() == other }
    }

    /// What is left of the requests of a minute: `X-RateLimit-Limit`, `-Remaining` and `-Reset`, on every response.
    package struct RateLimit: Equatable, Sendable {
        /// Requests a minute.
        package var limit: Int64?
        package var remaining: Int64?
        /// When `remaining` is `limit` again.
        package var reset: Timestamp?

        /// nil where there is none of them.
        /// - Throws: ``DecodingError`` with the header's name as its path.
        package init?(_ headers: [Header]) throws(DecodingError) {
            func number(_ name: String) throws(DecodingError) -> Int64? {
                guard let header = headers.first(where: { $0.isNamed(name) }) else { return nil }
                guard let value = Int64(header.value), value >= 0 else {
                    throw DecodingError(.malformed(DecodingError.cut(header.value), .header), path: [name])
                }
                return value
            }
            limit = try number("x-ratelimit-limit")
            remaining = try number("x-ratelimit-remaining")
            if let seconds = try number("x-ratelimit-reset") {
                guard seconds < Int64.max / 1_000_000_000 else {
                    throw DecodingError(.malformed(String(seconds), .header), path: ["x-ratelimit-reset"])
                }
                reset = Timestamp(seconds: seconds)
            }
            if limit == nil, remaining == nil, reset == nil { return nil }
        }
    }
}
