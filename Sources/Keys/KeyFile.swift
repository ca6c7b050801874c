import Foundation
import Messaging
import Wire
import ZeroMQTransport

/// A key in a file. `NAME.secret` (0600) goes to the host of the plugin and nowhere else; `NAME.public` to the core.
///
/// Both are one JSON object, so that any language can read them; the secret one has the public key too.
package struct KeyFile: Codable, Sendable {
    /// Whose it is meant to be. What counts is what the core's list says.
    package var role: String
    package var name: String
    /// 40 characters of Z85.
    package var publicKey: String
    /// 40 characters of Z85; absent in the public file.
    package var secretKey: String?

    /// Makes a key and writes both files.
    /// - Returns: the paths of the secret and the public file.
    /// - Throws: ``KeyError``: a file is there already, or cannot be written.
    package static func make(
        owner: KeyOwner, in folder: String
    ) throws -> (secret: String, public: String, pair: KeyPair) {
        let pair = try KeyPair.make()
        let path = "\(folder)/\(owner.role)-\(owner.name)"
        var file = KeyFile(role: owner.role, name: owner.name, publicKey: pair.publicKey.text, secretKey: nil)
        let open = try WireEncoder().encode(file)
        file.secretKey = pair.secretKey.secretText
        try GuardedFile.write(try WireEncoder().encode(file) + [0x0A], to: "\(path).secret", mode: 0o600, isNew: true)
        try GuardedFile.write(open + [0x0A], to: "\(path).public", mode: 0o644, isNew: true)
        return ("\(path).secret", "\(path).public", pair)
    }

    /// - Throws: ``KeyError``: there is none, others can read it, or it is no key.
    package static func readSecret(_ path: String) throws(KeyError) -> KeyPair {
        let file = try read(path, isSecret: true)
        guard let text = file.secretKey, let secret = SecretKey(text: text) else {
            throw KeyError(path, "it has no secret key; take the .secret file that `bigbrother keys new` wrote")
        }
        let pair: KeyPair
        do { pair = try KeyPair(secretKey: secret) } catch { throw KeyError(path, "its secret key is none: \(error)") }
        guard pair.publicKey.text == file.publicKey else {
            throw KeyError(path, "its two halves do not belong together; make a new key")
        }
        return pair
    }

    /// - Throws: ``KeyError``: there is none, or it is no key.
    package static func readPublic(_ path: String) throws(KeyError) -> (owner: KeyOwner, key: PublicKey) {
        let file = try read(path, isSecret: false)
        guard file.secretKey == nil else {
            throw KeyError(
                path, "this is the secret half, which never leaves its host; give the core the .public file")
        }
        guard let key = PublicKey(text: file.publicKey) else {
            throw KeyError(path, "its public_key is no 40 characters of Z85")
        }
        return (KeyOwner(role: file.role, name: file.name), key)
    }

    /// A public key, written out or in a file.
    /// - Throws: ``KeyError``.
    package static func publicKey(_ textOrPath: String) throws(KeyError) -> PublicKey {
        try named(textOrPath).key
    }

    /// A public key, written out or in a file, with the owner that the file names. A path may look like a key: it can have
    /// 40 characters, and all of them can be Z85. So a file that is there is a file.
    /// - Throws: ``KeyError``.
    package static func named(_ textOrPath: String) throws(KeyError) -> (owner: KeyOwner?, key: PublicKey) {
        if access(textOrPath, F_OK) != 0, let key = PublicKey(text: textOrPath) { return (nil, key) }
        return try readPublic(textOrPath)
    }

    private static func read(_ path: String, isSecret: Bool) throws(KeyError) -> KeyFile {
        guard let bytes = try GuardedFile.read(path, isSecret: isSecret) else {
            throw KeyError(path, "there is no such key file; `bigbrother keys new` makes one")
        }
        do {
            return try WireDecoder().decode(KeyFile.self, from: bytes, unknownFields: .refuse)
        } catch {
            throw KeyError(path, "it is no key file: \(error)")
        }
    }
}
