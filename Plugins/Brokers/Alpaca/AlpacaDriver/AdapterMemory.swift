import AlpacaAdapter
import Glibc
import PluginKit
import Trading
import Wire

/// What outlives the process: which orders of the venue are whose, the epoch, and the cash that was told.
///
/// - I-AD-1: What a request is to place or change is on the disk before the request leaves.
/// - I-AD-2: An execution is on the disk before the core is told of it: under another id it would be booked twice.
/// - I-AD-3: One process at a time has it.
final class AdapterMemory {
    struct Contents: Codable, Equatable {
        var format = 1
        var account: AccountID
        var epoch: Int64 = 0
        var chains = OrderChains()
        var cash = CashBook()

        init(account: AccountID) { self.account = account }
    }

    private let path: String
    private let folder: String
    private var lock: CInt = -1
    private(set) var isSaved = true

    /// Bytes of the largest file that is read.
    private static let mostBytes = 256 * 1_024 * 1_024

    /// Waits until no other process has it: the adapter of a core that was killed may still be at its last message.
    /// - Throws: `SettingsError`: without it nobody knows what was sent, and nothing may be.
    init(folder: String, account: AccountID) throws {
        self.folder = folder
        path = "\(folder)/alpaca-\(Self.fileName(account)).orders"
        lock = open(path + ".lock", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw failure("open of the lock") }
        while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("flock") } }
    }

    deinit { if lock >= 0 { close(lock) } }

    /// An account id may have a slash.
    private static func fileName(_ account: AccountID) -> String {
        String(account.text.map { $0 == "/" || $0 == "." ? "_" : $0 })
    }

    // MARK: - Reading

    func read(account: AccountID) throws -> Contents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("open") }
            return Contents(account: account)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size <= Self.mostBytes else { throw failure("fstat") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("read") }
            done += count
        }
        do {
            let contents = try WireDecoder().decode(Contents.self, from: bytes, unknownFields: .refuse)
            guard contents.format == 1 else { throw SettingsError("it is of format \(contents.format)") }
            guard contents.account == account else { throw SettingsError("it is of account \(contents.account)") }
            return contents
        } catch {
            throw SettingsError(
                "\(path): \(error). It says which of the venue's orders are ours; moved away, they count as somebody else's"
            )
        }
    }

    // MARK: - Writing

    func markChanged() { isSaved = false }

    /// Written beside, made durable, and renamed over.
    /// - Throws: `SettingsError`: nothing may be sent then.
    func save(_ contents: Contents) throws {
        let bytes = try WireEncoder().encode(contents)
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            done += count
        }
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync") }
        guard rename(temporary, path) == 0 else { throw failure("rename") }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("open of its folder") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("fsync of its folder") }
        isSaved = true
    }

    private func failure(_ call: String) -> SettingsError {
        SettingsError(
            "\(path): \(call): \(String(cString: strerror(errno))); what is sent cannot be written down, so nothing is")
    }
}
