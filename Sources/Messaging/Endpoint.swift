/// An address that may be bound or dialed. Only ``parse(_:)`` makes one, so a forbidden address cannot be written down.
///
/// Allowed are `ipc:///absolute/path`, `tcp://127.0.0.1:5555`, `tcp://[::1]:5555` and, in tests, `inproc://name`.
/// Port 0 lets the system choose; it can be bound but not dialed.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Transport: Hashable, Sendable { case ipc, inproc, tcp }

    package let transport: Transport
    /// The whole text, as libzmq takes it.
    package let text: String
    package var description: String { text }

    private init(_ transport: Transport, _ text: String) {
        self.transport = transport
        self.text = text
    }

    /// Reads an endpoint and applies the policy.
    /// - Throws: ``MessagingError/invalidEndpoint(_:)`` with the reason.
    package static func parse(_ text: String) throws(MessagingError) -> Endpoint {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw refused(text, "it has a blank or a control character")
        }
        if let path = text.rest(after: "ipc://") { return try ipc(path, text) }
        if let name = text.rest(after: "inproc://") { return try inproc(name, text) }
        if let address = text.rest(after: "tcp://") { return try tcp(address, text) }
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

    private static func tcp(_ address: Substring, _ text: String) throws(MessagingError) -> Endpoint {
        guard let colon = address.lastIndex(of: ":") else { throw refused(text, "tcp needs a port") }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        guard host == "127.0.0.1" || host == "[::1]" else {
            throw refused(text, "plain tcp off 127.0.0.1 and [::1] needs CURVE, which is not built yet")
        }
        // The way back excludes "+1", "007" and "*".
        guard let number = UInt16(port), String(number) == port else {
            throw refused(text, "a port is a number from 0 to 65535")
        }
        return Endpoint(.tcp, text)
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
