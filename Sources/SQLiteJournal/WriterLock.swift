import Foundation

/// Holds `<journal>.lock`, so that one core alone writes a journal. The kernel lets go when the process dies.
struct WriterLock: ~Copyable {
    private let descriptor: CInt

    /// - Returns: who holds it, when somebody else does.
    init(path: String) throws(WriterLockError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io(String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.text(of: descriptor)
            close(descriptor)
            throw .held(by: holder.isEmpty ? "another process" : holder)
        }
        self.descriptor = descriptor
        Self.sign(descriptor)
    }

    private static func text(of descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private static func sign(_ descriptor: CInt) {
        let since = ISO8601DateFormatter().string(from: Date())
        let text = Array("process \(getpid()) on \(ProcessInfo.processInfo.hostName) since \(since)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }
}

enum WriterLockError: Error {
    case held(by: String)
    case io(String)
}
