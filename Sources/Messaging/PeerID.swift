/// The bytes of one frame.
package typealias Bytes = [UInt8]

/// The routing id under which a router knows one connection. It is an address, never proof of who is there.
///
/// An id that libzmq made has 5 bytes, the first of them 0, and changes with every connection.
package struct PeerID: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 255 bytes.
    package let bytes: Bytes

    /// Nil when there are no bytes, more than ``Limits/maximumRoutingIDBytes``, or when the first is 0: those are
    /// libzmq's own.
    package init?(_ bytes: Bytes) {
        guard let first = bytes.first, first != 0, bytes.count <= Limits.maximumRoutingIDBytes else { return nil }
        self.bytes = bytes
    }

    /// Takes an id from the transport as it is.
    package init(fromTransport bytes: Bytes) { self.bytes = bytes }

    // As one piece: an array hashes each byte by itself, and peers are looked up with every message.
    package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }

    /// Lower-case hexadecimal digits, two per byte.
    package var description: String {
        var text = ""
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            if byte < 0x10 { text.append("0") }
            text += String(byte, radix: 16)
        }
        return text
    }
}
