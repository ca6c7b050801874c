/// A public key of CURVE (Curve25519): who somebody is. It may be shown to everybody.
package struct PublicKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: Bytes

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: Bytes) {
        guard bytes.count == Limits.keyBytes else { return nil }
        self.bytes = bytes
    }

    /// Nil unless it is 40 characters of ``Z85``.
    package init?(text: String) {
        guard let bytes = Z85.decode(text) else { return nil }
        self.init(bytes)
    }

    /// 40 characters of ``Z85``.
    package var text: String { Z85.encode(bytes) }
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// A secret key of CURVE. It is in no description, so that no log has it.
package struct SecretKey: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: Bytes

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: Bytes) {
        guard bytes.count == Limits.keyBytes else { return nil }
        self.bytes = bytes
    }

    /// Nil unless it is 40 characters of ``Z85``.
    package init?(text: String) {
        guard let bytes = Z85.decode(text) else { return nil }
        self.init(bytes)
    }

    /// 40 characters of ``Z85``, for the key file alone.
    package var secretText: String { Z85.encode(bytes) }
    package var description: String { "(secret key)" }
}

/// Both halves of one key.
package struct KeyPair: Hashable, Sendable {
    package let publicKey: PublicKey
    package let secretKey: SecretKey

    package init(publicKey: PublicKey, secretKey: SecretKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }
}

/// Whose a key is: one role and one name, no more.
package struct KeyOwner: Hashable, Sendable, CustomStringConvertible {
    /// The socket that it may connect to: `policy`, `broker` or `provider`.
    package let role: String
    /// As the configuration names the plugin.
    package let name: String

    package init(role: String, name: String) {
        self.role = role
        self.name = name
    }

    package var description: String { "\(role) \(name)" }
}

/// Who is let in. It is asked from any thread, with every handshake and again with every hello.
package protocol KeyAuthority: AnyObject, Sendable {
    /// Nil: it is let in by nobody, which is also the answer when the list cannot be read.
    func owner(of key: PublicKey) -> KeyOwner?
    /// Why the list cannot be read; nil when it can.
    var trouble: String? { get }
}
