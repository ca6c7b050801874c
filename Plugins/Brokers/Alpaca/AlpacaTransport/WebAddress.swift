import AlpacaAPI

/// Scheme, host and port of a server, such as `https://paper-api.alpaca.markets`.
///
/// Without TLS only this host is spoken to: a key never goes over a network in the clear.
package struct WebAddress: Equatable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    package let host: String
    /// nil for the scheme's own.
    package let port: Int?

    /// - Throws: ``WebAddressError`` for what is no `https://host[:port]`, and for `http://` to another host than this one.
    package init(_ text: String) throws(WebAddressError) {
        var rest = text[...]
        if rest.last == "/" { rest.removeLast() }
        if rest.hasPrefix("https://") {
            (isSecure, rest) = (true, rest.dropFirst(8))
        } else if rest.hasPrefix("http://") {
            (isSecure, rest) = (false, rest.dropFirst(7))
        } else {
            throw WebAddressError(text: text, why: .form)
        }
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        host = String(parts.first ?? "")
        let isHost = !host.isEmpty && host.utf8.allSatisfy(Self.isOfHost)
        guard isHost else { throw WebAddressError(text: text, why: .form) }
        if parts.count == 2 {
            guard let number = Int(parts[1]), (1...65_535).contains(number) else {
                throw WebAddressError(text: text, why: .form)
            }
            port = number
        } else {
            port = nil
        }
        guard isSecure || host == "127.0.0.1" || host == "localhost" else {
            throw WebAddressError(text: text, why: .inTheClear)
        }
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// As it stands in the header `Host`.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }
    package var description: String { (isSecure ? "https://" : "http://") + authority }
}

package struct WebAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable { case form, inTheClear }
    package let text: String
    package let why: Reason

    package var description: String {
        switch why {
        case .form: "\"\(text)\" is no address such as https://paper-api.alpaca.markets"
        case .inTheClear: "\"\(text)\" would send the key in the clear: write https://, or a port of this host"
        }
    }
}
