import Glibc
import Messaging

/// The directory of our ipc sockets: ours alone (mode 0700) and, as long as this value lives, this process' alone.
///
/// A second bind on the path of an ipc socket succeeds and steals the clients of the first, so whoever binds holds the
/// directory's lock. The kernel lets go of it when the process ends, however it ends.
package struct IPCDirectory: ~Copyable {
    /// The lock's file. It stays behind: whoever removed it could remove another's lock.
    package static let lockName = "lock"

    /// Absolute, without a slash at its end.
    package let path: String
    private let lock: OwnedDescriptor

    /// Makes the directory if it is missing (`mkdir`), checks it (`fstat`) and takes its lock (`flock`).
    /// - Parameter path: absolute; the directory above exists.
    /// - Throws: ``MessagingError/addressInUse(_:)`` with the holder's process id, ``MessagingError/permission(_:)``
    ///   for a link, another owner or a mode other than 0700, ``MessagingError/invalidEndpoint(_:)`` for a path that is
    ///   not absolute, ``MessagingError/system(code:call:)``.
    package init(_ path: String) throws(MessagingError) {
        // With a slash at its end a link would be followed.
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw .invalidEndpoint(
                "ipc directory \"\(path)\" is refused: expected an absolute path without / at its end")
        }
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw MessagingError(code: errno, call: "mkdir", subject: .path(path))
        }
        let directory = try Self.openChecked(path)
        lock = try Self.takeLock(in: directory.number, path)
        self.path = path
    }

    /// The endpoint of a socket in this directory.
    /// - Throws: ``MessagingError/invalidEndpoint(_:)`` when the whole path is longer than
    ///   ``Limits/maximumIPCPathBytes``, or the name is the lock's or has a slash.
    package func endpoint(named name: String) throws(MessagingError) -> Endpoint {
        guard !name.isEmpty, !name.contains("/"), name != ".", name != "..", name != Self.lockName else {
            throw .invalidEndpoint(
                "socket name \"\(name)\" is refused: expected the name of a file, not \(Self.lockName)")
        }
        return try Endpoint.parse("ipc://\(path)/\(name)")
    }

    /// Lets the next one in (`ftruncate`, `close`). Close the sockets first.
    package consuming func close() {}

    deinit { _ = ftruncate(lock.number, 0) }

    private static func openChecked(_ path: String) throws(MessagingError) -> OwnedDescriptor {
        let directory: OwnedDescriptor
        do {
            directory = try OwnedDescriptor(path, flags: O_RDONLY | O_DIRECTORY)
        } catch .system(code: ENOTDIR, call: _) {
            // NOFOLLOW and DIRECTORY answer this to a link as well.
            throw .permission("\(path) is a link or no directory")
        }
        var status = stat()
        guard fstat(directory.number, &status) == 0 else {
            throw MessagingError(code: errno, call: "fstat", subject: .path(path))
        }
        guard status.st_uid == geteuid() else {
            throw .permission("\(path) belongs to user \(status.st_uid), and we are user \(geteuid())")
        }
        let mode = status.st_mode & 0o777
        guard mode == 0o700 else { throw .permission("\(path) has mode \(String(mode, radix: 8)) where 700 is needed") }
        return directory
    }

    private static func takeLock(in directory: CInt, _ path: String) throws(MessagingError) -> OwnedDescriptor {
        let lock = try OwnedDescriptor(lockName, in: directory, flags: O_RDWR | O_CREAT, mode: 0o600)
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw MessagingError(code: code, call: "flock", subject: .path(path)) }
            throw .addressInUse("\(path) is held by \(holder(lock.number))")
        }
        let text = Bytes("\(getpid())\n".utf8)
        guard ftruncate(lock.number, 0) == 0, pwrite(lock.number, text, text.count, 0) == text.count else {
            throw MessagingError(code: errno, call: "pwrite", subject: .path("\(path)/\(lockName)"))
        }
        return lock
    }

    /// Who wrote the lock's file. A hint for a person and never the reason of a decision: the lock decides.
    private static func holder(_ lock: CInt) -> String {
        var text = Bytes(repeating: 0, count: 20)
        let count = pread(lock, &text, text.count, 0)
        let digits = text.prefix(max(0, count)).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}
