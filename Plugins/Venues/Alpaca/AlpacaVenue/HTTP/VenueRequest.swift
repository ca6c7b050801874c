import AlpacaAPI
import Trading

/// One HTTP request as it came.
package struct VenueRequest: Sendable {
    package var method: String
    /// Without the query, its escapes as they stand.
    package var path: String
    /// Behind the question mark; empty where there is none.
    package var query: String
    package var headers: [Alpaca.Header]
    package var body: [UInt8]
    /// By the clock of the world outside, for the rate limit: a tape may run many times as fast.
    package var receivedAt: Timestamp

    /// - Parameter target: path and query.
    package init(
        _ method: String, _ target: String, headers: [Alpaca.Header] = [], body: [UInt8] = [], receivedAt: Timestamp
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        (self.method, self.headers, self.body, self.receivedAt) = (method, headers, body, receivedAt)
        path = parts.first.map(String.init) ?? ""
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Names are the same in capitals and small letters.
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    /// What opens an account: the two headers, or HTTP's Basic.
    var credentials: Alpaca.Credentials? {
        if let key = header("apca-api-key-id"), let secret = header("apca-api-secret-key") {
            return Alpaca.Credentials(key: key, secret: secret)
        }
        guard let words = header("authorization")?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "basic", let bytes = Base64.decode(words[1])
        else { return nil }
        let pair = String(decoding: bytes, as: UTF8.self)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return pair.count == 2 ? Alpaca.Credentials(key: String(pair[0]), secret: String(pair[1])) : nil
    }
}

/// One HTTP response.
package struct VenueResponse: Equatable, Sendable {
    package var status: Int
    package var headers: [Alpaca.Header] = []
    package var body: [UInt8] = []
    /// Nothing is sent, and the connection stays open: the client's time-out decides.
    package internal(set) var isWithheld = false
    /// What it goes on with: a stream of server-sent events.
    var follower: EventSockets.Follower?

    /// Whether it goes on after its body, with frames for its socket.
    package var goesOn: Bool { follower != nil }

    init(_ status: Int) { self.status = status }

    package init(status: Int, headers: [Alpaca.Header], body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// 200 and a document.
    init(_ value: some Alpaca.Value, status: Int = 200) {
        (self.status, body) = (status, Alpaca.encode(value))
    }
}

/// RFC 4648, section 4.
enum Base64 {
    /// nil for anything else.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let digit = digit(byte) else { return nil }
            bits = bits << 6 | digit
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
