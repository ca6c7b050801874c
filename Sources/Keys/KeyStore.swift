import Foundation
import Messaging
import Wire
import ZeroMQTransport

/// The core's keys: its own, and the list of those that it lets in, in one folder of the state.
package struct KeyStore: Sendable {
    package let folder: String

    /// - Parameter stateDirectory: of the account.
    package init(stateDirectory: String) { folder = stateDirectory + "/keys" }

    package var listPath: String { folder + "/allowed.json" }
    package var serverSecretPath: String { folder + "/core-core.secret" }
    package var serverPublicPath: String { folder + "/core-core.public" }

    /// The core's own key; made when there is none yet.
    /// - Throws: ``KeyError``.
    package func serverKeys() throws -> KeyPair {
        try makeFolder()
        return try locked {
            if access(serverSecretPath, F_OK) != 0 {
                return try KeyFile.make(owner: KeyOwner(role: "core", name: "core"), in: folder).pair
            }
            return try KeyFile.readSecret(serverSecretPath)
        }
    }

    /// - Throws: ``KeyError``: it cannot be read, or is damaged. An absent list is an empty one.
    package func list() throws(KeyError) -> KeyList {
        guard let bytes = try GuardedFile.read(listPath, isSecret: true) else { return KeyList() }
        let list: KeyList
        do {
            list = try WireDecoder().decode(KeyList.self, from: bytes, unknownFields: .refuse)
        } catch {
            throw damaged("\(error)")
        }
        if let defect = list.defect { throw damaged(defect) }
        return list
    }

    private func damaged(_ why: String) -> KeyError {
        KeyError(
            listPath,
            "the list of keys cannot be used, so nobody new is let in: \(why); mend it, or remove it and allow the keys again"
        )
    }

    /// Changes the list; nobody else changes it meanwhile.
    /// - Throws: ``KeyError``, and what `body` throws: nothing is changed then.
    package func change<Result>(_ body: (inout KeyList) throws -> Result) throws -> Result {
        try makeFolder()
        return try locked {
            var list = try list()
            let before = list
            let result = try body(&list)
            if list != before {
                try GuardedFile.write(try WireEncoder().encode(list) + [0x0A], to: listPath, mode: 0o600, isNew: false)
            }
            return result
        }
    }

    private func makeFolder() throws(KeyError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw KeyError(folder, "cannot be made: \(error.localizedDescription)")
        }
    }

    private func locked<Result>(_ body: () throws -> Result) throws -> Result {
        let path = folder + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw GuardedFile.failure(path, "cannot be opened") }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw GuardedFile.failure(path, "cannot be locked") }
        }
        return try body()
    }
}
