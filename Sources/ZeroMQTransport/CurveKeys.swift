import CZeroMQ
import Messaging

extension KeyPair {
    /// A new random key (`zmq_curve_keypair`).
    /// - Throws: ``MessagingError/system(code:call:)`` when libzmq is built without CURVE.
    package static func make() throws(MessagingError) -> KeyPair {
        var publicText = [CChar](repeating: 0, count: 41)
        var secretText = [CChar](repeating: 0, count: 41)
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw MessagingError(code: zmq_errno(), call: "zmq_curve_keypair")
        }
        guard let publicKey = PublicKey(text: text(publicText)), let secretKey = SecretKey(text: text(secretText))
        else { throw .system(code: 0, call: "zmq_curve_keypair (its text is no Z85)") }
        return KeyPair(publicKey: publicKey, secretKey: secretKey)
    }

    /// The pair of a secret key (`zmq_curve_public`).
    /// - Throws: ``MessagingError/system(code:call:)``.
    package init(secretKey: SecretKey) throws(MessagingError) {
        var publicText = [CChar](repeating: 0, count: 41)
        guard zmq_curve_public(&publicText, secretKey.secretText) == 0,
            let publicKey = PublicKey(text: Self.text(publicText))
        else { throw MessagingError(code: zmq_errno(), call: "zmq_curve_public") }
        self.init(publicKey: publicKey, secretKey: secretKey)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
