import CommandSupport
import FileTrust
import Foundation
import Trading

/// One core for an account on a host, whatever its state folder and its user (I-ONE-1): flock(2) on a file that has the
/// account's name, which the kernel releases when the process ends, however it ends.
///
/// Runs in lockstep trade with a simulated venue of their own, and take none.
final class AccountLock {
    private let descriptor: Int32

    /// Names another folder for the locks of this host's accounts, as tests and containers do.
    static let variable = "BIGBROTHER_LOCKS"

    /// - Throws: ``AccountLockError``.
    init(_ account: AccountID, configuration: String) throws(AccountLockError) {
        let path = Self.path(of: account)
        descriptor = try Self.open(path)
        // Under another name it may be any file of ours, which we would write.
        do throws(UntrustedPath) { try FileTrust.check(shared: descriptor, path) } catch {
            _ = Foundation.close(descriptor)
            throw .untrusted(error)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { _ = Foundation.close(descriptor) }
            guard code == EWOULDBLOCK else { throw .system(path: path, call: "flock", code: code) }
            throw .held(account: account, path: path, by: Self.signature(descriptor))
        }
        sign(configuration)
    }

    deinit { close(descriptor) }

    private static func path(of account: AccountID) -> String {
        let shared = ["/run/lock", "/tmp"].first { (folder: String) in access(folder, W_OK) == 0 }
        let folder = ProcessInfo.processInfo.environment[variable] ?? shared ?? "/tmp"
        let name = account.text.utf8.map { byte in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            return isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16)
        }
        return "\(folder)/bigbrother-account-\(name.joined()).lock"
    }

    /// open(2). One that is there is not created anew: a folder such as /tmp forbids that to other users.
    private static func open(_ path: String) throws(AccountLockError) -> Int32 {
        for _ in 0..<10 {
            let there = Foundation.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            if there >= 0 { return there }
            guard errno == ENOENT else { throw .system(path: path, call: "open", code: errno) }
            let made = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if made >= 0 {
                // Whoever trades this account next may be another user.
                fchmod(made, 0o666)
                return made
            }
            guard errno == EEXIST else { throw .system(path: path, call: "open", code: errno) }
        }
        throw .system(path: path, call: "open", code: EEXIST)
    }

    private func sign(_ configuration: String) {
        let line = Array("process \(getpid()), \(configuration)\n".utf8)
        ftruncate(descriptor, 0)
        _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func signature(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

enum AccountLockError: HeldElsewhere, CustomStringConvertible {
    case held(account: AccountID, path: String, by: String?)
    case system(path: String, call: String, code: Int32)
    case untrusted(UntrustedPath)

    var description: String {
        switch self {
        case .held(let account, let path, let holder):
            "the account \(account) is traded on this host already: \(holder ?? "by a process that did not say who it is") holds \(path); two cores never trade one account"
        case .untrusted(let error):
            "\(error); it shows that no other core trades the account, so none is started without it"
        case .system(let path, let call, let code):
            "\(path): \(call): \(String(cString: strerror(code))); it shows that no other core trades the account, so none is started without it"
        }
    }
}
