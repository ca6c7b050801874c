import AlpacaAPI
import FileTrust
import Glibc
import PluginKit

/// Where a key is: a file that nobody else may read, or two variables of the environment.
package struct AlpacaKey: Equatable, Sendable {
    package var file: String?
    package var keyVariable: String?
    package var secretVariable: String?

    package init(file: String? = nil, keyVariable: String? = nil, secretVariable: String? = nil) {
        (self.file, self.keyVariable, self.secretVariable) = (file, keyVariable, secretVariable)
    }

    /// In words of an error.
    package var place: String { file ?? "the variables of the key" }

    /// - Throws: `SettingsError`, which names a file or a variable and never what stands there.
    package func read() throws -> Alpaca.Credentials {
        switch (file, keyVariable, secretVariable) {
        case (let path?, nil, nil): return try KeyFileReading.read(path)
        case (nil, let key?, let secret?):
            return Alpaca.Credentials(key: try Self.variable(key), secret: try Self.variable(secret))
        default:
            throw SettingsError(
                "where is the key? Write key_file, the path of a file of mode 0600, or key_variable and secret_variable, the names of two variables of the environment"
            )
        }
    }

    private static func variable(_ name: String) throws -> String {
        guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else {
            throw SettingsError(
                "the environment has no variable \(name); `environment: [\(name)]` in the plugin's entry of the configuration lets it through"
            )
        }
        return text
    }
}

/// A file of two lines, as the vendor's examples have them:
///
///     APCA_API_KEY_ID=PK...
///     APCA_API_SECRET_KEY=...
enum KeyFileReading {
    private static let mostBytes = 4_096

    static func read(_ path: String) throws -> Alpaca.Credentials {
        do throws(UntrustedPath) { try FileTrust.check(path) } catch { throw SettingsError("key_file: \(error)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SettingsError("key_file \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SettingsError("key_file \(path) is no file")
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw SettingsError("key_file \(path) can be read by others: chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0, count < mostBytes else { throw SettingsError("key_file \(path) has no key") }
        return try parse(bytes[..<count], path)
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, _ path: String) throws -> Alpaca.Credentials {
        var values: [String: String] = [:]
        for line in bytes.split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self)
            guard !text.hasPrefix("#"), let sign = text.firstIndex(of: "=") else { continue }
            values[trimmed(text[..<sign])] = trimmed(text[text.index(after: sign)...])
        }
        guard let key = values["APCA_API_KEY_ID"], let secret = values["APCA_API_SECRET_KEY"] else {
            throw SettingsError(
                "key_file \(path) should have the two lines APCA_API_KEY_ID=... and APCA_API_SECRET_KEY=...")
        }
        return Alpaca.Credentials(key: key, secret: secret)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let blanks: Set<Character> = [" ", "\t", "\r", "\""]
        return String(text.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
    }
}
