import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come in pieces: EVP_DigestInit_ex2(3), EVP_DigestUpdate(3) and EVP_DigestFinal_ex(3) of
/// libcrypto.
///
/// Nothing of it can fail but for want of memory, so nothing throws.
struct SHA256: ~Copyable {
    /// The digest as four words: its bytes 0 to 7, 8 to 15 and so on, big-endian.
    typealias Words = (UInt64, UInt64, UInt64, UInt64)

    private let context: OpaquePointer

    /// From a library context of its own, so that no openssl.cnf of the machine has a say in the journal's chain. Unsafe in
    /// name alone: it is made once and never changed (EVP_MD_fetch(3): a fetched algorithm is constant).
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(OSSL_LIB_CTX_new(), "SHA256", "provider=default")

    init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
        self.context = context
        Self.expect(EVP_DigestInit_ex2(context, Self.algorithm, nil))
    }

    deinit { EVP_MD_CTX_free(context) }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        Self.expect(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    consuming func finish() -> Words {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4) { digest in
            Self.expect(EVP_DigestFinal_ex(context, UnsafeMutableRawPointer(digest.baseAddress), nil))
            return (digest[0].bigEndian, digest[1].bigEndian, digest[2].bigEndian, digest[3].bigEndian)
        }
    }

    private static func expect(_ result: CInt) { precondition(result == 1, "libcrypto has no SHA-256, or no memory") }
}
