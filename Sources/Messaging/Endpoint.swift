/// An address that may be bound or dialed. Only ``parse(_:_:)`` makes one, so a forbidden address cannot be written down.
///
/// Allowed in the plain are `ipc:///absolute/path`, `tcp://127.0.0.1:5555`, `tcp://[::1]:5555` and, in tests, `inproc://name`;
/// with CURVE any host: `tcp://10.1.2.3:5555`, `tcp://[fd00::1]:5555`, `tcp://core.example.com:5555` (to dial),
/// `tcp://*:5555` (to listen on all interfaces). Port 0 lets the system choose; it can be bound but not dialed.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Transport: Hashable, Sendable { case ipc, inproc, tcp }

    /// What protects the conversation.
    package enum Protection: Hashable, Sendable {
        /// Nothing: the machine's own addresses only.
        case none
        /// Keys at both ends, everything encrypted.
        case curve
    }

    package let transport: Transport
    /// The whole text, as libzmq takes it.
    package let text: String
    /// A socket without CURVE refuses it.
    package let needsCURVE: Bool
    package var description: String { text }

    /// Of tcp.
    package var port: UInt16? {
        guard transport == .tcp, let colon = text.lastIndex(of: ":") else { return nil }
        return UInt16(text[text.index(after: colon)...])
    }

    private init(_ transport: Transport, _ text: String, needsCURVE: Bool = false) {
        self.transport = transport
        self.text = text
        self.needsCURVE = needsCURVE
    }

    /// Reads an endpoint and applies the policy.
    /// - Throws: ``MessagingError/invalidEndpoint(_:)`` with the reason.
    package static func parse(_ text: String, _ protection: Protection = .none) throws(MessagingError) -> Endpoint {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw refused(text, "it has a blank or a control character")
        }
        if let path = text.rest(after: "ipc://") { return try ipc(path, text) }
        if let name = text.rest(after: "inproc://") { return try inproc(name, text) }
        if let address = text.rest(after: "tcp://") { return try tcp(address, text, protection) }
        throw refused(text, "expected ipc://, inproc:// or tcp://")
    }

    private static func ipc(_ path: Substring, _ text: String) throws(MessagingError) -> Endpoint {
        // "@name" would be an abstract socket, which no directory protects.
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw refused(text, "ipc needs the absolute path of a file")
        }
        let length = path.utf8.count
        guard length <= Limits.maximumIPCPathBytes else {
            throw refused(text, "its path has \(length) bytes where \(Limits.maximumIPCPathBytes) are allowed")
        }
        return Endpoint(.ipc, text)
    }

    private static func inproc(_ name: Substring, _ text: String) throws(MessagingError) -> Endpoint {
        guard 1...Limits.maximumInprocNameBytes ~= name.utf8.count else {
            throw refused(text, "an inproc name has 1 to \(Limits.maximumInprocNameBytes) bytes")
        }
        return Endpoint(.inproc, text)
    }

    private static func tcp(
        _ address: Substring, _ text: String, _ protection: Protection
    ) throws(MessagingError) -> Endpoint {
        guard let colon = address.lastIndex(of: ":") else { throw refused(text, "tcp needs a port") }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        let isOwn = host == "127.0.0.1" || host == "[::1]"
        if !isOwn {
            guard protection == .curve else {
                throw refused(
                    text,
                    "tcp off 127.0.0.1 and [::1] needs CURVE keys; see docs/hosts.md, `bigbrother keys` makes them")
            }
            guard isHost(host) else {
                throw refused(text, "expected an IPv4 address, an IPv6 address in [], a host's name, or * to listen")
            }
        }
        // The way back excludes "+1", "007" and "*".
        guard let number = UInt16(port), String(number) == port else {
            throw refused(text, "a port is a number from 0 to 65535")
        }
        return Endpoint(.tcp, text, needsCURVE: !isOwn)
    }

    /// Excludes libzmq's source addresses (`eth0;...`) and whatever else is no plain address or name.
    private static func isHost(_ host: Substring) -> Bool {
        if host == "*" { return true }
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            return host.hasSuffix("]") && inner.contains(":")
                && inner.utf8.allSatisfy { UInt8(ascii: ":") == $0 || UInt8(ascii: ".") == $0 || isHexadecimal($0) }
        }
        guard 1...253 ~= host.utf8.count, host.first != "-", host.first != "." else { return false }
        return host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func refused(_ text: String, _ reason: String) -> MessagingError {
        .invalidEndpoint("endpoint \"\(text.prefix(Limits.quotedCharacters))\" is refused: \(reason)")
    }
}

extension String {
    fileprivate func rest(after prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
