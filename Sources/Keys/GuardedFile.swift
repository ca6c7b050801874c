import Foundation

/// Files of secrets: written whole or not at all, read only when nobody else can.
package enum GuardedFile {
    /// Bytes of the largest file that is read.
    private static let maximumBytes = 1 << 20

    /// Writes beside, then renames over (`rename`), each made durable (`fsync`): a reader sees the old or the new one.
    /// - Parameter isNew: an existing file is kept, and that is an error.
    package static func write(_ bytes: [UInt8], to path: String, mode: mode_t, isNew: Bool) throws(KeyError) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        defer { close(descriptor) }
        // The mask of the process must not take or give rights.
        guard fchmod(descriptor, mode) == 0,
            bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
            fsync(descriptor) == 0
        else {
            let error = failure(path, "cannot be written")
            unlink(temporary)
            throw error
        }
        // A link in place of a rename fails when there is one already.
        guard isNew ? link(temporary, path) == 0 : rename(temporary, path) == 0 else {
            let error =
                errno == EEXIST
                ? KeyError(path, "is there already and is not overwritten; name another folder or remove it yourself")
                : failure(path, "cannot be written")
            unlink(temporary)
            throw error
        }
        if isNew { unlink(temporary) }
        try syncFolder(of: path)
    }

    private static func syncFolder(of path: String) throws(KeyError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, "cannot be made durable") }
    }

    /// - Parameter isSecret: it must be ours or root's, and nobody else's to read.
    /// - Returns: nil when there is no such file.
    package static func read(_ path: String, isSecret: Bool) throws(KeyError) -> [UInt8]? {
        // A pipe without a writer would hold up whoever opens it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw KeyError(path, "it is no plain file") }
        if isSecret {
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw KeyError(path, "it belongs to user \(status.st_uid), and this process is user \(geteuid())")
            }
            guard status.st_mode & 0o077 == 0 else {
                throw KeyError(
                    path,
                    "others can read it (mode \(String(status.st_mode & 0o777, radix: 8))); chmod 600 it, and make a new key if somebody may have"
                )
            }
        }
        guard status.st_size <= maximumBytes else { throw KeyError(path, "it is too long for a file of keys") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw KeyError(path, "it changed while it was read; try again") }
        return bytes
    }

    static func failure(_ path: String, _ what: String) -> KeyError {
        KeyError(path, "\(what): \(String(cString: strerror(errno)))")
    }
}
