import AlpacaAPI
import COpenSSL

/// The request that makes a WebSocket of a connection, and the answer to it (RFC 6455, 4.1).
struct WebSocketUpgrade {
    private let expected: String
    let request: [UInt8]
    private var head: [UInt8] = []

    /// Bytes of the longest answer.
    private static let most = 16_384

    enum Fault: Error {
        case tooLong
        /// Not 101.
        case status(Int)
        case noWebSocket
    }

    init(_ target: String, at address: WebAddress, headers: [Alpaca.Header]) {
        let nonce = Self.base64((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        expected = Self.base64(Self.sha1(Array((nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        var lines = [
            "GET \(target) HTTP/1.1", "Host: \(address.authority)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: \(nonce)", "Sec-WebSocket-Version: 13", "User-Agent: bigbrother/1",
        ]
        lines += headers.map { "\($0.name): \($0.value)" }
        request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// - Returns: what came behind the answer; nil as long as that is not whole.
    mutating func append(_ bytes: [UInt8]) throws(Fault) -> [UInt8]? {
        head += bytes
        let end = Array("\r\n\r\n".utf8)
        guard let index = head.indices.first(where: { head[$0...].starts(with: end) }) else {
            guard head.count <= Self.most else { throw .tooLong }
            return nil
        }
        try check(String(decoding: head[..<index], as: UTF8.self))
        return Array(head[(index + end.count)...])
    }

    private func check(_ text: String) throws(Fault) {
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { throw .noWebSocket }
        guard status == 101 else { throw .status(status) }
        var values: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            values[line[..<colon].lowercased()] = String(value.reversed().drop { $0 == " " }.reversed())
        }
        guard values["upgrade"]?.lowercased() == "websocket", values["sec-websocket-accept"] == expected,
            values["sec-websocket-extensions"] == nil
        else { throw .noWebSocket }
    }

    /// EVP_Digest(3).
    private static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha1(), nil) == 1 else { return [] }
        return Array(digest[..<Int(count)])
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                text.append(isPadding ? UInt8(ascii: "=") : letters[bits >> (18 - 6 * place) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
